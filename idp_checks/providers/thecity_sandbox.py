"""The City's sandbox: closed with it on 2019-02-28."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "thecity-sandbox",
    "The City (sandbox)",
    "social",
    "Closed with The City on 2019-02-28. Auth0 removed the name from its list in April 2026.",
    protocol="oauth2",
    is_defunct=True,
    docs=("https://wiki.acstechnologies.com/display/TheCity/Posts",),
)
