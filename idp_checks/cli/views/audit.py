"""Audits, the demonstration, and the verification of evidence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from idp_checks.cli.views.common import STYLES

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.audits.result import AuditResult
    from idp_checks.cli.demo import DemoResult
    from idp_checks.evidence.verify import Verification

__all__ = ["print_audit", "print_demo", "print_verification"]


def print_demo(console: Console, demo: DemoResult) -> None:
    """Print the planted faults and how they were reported, and the location of the evidence."""
    from rich.table import Table

    population = demo.result.run["population"]
    console.print(
        f"{demo.providers} simulated issuers on loopback, {population['identities']} identities, "
        f"{population['questions']} tokens checked, {demo.seconds:.1f} s\n"
    )
    table = Table(box=None, pad_edge=False, header_style="bold", title="Planted faults", title_justify="left")
    for title in ("provider", "fault", "check", "verdict"):
        table.add_column(title, no_wrap=title != "fault", overflow="fold")
    for fault, verdict in demo.faults:
        style = STYLES.get(verdict, "bold red")
        mismatch = "" if verdict == fault.verdict else f" (expected {fault.verdict})"
        table.add_row(fault.provider, fault.story, fault.check, f"[{style}]{verdict}[/]{mismatch}")
    console.print(table)
    console.print(f"\nGood tokens confirmed by their issuers: {demo.good} of {demo.providers}.")
    for name in demo.false_alarms:
        console.print(f"{name}: a good token was reported as bad", style="bold red")
    if demo.undecided:
        console.print(
            f"Undecided, because the issuer has no endpoint that checks this token: {', '.join(demo.undecided)}."
        )
    console.print()
    print_audit(console, demo.result, brief=True)


def print_audit(console: Console, result: AuditResult, *, brief: bool = False) -> None:
    """Print the counts of verdicts, the failed and indeterminate checks, and the location of the evidence.

    Args:
        brief: leave out the table of failed and indeterminate checks.
    """
    from rich.table import Table

    verdicts = "   ".join(f"[{STYLES[name]}]{name} {count}[/]" for name, count in result.verdicts.items())
    console.print(f"Verdicts:  {verdicts}")
    problems: Counter[tuple[str, str, str]] = Counter()
    if not brief:
        problems.update(
            (finding.verdict.value, finding.check, finding.reason or "")
            for finding in result.findings
            if finding.verdict in ("fail", "indeterminate")
        )
    if problems:
        titles = {check["id"]: check["title"] for check in result.run["checks"]}
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("check", "title", "verdict", "reason", "count"):
            table.add_column(title, overflow="fold")
        for (verdict, check, reason), count in sorted(problems.items()):
            table.add_row(check, titles.get(check, ""), f"[{STYLES[verdict]}]{verdict}[/]", reason, str(count))
        console.print()
        console.print(table)
    if not result.complete:
        console.print("The run is partial: at least one identity was not evaluated.", style="bold red")
    if result.out is not None:
        console.print(f"\nEvidence:  {result.out}")
        console.print(f"  read:      {result.out}/report.html")
        console.print(f"  verify:    idp-checks verify {result.out}")
        console.print(f"  manifest:  sha256 {result.digest}", style="dim", soft_wrap=True)


def print_verification(console: Console, result: Verification) -> None:
    """Print whether the evidence is intact, with every problem."""
    if result.whole:
        console.print("EVIDENCE IS INTACT", style="bold green", end="")
        console.print(f"  {result.rows} rows, {result.files} files\nManifest: sha256 {result.digest}", soft_wrap=True)
    else:
        console.print("EVIDENCE IS NOT INTACT", style="bold red")
        for problem in result.problems:
            console.print(f"  {problem}", markup=False)
        if result.more:
            console.print(f"  and {result.more} more")
    for note in result.notes:
        console.print(f"Note: {note}", style="dim", markup=False)
