"""Results of the conformance suite and of its self-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.conformance.results import Result, Results
    from idp_checks.selftest.result import SelfTest

__all__ = ["print_conformance", "print_selftest"]

MAX_VALUE, MAX_EXAMPLE = 100, 800
"""Characters that are printed of a value and of an example."""
MAX_OBJECTIONS = 3
"""Objections to one rule that are printed."""
WIDE = 120
"""Width in characters from which the table of rules has wide gaps; with narrow gaps it fits 80 characters."""
MARKS = {
    "passed": "[green]ok[/]",
    "violated": "[bold red]NO[/]",
    "error": "[yellow]?[/]",
    "not_claimed": "[dim]--[/]",
    "not_applicable": "",
}
COUNT_LABELS = {
    "violated": "failed (NO)",
    "error": "not checked (?)",
    "not_claimed": "not claimed (--)",
    "not_applicable": "not applicable",
}


def print_conformance(console: Console, results: Results) -> None:
    """Print a table of providers and rules, then every violation and every unchecked rule."""
    from rich.table import Table

    by_cell = {(result.provider, result.rule): result for result in results.results}
    gap = 2 if console.width >= WIDE else 1
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column("provider", no_wrap=True)
    for rule in results.rules:
        table.add_column(rule, justify="center", no_wrap=True)
    for name in results.providers:
        cells = (by_cell.get((name, rule)) for rule in results.rules)
        table.add_row(name, *("" if cell is None else MARKS[cell.outcome] for cell in cells))
    console.print(table)
    unanswered: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for result in results.results:
        if result.outcome == "error":
            unanswered.setdefault((result.provider, result.objections), []).append(result.rule)
        elif result.outcome == "violated":
            _print_violation(console, result)
    for (name, objections), rules in unanswered.items():
        console.print(f"\n{name} {', '.join(rules)} not checked", style="bold", markup=False)
        _print_objections(console, objections)
    _print_summary(console, results)


def _print_violation(console: Console, result: Result) -> None:
    from idp_checks.conformance.catalog import RULES
    from idp_checks.conformance.reports.printable import printable_json

    console.print(f"\n{result.provider} {result.rule} failed: {result.title}", style="bold", markup=False)
    _print_objections(console, result.objections)
    rule = RULES[result.rule]
    console.print(f"  why: {rule.reason}", markup=False)
    if rule.attack:
        console.print(f"  attack: {rule.attack}", markup=False)
    console.print(f"  source: {rule.source}", markup=False)
    expected, actual = result.expected or {}, result.got or {}
    for name in dict.fromkeys((*expected, *actual)):
        values = [printable_json(side[name], MAX_VALUE) if name in side else "(absent)" for side in (expected, actual)]
        console.print(f"  {name}: expected {values[0]}, got {values[1]}", markup=False)
    if result.example is not None:
        console.print(f"  example: {printable_json(result.example, MAX_EXAMPLE)}", markup=False, style="dim")
    if result.recording is not None:
        console.print(f"  recording: {result.recording}", markup=False, style="dim")


def _print_objections(console: Console, objections: Sequence[str]) -> None:
    for objection in objections[:MAX_OBJECTIONS]:
        console.print(f"  {objection}", markup=False)
    if len(objections) > MAX_OBJECTIONS:
        console.print(f"  and {len(objections) - MAX_OBJECTIONS} more (--json prints all)", markup=False)


def _print_summary(console: Console, results: Results) -> None:
    counts = results.counts()
    others = "".join(
        f", {counts[outcome]} {label}"  # type: ignore[index]
        for outcome, label in COUNT_LABELS.items()
        if counts[outcome]  # type: ignore[index]
    )
    plural = "" if len(results.providers) == 1 else "s"
    size = f"{len(results.providers)} provider{plural}, {len(results.rules)} rules"
    console.print(f"\n{size}: {counts['passed']} of {len(results.results)} passed{others}.")
    if results.run is not None:
        for name, reason in results.run.unclaimed.items():
            console.print(f"not claimed: {name} ({reason})", markup=False)
        run = results.run
        console.print(f"depth {run.depth}, seed {run.seed}; {run.tool}", markup=False, style="dim")


def print_selftest(console: Console, selftest: SelfTest) -> None:
    """Print the known bugs, the rules that catch them, and the bugs that no rule can catch."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("bug", "caught by", "description"):
        table.add_column(column)
    for row in selftest.rows:
        rules = ", ".join(row.caught_by) or ("[dim]--[/]" if row.why_not else "[bold red]NOT CAUGHT[/]")
        description = row.title if row.caught_by else f"{row.title} ({row.why_not or 'no rule objects'})"
        table.add_row(row.id, rules, description)
    console.print(table)
    caught = sum(bool(row.caught_by) for row in selftest.rows)
    excused = sum(not row.caught_by and bool(row.why_not) for row in selftest.rows)
    exceptions = f"; {excused} cannot be caught, for the reason in the table" if excused else ""
    console.print(f"\n{caught} of {len(selftest.rows)} known bugs are caught{exceptions}.")
    console.print("The self-test passed." if selftest.passed else "The self-test failed.", style="bold")
