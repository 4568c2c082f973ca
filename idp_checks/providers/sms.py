"""Passwordless SMS: a code proves the telephone number."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "sms",
    "Text message code",
    "passwordless",
    "A code proves the telephone number. No tokens are issued.",
)
