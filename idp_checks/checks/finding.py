"""What a check says: a verdict, why, and on which facts it rests."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

from idp_checks.tokens.introspection import UNDECIDED

__all__ = ["REASONS", "Finding", "Severity", "Subject", "Verdict"]

Severity: TypeAlias = Literal["critical", "high", "medium", "low"]
Added = Literal["stale", "uncalibrated", "no_policy", "no_data"]

REASONS: frozenset[str] = UNDECIDED | frozenset(get_args(Added))
"""Why a check may be indeterminate: the closed list."""


class Verdict(StrEnum):
    """Four, never two: indeterminate is not shown as pass, not dropped, and not counted in a pass rate."""

    PASS = "pass"
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    NOT_APPLICABLE = "not_applicable"


class Subject(Struct, frozen=True, kw_only=True):
    """What a verdict is about: the run, a connection, or one identity of it.

    ``identity`` is a keyed fingerprint of provider, connection and user id; ``record`` one of the user record that
    holds the identity.
    """

    scope: Literal["run", "connection", "identity"]
    connection: str | None = None
    provider: str | None = None
    identity: str | None = None
    record: str | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """One verdict of one check about one subject.

    Args:
        reason: why it is indeterminate, one of ``REASONS``; None for every other verdict.
        detail: the verdict in words, for an auditor; no secret, no personal datum.
        facts: what it rests on, as JSON; no floats, every id a string, every time in UTC with Z.
    """

    check: str
    verdict: Verdict
    subject: Subject
    detail: str
    reason: str | None = None
    facts: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.INDETERMINATE) != (self.reason is not None):
            raise ValueError("an indeterminate verdict, and only that, has a reason")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"no reason of the closed list: {self.reason}")
