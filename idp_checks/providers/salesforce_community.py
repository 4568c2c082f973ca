"""Salesforce's Experience Cloud, formerly communities: the same provider at the site's URL.

The connection contains that URL. Pass it as ``issuer_url``.
"""

from __future__ import annotations

from idp_checks.providers.salesforce import PROVIDER as SALESFORCE

PROVIDER = SALESFORCE.variant(
    "salesforce-community",
    "Salesforce (Experience Cloud)",
    uncertain=(
        *SALESFORCE.uncertain,
        "Each site has a separate URL, which the connection contains. Without it, login.salesforce.com is called.",
    ),
)
