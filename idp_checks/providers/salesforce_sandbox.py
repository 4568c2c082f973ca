"""Salesforce's sandboxes: the same provider, signed in to at another host."""

from __future__ import annotations

from idp_checks.providers.salesforce import PROVIDER as SALESFORCE

PROVIDER = SALESFORCE.variant(
    "salesforce-sandbox", "Salesforce (sandbox)", {"login.salesforce.com": "test.salesforce.com"}
)
