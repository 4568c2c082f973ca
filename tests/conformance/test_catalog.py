"""Tests of the rule catalog."""

from __future__ import annotations

import pytest

from idp_checks.conformance.catalog import PROPERTIES, RULES
from idp_checks.conformance.judges import JUDGES
from idp_checks.conformance.search.experiments import EXPERIMENTS


def test_catalog_numbers_rules_in_order():
    """The rules are N1 to N13 and M1 to M6."""
    assert list(RULES) == [f"N{number}" for number in range(1, 14)] + [f"M{number}" for number in range(1, 7)]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule_has_reason_and_source(rule):
    """Every rule has a title, a source, and a statement, reason and attack in whole sentences."""
    assert rule.title
    assert rule.statement.endswith(".")
    assert rule.source
    assert rule.reason.endswith(".")
    assert rule.attack is None or rule.attack.endswith(".")
    assert all(text.endswith(".") for text in rule.variations)


def test_security_rules_name_the_attack():
    """Every rule that protects an account names the attacker's gain."""
    assert {"N1", "N7", "N13", "M1", "M2", "M6"} <= {rule.id for rule in RULES.values() if rule.attack}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule_is_about_existing_properties(rule):
    """A rule refers only to properties of the normalized profile."""
    assert {*rule.properties, *rule.subject, *rule.requires} <= set(PROPERTIES)


def test_every_rule_has_its_code():
    """Every profile rule has one judge; every metamorphic rule has an experiment; neither registry has more."""
    assert set(JUDGES) == {rule.id for rule in RULES.values() if not rule.is_metamorphic}
    assert {rule.id for rule in RULES.values() if rule.is_metamorphic} <= set(EXPERIMENTS) <= set(RULES)


def test_varied_rules_describe_their_variations():
    """A rule describes its variations exactly if the search varies raw profiles for it."""
    # N12 is also tried with responses that are not profiles.
    assert {rule.id for rule in RULES.values() if rule.variations} == {*EXPERIMENTS, "N12"}
