"""Trials of readers: a scenario, the allowed verdicts, and the rule that allows no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from idp_checks.selftest.readers.reader import Reader, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict, verdict_names
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection

__all__ = ["Objection", "ReaderTrial", "judge_reader"]


@dataclass(frozen=True)
class ReaderTrial:
    """A scenario, the allowed verdicts, and the rule that allows no other.

    Attributes:
        rule: the rule, such as ``T1``.
        scenario: the scenario to read.
        allowed: the allowed verdicts.
        how: where the scenario comes from: ``recorded case NAME`` or ``generated: DESCRIPTION``.
        earlier: scenarios that are read first, by a reader that may cache.
        expected_fields: the expected ``expires_at`` and ``scopes`` of an ``Introspection``.
    """

    rule: str
    scenario: Scenario
    allowed: frozenset[ReaderVerdict]
    how: str
    earlier: tuple[Scenario, ...] = ()
    expected_fields: Mapping[str, Any] = field(default_factory=dict)

    def expecting_client(self, client: str) -> ReaderTrial:
        """Return the trial for a caller that expects a client."""
        return replace(self, scenario=self.scenario.with_question(clients=(client,)))


class Objection(NamedTuple):
    """An objection to a reader's result."""

    rule: str
    provider: str
    how: str
    problem: str


def judge_reader(reader: Reader, trial: ReaderTrial) -> Iterator[Objection]:
    """Yield the objections to a reader's result for one trial."""

    def objection(rule: str, problem: str) -> Objection:
        return Objection(rule, trial.scenario.provider, trial.how, problem)

    try:
        for scenario in trial.earlier:
            reader(scenario)
        result = reader(trial.scenario)
    except Exception as error:  # noqa: BLE001 - a wrong reader may raise anything
        yield objection("T1", f"raised {type(error).__name__}")
        return
    verdict: object = verdict_of(result)
    if not (verdict is None or isinstance(verdict, bool)):
        yield objection("T1", f"returned {type(verdict).__name__}, which is not a verdict")
    elif verdict not in trial.allowed:
        names, allowed = verdict_names(frozenset((verdict,))), verdict_names(trial.allowed)
        yield objection(trial.rule, f"returned {names} instead of {allowed}")
    if isinstance(result, Introspection):
        for name, expected in trial.expected_fields.items():
            if getattr(result, name) != expected:
                yield objection("T18", f"{name} differs from the issuer's")
