"""Custom database: a script of the tenant looks up the user."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "custom",
    "Custom database",
    "database",
    "A script of the tenant looks up the user. It issues no tokens.",
)
