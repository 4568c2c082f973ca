"""Documented refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp_checks.tokens.reading import UNDECIDED, Reading, Reason
from idp_checks.tokens.wire import Response

__all__ = [
    "Refusal",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented answer other than a good one, and its reason.

    Args:
        status: the HTTP status, or one of several; None for any.
        reason: why; a reason of the undecided kind makes the answer no verdict.
        body: members that the body must have: a mapping is compared member by member, a list element by element, a
            frozenset fits by one of its own, anything else for equality.
        header: a response header that must hold a text, as ``(name, text)``.
        bare: the same answer is given to those who may not ask.
        detail: the reason in words.
    """

    status: int | frozenset[int] | None
    reason: Reason
    body: Any = None
    header: tuple[str, str] | None = None
    bare: bool = False
    detail: str | None = None

    def matches(self, response: Response, body: object) -> bool:
        """Whether this is such an answer."""
        if self.status is not None and not _holds(response.status, self.status):
            return False
        if self.header is not None and self.header[1] not in response.headers.get(self.header[0].lower(), ""):
            return False
        return self.body is None or _holds(body, self.body)

    def to_reading(self) -> Reading:
        """What it says."""
        active = None if self.reason in UNDECIDED else False
        return Reading(active=active, reason=self.reason, bare=self.bare, detail=self.detail)


def _holds(body: object, wanted: object) -> bool:
    if isinstance(wanted, str | bool | int):
        return type(body) is type(wanted) and body == wanted
    if isinstance(wanted, Mapping):
        return isinstance(body, dict) and all(
            name in body and _holds(body[name], each) for name, each in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(body, list)
            and len(body) == len(wanted)
            and all(_holds(each, other) for each, other in zip(body, wanted, strict=True))
        )
    if isinstance(wanted, frozenset):
        return any(_holds(body, each) for each in wanted)
    return type(body) is type(wanted) and body == wanted
