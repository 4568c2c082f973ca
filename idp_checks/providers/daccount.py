"""The name under which Auth0 stores docomo accounts."""

from __future__ import annotations

from idp_checks.providers.docomo import PROVIDER as DOCOMO

PROVIDER = DOCOMO.variant("daccount", DOCOMO.title)
