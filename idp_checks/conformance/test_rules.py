"""One test for each provider and rule of the catalog, over the raw profiles that the provider may send."""

from __future__ import annotations

import pytest

from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.rule_check import RuleCheck, check_rule, pytest_generate_tests

__all__ = ["check_rule", "pytest_generate_tests", "test_rule"]


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: str, check_rule: RuleCheck) -> None:
    """The normalizer follows the rule for every raw profile that is tried."""
    check_rule(rule)
