"""IP address: requests from listed addresses are signed in, without tokens."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "ip",
    "IP address",
    "enterprise",
    "Requests from listed addresses are signed in without a token.",
)
