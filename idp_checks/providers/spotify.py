"""Spotify: the profile of the person behind a token."""

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
            # The identifier is the username too, and as such goes before the local part of the address.
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
            "Spotify says that the address is not verified: nothing vouches for it.",
            (
                "Since March 2026 apps in Development Mode get no email, country, product, followers or "
                "explicit_content, whatever the scopes."
            ),
            (
                "id is the username, old ones readable and newer ones random; stored identities hold it. account_id, "
                "new in May 2026, is made for linking accounts and never changes."
            ),
            "images may be empty, its sizes may be null, and their order is not promised: the largest is taken.",
            "display_name is null for some accounts: the name is then the username. There are no parts of the name.",
            "Auth0 connects it by a custom connection: stored identifiers are oauth2|spotify|spotify:user:ID.",
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
            "It mostly begins with BQ, which is not documented. Bound to one client, one account and the "
            "scopes granted."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, with HTTP Basic or a PKCE client's client_id; where no new refresh token comes, "
            "the old one goes on. It ends 6 months after the authorisation (400 invalid_grant), for apps made since 18 "
            "June 2026 at once and for all others since 20 July 2026: the person signs in again.",
            "https://accounts.spotify.com/api/token",
            basic=True,
        ),
        termination=revoke_in_settings(page="https://www.spotify.com/account/apps/"),
        uses=Operation("Needs no scope.", RequestTemplate("https://api.spotify.com/v1/me")),
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
            "Authorise again with the larger set; show_dialog=true asks again. An app begins in Development Mode (its "
            "owner has Premium, 5 named users, one client id) until Spotify extends its quota."
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
                detail="Spotify saw no token, and one was sent",
            ),
            Refusal(401, "denied", {"error": {"status": 401}}),
            Refusal(
                403,
                "not_permitted",
                detail="a scope is missing, or the person is not among the named users of an app in Development Mode",
            ),
        ),
        source="https://developer.spotify.com/documentation/web-api/concepts/api-calls",
        note=("Calls are counted in a rolling window of 30 seconds for each app; 429 has Retry-After."),
    ),
    uncertain=(
        (
            "The texts of a 401 are not documented and have changed: since July 2026 one text stands for missing, "
            "invalid and expired tokens alike, which is read as a denial without a reason."
        ),
    ),
)
