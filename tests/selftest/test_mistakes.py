"""The mistakes without a report cover all rules."""

from __future__ import annotations

from idp_checks.conformance.catalog import RULES
from idp_checks.selftest.mistakes import MISTAKES


def test_every_rule_has_a_mistake():
    """At least one mistake breaks each rule."""
    assert {rule for _, rule, _ in MISTAKES} == set(RULES)
