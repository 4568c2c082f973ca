"""The families of hostile issuers."""

from __future__ import annotations

from idp_checks import providers
from idp_checks.selftest.hostile.families import FAMILIES


def test_every_kind_of_endpoint_has_a_family():
    """Each kind of debug endpoint has a family, and so has a request that is signed with OAuth 1.0a."""
    endpoints = [providers.get(name).debug for name in providers.names()]
    family_endpoints = [providers.get(family.provider).debug for family in FAMILIES.values()]
    assert {endpoint.kind for endpoint in endpoints if endpoint} <= {endpoint.kind for endpoint in family_endpoints}
    placements = {getattr(getattr(endpoint, "placement", None), "location", None) for endpoint in family_endpoints}
    assert {"oauth1"} < placements
