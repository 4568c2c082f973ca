"""Tests of the variants for metamorphic rules."""

from __future__ import annotations

import pytest

from idp_checks import providers
from idp_checks.conformance.case import Case
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.pool import get_pool
from idp_checks.conformance.search.variants import VARIANTS, claims_equal, replace_everywhere

GOOGLE = providers.get("google-oauth2")


@pytest.mark.parametrize("rule", VARIANTS)
def test_rule_has_usable_variants(rule):
    """At least one variant of a rule is a profile with the claims that the rule requires."""
    pool = get_pool(GOOGLE, DEPTHS["quick"], 0)
    usable = 0
    for number, sample in enumerate(pool.samples):
        case = Case.from_raw(GOOGLE, *sample)
        for raw, also in VARIANTS[rule](GOOGLE, case, pool.samples[0], number):
            variant = Case.from_raw(GOOGLE, raw, also)
            usable += variant.claims is not None and (rule in ("M1", "M2") or claims_equal(variant.claims, case.claims))
    assert usable


def test_replace_everywhere_changes_every_list_element():
    """A path into a list replaces the value in all elements."""
    raw = {"emails": [{"verified": True}, {"verified": True}]}
    assert replace_everywhere(raw, ("emails", 0, "verified"), value=False) == {
        "emails": [{"verified": False}, {"verified": False}]
    }
