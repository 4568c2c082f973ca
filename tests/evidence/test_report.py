"""The HTML report is self-contained and escapes its values."""

from __future__ import annotations

from idp_checks.checks.finding import Subject
from idp_checks.tokens.reasons import REASON_WORDING


def test_report_is_self_contained(folder):
    """The report has no scripts, and no external styles or images."""
    page = (folder / "report.html").read_text()
    for markup in ("<script", "<link", "<img", "src=", "@import", "url("):
        assert markup not in page


def test_report_escapes_values(tmp_path, write_evidence, make_finding):
    """Names that contain markup are escaped."""
    markup = "<script>alert(1)</script>"
    subject = Subject(scope="connection", connection=markup, provider=markup)
    write_evidence(tmp_path / "out", [make_finding("fail", detail=markup, subject=subject)], title=markup)
    page = (tmp_path / "out" / "report.html").read_text()
    assert markup not in page
    assert page.count("&lt;script&gt;") >= 3


def test_report_lists_failed_and_indeterminate_verdicts(folder):
    """The report lists failed and indeterminate verdicts with their reasons, and the checks that did not run."""
    page = (folder / "report.html").read_text()
    assert "1 verdict failed" in page
    assert REASON_WORDING["rate_limited"].meaning[1:] in page
    assert "rate_limited" in page
    assert "Checks without a verdict" in page
    assert "IDP-LIF-001" in page


def test_report_never_calls_a_control_satisfied(folder):
    """The report states once that a check never satisfies a control, and never uses the word otherwise."""
    page = (folder / "report.html").read_text().lower()
    assert "never satisfies" in page
    assert page.count("satisf") == 1
