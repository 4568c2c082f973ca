"""The findings of a result do not depend on where they are stored."""

from __future__ import annotations

from datetime import UTC, datetime

from idp_checks.audits.run import audit
from idp_checks.checks import Finding

KEY = "an engagement's key of some length"


def test_findings_are_equal_with_and_without_evidence(samples, tmp_path):
    """Findings from memory equal those from the ledger, apart from the checks of the run."""
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    options = {"policy": samples.policy("github"), "key": KEY, "now": lambda: at}
    profiles = [samples.user(samples.identity("github"))]
    results = [audit(profiles, **options), audit(profiles, out=tmp_path / "out", **options)]
    assert all(isinstance(finding, Finding) for finding in results[1].findings)
    memory, ledger = ([finding for finding in result.findings if finding.subject.scope != "run"] for result in results)
    assert memory == ledger
