"""The report's headline, control states and truncated lists are correct."""

from __future__ import annotations

from collections import Counter

import pytest

from idp_checks.evidence import report_view
from idp_checks.evidence.report_view import control_state


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        (["pass"], "verdict pass"),
        (["pass", "indeterminate"], "verdict indeterminate"),
        (["not_applicable"], "verdict indeterminate"),
        ([], "verdict indeterminate"),
        (["pass", "fail"], "verdict fail"),
    ],
    ids=["all passed", "one indeterminate", "not applicable", "no verdict", "one failed"],
)
def test_headline_passes_only_if_all_verdicts_pass(tmp_path, write_evidence, make_finding, verdicts, headline):
    """The headline is green only if all applicable verdicts passed."""
    write_evidence(tmp_path / "out", [make_finding(verdict, number=at) for at, verdict in enumerate(verdicts)])
    assert f'<div class="{headline}">' in (tmp_path / "out" / "report.html").read_text()


def test_control_state_is_at_most_evidenced_in_part():
    """A control is evidenced in part only if all its checks ran and all applicable verdicts passed."""
    assert control_state(Counter({"pass": 5}), 0)["text"] == "evidenced in part"
    assert control_state(Counter({"pass": 5}), 1)["verdict"] == "indeterminate"
    assert control_state(Counter({"pass": 5, "indeterminate": 1}), 0)["verdict"] == "indeterminate"
    assert control_state(Counter({"pass": 5, "fail": 1}), 0)["verdict"] == "fail"
    assert control_state(Counter(), 3)["text"] == "not evidenced"


def test_truncated_lists_state_their_totals(tmp_path, monkeypatch, write_evidence, make_finding):
    """The report states how many entries and accounts it omits."""
    findings = [make_finding("fail", number=at, detail=f"cause {min(at, 9)}") for at in range(40)]
    monkeypatch.setattr(report_view, "MAX_ENTRIES", 3)
    write_evidence(tmp_path / "out", findings)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Only the first 3 entries are shown. Another 37 rows" in page
    monkeypatch.setattr(report_view, "MAX_ENTRIES", 400)
    write_evidence(tmp_path / "again", findings)
    assert "Only the first 20 of 31" in (tmp_path / "again" / "report.html").read_text()
