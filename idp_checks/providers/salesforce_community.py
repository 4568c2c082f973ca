"""Salesforce's Experience Cloud, once called communities: the same provider at the address of the site.

Where that is stands in the connection: give it as ``issuer_url``.
"""

from __future__ import annotations

from idp_checks.providers.salesforce import PROVIDER as SALESFORCE

PROVIDER = SALESFORCE.variant(
    "salesforce-community",
    "Salesforce (Experience Cloud)",
    uncertain=(
        *SALESFORCE.uncertain,
        "The site has an address of its own, which stands in the connection: without it login.salesforce.com is asked.",
    ),
)
