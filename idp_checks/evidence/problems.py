"""Problems found in an evidence folder."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Problem", "ProblemList"]

MAX_LISTED = 1000
"""The number of problems that are listed; further problems are only counted."""


class Problem(Struct, frozen=True):
    """A problem in a file, or in one of its rows; ``problem`` is a predicate such as ``is missing``."""

    file: str
    problem: str
    row: int | None = None

    def __str__(self) -> str:
        subject = self.file if self.row is None else f"{self.file} row {self.row}"
        return f"{subject} {self.problem}"


class ProblemList:
    """Collects problems up to a limit and counts the rest."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.more = 0

    def add(self, file: str, problem: str, row: int | None = None) -> None:
        """Add a problem."""
        if len(self.listed) < MAX_LISTED:
            self.listed.append(Problem(file, problem, row))
        else:
            self.more += 1
