"""Failures of a library's adapter are explained by the examined causes."""

from __future__ import annotations

from idp_checks.conformance import Results
from idp_checks.conformance.adapters.judgments import load_judgments
from idp_checks.conformance.reports.analysis import Cause, FailureAnalysis, analyze_failures


def test_unexplained_objection_makes_the_cell_unjudged(make_result):
    """One objection without an entry makes the cell unjudged, even if another objection is explained."""
    explained, unexplained = "name is not the username", "name is made of stardust"

    def analyze(*objections):
        result = make_result("N3", "violated", *objections)
        return analyze_failures(Results("django-allauth", (result,))), result

    analysis, result = analyze(explained)
    assert analysis.cell(result).style == "policy"
    analysis, result = analyze(explained, unexplained)
    assert Cause("unjudged", unexplained) in analysis.causes_of(result)
    assert analysis.cell(result).style == "unjudged"


def test_other_normalizers_are_not_analyzed(sample_results):
    """Only the adapters of libraries have examined causes."""
    analysis = analyze_failures(sample_results)
    assert analysis.causes is None
    assert analysis.cause_groups() == []


def test_facts_name_the_examined_version(make_result):
    """The facts of a library state the version and date of the examination."""
    analysis = analyze_failures(Results("django-allauth", (make_result("N1", "passed"),)))
    entries = load_judgments("django-allauth")
    assert analysis.facts == {"failures examined": f"at version {entries.version}, on {entries.date}"}


def test_cause_groups_list_exploitable_causes_first(make_result):
    """Causes of rules with an attack come first, then the more frequent ones."""
    results = Results("x", tuple(make_result(rule, "violated", "x") for rule in ("N3", "N4", "N7")))
    frequent, exploitable = Cause("policy", "frequent"), Cause("policy", "exploitable")
    causes = {("github", "N3"): [frequent], ("github", "N4"): [frequent], ("github", "N7"): [exploitable]}
    (group,) = FailureAnalysis(results, causes).cause_groups()
    assert [name for name, _, _ in group.causes] == ["exploitable", "frequent"]
    assert group.cells == 3
