"""Results of a run: merged from the reports of its tests, and never passed without a judgment."""

from __future__ import annotations

import json

import pytest

from idp_checks.conformance import Result, Results, Run
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.results import collect_results


def make_report(test, outcome, *objections, rule="N1", **fields):
    """Return name and property of a test at GitHub."""
    return test, {
        "provider": "github",
        "rules": {rule: {"outcome": outcome, "objections": list(objections), **fields}},
    }


def test_error_does_not_pass():
    """A single error, or a run without any judged rule, has not passed."""
    passed = Result("github", "N1", "t", "passed")
    skipped = Result("github", "N5", "t", "not_claimed", why="x")
    assert Results("x", (passed, skipped)).passed
    assert not Results("x", (passed, Result("github", "N2", "t", "error"))).passed
    assert not Results("x", (skipped,)).passed


def test_unreported_rule_is_an_error():
    """A rule of an expected provider that no test reported on is an error."""
    reports = [make_report("a", "passed")]
    results = {result.rule: result.outcome for result in collect_results(reports, "x", ["github"])}
    assert results.pop("N1") == "passed"
    assert set(results) == set(RULES) - {"N1"}
    assert set(results.values()) == {"error"}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_recording_without_profile_defers_to_other_tests(is_reversed):
    """A test without a profile to judge counts only if no other test judged the rule; an error always counts."""
    unjudged = make_report("test_recorded[github-a]", "error", "no profile", unjudged=True)
    step = -1 if is_reversed else 1
    for outcome in ("passed", "violated", "not_applicable"):
        reports = [unjudged, make_report("test_rule[github-N1]", outcome, why="x")]
        assert [result.outcome for result in collect_results(reports[::step], "x")] == [outcome]
    assert [result.outcome for result in collect_results([unjudged, unjudged], "x")] == ["error"]
    reports = [
        make_report("test_recorded[github-b]", "error", "the command ended"),
        make_report("test_rule[github-N1]", "passed"),
    ]
    assert [result.outcome for result in collect_results(reports[::step], "x")] == ["error"]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_objections_of_several_tests_are_combined(is_reversed):
    """The minimized example is kept in any order of tests; objections of recordings are added with their files."""
    reports = [
        make_report("test_recorded[github-a]", "violated", "one", "two", example="large", recording="a.json"),
        make_report("test_recorded[github-b]", "violated", "two", example="large", recording="b.json"),
        make_report("test_rule[github-N1]", "violated", "one", example="small"),
    ]
    (result,) = collect_results(reports[:: -1 if is_reversed else 1], "x")
    assert (result.objections, result.example) == (("one", "two"), "small")
    assert (result.recording, result.recordings) == ("a.json", {"two": "a.json"})


def test_run_is_read_back_from_json():
    """A run equals the run that is read from its JSON object."""
    run = Run("mine", "idp-checks 0", "quick", 7, "auth0", {"picture": "no pictures"}, "lib 1", ("hypothesis 1",))
    assert Run.from_dict(json.loads(json.dumps(run.to_dict()))) == run
