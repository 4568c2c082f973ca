"""Passwordless email: a code or a link proves the email address."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "email",
    "Email code or link",
    "passwordless",
    "A code or a link proves the email address. No tokens are issued.",
)
