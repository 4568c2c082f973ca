"""Shop: on Auth0's list, without documentation."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "shop",
    "Shop",
    "social",
    "The name is on Auth0's list and in none of its groups; the service behind it is not documented.",
    uncertain=("Profile and tokens are not documented: tokens are not checked.",),
)
