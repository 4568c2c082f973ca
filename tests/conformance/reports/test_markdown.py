"""The Markdown page of a run: facts, matrix, causes and rules, with all values escaped."""

from __future__ import annotations

from idp_checks.conformance.reports import markdown, render
from idp_checks.conformance.reports.analysis import Cause, FailureAnalysis


def test_page_has_matrix_and_facts(sample_results):
    """The page shows a row for each provider, the settings of the run and the skipped rules."""
    page = render("markdown", sample_results)
    assert "| provider | N1 | N7 | N5 | N11 | N12 |" in page
    assert "| github | \u2713 | \u2717 | \u2013 | \u00b7 | ? |" in page
    assert "- depth quick, seed 7" in page
    assert "| N5 | not claimed | no pictures | github |" in page


def test_page_escapes_values(sample_results):
    """HTML and Markdown syntax in a value is escaped."""
    page = render("markdown", sample_results)
    assert page.startswith("# Conformance of mine:\\<b\\>profile\\</b\\>")


def test_page_lists_causes(sample_results):
    """Examined causes are listed by kind, with their cells."""
    cause = Cause("library_bug", "every email is believed", "Accounts are taken over.")
    page = markdown.render_page(FailureAnalysis(sample_results, {("github", "N7"): [cause]}, library="sample-lib"))
    assert "## Bugs in sample-lib" in page
    assert "- **Every email is believed.** Accounts are taken over. (github N7)" in page
