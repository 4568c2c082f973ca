"""The result of the self-test: one row per bug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["BugResult", "SelfTest"]


@dataclass(frozen=True, slots=True)
class BugResult:
    """A known bug, and the rules that catch it.

    Attributes:
        id: the number of the bug, such as ``BUG-151``.
        title: the bug in a few words.
        mistake: the name of the function that reproduces it; empty if no function can.
        provider: the provider that shows it.
        source: the URL of the change, report or page that describes the bug.
        caught_by: the rules that catch it.
        how: the input that shows it: a recorded case, a generated response, or an example of this bug.
        why_not: why no rule can catch it, in one sentence; None if a rule does.
    """

    id: str
    title: str
    mistake: str
    provider: str
    source: str
    caught_by: tuple[str, ...] = ()
    how: str = ""
    why_not: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the bug is caught, or the row explains why it cannot be."""
        return bool(self.caught_by) != bool(self.why_not)


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The result of the self-test.

    Attributes:
        rows: one for each wrong normalizer and reader, and for each bug that cannot be reproduced.
        objections: objections to the correct normalizer and reader; empty if the rules are right.
    """

    rows: tuple[BugResult, ...]
    objections: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every bug is caught or explained, and nothing is wrong with the correct normalizer and reader."""
        return bool(self.rows) and not self.objections and all(row.passed for row in self.rows)

    def __iter__(self) -> Iterator[BugResult]:
        return iter(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON, without empty fields."""
        return {
            "passed": self.passed,
            "objections": list(self.objections),
            "rows": [
                {
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in asdict(row).items()
                    if value
                }
                for row in self.rows
            ],
        }
