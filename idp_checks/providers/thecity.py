"""The City: closed on 2019-02-28."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "thecity",
    "The City",
    "social",
    "Closed on 2019-02-28, replaced by Realm. Auth0 removed the name from its list in April 2026.",
    protocol="oauth2",
    is_defunct=True,
    docs=("https://wiki.acstechnologies.com/display/TheCity/Posts",),
)
