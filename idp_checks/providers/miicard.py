"""miiCard: closed."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "miicard",
    "miiCard",
    "social",
    (
        "The identity assurance service is closed; the date is not known. Auth0 removed the name from its list in "
        "April 2026."
    ),
    protocol="oauth1",
    is_defunct=True,
)
