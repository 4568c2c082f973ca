"""Planning Center: the person of a church's account, by the JSON:API of People, by OpenID Connect, and as it was."""

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
"""Words at the end of an error's detail, https://api.planningcenteronline.com/docs/overview/errors."""


class Attributes(Struct):
    """``attributes`` of a person; ``given_name`` there is the legal name where it is another than the first name."""

    name: Name = None
    first_name: Name = None
    last_name: Name = None
    nickname: Username = None
    avatar: Url = None


class Person(Struct):
    """``data`` of an answer."""

    id: Id
    attributes: Attributes | None = None


class EmailEntry(Struct):
    """``attributes`` of an included address."""

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
            each.attributes for each in self.included or () if each.type == "Email" and each.attributes is not None
        )
        return Claims(
            id=self.data.id,
            name=person.name,
            given_name=person.first_name,
            family_name=person.last_name,
            username=person.nickname,
            email=pick_email((each.address, each.primary is True, None) for each in emails)[0],
            picture=person.avatar,
        )


class UserInfo(OpenIdClaims):
    """``GET /oauth/userinfo``, https://api.planningcenteronline.com/docs/overview/authentication."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = None
        return said


class ServicesMe(Shape):
    """``GET https://services.planningcenteronline.com/me.json``, of connections by OAuth 1.0a."""

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


class Hinted(HttpEndpoint):
    """A call whose refusal says why by a word in the text of its first error."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        if response.status != 401 or reading.reason != "unparsable":
            return reading
        body = response.json
        listed = body.get("errors") if isinstance(body, dict) else None
        error = listed[0] if isinstance(listed, list) and listed else None
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
        subject_scope="the organization: a person of two has two identifiers",
        quirks=(
            "JSON:API: the person stands in data.attributes, addresses in included, and only when asked for.",
            "given_name is the legal first name where it differs: first_name is the one that is used.",
            "The first included address need not be the primary one.",
            "nickname is a spoken one and mostly null: then it is the local part of the address.",
            "Nothing vouches for the address, in userinfo neither.",
            "Without a photo avatar is a drawn placeholder.",
            (
                "Auth0's own strategy still goes by OAuth 1.0a to services.planningcenteronline.com; new apps use "
                "OAuth 2.0 or OpenID Connect."
            ),
            "A User-Agent that names the app is asked for.",
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one person of one organization and to the products named as scopes. The ID token is "
            "signed with RS256, keys at https://api.planningcenteronline.com/oauth/discovery/keys."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        validity="A refresh token is said to live about 90 days.",
        renewal=renew_by_refresh_token(
            "A refresh token works once, and the answer has the next.",
            "https://api.planningcenteronline.com/oauth/token",
        ),
        termination=revoke_by_request(
            "Fields client_id, client_secret and token, by the page on authentication; the discovery document does "
            "not name it. The person can remove the app in the account.",
            "https://api.planningcenteronline.com/oauth/revoke",
        ),
        uses=Operation(
            "Needs scope people; with scope openid alone, /oauth/userinfo.",
            RequestTemplate("https://api.planningcenteronline.com/people/v2/me"),
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    scopes=Scopes(
        profile=("openid", "people"),
        email=("openid", "people"),
        adding=(
            "Authorise again with one scope for each product (people, services, calendar, check_ins, giving, groups, "
            "registrations, resources, publishing, api, home); openid is for userinfo and the ID token."
        ),
        sources=("https://api.planningcenteronline.com/docs/overview/authentication",),
    ),
    debug=Hinted(
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
            "A token without scope openid is refused here and may work at /people/v2/me. Limits are for each "
            "organization; 429 comes with Retry-After."
        ),
    ),
    uncertain=(
        (
            "How userinfo refuses is not documented: the API's documented hints and the refusal of RFC 6750, which "
            "OpenID Connect asks for, are read; any other 401 is no denial."
        ),
        "The server is like one that has RFC 7662, but no page of Planning Center has it: it is not asked.",
        "Whether id of the older services answer equals the person's identifier of today is not documented.",
    ),
)
