"""The terminal summary of a run."""

from __future__ import annotations

from idp_checks.conformance import Results
from idp_checks.conformance.reports import render
from idp_checks.conformance.reports.table import summary_lines


def test_summary_lists_violated_and_unjudged_rules(sample_results):
    """A provider's line names the failed rules and those that could not be checked."""
    lines = render("table", sample_results).splitlines()
    assert lines[0] == "github: failed N7; could not check N12"
    assert "not claimed: picture (no pictures)" in lines
    assert "depth quick, seed 7" in lines
    assert any("--idp-save-failures" in line for line in lines)


def test_summary_distinguishes_passed_from_unjudged(make_result):
    """A provider without any checked rule does not count as passed."""
    passed, skipped = make_result("N1", "passed"), make_result("N5", "not_claimed", why="x")
    assert render("table", Results("x", (passed,))) == "github: every rule passed"
    assert render("table", Results("x", (passed, skipped))) == "github: every claimed rule passed"
    assert render("table", Results("x", (skipped,))) == "github: no rule was checked"
    assert [line.color for line in summary_lines(Results("x", (passed,)))] == ["green"]
