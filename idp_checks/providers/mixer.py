"""Mixer: closed on 2020-07-22."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "mixer",
    "Mixer",
    "social",
    "Closed on 2020-07-22. Mixer was a custom connection, stored as oauth2.",
    protocol="oauth2",
    is_defunct=True,
    docs=("https://auth0.com/docs/authenticate/identity-providers/social-identity-providers/oauth2",),
)
