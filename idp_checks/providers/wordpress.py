"""WordPress.com: the signed-in account. Sites that run WordPress themselves are no part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import field

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    bool_or_none,
    by_query,
    split_scopes,
)


class Me(Shape):
    """``GET /rest/v1.1/me``, https://developer.wordpress.com/docs/api/1.1/get/me/."""

    subject: ClassVar[Path] = ("ID",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    id: NumberId = field(name="ID")
    display_name: Name = None
    username: Username = None
    email: Email = None
    email_verified: Flag = None
    avatar_url: Url = field(name="avatar_URL", default=None)

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.display_name,
            username=self.username,
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.avatar_url,
        )


class TokenInfo(ResponseModel):
    """A good token, https://developer.wordpress.com/docs/api/oauth2/; identifiers come as texts or as numbers."""

    client_id: int | str
    user_id: int | str
    scope: str | None = None

    def read(self, question: Question) -> Reading:
        if not {str(self.client_id).strip(), str(self.user_id).strip()}.isdisjoint(("", "0")):
            return Reading(active=None, reason="unparsable", detail="no client or no account is named")
        return Reading(
            active=True,
            reason="ok",
            client_id=str(self.client_id),
            subject=str(self.user_id),
            # Empty is not none: such a token may do everything on its site.
            scopes=split_scopes(self.scope) or None,
        )


PROVIDER = Provider(
    name="wordpress",
    title="WordPress.com",
    kind="social",
    protocol="oauth2",
    aliases={"authjs": "wordpress"},
    docs=(
        "https://developer.wordpress.com/docs/api/oauth2/",
        "https://developer.wordpress.com/docs/api/1.1/get/me/",
        "https://developer.wordpress.com/docs/oauth2/",
        "https://developer.wordpress.com/docs/wpcc/",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate("https://public-api.wordpress.com/rest/v1.1/me"),
        vouching="WordPress.com's email_verified: the account's address was confirmed",
        quirks=(
            (
                "Older stored profiles have verified in place of email_verified, or neither: nothing is said of the "
                "address then."
            ),
            "ID, avatar_URL, profile_URL and logout_URL are written so: the case of their letters counts.",
            "There are no given and family names.",
            "The picture is a Gravatar, as WordPress.com itself gives it.",
            (
                "Not for keeping: what belongs to the call alone (logout_URL with its one-time value, "
                "user_ip_country_code, notes, abtests)."
            ),
            "token_site_id is a number, false or null; primary_blog is a number, 0 or null.",
            "Without a live token the status is 403, never 401, and error is authorization_required.",
            "http_envelope=true makes every status 200: the member code has the real one.",
        ),
        sources=("https://developer.wordpress.com/docs/api/1.1/get/me/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "It may hold %, &, # and ^, so it is percent-encoded. Bound to one application, one person, the "
            "scope and as a rule one site, for which the token answer has blog_id and blog_url."
        ),
        lifetime=0,
        validity=(
            "Tokens of the implicit flow and of the newer server (/oauth2-1/), which issues refresh tokens, expire "
            "after two weeks."
        ),
        renewal=Operation(
            "None at the older server; the newer one takes grant_type=refresh_token at "
            "https://public-api.wordpress.com/oauth2-1/token."
        ),
        termination=Operation(
            "No call at the older server: the person disconnects the application at "
            "https://wordpress.com/me/security/connected-applications. The newer one has "
            "https://public-api.wordpress.com/oauth2-1/revoke."
        ),
        uses=Operation(
            request=RequestTemplate("https://public-api.wordpress.com/rest/v1.1/me"), required_scopes=("auth",)
        ),
        sample="{}^&#%",
        sources=(
            "https://developer.wordpress.com/docs/api/oauth2/",
            "https://public-api.wordpress.com/.well-known/openid-configuration",
        ),
    ),
    scopes=Scopes(
        profile=("auth",),
        email=("auth",),
        adding=(
            "Authorise again at https://public-api.wordpress.com/oauth2/authorize with the scope; what was granted for "
            "that site before is replaced. auth opens /me alone, no scope everything on one site, global all sites. "
            "At the newer server the scopes are openid, profile and email."
        ),
        sources=("https://developer.wordpress.com/docs/api/oauth2/",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://public-api.wordpress.com/oauth2/token-info",
        placement=by_query("token"),
        params={"client_id": "{client_id}"},
        required_credentials=("client_id",),
        proves=frozenset({"client", "subject", "scopes"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(
                400,
                "denied",
                {"error": "invalid_request", "error_description": "The specified token is invalid."},
                bare=True,
                detail="a dead token, or perhaps one of another application",
            ),
        ),
        source="https://developer.wordpress.com/docs/api/oauth2/",
        note=(
            "The caller names its own client, and the client of the answer is still compared. The site is in blog_id, "
            "null for a token of all sites. An empty scope is a token that may do everything on its site: its scopes "
            "are not stated. Neither issue nor end is told. Tokens of the newer server have /oauth2-1/token-info and "
            "OpenID Connect (https://public-api.wordpress.com/.well-known/openid-configuration)."
        ),
    ),
    uncertain=(
        (
            "A token of another application gives an error whose status and body are not documented; it may be that of "
            "a dead token, so this refusal alone proves little."
        ),
        "How an expired or a revoked token is refused is not documented: as an unknown one, it is supposed.",
    ),
)
