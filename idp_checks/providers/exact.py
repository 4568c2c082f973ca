"""Exact Online: the current user, wrapped as OData wraps lists, on one site for each country."""

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
"""What stands behind ``start.exactonline.`` at Exact's sites."""


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
    """``GET /api/v1/current/Me``; the first of the list is the user.

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


NO_SITE = f"tld names none of Exact's sites ({', '.join(sorted(SITES))})"


def _elsewhere(question: Question) -> bool:
    return question.issuer_url is None and question.credential("tld") not in SITES


class AtSite(RequestTemplate):
    """A call at Exact's own sites alone: what stands last in a host decides whose it is."""

    def build_url(self, question: Question) -> str:
        if _elsewhere(question):
            raise Unreachable("caller_rejected", NO_SITE)
        return super().build_url(question)


class Probe(HttpEndpoint):
    """The profile call, put to Exact's own sites alone."""

    def steps(self, question: Question) -> Steps:
        if _elsewhere(question):
            return Reading(active=None, reason="caller_rejected", detail=NO_SITE)
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
            "Without Accept application/json the answer is Atom in XML, which Auth0's strategy reads and we do not.",
            "Each country has a host of its own (nl, be, de, co.uk and others) that knows no tokens of another.",
            "There is no flag for the address, which may be null.",
            "UserName is the username, and often an address.",
            "The picture may need a session to be fetched.",
            "Legislation is a 64-bit number as a text; ServerTime has no zone, other dates are /Date(milliseconds)/.",
        ),
        sources=("https://start.exactonline.nl/docs/HlpRestAPIResourcesDetails.aspx?name=SystemSystemMe",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "There are no scopes: the application's registration in the App Center decides, and within it "
            "the person's own rights."
        ),
        lifetime=600,
        validity="expires_in of the token answer is a text.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id and client_secret in the form, not sooner than about 30 seconds "
            "before the end. A refresh token lives 30 days and works once.",
            "https://start.exactonline.{tld}/api/oauth2/token",
            required_credentials=("tld", "client_id", "client_secret"),
            template_class=AtSite,
        ),
        termination=Operation(
            "No call is documented: the person, or for a key the developer, ends it in the App Center."
        ),
        uses=Operation(
            "The identifier alone.",
            AtSite("https://start.exactonline.{tld}/api/v1/current/Me?$select=UserID", required_credentials=("tld",)),
        ),
        sources=(
            "https://support.exactonline.com/community/s/knowledge-base#All-All-DNO-Content-oauth-eol-oauth-devstep1",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding="Change the application's permissions in the App Center; each person must authorise again.",
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
            "Shows that the token works and for whom, never for which application or until when. More than ten errors "
            "(400, 401, 403, 404) within an hour, by key, person, company and endpoint, block the key for an hour, and "
            "for longer when repeated: never ask about many tokens that may be dead, and count the made-up one of an "
            "audit. A token of another country's site is refused here too. Limits by the minute and by the day are "
            "told in X-RateLimit headers. tld is one of Exact's own; any other host is asked by issuer_url alone."
        ),
    ),
    uncertain=(
        (
            "What comes with a 401 is not documented: only the forms of RFC 6750, section 3, deny a token; any other "
            "401, which may be what Exact sends, leaves the question open."
        ),
        "The list of Exact's sites is not said to be complete.",
    ),
)
