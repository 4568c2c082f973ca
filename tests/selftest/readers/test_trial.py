"""A single trial of a reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idp_checks.selftest.historic_readers import WRONG_READERS
from idp_checks.selftest.readers.rules import MUST_BE_BAD
from idp_checks.selftest.readers.scenario import scenario_for
from idp_checks.selftest.readers.trial import ReaderTrial, judge_reader
from idp_checks.selftest.readers.trials import find_objections


@pytest.mark.parametrize("result", ["good", 1, 0, [], {}], ids=repr)
def test_result_that_is_not_a_verdict_is_caught(result):
    """A result other than true, false and None is not a verdict, even 1, which equals true."""
    assert {objection.rule for objection in find_objections(lambda: lambda scenario: result, "oidc")} == {"T1"}


def test_exception_is_not_a_verdict():
    """A reader that raises an exception breaks the first rule."""

    def fail(scenario):
        raise KeyError("active")

    assert {objection.rule for objection in find_objections(lambda: fail, "oidc")} == {"T1"}


def test_earlier_scenarios_are_read_first():
    """A reader that caches its first verdict is caught only because it has read an earlier scenario."""
    good, revoked = scenario_for("oidc", "valid"), scenario_for("oidc", "revoked")
    scenario = good.with_responses(debug=revoked.debug_response)
    trial = ReaderTrial("T16", scenario, MUST_BE_BAD, "generated", earlier=(good,))
    make_reader = next(wrong for wrong in WRONG_READERS if wrong.id == "BUG-257").make_reader
    assert [objection.rule for objection in judge_reader(make_reader(), trial)] == ["T16"]
    assert list(judge_reader(make_reader(), replace(trial, earlier=()))) == []
