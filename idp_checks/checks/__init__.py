"""The checks: a catalogue of what is asked, and the evaluation of each. Pure: all that they look at is given to them.

A context says what one run, one connection or one identity holds; ``evaluate`` gives exactly one finding for each
evaluated check of that scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp_checks.checks import hygiene, lifecycle, profile, token  # noqa: F401 - each registers its checks
from idp_checks.checks.catalog import CHECKS, Catalog, Check, Control, Framework, Meanings, load_catalog, get
from idp_checks.checks.context import (
    Calibration,
    ConnectionContext,
    Context,
    PopulationCounts,
    IdentityContext,
    EvidenceIntegrity,
    Normalizer,
    Renewal,
    Revocation,
    RunContext,
    LeakSearch,
)
from idp_checks.checks.evaluation import get_evaluator
from idp_checks.checks.finding import REASONS, Finding, Severity, Subject, Verdict

__all__ = [
    "CHECKS",
    "REASONS",
    "Calibration",
    "Catalog",
    "Check",
    "ConnectionContext",
    "Context",
    "Control",
    "PopulationCounts",
    "Finding",
    "Framework",
    "IdentityContext",
    "EvidenceIntegrity",
    "Meanings",
    "Normalizer",
    "Renewal",
    "Revocation",
    "RunContext",
    "LeakSearch",
    "Severity",
    "Subject",
    "Verdict",
    "load_catalog",
    "evaluate",
    "get",
]


def evaluate(context: Context) -> Iterator[Finding]:
    """One finding for each evaluated check of the context's scope, in the order of the catalogue."""
    for check in CHECKS:
        if check.evaluated and check.scope == context.scope:
            yield get_evaluator(check.id)(context)
