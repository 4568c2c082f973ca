"""Custom OAuth 1.0 connections: any provider, called by a script of the tenant."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "oauth1",
    "Custom OAuth 1.0 connection",
    "generic",
    "Any provider, called by a script of the tenant. The name does not identify the provider.",
    protocol="oauth1",
    uncertain=("Only the connection identifies the issuer of the tokens, so they are not checked.",),
)
