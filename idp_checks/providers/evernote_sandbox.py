"""Evernote's sandbox, which is gone."""

from __future__ import annotations

from idp_checks.providers.evernote import PROVIDER as EVERNOTE

PROVIDER = EVERNOTE.variant(
    "evernote-sandbox",
    "Evernote (sandbox)",
    {"www.evernote.com": "sandbox.evernote.com"},
    status="defunct",
    status_note="Withdrawn by April 2024 at the latest, as developers were told; the name is still on Auth0's list.",
    debug=None,
)
