"""The checks: a catalog, and an evaluator for each evaluated check.

Checks are pure: a context contains all of their input. A context describes one run, one connection or one identity;
``evaluate`` returns one finding for each evaluated check of that scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp_checks.checks import (  # noqa: F401 - each registers its checks
    hygiene,
    lifecycle,
    profile_email,
    profile_identifier,
    profile_secrets,
    profile_values,
    token,
    token_form,
    token_issuer,
    token_lifetime,
)
from idp_checks.checks.catalog import CHECKS, Catalog, Check, Control, Framework, Meanings, get, load_catalog
from idp_checks.checks.context import (
    Calibration,
    ConnectionContext,
    Context,
    EvidenceIntegrity,
    IdentityContext,
    LeakSearch,
    PopulationCounts,
    ProfileParser,
    RunContext,
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
    "EvidenceIntegrity",
    "Finding",
    "Framework",
    "IdentityContext",
    "LeakSearch",
    "Meanings",
    "PopulationCounts",
    "ProfileParser",
    "RunContext",
    "Severity",
    "Subject",
    "Verdict",
    "evaluate",
    "get",
    "get_evaluator",
    "load_catalog",
]


def evaluate(context: Context) -> Iterator[Finding]:
    """Evaluate the checks of the context's scope, in the order of the catalog."""
    for check in CHECKS:
        if check.evaluated and check.scope == context.scope:
            yield get_evaluator(check.id)(context)
