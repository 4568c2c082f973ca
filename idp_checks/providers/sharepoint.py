"""SharePoint app: on Auth0's list, but not documented."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "sharepoint",
    "SharePoint app",
    "enterprise",
    "The name is on Auth0's list, but its profile and tokens are not documented.",
    uncertain=("The tokens are not documented, so they are not checked.",),
)
