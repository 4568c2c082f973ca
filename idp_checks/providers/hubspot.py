"""HubSpot: the person who installed an app. The profile is the issuer's answer about the token itself."""

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
    """``POST /oauth/2026-03/token/introspect`` and the older ``GET /oauth/v1/access-tokens/{token}`` alike.

    https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect
    """

    subject: ClassVar[Path] = ("user_id",)

    user_id: NumberId
    user: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_id, email=self.user)


class Introspected(ResponseModel):
    """An active token; refresh tokens are answered as well."""

    active: bool
    token_use: str
    client_id: str
    user_id: int | str
    scopes: list[str]
    expires_in: Seconds
    token_type: str | None = None

    def read(self, question: Question) -> Reading:
        if self.active is not True or self.token_use != "access_token":
            return Reading(active=None, reason="contradiction", detail="not about an active access token")
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
            "There is no userinfo: the answer about the token is the profile, without name and picture.",
            "The address stands in user. Nothing vouches for it, though django-allauth takes it as verified.",
            "user_id is the person, hub_id the customer's account: one person may come with several.",
            "The answer repeats the token, and a signed copy of what it says: it is not to be stored as it is.",
            "expiresAt in signed_access_token is in milliseconds, expires_in in seconds.",
            (
                "The older form, GET https://api.hubapi.com/oauth/v1/access-tokens/{token}, has neither active nor "
                "client_id, asks for no credentials, leaves tokens in access logs, and ends on 2027-02-16."
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
            "Not to be read; up to about 300 characters. Bound to one app, one customer's account and the person who "
            "installed it; the scopes asked for must be those of the app's configuration. Tokens of private apps "
            "(pat-na1-, pat-eu1-) are another kind."
        ),
        lifetime=1800,
        validity="Six hours in former times; the refresh token lasts until the app is uninstalled.",
        renewal=renew_by_refresh_token(
            "",
            "https://api.hubapi.com/oauth/2026-03/token",
        ),
        termination=revoke_by_request(
            "Form fields client_id, client_secret and token, the refresh token; an access token runs on to its end. "
            "Uninstalling the app is another step.",
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
            "Set the scope in the app's configuration and name it in scope or optional_scope at "
            "https://app.hubspot.com/oauth/authorize; the customer installs again. oauth is always among them."
        ),
        sources=("https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens",),
    ),
    debug=introspection_endpoint(
        "https://api.hubapi.com/oauth/2026-03/token/introspect",
        response_model=Introspected,
        params={"client_id": "{client_id}", "client_secret": "{client_secret}", "token_type_hint": "access_token"},
        basic=False,
        source="https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/token-introspect",
        note=(
            "It states client, person, scopes and seconds left, and repeats the token. The API itself refuses a dead "
            "one by 401 with category EXPIRED_AUTHENTICATION or INVALID_AUTHENTICATION."
        ),
    ),
    uncertain=(
        (
            "Only the active answer is documented: active false is read as RFC 7662 has it, and an error 400 of "
            "category VALIDATION_ERROR, which a dead token may give as well, as no verdict."
        ),
        "How a token of another app is answered is not documented.",
    ),
)
