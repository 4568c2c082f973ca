"""Styles, sections and the progress bar, shared by all views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STYLES", "ProgressBar", "print_section", "yes_or_no"]

STYLES = {"pass": "green", "fail": "bold red", "indeterminate": "yellow", "not_applicable": "dim"}
"""Styles of the verdicts of checks. Indeterminate is never green."""


class ProgressBar:
    """Progress of long work on standard error; prints nothing if quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Show that ``done`` of ``total`` items of a step are finished."""
        if self._bar is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(step, total=total)
        self._bar.update(self._task, description=step, completed=done, total=total)


def print_section(console: Console, title: str, rows: Mapping[str, Any]) -> None:
    """Print a titled section of names and values; a list becomes one line per item, None is left out."""
    from rich.table import Table
    from rich.text import Text

    console.print(f"\n{title}", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        if value is None:
            continue
        lines: Iterable[str] = [value] if isinstance(value, str) else [str(item) for item in value]
        for number, line in enumerate(lines):
            table.add_row(Text(name if number == 0 else ""), Text(line))
    console.print(table)


def yes_or_no(value: bool) -> str:
    """Return ``yes`` or ``no``."""
    return "yes" if value else "no"
