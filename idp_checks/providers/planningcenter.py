"""Planning Center: the user in the JSON:API of People, in OpenID Connect and in the older OAuth 1.0a API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Id,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Reason,
    Refusal,
    RequestTemplate,
    Response,
    Scopes,
    Shape,
    String,
    TokenFacts,
    Url,
    Username,
    by_bearer,
    pick_email,
    renew_by_refresh_token,
    revoke_by_request,
)

HINTS: Mapping[str, Reason] = {"BABOON": "expired", "CAPUCHIN": "revoked", "PELICAN": "not_permitted"}
"""Hint words at the end of an error's detail, https://api.planningcenteronline.com/docs/overview/errors."""


class Attributes(Struct):
    """``attributes`` of a person. ``given_name`` is the legal first name if it differs from the first name."""

    name: Name = None
    first_name: Name = None
    last_name: Name = None
    nickname: Username = None
    avatar: Url = None


class Person(Struct):
    """``data`` of the response."""

    id: Id
    attributes: Attributes | None = None


class EmailEntry(Struct):
    """``attributes`` of an included email address."""

    address: Email = None
    primary: Flag = None


class Included(Struct):
    """An element of ``included``."""

    type: String = None
    attributes: EmailEntry | None = None


class Me(Shape):
    """``GET /people/v2/me?include=emails``, https://developer.planning.center/docs/."""

    subject: ClassVar[Path] = ("data", "id")

    data: Person
    included: list[Included] | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.data.attributes or Attributes()
        emails = (
            item.attributes for item in self.included or () if item.type == "Email" and item.attributes is not None
        )
        return Claims(
            id=self.data.id,
            name=person.name,
            given_name=person.first_name,
            family_name=person.last_name,
            username=person.nickname,
            email=pick_email((email.address, email.primary is True, None) for email in emails)[0],
            picture=person.avatar,
        )


class UserInfo(OpenIdClaims):
    """``GET /oauth/userinfo``, https://api.planningcenteronline.com/docs/overview/authentication."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = None
        return claims


class ServicesMe(Shape):
    """``GET https://services.planningcenteronline.com/me.json``, for connections with OAuth 1.0a."""

    id: Id
    name: Name = None
    first_name: Name = None
    last_name: Name = None
    photo_thumbnail_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.name,
            given_name=self.first_name,
            family_name=self.last_name,
            picture=self.photo_thumbnail_url,
        )


class HintEndpoint(HttpEndpoint):
    """A call whose refusal states the reason as a hint word in the detail of its first error."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        if response.status != 401 or reading.reason != "unparsable":
            return reading
        body = response.json
        errors = body.get("errors") if isinstance(body, dict) else None
        error = errors[0] if isinstance(errors, list) and errors else None
        detail = error.get("detail") if isinstance(error, dict) else None
        for hint, reason in HINTS.items():
            if isinstance(detail, str) and f"({hint})" in detail:
                return Refusal(None, reason).to_reading()
        return reading


PROVIDER = Provider(
    name="planningcenter",
    title="Planning Center",
    kind="social",
    protocol="oidc",
    docs=(
        "https://api.planningcenteronline.com/docs/overview/authentication",
        "https://api.planningcenteronline.com/docs/overview/errors",
        "https://developer.planning.center/docs/",
        "https://marketplace.auth0.com/integrations/planningcenter-social-connection",
    ),
    profile=ProfileFacts(
        shapes=(Me, UserInfo, ServicesMe),
        request=RequestTemplate("https://api.planningcenteronline.com/people/v2/me?include=emails"),
        subject_scope="the organization: a user in two organizations has two identifiers",
        quirks=(
            (
                "The response is JSON:API. The user is in data.attributes. The email addresses are in included, but "
                "only if the call requests them."
            ),
            "given_name is the legal first name if it differs. first_name is the name in use.",
            "The first included email address is not necessarily the primary address.",
            "nickname is an informal name and usually null. The nickname is then the local part of the email address.",
            "Planning Center does not state whether the email address is verified, not even in userinfo.",
            "Without a photo, avatar is a drawn placeholder.",
            (
                "Auth0's strategy still uses OAuth 1.0a with services.planningcenteronline.com. New apps use OAuth "
                "2.0 or OpenID Connect."
            ),
            "Planning Center requests a User-Agent that identifies the app.",
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one user of one organization, and to the products in the scopes. The ID token is signed with "
            "RS256, keys at https://api.planningcenteronline.com/oauth/discovery/keys."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        validity="A refresh token is reportedly valid for about 90 days.",
        renewal=renew_by_refresh_token(
            "A refresh token works once. The response contains the next refresh token.",
            "https://api.planningcenteronline.com/oauth/token",
        ),
        termination=revoke_by_request(
            "Documented on the authentication page; the discovery document does not list it. The user can remove the "
            "app in the account.",
            "https://api.planningcenteronline.com/oauth/revoke",
        ),
        uses=Operation(
            "Requires scope people. With scope openid alone, call /oauth/userinfo instead.",
            RequestTemplate("https://api.planningcenteronline.com/people/v2/me"),
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    scopes=Scopes(
        profile=("openid", "people"),
        email=("openid", "people"),
        adding=(
            "Authorize again with one scope for each product (people, services, calendar, check_ins, giving, groups, "
            "registrations, resources, publishing, api, home). openid is for userinfo and the ID token."
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    debug=HintEndpoint(
        kind="userinfo-probe",
        url="https://api.planningcenteronline.com/oauth/userinfo",
        placement=by_bearer(),
        proves=frozenset({"subject"}),
        response_model=UserInfo,
        refusals=(
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(401, "denied", header=("www-authenticate", 'error="invalid_token"')),
            Refusal(403, "not_permitted", header=("www-authenticate", 'error="insufficient_scope"')),
            Refusal(403, "not_permitted", {"errors": [{}]}),
        ),
        source="https://api.planningcenteronline.com/docs/overview/authentication",
        note=(
            "This endpoint refuses a token without scope openid, which may still work at /people/v2/me. Rate limits "
            "apply per organization. A 429 response contains Retry-After."
        ),
    ),
    uncertain=(
        (
            "The refusals of userinfo are not documented. The API's documented hints and the refusal of RFC 6750, "
            "which OpenID Connect requires, are read. Any other 401 does not deny the token."
        ),
        (
            "The server resembles a server with RFC 7662, but Planning Center does not document introspection. No "
            "introspection request is sent."
        ),
        "Whether id of the older Services response equals the user's current identifier is not documented.",
    ),
)
