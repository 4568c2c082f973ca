"""From what a check says to a finding: registered by id, and with facts that hold nothing which must not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from msgspec import Struct

from idp_checks.checks.catalog import get
from idp_checks.checks.context import ConnectionContext, Context, IdentityContext, RunContext
from idp_checks.checks.finding import Finding, Verdict
from idp_checks.clock import zulu

__all__ = ["CheckOutcome", "evaluates", "get_evaluator", "failed", "not_applicable", "passed", "undecided"]

Given = TypeVar("Given", IdentityContext, ConnectionContext, RunContext)

EXACT = 2**53 - 1
"""The largest integer that every reader of JSON keeps exact (RFC 8785, section 3.2.2.3)."""
MINIMUM_PRIVATE_LENGTH = 8
"""Characters from which on a private text is looked for inside others; a shorter one may stand there by chance."""


class CheckOutcome(Struct, frozen=True, kw_only=True):
    """What a check says: a finding without its check and subject. Facts that are None are not known, and left out."""

    verdict: Verdict
    detail: str
    reason: str | None = None
    facts: Mapping[str, Any] = {}


def passed(detail: str, **facts: object) -> CheckOutcome:
    """A positive statement that meets the check's."""
    return CheckOutcome(verdict=Verdict.PASS, detail=detail, facts=facts)


def failed(detail: str, **facts: object) -> CheckOutcome:
    """A definite statement that contradicts the check's."""
    return CheckOutcome(verdict=Verdict.FAIL, detail=detail, facts=facts)


def undecided(reason: str, detail: str, **facts: object) -> CheckOutcome:
    """Neither; ``reason`` is one of ``REASONS``."""
    return CheckOutcome(verdict=Verdict.INDETERMINATE, reason=reason, detail=detail, facts=facts)


def not_applicable(detail: str, **facts: object) -> CheckOutcome:
    """A documented fact or the policy, cited in the facts, says that the check cannot apply."""
    return CheckOutcome(verdict=Verdict.NOT_APPLICABLE, detail=detail, facts=facts)


_evaluators: dict[str, Callable[[Any], Finding]] = {}


def evaluates(name: str) -> Callable[[Callable[[Given], CheckOutcome]], Callable[[Given], Finding]]:
    """Register the function that evaluates the check of that id."""
    if name in _evaluators or not get(name).evaluated:
        raise ValueError(f"{name} is registered twice, or the catalogue does not call it evaluated")

    def register(judge: Callable[[Given], CheckOutcome]) -> Callable[[Given], Finding]:
        @wraps(judge)
        def evaluate(context: Given) -> Finding:
            said = judge(context)
            facts = {fact: _shown(value, context) for fact, value in said.facts.items() if value is not None}
            return Finding(
                check=name,
                verdict=said.verdict,
                subject=context.subject,
                detail=said.detail,
                reason=said.reason,
                facts=facts,
            )

        _evaluators[name] = evaluate
        return evaluate

    return register


def get_evaluator(name: str) -> Callable[[Any], Finding]:
    """The function that evaluates the check of that id.

    Raises:
        KeyError: there is none.
    """
    return _evaluators[name]


def _shown(value: object, context: Context) -> Any:
    """A fact as JSON: no float, times in UTC, every text redacted."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, str):
        return _masked(value, context)
    if isinstance(value, datetime):
        return zulu(value)
    if isinstance(value, Mapping):
        return {_masked(str(name), context): _shown(each, context) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple):
        return [_shown(each, context) for each in value]
    raise TypeError(f"a {type(value).__name__} is no fact")


def _masked(text: str, context: Context) -> str:
    for each in context.private_strings():
        if text == each:
            return f"[{context.fingerprint(text)}]"
        if len(each) >= MINIMUM_PRIVATE_LENGTH:
            text = text.replace(each, f"[{context.fingerprint(each)}]")
    return context.redactor.redact_text(text)
