"""Spotify: the profile of the user of a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    Name,
    Operation,
    Picture,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    largest_picture,
    profile_probe,
    renew_by_refresh_token,
    revoke_in_settings,
)


class User(Shape):
    """``GET /v1/me``.

    https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile.
    """

    id: Id
    display_name: Name = None
    email: Email = None
    images: list[Picture] | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.display_name,
            # The identifier is also the username, which takes precedence over the local part of the email address.
            username=str(self.id),
            email=self.email,
            picture=largest_picture(self.images),
        )


PROVIDER = Provider(
    name="spotify",
    title="Spotify",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "spotify", "allauth": "spotify", "authjs": "spotify"},
    docs=(
        "https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile",
        "https://developer.spotify.com/documentation/web-api/tutorials/code-flow",
        "https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens",
        "https://developer.spotify.com/documentation/web-api/concepts/scopes",
        "https://developer.spotify.com/documentation/web-api/tutorials/february-2026-migration-guide",
        "https://developer.spotify.com/documentation/web-api/references/changes/may-2026",
        "https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.spotify.com/v1/me"),
        quirks=(
            "Spotify states that the email address is not verified.",
            (
                "Since March 2026, apps in Development Mode do not receive email, country, product, followers or "
                "explicit_content, regardless of the scopes."
            ),
            (
                "id is the username: readable for old accounts, random for newer accounts. Stored identities contain "
                "it. account_id, introduced in May 2026, is intended for linking accounts and never changes."
            ),
            (
                "images may be empty, its sizes may be null, and their order is not guaranteed. The largest picture "
                "is used."
            ),
            (
                "display_name is null for some accounts. The name is then the username. The profile has no given and "
                "family names."
            ),
            "Auth0 connects Spotify with a custom connection: stored identifiers are oauth2|spotify|spotify:user:ID.",
        ),
        sources=(
            "https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile",
            "https://developer.spotify.com/documentation/web-api/references/changes/may-2026",
            "https://developer.spotify.com/documentation/web-api/tutorials/february-2026-migration-guide",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token usually begins with BQ, which is not documented. Bound to one client, one account and the "
            "granted scopes."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "A PKCE client sends its client_id instead of HTTP Basic. If the response contains no new refresh token, "
            "the existing refresh token remains valid. A refresh token expires 6 months after the authorization (400 "
            "invalid_grant). This applies immediately to apps created since 18 June 2026, and to all other apps since "
            "20 July 2026. The user must then sign in again.",
            "https://accounts.spotify.com/api/token",
            basic=True,
        ),
        termination=revoke_in_settings(page="https://www.spotify.com/account/apps/"),
        uses=Operation("No scope is required.", RequestTemplate("https://api.spotify.com/v1/me")),
        sample="BQ{}",
        sources=(
            "https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens",
            "https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration",
            "https://developer.spotify.com/documentation/web-api/tutorials/code-flow",
        ),
    ),
    scopes=Scopes(
        profile=("user-read-private",),
        email=("user-read-email",),
        adding=(
            "Authorize again with all scopes; show_dialog=true prompts the user again. An app begins in Development "
            "Mode (its owner has Premium, 5 named users, one client id) until Spotify extends its quota."
        ),
        sources=(
            "https://developer.spotify.com/documentation/web-api/concepts/scopes",
            "https://developer.spotify.com/documentation/web-api/tutorials/february-2026-migration-guide",
        ),
    ),
    debug=profile_probe(
        "https://api.spotify.com/v1/me",
        User,
        refusals=(
            Refusal(401, "expired", {"error": {"status": 401, "message": "The access token expired"}}),
            Refusal(
                401,
                "contradiction",
                {"error": {"status": 401, "message": "No token provided"}},
                detail="Spotify did not receive the token, although it was sent",
            ),
            Refusal(401, "denied", {"error": {"status": 401}}),
            Refusal(
                403,
                "not_permitted",
                detail="a scope is missing, or the user is not among the named users of an app in Development Mode",
            ),
        ),
        source="https://developer.spotify.com/documentation/web-api/concepts/api-calls",
        note="Calls are counted in a rolling window of 30 seconds per app. A 429 response contains Retry-After.",
    ),
    uncertain=(
        (
            "The messages of a 401 are not documented and have changed. Since July 2026, the same message is used for "
            "missing, invalid and expired tokens. It is read as a denial without a reason."
        ),
    ),
)
