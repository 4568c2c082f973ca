"""Tests of exemptions."""

from __future__ import annotations

import pytest

from idp_checks import providers
from idp_checks.conformance import builtin_normalizer, select_normalizer
from idp_checks.conformance.normalizers.exemption import exemption
from idp_checks.conformance.normalizers.normalizer import Normalizer, normalizer_from
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search
from idp_checks.selftest.historic_profiles import normalize_correctly

QUICK = DEPTHS["quick"]
GITHUB, GOOGLE = providers.get("github"), providers.get("google-oauth2")


def without_picture(provider, raw):
    """Return the correct profile without its picture."""
    return {name: value for name, value in normalize_correctly(provider, raw).items() if name != "picture"}


without_picture.idp_not_claimed = {"picture": "the app hides pictures"}


def test_unclaimed_property_is_not_judged():
    """An unclaimed property breaks no rule, and its own rule is skipped with the reason."""
    assert search("N2", GITHUB, Normalizer(without_picture, "claims the picture"), QUICK).objections
    normalizer = normalizer_from(without_picture)
    result = search("N5", GITHUB, normalizer, QUICK)
    assert (result.was_judged, result.is_claimed, result.reason) == (False, False, "picture: the app hides pictures")
    assert search("N2", GITHUB, normalizer, QUICK) == search("N2", GITHUB, builtin_normalizer(), QUICK)


def test_unclaimed_email_exempts_from_rules_that_require_it():
    """Without a claimed email, N7 and M1 are not judged; rules about other properties are."""
    normalizer = select_normalizer(unclaimed=["N10", "email"])
    assert not search("N10", GITHUB, normalizer, QUICK).is_claimed
    assert not search("N7", GOOGLE, normalizer, QUICK).is_claimed
    assert search("N1", GITHUB, normalizer, QUICK).was_judged
    assert exemption("M1", normalizer) == ("not_claimed", f"email: {normalizer.unclaimed['email']}")


@pytest.mark.parametrize(
    ("names", "is_exempt"), [(["given_name"], False), (["given_name", "family_name"], True), (["N8"], True)]
)
def test_rule_is_exempt_if_all_its_properties_are_unclaimed(names, is_exempt):
    """A rule about two properties is judged as long as one of them is claimed."""
    normalizer = builtin_normalizer().with_options(unclaimed=dict.fromkeys(names, "not used"))
    assert (exemption("N8", normalizer) is not None) is is_exempt
