"""The result of a check: a verdict, its reason, and the facts it is based on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

from idp_checks.tokens.reading import UNDECIDED

__all__ = ["REASONS", "Finding", "Severity", "Subject", "Verdict", "closed_reason"]

Severity: TypeAlias = Literal["critical", "high", "medium", "low"]
CheckReason = Literal["stale", "uncalibrated", "no_policy", "no_data"]

REASONS: frozenset[str] = UNDECIDED | frozenset(get_args(CheckReason))
"""The closed list of reasons for an indeterminate verdict."""


def closed_reason(reason: str | None, default: str = "unparsable") -> str:
    """Return the reason if it is on the closed list, else the default."""
    return reason if reason in REASONS and reason is not None else default


class Verdict(StrEnum):
    """The four verdicts.

    Indeterminate is never shown as pass, dropped, or counted in a pass rate.
    """

    PASS = "pass"
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    NOT_APPLICABLE = "not_applicable"


class Subject(Struct, frozen=True, kw_only=True):
    """The run, the connection, or the identity that a verdict is about.

    ``identity`` is a keyed fingerprint of provider, connection and user id; ``record`` is a keyed fingerprint of the
    user record that contains the identity.
    """

    scope: Literal["run", "connection", "identity"]
    connection: str | None = None
    provider: str | None = None
    identity: str | None = None
    record: str | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """The verdict of one check about one subject.

    Args:
        reason: the reason of an indeterminate verdict, from ``REASONS``; None for every other verdict.
        detail: the verdict in words, for an auditor; contains no secret and no personal data.
        facts: the basis of the verdict, as JSON: no floats, ids as strings, times in UTC with ``Z``.
    """

    check: str
    verdict: Verdict
    subject: Subject
    detail: str
    reason: str | None = None
    facts: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.INDETERMINATE) != (self.reason is not None):
            raise ValueError("a finding must have a reason if and only if its verdict is indeterminate")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"unknown reason for an indeterminate verdict: {self.reason}")
