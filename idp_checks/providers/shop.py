"""Shop: on Auth0's list, but not documented."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "shop",
    "Shop",
    "social",
    "The name is on Auth0's list, but in none of its groups. The service is not documented.",
    uncertain=("Profile and tokens are not documented, so tokens are not checked.",),
)
