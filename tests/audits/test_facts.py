"""The run facts describe the connections."""

from __future__ import annotations

from idp_checks.audits.run import audit
from idp_checks.checks import Verdict


def test_status_of_a_defunct_provider_is_reported(samples, tmp_path):
    """The run facts and the report state that the provider is defunct, and since when."""
    user = samples.user(samples.identity("thecity", "a-token-of-the-city", user_id="4711"))
    result = audit([user], out=tmp_path / "evidence")
    (connection,) = result.run["connections"]
    assert connection["status"] == "defunct"
    assert "2019-02-28" in connection["status_note"]
    assert "2019-02-28" in (tmp_path / "evidence" / "report.html").read_text()
    verdicts = {finding.verdict for finding in samples.findings(result, "IDP-TOK-001")}
    assert verdicts <= {Verdict.INDETERMINATE, Verdict.NOT_APPLICABLE}
