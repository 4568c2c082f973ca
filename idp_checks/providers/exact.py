"""Exact Online: the current user in an OData list, on one site per country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct, field

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    Steps,
    TokenFacts,
    Unreachable,
    Url,
    Username,
    by_bearer,
    renew_by_refresh_token,
)

SITES = frozenset({"nl", "be", "de", "fr", "es", "com", "co.uk"})
"""The domains that follow ``start.exactonline.`` at Exact's sites."""


class User(Struct, rename="pascal"):
    """An element of ``results``."""

    user_id: Id = field(name="UserID")
    user_name: Username = None
    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    picture_url: Url = None


class Results(Struct):
    """``d``."""

    results: list[User]


class Me(Shape):
    """``GET /api/v1/current/Me``; the first element of the list is the user.

    https://start.exactonline.nl/docs/HlpRestAPIResourcesDetails.aspx?name=SystemSystemMe
    """

    subject: ClassVar[Path] = ("d", "results", 0, "UserID")

    d: Results

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.d.results:
            raise ProfileError("no user in the list", path="$.d.results")
        user = self.d.results[0]
        return Claims(
            id=user.user_id,
            name=user.full_name,
            given_name=user.first_name,
            family_name=user.last_name,
            username=user.user_name,
            email=user.email,
            picture=user.picture_url,
        )


UNKNOWN_SITE = f"tld is not a domain of Exact's sites ({', '.join(sorted(SITES))})"


def _has_unknown_site(question: Question) -> bool:
    return question.issuer_url is None and question.credential("tld") not in SITES


class SiteRequestTemplate(RequestTemplate):
    """A request that is sent only to Exact's sites.

    The last part of a host name determines the owner of the host.
    """

    def build_url(self, question: Question) -> str:
        if _has_unknown_site(question):
            raise Unreachable("caller_rejected", UNKNOWN_SITE)
        return super().build_url(question)


class Probe(HttpEndpoint):
    """The profile call, which is sent only to Exact's sites."""

    def steps(self, question: Question) -> Steps:
        if _has_unknown_site(question):
            return Reading(active=None, reason="caller_rejected", detail=UNKNOWN_SITE)
        return (yield from super().steps(question))


PROVIDER = Provider(
    name="exact",
    title="Exact Online",
    kind="social",
    protocol="oauth2",
    docs=(
        "https://support.exactonline.com/community/s/knowledge-base#All-All-DNO-Content-oauth-eol-oauth-devstep1",
        "https://start.exactonline.nl/docs/HlpRestAPIResources.aspx",
        "https://start.exactonline.nl/docs/HlpRestAPIResourcesDetails.aspx?name=SystemSystemMe",
        "https://marketplace.auth0.com/integrations/exact-social-connection",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate(
            "https://start.exactonline.{tld}/api/v1/current/Me", headers={"Accept": "application/json"}
        ),
        subject_scope="the site of one country",
        quirks=(
            "The user is the first element of d.results.",
            (
                "Without the header Accept: application/json the response is Atom in XML. Auth0's strategy reads it; "
                "this package does not."
            ),
            "Each country has a separate host (nl, be, de, co.uk and others), which refuses tokens of the other hosts.",
            "The email address has no verification flag and may be null.",
            "UserName is the username, and often an email address.",
            "The picture URL may require a session.",
            (
                "Legislation is a 64-bit number as a string. ServerTime has no time zone; other dates are "
                "/Date(milliseconds)/."
            ),
        ),
        sources=("https://start.exactonline.nl/docs/HlpRestAPIResourcesDetails.aspx?name=SystemSystemMe",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Exact has no scopes. The application's registration in the App Center determines the permissions, "
            "limited to the user's own permissions."
        ),
        lifetime=600,
        validity="expires_in of the token response is a string.",
        renewal=renew_by_refresh_token(
            "Allowed at the earliest about 30 seconds before the expiry. A refresh token is valid for 30 days "
            "and can be used once.",
            "https://start.exactonline.{tld}/api/oauth2/token",
            required_credentials=("tld", "client_id", "client_secret"),
            template_class=SiteRequestTemplate,
        ),
        termination=Operation(
            "No call is documented: the user, or for a key the developer, revokes the access in the App Center."
        ),
        uses=Operation(
            "Returns only the identifier.",
            SiteRequestTemplate(
                "https://start.exactonline.{tld}/api/v1/current/Me?$select=UserID", required_credentials=("tld",)
            ),
        ),
        sources=(
            "https://support.exactonline.com/community/s/knowledge-base#All-All-DNO-Content-oauth-eol-oauth-devstep1",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding=(
            "Change the application's permissions in the App Center. Each user must then authorize the "
            "application again."
        ),
        sources=(
            "https://support.exactonline.com/community/s/knowledge-base#All-All-DNO-Content-oauth-eol-oauth-devstep1",
        ),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://start.exactonline.{tld}/api/v1/current/Me?$select=UserID",
        placement=by_bearer(),
        required_credentials=("tld",),
        proves=frozenset({"subject"}),
        response_model=Me,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
        ),
        source="https://start.exactonline.nl/docs/HlpRestAPIResourcesDetails.aspx?name=SystemSystemMe",
        note=(
            "The response does not contain the expiry. More than ten errors (400, 401, 403, 404) within an hour, "
            "counted by key, user, company and endpoint, block the key for an hour, and for longer if repeated. "
            "Never check many tokens that may be invalid, and count the canary token of an audit. A token of "
            "another country's site is also refused. X-RateLimit headers report the limits per minute and per "
            "day. tld must belong to Exact's sites; any other host requires issuer_url."
        ),
    ),
    uncertain=(
        (
            "The form of a 401 is not documented. Only the forms of RFC 6750, section 3, deny a token. Any other "
            "401, which may be Exact's real response, leaves the token undecided."
        ),
        "The list of Exact's sites may be incomplete.",
    ),
)
