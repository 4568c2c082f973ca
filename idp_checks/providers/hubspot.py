"""HubSpot: the user who installed an app; the profile is the introspection response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    Email,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    expiry_after,
    introspection_endpoint,
    renew_by_refresh_token,
    revoke_by_request,
)


class Metadata(Shape):
    """The response of token introspection, and of the older ``GET /oauth/v1/access-tokens/{token}``.

    ``POST /oauth/2026-03/token/introspect``,
    https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect
    """

    subject: ClassVar[Path] = ("user_id",)

    user_id: NumberId
    user: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_id, email=self.user)


class TokenStatus(ResponseModel):
    """The response to an active token; refresh tokens are accepted too."""

    active: bool
    token_use: str
    client_id: str
    user_id: int | str
    scopes: list[str]
    expires_in: Seconds
    token_type: str | None = None

    def read(self, question: Question) -> Reading:
        if self.active is not True or self.token_use != "access_token":
            return Reading(
                active=None, reason="contradiction", detail="the response is not about an active access token"
            )
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=str(self.user_id),
            scopes=tuple(self.scopes),
            expires_at=expiry_after(question.time, self.expires_in),
            token_type=self.token_type,
        )


PROVIDER = Provider(
    name="hubspot",
    title="HubSpot",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "hubspot", "allauth": "hubspot", "authjs": "hubspot"},
    has_auth0_strategy=False,
    docs=(
        "https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect",
        "https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens",
        "https://developers.hubspot.com/docs/api-reference/legacy/authentication/oauth-tokens/v1/migration-guide",
        "https://developers.hubspot.com/changelog/v1-oauth-api-deprecation",
        "https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses",
    ),
    profile=ProfileFacts(
        shapes=(Metadata,),
        request=None,
        quirks=(
            (
                "HubSpot has no userinfo endpoint. The profile is the introspection response, which has no name and no "
                "picture."
            ),
            (
                "The email address is in user. HubSpot does not vouch for it, although django-allauth treats it as "
                "verified."
            ),
            "user_id is the user and hub_id the customer's account. One user may have several accounts.",
            "The response repeats the token and contains a signed copy of its data. It must not be stored unchanged.",
            "expiresAt in signed_access_token is in milliseconds, expires_in in seconds.",
            (
                "The older form, GET https://api.hubapi.com/oauth/v1/access-tokens/{token}, has neither active nor "
                "client_id and requires no credentials. It leaves tokens in access logs, and ends on 2027-02-16."
            ),
        ),
        sources=(
            "https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect",
            "https://developers.hubspot.com/changelog/v1-oauth-api-deprecation",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Clients must not read the token, which has up to about 300 characters. Bound to one app, one customer's "
            "account and the user who installed it. The requested scopes must be those of the app's configuration. "
            "Tokens of private apps (pat-na1-, pat-eu1-) are of another kind."
        ),
        lifetime=1800,
        validity="The former lifetime was 6 hours. The refresh token is valid until the app is uninstalled.",
        renewal=renew_by_refresh_token(
            "",
            "https://api.hubapi.com/oauth/2026-03/token",
        ),
        termination=revoke_by_request(
            (
                "Accepts the refresh token. An access token stays valid until it expires. Uninstalling the app is a "
                "separate step."
            ),
            "https://api.hubapi.com/oauth/2026-03/token/revoke",
            token="refresh",
        ),
        uses=Operation(
            request=RequestTemplate("https://api.hubapi.com/account-info/v3/details"), required_scopes=("oauth",)
        ),
        sample="CJ{}",
        sources=(
            "https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect",
            "https://developers.hubspot.com/changelog/upcoming-expiration-of-oauth-access-tokens-is-changing",
        ),
    ),
    scopes=Scopes(
        profile=("oauth",),
        email=("oauth",),
        adding=(
            "Set the scope in the app's configuration and send it in scope or optional_scope at "
            "https://app.hubspot.com/oauth/authorize. The customer then installs the app again. The scopes always "
            "include oauth."
        ),
        sources=("https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens",),
    ),
    debug=introspection_endpoint(
        "https://api.hubapi.com/oauth/2026-03/token/introspect",
        response_model=TokenStatus,
        params={"client_id": "{client_id}", "client_secret": "{client_secret}", "token_type_hint": "access_token"},
        basic=False,
        source="https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/token-introspect",
        note=(
            "The response contains the client, the user, the scopes and the seconds left, and repeats the token. The "
            "API itself responds to an invalid token with 401 and category EXPIRED_AUTHENTICATION or "
            "INVALID_AUTHENTICATION."
        ),
    ),
    uncertain=(
        (
            "Only the active response is documented. active false is read as in RFC 7662. A 400 with category "
            "VALIDATION_ERROR, which an invalid token may also cause, is undecided."
        ),
        "The response to a token of another app is not documented.",
    ),
)
