"""Readers: functions that decide from an issuer's responses whether a token is good."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from idp_checks import providers
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection, conclude
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Unreachable

__all__ = ["Reader", "read_correctly", "read_verdict", "verdict_of"]

Reader: TypeAlias = Callable[[Scenario], ReaderVerdict | Introspection]


def read_correctly(scenario: Scenario) -> Introspection:
    """Read the responses with this package's own code."""
    question = scenario.question
    endpoint = providers.get(question.provider).debug
    if endpoint is None:
        reading = Reading(active=None, reason="not_stated", detail="the issuer has no debug endpoint")
    elif missing := endpoint.missing_credentials(question):
        reading = Reading(active=None, reason="caller_rejected", detail=f"missing: {', '.join(missing)}")
    else:
        try:
            reading = drive(endpoint.steps(question), scenario.respond)
        except Unreachable as unreachable:
            reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
    return conclude(
        question.provider,
        reading,
        method=endpoint.kind if endpoint else None,
        asked_at=question.time,
        clients=question.expected_clients,
        subject=question.subject,
    )


def verdict_of(result: ReaderVerdict | Introspection) -> ReaderVerdict:
    """Return the verdict of a reader's result."""
    if isinstance(result, Introspection):
        return True if result.good else False if result.decided else None
    return result


def read_verdict(scenario: Scenario) -> ReaderVerdict:
    """Return the correct verdict."""
    return verdict_of(read_correctly(scenario))
