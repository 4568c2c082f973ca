"""A token's lifecycle: the announcement, the steps and the findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from idp_checks.cli.views.common import STYLES, print_section

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from idp_checks.audits.lifecycle import Lifecycle
    from idp_checks.lifecycles.values import Planned
    from idp_checks.providers.model import Provider

__all__ = ["format_announcement", "print_lifecycle"]

STEP_STYLES = {
    **dict.fromkeys(("good", "worked", "renewed", "dead"), "green"),
    **dict.fromkeys(("not_good", "refused", "alive"), "bold red"),
    **dict.fromkeys(("undecided", "left_out"), "yellow"),
}
"""Styles of outcomes. An accepted revocation is not green, because it proves nothing."""
OUTCOME_LABELS = {"not_good": "not good", "left_out": "skipped"}
"""Labels of outcomes whose name is not the label."""


def format_announcement(plan: Sequence[Planned], *, renewed_to: Path | None) -> str:
    """Format the changes that are about to be made at the issuer, with a warning if tokens may be lost.

    Args:
        renewed_to: the file that receives the new tokens; None if they are not stored.
    """
    lines = []
    for step in plan:
        if step.allowed and step.possible:
            lines.append(f"will {step.action}: {step.method} {step.address}: {step.effect}")
            if step.action == "renew" and renewed_to is not None:
                lines.append(f"the new tokens are written to {renewed_to}")
            elif step.action == "renew":
                lines.append("warning: the new tokens are not stored; use --renewed-to FILE to store them")
    return "".join(f"{line}\n" for line in lines)


def print_lifecycle(console: Console, result: Lifecycle, provider: Provider) -> None:
    """Print the steps with their times, the steps that were not allowed, and the findings."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title=provider.title, title_justify="left")
    for title in ("seconds", "step", "token", "outcome", "requests", "reason"):
        table.add_column(title, justify="right" if title == "seconds" else "left", overflow="fold")
    for step in result.steps:
        reason = ": ".join(part for part in (step.reason, step.detail) if part)
        outcome = Text(OUTCOME_LABELS.get(step.outcome, step.outcome), style=STEP_STYLES.get(step.outcome, ""))
        requests = str(step.times) if step.times > 1 else ""
        table.add_row(f"{step.seconds:.2f}", step.name, step.token, outcome, requests, Text(reason))
    console.print(table)
    skipped = [step for step in result.plan if not step.allowed]
    if skipped:
        print_section(console, "Not done", {step.action: _describe_step(step) for step in skipped})
        if any(step.possible for step in skipped):
            console.print("Pass --yes to run these steps. --no-renew and --no-revoke each exclude one.", style="dim")
    if result.renewed is not None:
        refresh = "replaced" if result.renewed.rotated else "unchanged" if result.renewed.refresh_token else "none"
        console.print(f"\nRenewed: new access token; refresh token: {refresh}.")
    console.print("\nFindings", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for finding in result.findings:
        detail = f"{finding.detail} ({finding.reason})" if finding.reason else finding.detail
        table.add_row(finding.check, Text(finding.verdict.value, style=STYLES[finding.verdict]), Text(detail))
    console.print(table)


def _describe_step(step: Planned) -> list[str]:
    """Return what a step would do, or why it is impossible."""
    if step.method is None:
        return [step.note or "not supported"]
    lines = [f"{step.method} {step.address}", step.effect or f"not sent by this command: {step.note}"]
    return [*lines, f"missing: {', '.join(step.missing)}"] if step.missing else lines
