"""Evernote's sandbox, which no longer exists."""

from __future__ import annotations

from idp_checks.providers.evernote import PROVIDER as EVERNOTE

PROVIDER = EVERNOTE.variant(
    "evernote-sandbox",
    "Evernote (sandbox)",
    {"www.evernote.com": "sandbox.evernote.com"},
    status="defunct",
    status_note=(
        "Withdrawn by April 2024 at the latest, according to Evernote's notice to developers. The name "
        "is still on Auth0's list."
    ),
    debug=None,
)
