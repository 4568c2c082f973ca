"""What a test says about the rules: left with the test for whoever collects it, and told to pytest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idp_checks.conformance import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Report"]

LONGEST = 2000
"""Characters of an example that are shown."""
UNDONE = "the question was not answered: the test itself failed"
NOTHING = "no profile came back by which to judge"


class Report:
    """The results of one test, by rule.

    From the start the test carries an ``error`` for each rule that it asks about, so that one which breaks off half way
    is never taken for a pass.
    """

    def __init__(self, node: pytest.Item, provider: str, rules: Iterable[str]) -> None:
        self._node = node
        self._provider = provider
        self._told: dict[str, dict[str, Any]] = {rule: {"outcome": "error", "objections": [UNDONE]} for rule in rules}
        self._place = len(node.user_properties)
        node.user_properties.append(self._property())

    def told(self, rule: str, *objections: str) -> None:
        """Note that a rule was judged; without objections it holds."""
        before = self._told.get(rule, {})
        held = before.get("objections", []) if before.get("outcome") == "violated" else []
        held = [*held, *(each for each in objections if each not in held)]
        self._told[rule] = {"outcome": "violated", "objections": held} if held else {"outcome": "passed"}

    def holds(self, rule: str) -> bool:
        """Whether the rule was judged, and nothing was objected."""
        return self._told.get(rule, {}).get("outcome") == "passed"

    def unanswered(self, rule: str) -> None:
        """Note that no profile came that the rule could be judged by."""
        self._told[rule] = {"outcome": "error", "objections": [NOTHING]}

    def leave(self, example: Any = None) -> None:  # noqa: ANN401 - a JSON value
        """Leave the results with the test, and fail it unless every rule was judged and held."""
        violated = {rule: each for rule, each in self._told.items() if each["outcome"] == "violated"}
        for each in violated.values():
            each["example"] = example
        self._node.user_properties[self._place] = self._property()
        lines = [
            f"{self._provider} {rule}: {objection}"
            for rule, each in self._told.items()
            for objection in each.get("objections", ())
        ]
        if violated:
            shown = json.dumps(example, indent=1)
            lines.append(f"example: {shown if len(shown) <= LONGEST else shown[:LONGEST] + ' ...'}")
        if lines:
            pytest.fail("\n".join(lines), pytrace=False)

    def _property(self) -> tuple[str, str]:
        return PROPERTY, json.dumps({"provider": self._provider, "rules": self._told})
