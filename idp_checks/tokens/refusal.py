"""Documented refusals of a token or of the client that asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp_checks.tokens.reading import UNDECIDED, Reading, Reason
from idp_checks.tokens.wire import Response

__all__ = ["Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented response that does not accept the token, and its reason.

    Args:
        status: the HTTP status, or a set of them; None for any.
        reason: a reason out of ``UNDECIDED`` makes the token undecided, any other denies it.
        body: the pattern of the body. A mapping must match field by field, a list element by element, a frozenset in
            at least one of its elements; other values must be equal.
        header: a response header and a string that it must contain.
        bare: clients without permission get the same response.
        detail: the reason in words.
    """

    status: int | frozenset[int] | None
    reason: Reason
    body: Any = None
    header: tuple[str, str] | None = None
    bare: bool = False
    detail: str | None = None

    def matches(self, response: Response, body: object) -> bool:
        """Return whether a response, whose decoded body is ``body``, is this refusal."""
        if self.status is not None and not _matches_pattern(response.status, self.status):
            return False
        if self.header is not None and self.header[1] not in response.headers.get(self.header[0].lower(), ""):
            return False
        return self.body is None or _matches_pattern(body, self.body)

    def to_reading(self) -> Reading:
        """Return the reading of the refusal."""
        active = None if self.reason in UNDECIDED else False
        return Reading(active=active, reason=self.reason, bare=self.bare, detail=self.detail)


def _matches_pattern(value: object, pattern: object) -> bool:
    if isinstance(pattern, str | bool | int):
        return type(value) is type(pattern) and value == pattern
    if isinstance(pattern, Mapping):
        return isinstance(value, dict) and all(
            name in value and _matches_pattern(value[name], field_pattern) for name, field_pattern in pattern.items()
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list)
            and len(value) == len(pattern)
            and all(_matches_pattern(item, item_pattern) for item, item_pattern in zip(value, pattern, strict=True))
        )
    if isinstance(pattern, frozenset):
        return any(_matches_pattern(value, alternative) for alternative in pattern)
    return type(value) is type(pattern) and value == pattern
