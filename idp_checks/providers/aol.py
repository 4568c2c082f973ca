"""AOL: OpenID and OpenAuth are closed."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "aol",
    "AOL",
    "social",
    "OpenID and OpenAuth are closed; the date is not known. Accounts continue at Yahoo. Auth0 removed the name from "
    "its list in April 2026.",
    is_defunct=True,
)
