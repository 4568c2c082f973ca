"""Outcomes of one conformance test by rule, attached to the test for the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from idp_checks.conformance.redaction import CANARY
from idp_checks.conformance.reports.failure import Evidence, render_failure
from idp_checks.conformance.reports.junit import outcomes_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from idp_checks.conformance.results import Run

__all__ = ["RuleOutcomes"]

INTERRUPTED = "the test ended before it judged the rule"
NO_PROFILE = "the normalizer returned no profile"


class RuleOutcomes:
    """The outcomes of one test, by rule.

    The test reports an ``error`` for each rule from the start, so an interrupted test never counts as passed.
    """

    def __init__(self, node: pytest.Item, provider: str, rules: Iterable[str], run: Run | None = None) -> None:
        self._node = node
        self._provider = provider
        self._run = run
        self._outcomes: dict[str, dict[str, Any]] = {
            rule: {"outcome": "error", "objections": [INTERRUPTED]} for rule in rules
        }
        self._index = len(node.user_properties)
        node.user_properties.append(self._property())

    def add_judgment(
        self,
        rule: str,
        *objections: str,
        expected: Mapping[str, Any] | None = None,
        actual: Mapping[str, Any] | None = None,
    ) -> None:
        """Record that a rule was judged; without objections it passed. Objections of several calls add up."""
        before = self._outcomes.get(rule, {})
        total = list(before.get("objections", [])) if before.get("outcome") == "violated" else []
        total += [objection for objection in objections if objection not in total]
        if not total:
            self._outcomes[rule] = {"outcome": "passed"}
            return
        values: dict[str, Any] = {}
        if "expected" in before:
            values = {"expected": before["expected"], "got": before["got"]}
        elif expected is not None or actual is not None:
            values = {"expected": expected, "got": actual}
        self._outcomes[rule] = {"outcome": "violated", "objections": total, **values}

    def has_passed(self, rule: str) -> bool:
        """Whether the rule was judged without objections."""
        return self._outcomes.get(rule, {}).get("outcome") == "passed"

    def add_error(self, rule: str, reason: str) -> None:
        """Record that the normalizer did not respond."""
        self._outcomes[rule] = {"outcome": "error", "objections": [reason.replace(CANARY, "[secret]")]}

    def add_unjudged(self, rule: str) -> None:
        """Record that there was no profile to judge: an error unless another test judges the rule."""
        self._outcomes[rule] = {"outcome": "error", "objections": [NO_PROFILE], "unjudged": True}

    def add_skip(self, rule: str, state: str, reason: str) -> None:
        """Record that the rule was skipped; ``state`` is ``not_claimed`` or ``not_applicable``."""
        self._outcomes[rule] = {"outcome": state, "why": reason}

    def finish(self, evidence: Evidence | None = None) -> None:
        """Report the outcomes; fail the test unless every rule passed, skip it if every rule was skipped."""
        evidence = evidence or Evidence()
        for outcome in self._outcomes.values():
            if outcome["outcome"] == "violated":
                outcome["example"] = evidence.example
                if evidence.recording is not None:
                    outcome["recording"] = evidence.recording
        self._node.user_properties[self._index] = self._property()
        if message := render_failure(self._provider, self._outcomes, evidence):
            pytest.fail(message, pytrace=False)
        reasons = [
            f"{outcome['outcome'].replace('_', ' ')}: {outcome['why']}"
            for outcome in self._outcomes.values()
            if "why" in outcome
        ]
        if reasons and len(reasons) == len(self._outcomes):
            pytest.skip("; ".join(dict.fromkeys(reasons)))

    def _property(self) -> tuple[str, str]:
        return outcomes_property(self._provider, self._outcomes, self._run)
