"""Salesforce's sandboxes: the same provider with another login host."""

from __future__ import annotations

from idp_checks.providers.salesforce import PROVIDER as SALESFORCE

PROVIDER = SALESFORCE.variant(
    "salesforce-sandbox", "Salesforce (sandbox)", {"login.salesforce.com": "test.salesforce.com"}
)
