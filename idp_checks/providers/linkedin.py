"""LinkedIn: OpenID Connect sign-in, and the member of the two older APIs, which stored profiles still hold."""

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
    """Userinfo, where ``email_verified`` is a boolean, and the claims of the ID token, where it is a text.

    https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    """

    email_verified: StringFlag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = string_flag(self.email_verified)
        return said


class Locale(Struct):
    """``preferredLocale`` of a localized text."""

    language: String = None
    country: String = None


class Localized(Struct):
    """A text by locales such as ``en_US``."""

    localized: dict[str, Name] | None = None
    preferred: Locale | None = field(name="preferredLocale", default=None)

    def text(self) -> str | None:
        """Text of the preferred locale, else of the first locale by name."""
        texts = self.localized or {}
        locale = self.preferred
        wanted = "" if locale is None else "_".join(filter(None, (locale.language, locale.country)))
        return first_nonblank(texts.get(wanted), *(texts[name] for name in sorted(texts)))


class Size(Struct):
    """``storageSize``, in pixels."""

    width: float = 0


class StillImage(Struct):
    """What a variant is made of."""

    size: Size | None = field(name="storageSize", default=None)


class ImageData(Struct):
    """``data`` of a variant."""

    still: StillImage | None = field(name="com.linkedin.digitalmedia.mediaartifact.StillImage", default=None)


class Identifier(Struct):
    """Where a variant stands."""

    identifier: Url = None


class Variant(Struct):
    """One size of a picture."""

    data: ImageData | None = None
    identifiers: list[Identifier] | None = None

    def sized(self) -> Iterator[tuple[float, str]]:
        """Width with each of its web addresses."""
        still = None if self.data is None else self.data.still
        width = 0.0 if still is None or still.size is None else still.size.width
        for each in self.identifiers or ():
            if each.identifier is not None and is_web_url(each.identifier):
                yield width, each.identifier


class Variants(Struct):
    """One picture in all its sizes, small to large as a rule."""

    elements: list[Variant] | None = None


class ProfilePicture(Struct):
    """``profilePicture``; without the projection it names no address."""

    image: Variants | None = field(name="displayImage~", default=None)

    def largest(self) -> str | None:
        """Address of the widest variant."""
        listed = [] if self.image is None else self.image.elements or ()
        return max((each for variant in listed for each in variant.sized()), default=(0.0, None))[1]


class Member(Shape):
    """``GET /v2/me`` before OpenID Connect, and the flat answer of API v1, where the names are plain texts.

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
        given, family = self.first_name, self.last_name
        email, listed = self.email_address, also.get("emailAddress")
        if listed is not None:
            email = listed.best() or email
        return Claims(
            id=self.id,
            name=self.formatted_name,
            given_name=first_nonblank(
                self.localized_first_name, given.text() if isinstance(given, Localized) else given
            ),
            family_name=first_nonblank(
                self.localized_last_name, family.text() if isinstance(family, Localized) else family
            ),
            email=email,
            picture=first_nonblank(
                None if self.profile_picture is None else self.profile_picture.largest(), self.picture_url
            ),
        )


class Handle(Struct):
    """``handle~`` of an address."""

    address: Email = field(name="emailAddress", default=None)


class Listed(Struct):
    """An element of ``GET /v2/emailAddress``."""

    handle: Handle | None = field(name="handle~", default=None)
    primary: Flag = None


class Emails(Struct):
    """``GET /v2/emailAddress``; without the scope an error, which has no elements."""

    elements: list[Listed] | None = None

    def best(self) -> str | None:
        """Primary address, else the first; none has a flag of verification."""
        held = ((each.handle, each.primary is True) for each in self.elements or ())
        return pick_email((handle.address, primary, None) for handle, primary in held if handle is not None)[0]


class Introspected(ResponseModel):
    """A token of the asking application; scopes by commas.

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
        said = Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            scopes=split_scopes(self.scope, ","),
            expires_at=parse_epoch(self.expires_at),
            issued_at=parse_epoch(self.created_at),
            token_type=self.auth_type,
        )
        if self.status in (None, "active"):
            return said
        detail = "active, with a status that says otherwise"
        return replace(said, active=None, reason="contradiction", detail=detail)


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
                "the address that goes with the older /v2/me (scope r_emailaddress); no flag",
            )
        },
        vouching="LinkedIn's email_verified claim; the addresses of the older APIs have none",
        subject_scope="the application",
        quirks=(
            "email_verified is a boolean in userinfo and a text in the ID token.",
            "locale is an object of country and language in userinfo, not the text that OpenID Connect asks for.",
            "No username: the nickname is the local part of the address.",
            "The addresses of pictures end after a while.",
            (
                "The older /v2/me has localizedFirstName, and firstName.localized by locales such as en_US, of which "
                "preferredLocale names one."
            ),
            (
                "Its pictures stand at profilePicture['displayImage~'].elements[*].identifiers[0].identifier, small to "
                "large; identifierExpiresInSeconds is a time in spite of its name."
            ),
            "Its address comes by a further call, under the name handle~.",
            "Profiles of API v1 have firstName, lastName, formattedName, emailAddress and pictureUrl as plain texts.",
            (
                "sub is pairwise and older ids are per application too: a connection moved to OpenID Connect may get "
                "other identifiers."
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
            "About 500 characters, and room for 1000 is asked for. Fixed to one app, one member and the "
            "scopes granted. The ID token beside it is signed by RS256 and holds no nonce."
        ),
        lifetime=5184000,
        validity="Asking for another set of scopes ends the member's earlier tokens for the app.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, for approved partners only; a refresh token lives 365 days from the first login "
            "and use does not extend it. All others send the member through the login again.",
            "https://www.linkedin.com/oauth/v2/accessToken",
        ),
        termination=revoke_by_request(
            "Form fields token, client_id, client_secret; known from client code. The member can remove the app in the "
            "settings.",
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
            "Enable the product that has the scope for the app in the developer portal, then authorise again with the "
            "larger set. Older names: r_liteprofile, r_basicprofile, r_emailaddress."
        ),
        sources=("https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow",),
    ),
    debug=introspection_endpoint(
        "https://www.linkedin.com/oauth/v2/introspectToken",
        response_model=Introspected,
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
            "Answers for tokens of the asking app: the short answer without a status is an unknown token or somebody "
            "else's. The member is not named, so userinfo tells the subject. auth_type tells an application's token "
            "(2L) from a member's (3L). ID tokens are signed under https://www.linkedin.com/oauth/openid/jwks."
        ),
    ),
    uncertain=(
        (
            "The short answer for another app's token, 401 for bad client credentials and 429 come from an older "
            "form of LinkedIn's page."
        ),
        "That form showed times in milliseconds: such a time is none here, and the answer undecided.",
        "Userinfo may call a token fresh from its issue revoked for a short while: the subject is not stated then.",
    ),
)
