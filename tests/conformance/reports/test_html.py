"""The HTML page of a run: self-contained, escaped, and with the details of each failure."""

from __future__ import annotations

from datetime import date

from idp_checks.conformance import Results
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports import html, render
from idp_checks.conformance.reports.analysis import Cause, FailureAnalysis

FULL_BUG = Cause("library_bug", "every email is believed", "Accounts are taken over.")
POLICY = Cause("policy", "emails are chosen differently", "No effect.")


def body(page):
    """Return the page without its head."""
    return page.partition("<body")[2]


def test_page_shows_every_outcome_and_setting(sample_results):
    """The page shows every outcome, the failure with reason and attack, versions and seed."""
    page = render("html", sample_results)
    for content in (
        "failed",
        "not checked",
        "not claimed",
        "not applicable",
        "quick, 7",
        "hypothesis 1",
        "lib 1",
        "github/profile/full.json",
        RULES["N7"].attack.replace("'", "&#39;"),
        RULES["N7"].reason.replace("'", "&#39;"),
        "no pictures",
    ):
        assert content in page


def test_page_is_escaped_and_self_contained(sample_results):
    """The page runs no script, loads nothing and contains no unescaped or invisible value."""
    page = render("html", sample_results)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;b&gt;profile" in page
    assert not [part for part in ("src=", "@import", "<link", "url(") if part in page]


def test_page_has_title_and_date(sample_results):
    """Title and date can be set."""
    page = html.render_page(FailureAnalysis(sample_results), title="A & B", on=date(2026, 1, 2))
    assert "<title>A &amp; B</title>" in page
    assert "<dd>2026-01-02</dd>" in page


def test_page_without_analysis_has_no_causes(sample_results):
    """The page of a normalizer whose failures are not examined does not mention causes."""
    assert "not yet examined" not in body(render("html", sample_results))


def test_page_shows_causes(sample_results):
    """An examined failure shows its causes in cell, list and details; the most serious decides the cell."""
    cell = '<td class="{}" title="github N7: failed: {}"><a href="#github-N7"'
    analysis = FailureAnalysis(sample_results, {("github", "N7"): (POLICY, FULL_BUG)}, library="sample-lib")
    page = body(html.render_page(analysis))
    assert cell.format("library_bug", "bug in sample-lib") in page
    assert "Bug in sample-lib: every email is believed." in page
    assert "<h2>Bugs in sample-lib</h2>" in page
    assert "<strong>Every email is believed.</strong> Accounts are taken over." in page
    assert "Policy difference: emails are chosen differently." in page
    assert "ot yet examined" not in page
    page = body(html.render_page(FailureAnalysis(sample_results, {("github", "N7"): [POLICY]})))
    assert cell.format("policy", "policy difference") in page
    assert "Bugs in" not in page


def test_page_marks_unexamined_failures(sample_results):
    """A failure without a known cause is marked as not yet examined."""
    page = body(html.render_page(FailureAnalysis(sample_results, {})))
    assert '<td class="unjudged" title="github N7: failed: not yet examined"><a href="#github-N7"' in page
    assert "<h2>Not yet examined</h2>" in page


def test_page_cuts_long_strings_and_examples(make_result):
    """Long strings and large examples are cut, and the page states how much was omitted."""

    def page(example):
        result = make_result("N3", "violated", "x", example=example, got={"name": "n" * 5000})
        return body(render("html", Results("mine", (result,))))

    long = page({"raw": {"id": 1, "name": "m" * 5000}})
    assert "m" * 120 + "... (cut: 4880 more characters)" in long
    assert "n" * 121 not in long
    wide = page({"raw": {f"field_{number}": number for number in range(1000)}})
    assert "field_0" in wide
    assert "field_999" not in wide
    assert "Smallest raw profile that reproduces the failure (cut: " in wide
    assert "(cut: " not in page({"raw": {"id": 1}}).partition("Smallest raw")[2]
