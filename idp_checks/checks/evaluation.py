"""Register checks by id, and convert outcomes to findings with redacted facts."""

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

__all__ = ["CheckOutcome", "evaluates", "failed", "get_evaluator", "not_applicable", "passed", "undecided"]

ContextT = TypeVar("ContextT", IdentityContext, ConnectionContext, RunContext)

MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8785, section 3.2.2.3)."""
MINIMUM_PRIVATE_LENGTH = 8
"""Minimum length of a private string that is replaced inside other strings; a shorter one may occur by chance."""


class CheckOutcome(Struct, frozen=True, kw_only=True):
    """A finding without its check and subject; facts that are None are omitted."""

    verdict: Verdict
    detail: str
    reason: str | None = None
    facts: Mapping[str, Any] = {}


def passed(detail: str, **facts: object) -> CheckOutcome:
    """Return a pass: a positive statement meets the check's condition."""
    return CheckOutcome(verdict=Verdict.PASS, detail=detail, facts=facts)


def failed(detail: str, **facts: object) -> CheckOutcome:
    """Return a fail: a definite statement contradicts the check's condition."""
    return CheckOutcome(verdict=Verdict.FAIL, detail=detail, facts=facts)


def undecided(reason: str, detail: str, **facts: object) -> CheckOutcome:
    """Return an indeterminate outcome; ``reason`` is on the list ``REASONS``."""
    return CheckOutcome(verdict=Verdict.INDETERMINATE, reason=reason, detail=detail, facts=facts)


def not_applicable(detail: str, **facts: object) -> CheckOutcome:
    """Return "not applicable": the documentation or policy rules the check out.

    The facts cite that documentation or policy.
    """
    return CheckOutcome(verdict=Verdict.NOT_APPLICABLE, detail=detail, facts=facts)


_evaluators: dict[str, Callable[[Any], Finding]] = {}


def evaluates(check_id: str) -> Callable[[Callable[[ContextT], CheckOutcome]], Callable[[ContextT], Finding]]:
    """Register the decorated function as the evaluator of the check with that id.

    Raises:
        ValueError: the check already has an evaluator, or the catalog does not mark it as evaluated.
    """
    if check_id in _evaluators:
        raise ValueError(f"{check_id} already has an evaluator")
    if not get(check_id).evaluated:
        raise ValueError(f"{check_id} is not marked as evaluated in the catalog")

    def register(judge: Callable[[ContextT], CheckOutcome]) -> Callable[[ContextT], Finding]:
        @wraps(judge)
        def evaluate(context: ContextT) -> Finding:
            outcome = judge(context)
            return Finding(
                check=check_id,
                verdict=outcome.verdict,
                subject=context.subject,
                detail=outcome.detail,
                reason=outcome.reason,
                facts={
                    name: _convert_fact(value, context) for name, value in outcome.facts.items() if value is not None
                },
            )

        _evaluators[check_id] = evaluate
        return evaluate

    return register


def get_evaluator(check_id: str) -> Callable[[Any], Finding]:
    """Return the function that evaluates the check with that id.

    Raises:
        KeyError: the check has no evaluator.
    """
    return _evaluators[check_id]


def _convert_fact(value: object, context: Context) -> Any:
    """Convert a fact to JSON: no floats, times in UTC, every string redacted."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_EXACT_INTEGER else str(value)
    if isinstance(value, str):
        return _redact_fact(value, context)
    if isinstance(value, datetime):
        return zulu(value)
    if isinstance(value, Mapping):
        return {_redact_fact(str(name), context): _convert_fact(item, context) for name, item in value.items()}
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple):
        return [_convert_fact(item, context) for item in value]
    raise TypeError(f"a {type(value).__name__} cannot be a fact")


def _redact_fact(text: str, context: Context) -> str:
    for private in context.private_strings():
        if text == private:
            return f"[{context.fingerprint(text)}]"
        if len(private) >= MINIMUM_PRIVATE_LENGTH:
            text = text.replace(private, f"[{context.fingerprint(private)}]")
    return context.redactor.redact_text(text)
