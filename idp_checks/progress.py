"""Report the progress of long work to a callback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Progress", "ignore_progress"]

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""A callback that receives the name of the current step, the items done, and the total (None if unknown)."""


def ignore_progress(step: str, done: int, total: int | None) -> None:
    """Do nothing: the default callback."""
