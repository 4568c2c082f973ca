"""The checks: a catalogue of what is asked, and the evaluation of each. Pure: all that they look at is given to them.

A context says what one run, one connection or one identity holds; ``evaluate`` gives exactly one finding for each
evaluated check of that scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp_checks.checks import hygiene, lifecycle, profile, token  # noqa: F401 - each registers its checks
from idp_checks.checks.catalogue import CHECKS, Catalogue, Check, Control, Framework, Meanings, catalogue, get
from idp_checks.checks.context import (
    Calibration,
    ConnectionContext,
    Context,
    Counts,
    IdentityContext,
    Intact,
    Normalizer,
    Renewal,
    Revocation,
    RunContext,
    Searched,
)
from idp_checks.checks.evaluation import evaluator
from idp_checks.checks.finding import REASONS, Finding, Severity, Subject, Verdict

__all__ = [
    "CHECKS",
    "REASONS",
    "Calibration",
    "Catalogue",
    "Check",
    "ConnectionContext",
    "Context",
    "Control",
    "Counts",
    "Finding",
    "Framework",
    "IdentityContext",
    "Intact",
    "Meanings",
    "Normalizer",
    "Renewal",
    "Revocation",
    "RunContext",
    "Searched",
    "Severity",
    "Subject",
    "Verdict",
    "catalogue",
    "evaluate",
    "get",
]


def evaluate(context: Context) -> Iterator[Finding]:
    """One finding for each evaluated check of the context's scope, in the order of the catalogue."""
    for check in CHECKS:
        if check.evaluated and check.scope == context.scope:
            yield evaluator(check.id)(context)
