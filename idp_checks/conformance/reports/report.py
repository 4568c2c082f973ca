"""What a test says about the rules: left with the test for whoever collects it, and told to pytest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idp_checks import providers
from idp_checks.conformance.reports.results import PROPERTY, visible
from idp_checks.conformance.rules import CANARY, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from idp_checks.conformance.reports.results import Run

__all__ = ["Report"]

LONGEST = 2000
"""Characters of an example that are shown."""
SHORT = 400
"""Characters of an example that are shown where the file is named in which it stands."""
MOST = 3
"""Objections of one rule that are shown."""
CELL = 60
"""Characters of a value that are shown side by side with another."""
UNDONE = "the question was not answered: the test itself failed"
NOTHING = "no profile came back by which to judge"
NOT_GIVEN = "(absent)"


class Report:
    """The results of one test, by rule.

    From the start the test carries an ``error`` for each rule that it asks about, so that one which breaks off half way
    is never taken for a pass.
    """

    def __init__(self, node: pytest.Item, provider: str, rules: Iterable[str], run: Run | None = None) -> None:
        self._node = node
        self._provider = provider
        self._run = run
        self._told: dict[str, dict[str, Any]] = {rule: {"outcome": "error", "objections": [UNDONE]} for rule in rules}
        self._place = len(node.user_properties)
        node.user_properties.append(self._property())

    def told(
        self,
        rule: str,
        *objections: str,
        expected: Mapping[str, Any] | None = None,
        got: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a rule was judged; without objections it holds."""
        before = self._told.get(rule, {})
        held = before.get("objections", []) if before.get("outcome") == "violated" else []
        held = [*held, *(each for each in objections if each not in held)]
        if not held:
            self._told[rule] = {"outcome": "passed"}
            return
        sides: dict[str, Any] = {}
        if "expected" in before:
            sides = {"expected": before["expected"], "got": before["got"]}
        elif expected is not None or got is not None:
            sides = {"expected": expected, "got": got}
        self._told[rule] = {"outcome": "violated", "objections": held, **sides}

    def holds(self, rule: str) -> bool:
        """Whether the rule was judged, and nothing was objected."""
        return self._told.get(rule, {}).get("outcome") == "passed"

    def unanswered(self, rule: str, why: str) -> None:
        """Note that the normaliser could not be asked, and why."""
        self._told[rule] = {"outcome": "error", "objections": [why.replace(CANARY, "[secret]")]}

    def unjudged(self, rule: str) -> None:
        """Note that no profile came back by which to judge: an error that counts where nothing else judged the rule."""
        self._told[rule] = {"outcome": "error", "objections": [NOTHING], "unjudged": True}

    def not_asked(self, rule: str, state: str, why: str) -> None:
        """Note that the rule was not asked about: it is ``not_claimed`` or ``not_applicable``."""
        self._told[rule] = {"outcome": state, "why": why}

    def leave(
        self,
        example: Any = None,
        recording: str | None = None,
        hint: str | None = None,
        *,
        whole: bool = True,
    ) -> None:
        """Leave the results with the test; fail it unless every rule that was asked about was judged and held.

        A test of which no rule was asked about is skipped.

        Args:
            example: what shows it, a JSON value without secrets.
            recording: the file in which that stands.
            hint: what can be done next.
            whole: whether reason and source of the rules are told, and the example as it is; where many tests fail for
                one cause the short form is enough.
        """
        violated = [rule for rule, each in self._told.items() if each["outcome"] == "violated"]
        for rule in violated:
            self._told[rule]["example"] = example
            if recording is not None:
                self._told[rule]["recording"] = recording
        self._node.user_properties[self._place] = self._property()
        unjudged = [rule for rule, each in self._told.items() if each.get("unjudged")]
        lines: list[str] = []
        for rule, each in self._told.items():
            said = [] if rule in unjudged else each.get("objections", [])
            lines += [f"{self._provider} {rule}: {objection}" for objection in said[:MOST]]
            if len(said) > MOST:
                lines.append(f"{self._provider} {rule}: and {len(said) - MOST} more of the kind")
        if unjudged:
            lines.append(f"{self._provider} {', '.join(unjudged)}: {NOTHING}")
        for rule in violated:
            lines += self._explained(rule, whole=whole)
        if violated:
            shown = json.dumps(example, indent=1)
            most = LONGEST if whole else SHORT
            lines.append(f"example: {shown if len(shown) <= most else shown[:most].rstrip() + ' ...'}")
            lines += [f"recording: {recording}"] if recording is not None else []
            lines += [hint] if hint is not None else []
        if lines:
            pytest.fail("\n".join(lines), pytrace=False)
        left = [f"{each['outcome'].replace('_', ' ')}: {each['why']}" for each in self._told.values() if "why" in each]
        if left and len(left) == len(self._told):
            pytest.skip("; ".join(dict.fromkeys(left)))

    def _explained(self, name: str, *, whole: bool) -> list[str]:
        """Why the rule is one, where it stands, and both sides."""
        rule, told = RULES[name], self._told[name]
        pages = providers.get(self._provider).profile.sources[:1]
        lines = [f"rule {name}: {rule.title}"]
        if whole:
            lines += [
                f"  why: {rule.reason}",
                *([f"  an attacker: {rule.attack}"] if rule.attack else []),
                f"  source: {'; '.join((rule.source, *pages))}",
            ]
        expected, got = told.get("expected") or {}, told.get("got") or {}
        if expected or got:
            rows = [("", "expected", "got")]
            rows += [(each, _cell(expected, each), _cell(got, each)) for each in dict.fromkeys((*expected, *got))]
            first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
            lines += [f"  {row[0]:{first}}  {row[1]:{second}}  {row[2]}".rstrip() for row in rows]
        return lines

    def _property(self) -> tuple[str, str]:
        told: dict[str, Any] = {"provider": self._provider, "rules": self._told}
        if self._run is not None:
            told["run"] = self._run.to_dict()
        return PROPERTY, json.dumps(told)


def _cell(side: Mapping[str, Any], name: str) -> str:
    return visible(side[name], CELL) if name in side else NOT_GIVEN
