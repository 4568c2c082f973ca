"""Active Directory or LDAP: the company's own directory, without tokens."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "ad",
    "Active Directory or LDAP",
    "enterprise",
    "The company's own directory. It issues no tokens.",
)
