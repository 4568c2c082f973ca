"""LinkedIn: OpenID Connect sign-in, and the profiles of the two older APIs, which are still stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    Epoch,
    Flag,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    SimulationFacts,
    String,
    StringFlag,
    TokenFacts,
    Url,
    first_nonblank,
    introspection_endpoint,
    is_web_url,
    parse_epoch,
    pick_email,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
    string_flag,
    userinfo_endpoint,
)


class UserInfo(OpenIdClaims):
    """Userinfo, where ``email_verified`` is a boolean, and ID token claims, where it is a string.

    https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    """

    email_verified: StringFlag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = string_flag(self.email_verified)
        return claims


class Locale(Struct):
    """``preferredLocale`` of a localized string."""

    language: String = None
    country: String = None


class Localized(Struct):
    """A string by locales such as ``en_US``."""

    localized: dict[str, Name] | None = None
    preferred: Locale | None = field(name="preferredLocale", default=None)

    def pick(self) -> str | None:
        """Return the string of the preferred locale, else of the first locale by name."""
        strings = self.localized or {}
        locale = self.preferred
        key = "" if locale is None else "_".join(filter(None, (locale.language, locale.country)))
        return first_nonblank(strings.get(key), *(strings[name] for name in sorted(strings)))


class Size(Struct):
    """``storageSize``, in pixels."""

    width: float = 0


class StillImage(Struct):
    """The image of a variant, with its size."""

    size: Size | None = field(name="storageSize", default=None)


class ImageData(Struct):
    """``data`` of a variant."""

    still: StillImage | None = field(name="com.linkedin.digitalmedia.mediaartifact.StillImage", default=None)


class Identifier(Struct):
    """The location of a variant."""

    identifier: Url = None


class Variant(Struct):
    """One size of a picture."""

    data: ImageData | None = None
    identifiers: list[Identifier] | None = None

    def iterate_urls(self) -> Iterator[tuple[float, str]]:
        """Yield the width with each of the variant's web URLs."""
        still = None if self.data is None else self.data.still
        width = 0.0 if still is None or still.size is None else still.size.width
        for identifier in self.identifiers or ():
            if identifier.identifier is not None and is_web_url(identifier.identifier):
                yield width, identifier.identifier


class Variants(Struct):
    """A picture in all sizes, usually from small to large."""

    elements: list[Variant] | None = None


class ProfilePicture(Struct):
    """``profilePicture``; without the projection it contains no URL."""

    image: Variants | None = field(name="displayImage~", default=None)

    def pick_largest(self) -> str | None:
        """Return the URL of the widest variant."""
        variants = [] if self.image is None else self.image.elements or ()
        return max((candidate for variant in variants for candidate in variant.iterate_urls()), default=(0.0, None))[1]


class Member(Shape):
    """``GET /v2/me`` before OpenID Connect, and the flat response of API v1, where names are plain strings.

    https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api
    """

    id: Id
    localized_first_name: Name = field(name="localizedFirstName", default=None)
    localized_last_name: Name = field(name="localizedLastName", default=None)
    first_name: Localized | Name = field(name="firstName", default=None)
    last_name: Localized | Name = field(name="lastName", default=None)
    formatted_name: Name = field(name="formattedName", default=None)
    email_address: Email = field(name="emailAddress", default=None)
    picture_url: Url = field(name="pictureUrl", default=None)
    profile_picture: ProfilePicture | None = field(name="profilePicture", default=None)

    def claims(self, also: Mapping[str, Any]) -> Claims:
        first, last = self.first_name, self.last_name
        email, emails = self.email_address, also.get("emailAddress")
        if emails is not None:
            email = emails.pick_best() or email
        return Claims(
            id=self.id,
            name=self.formatted_name,
            given_name=first_nonblank(
                self.localized_first_name, first.pick() if isinstance(first, Localized) else first
            ),
            family_name=first_nonblank(self.localized_last_name, last.pick() if isinstance(last, Localized) else last),
            email=email,
            picture=first_nonblank(
                None if self.profile_picture is None else self.profile_picture.pick_largest(), self.picture_url
            ),
        )


class Handle(Struct):
    """``handle~`` of an email address."""

    address: Email = field(name="emailAddress", default=None)


class EmailEntry(Struct):
    """An element of ``GET /v2/emailAddress``."""

    handle: Handle | None = field(name="handle~", default=None)
    primary: Flag = None


class Emails(Struct):
    """``GET /v2/emailAddress``; without the scope an error, which has no elements."""

    elements: list[EmailEntry] | None = None

    def pick_best(self) -> str | None:
        """Return the primary email address, else the first; no address has a verified flag."""
        handles = ((entry.handle, entry.primary is True) for entry in self.elements or ())
        return pick_email((handle.address, primary, None) for handle, primary in handles if handle is not None)[0]


class TokenStatus(ResponseModel):
    """A token of the calling application; scopes are separated by commas.

    https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
    """

    active: bool
    status: str | None = None
    client_id: str | None = None
    scope: str | None = None
    expires_at: Epoch | None = None
    created_at: Epoch | None = None
    auth_type: str | None = None

    def read(self, question: Question) -> Reading:
        reading = Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            scopes=split_scopes(self.scope, ","),
            expires_at=parse_epoch(self.expires_at),
            issued_at=parse_epoch(self.created_at),
            token_type=self.auth_type,
        )
        if self.status in (None, "active"):
            return reading
        detail = "active is true, but status states the opposite"
        return replace(reading, active=None, reason="contradiction", detail=detail)


PROVIDER = Provider(
    name="linkedin",
    title="LinkedIn",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "linkedin-openidconnect", "allauth": "openid_connect", "authjs": "linkedin"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: "", Member: "linkedin.LinkedinOAuth2"}),
        "allauth": LibraryFacts(classes={UserInfo: "", Member: "linkedin_oauth2"}),
    },
    simulation=SimulationFacts(
        is_retired_form=lambda raw: isinstance(raw.get("firstName"), str),
    ),
    docs=(
        "https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2",
        "https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",
        "https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection",
        "https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens",
        "https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api",
        "https://www.linkedin.com/oauth/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, Member),
        request=RequestTemplate("https://api.linkedin.com/v2/userinfo"),
        also={
            "emailAddress": AdditionalCall(
                Emails,
                RequestTemplate("https://api.linkedin.com/v2/emailAddress?q=members&projection=(elements*(handle~))"),
                "the email address for the older /v2/me (scope r_emailaddress); without a flag",
            )
        },
        vouching="LinkedIn's email_verified claim; email addresses of the older APIs have no flag",
        subject_scope="the application",
        quirks=(
            "email_verified is a boolean in userinfo and a string in the ID token.",
            "locale is an object of country and language in userinfo, not the string that OpenID Connect requires.",
            "The response has no username. The nickname is the local part of the email address.",
            "Picture URLs expire after some time.",
            (
                "The older /v2/me has localizedFirstName, and firstName.localized by locales such as en_US. "
                "preferredLocale contains one of the locales."
            ),
            (
                "Pictures of /v2/me are at profilePicture['displayImage~'].elements[*].identifiers[0].identifier, from "
                "small to large. identifierExpiresInSeconds is a time despite its name."
            ),
            "The email address for /v2/me requires an additional call, which returns it under handle~.",
            "Profiles of API v1 have firstName, lastName, formattedName, emailAddress and pictureUrl as plain strings.",
            (
                "sub is pairwise, and older ids are also per application. A connection that moves to OpenID Connect "
                "may receive other identifiers."
            ),
        ),
        sources=(
            "https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2",
            "https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/profile-api",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "About 500 characters; LinkedIn demands room for 1000. Bound to one app, one user and the granted scopes. "
            "The token response also contains an ID token, which is signed with RS256 and has no nonce."
        ),
        lifetime=5184000,
        validity="A request for another set of scopes invalidates the user's earlier tokens for the app.",
        renewal=renew_by_refresh_token(
            (
                "Only for approved partners. A refresh token is valid for 365 days from the first sign-in, and its use "
                "does not extend it. All other apps have the user sign in again."
            ),
            "https://www.linkedin.com/oauth/v2/accessToken",
        ),
        termination=revoke_by_request(
            "The call is known from client code. The user can remove the app in the settings.",
            "https://www.linkedin.com/oauth/v2/revoke",
        ),
        uses=Operation(request=RequestTemplate("https://api.linkedin.com/v2/userinfo"), required_scopes=("openid",)),
        sample="AQ{}",
        sources=(
            "https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",
            "https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Enable the product with the scope for the app in the developer portal, then authorize again with the "
            "larger set of scopes. Older names: r_liteprofile, r_basicprofile, r_emailaddress."
        ),
        sources=("https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",),
    ),
    debug=introspection_endpoint(
        "https://www.linkedin.com/oauth/v2/introspectToken",
        response_model=TokenStatus,
        params={"client_id": "{client_id}", "client_secret": "{client_secret}"},
        basic=False,
        proves=frozenset({"client", "scopes", "end"}),
        refusals=(
            Refusal(200, "expired", {"active": False, "status": "expired"}),
            Refusal(200, "revoked", {"active": False, "status": "revoked"}),
        ),
        profile=userinfo_endpoint(
            "https://api.linkedin.com/v2/userinfo",
            "https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2",
        ),
        source="https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection",
        note=(
            "The endpoint reports on tokens of the calling app. The short response without a status means an unknown "
            "token or a token of another app. The response does not contain the user, so userinfo provides the "
            "subject. auth_type distinguishes an application's token (2L) from a user's token (3L). The keys for ID "
            "tokens are at https://www.linkedin.com/oauth/openid/jwks."
        ),
    ),
    uncertain=(
        (
            "The short response for another app's token, 401 for invalid client credentials and 429 come from an older "
            "version of LinkedIn's page."
        ),
        (
            "The older version of LinkedIn's page showed times in milliseconds. Such a time is invalid here, and the "
            "response is undecided."
        ),
        "Userinfo may report a newly issued token as revoked for a short while. The subject is then not stated.",
    ),
)
