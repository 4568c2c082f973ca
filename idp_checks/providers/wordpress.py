"""WordPress.com: the signed-in account. Self-hosted WordPress sites are not covered."""

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
    """A valid token, https://developer.wordpress.com/docs/api/oauth2/; identifiers are strings or numbers."""

    client_id: int | str
    user_id: int | str
    scope: str | None = None

    def read(self, question: Question) -> Reading:
        if not {str(self.client_id).strip(), str(self.user_id).strip()}.isdisjoint(("", "0")):
            return Reading(active=None, reason="unparsable", detail="the client or the account is missing")
        return Reading(
            active=True,
            reason="ok",
            client_id=str(self.client_id),
            subject=str(self.user_id),
            # An empty scope does not mean no scopes: such a token has full access to its site.
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
        vouching="WordPress.com's email_verified: the account's email address was confirmed",
        quirks=(
            (
                "Older stored profiles have verified instead of email_verified, or neither. Their email address is "
                "then of unknown status."
            ),
            "The field names ID, avatar_URL, profile_URL and logout_URL are case-sensitive.",
            "The profile has no given and family name.",
            "The picture is a Gravatar, as returned by WordPress.com.",
            (
                "Do not store the fields that concern only the call: logout_URL with its one-time value, "
                "user_ip_country_code, notes, abtests."
            ),
            "token_site_id is a number, false or null. primary_blog is a number, 0 or null.",
            "Without a valid token, the status is 403, never 401, and error is authorization_required.",
            "With http_envelope=true, every status is 200, and the field code contains the actual status.",
        ),
        sources=("https://developer.wordpress.com/docs/api/1.1/get/me/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token may contain %, &, # and ^, so it is percent-encoded. It is bound to one application, one user, "
            "the scope and usually one site. The token response contains the site in blog_id and blog_url."
        ),
        lifetime=0,
        validity=(
            "Tokens of the implicit flow and of the newer server (/oauth2-1/), which issues refresh tokens, expire "
            "after two weeks."
        ),
        renewal=Operation(
            "Not available at the older server. The newer server accepts grant_type=refresh_token at "
            "https://public-api.wordpress.com/oauth2-1/token."
        ),
        termination=Operation(
            "No API call at the older server: the user disconnects the application at "
            "https://wordpress.com/me/security/connected-applications. The newer server has "
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
            "Authorize again at https://public-api.wordpress.com/oauth2/authorize with the scope. The new grant "
            "replaces the previous grant for that site. auth grants access only to /me, and global to all sites. "
            "Without a scope, the token grants access to everything on one site. The scopes of the newer server are "
            "openid, profile and email."
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
                detail="an invalid token, or possibly a token of another application",
            ),
        ),
        source="https://developer.wordpress.com/docs/api/oauth2/",
        note=(
            "The request contains the caller's client, and the client in the response is compared as well. blog_id "
            "contains the site and is null for a token of all sites. A token with an empty scope has full access to "
            "its site, so its scopes are not stated. The response contains neither issue time nor expiry. For tokens "
            "of the newer server, use /oauth2-1/token-info and OpenID Connect "
            "(https://public-api.wordpress.com/.well-known/openid-configuration)."
        ),
    ),
    uncertain=(
        (
            "A token of another application gets an error whose status and body are not documented. It may be the "
            "error of an invalid token, so this refusal alone proves little."
        ),
        "The refusal of an expired or revoked token is not documented. It is assumed to be that of an unknown token.",
    ),
)
