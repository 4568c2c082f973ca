"""The self-test: every historic bug is caught by its rule, and no rule objects to the correct code."""

from __future__ import annotations

import json

import pytest

from idp_checks import UnknownProvider
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.selftest import normalizer_trials, reader_bugs
from idp_checks.selftest.historic_profiles import normalize_correctly
from idp_checks.selftest.page import selftest_markdown
from idp_checks.selftest.readers.trial import Objection
from idp_checks.selftest.run import run


@pytest.fixture
def no_readers(monkeypatch):
    """Run only the trials of normalizers."""
    monkeypatch.setattr(reader_bugs, "try_readers", lambda progress: ())
    monkeypatch.setattr(reader_bugs, "correct_reader_objections", tuple)


@pytest.mark.slow
def test_run_catches_every_bug():
    """Every historic bug is caught or explained, a recorded or generated input shows it, and the page contains it."""
    result = run()
    assert result.objections == ()
    assert [row.id for row in result if not row.passed] == []
    assert result.passed
    bugs = [row.id for row in result if row.id.startswith("BUG-")]
    assert bugs == [f"BUG-{number:03}" for number in range(1, 264, 2)]
    assert [row.id for row in result if row.how == normalizer_trials.EXAMPLE] == []
    page = selftest_markdown(result)
    assert [row.id for row in result if f"[{row.id}]({row.source})" not in page and row.source] == []


def test_run_objects_to_a_wrong_reference(no_readers, monkeypatch):
    """If the correct normalizer or an example were wrong, the self-test would say so and not pass."""

    def set_given_name(provider, raw, *, also=None):
        return {**normalize_correctly(provider, raw, also=also), "given_name": "None"}

    assert run(names=["apple"]).passed
    wrong = {takes_also: Normalizer(set_given_name, "wrong", takes_also=takes_also) for takes_also in (False, True)}
    monkeypatch.setattr(normalizer_trials, "_CORRECT", wrong)
    result = run(names=["apple"])
    assert not result.passed
    assert any(objection.startswith("apple N8: given_name is ") for objection in result.objections)
    assert any("example of BUG-079" in objection for objection in result.objections)


def test_run_reports_a_rule_that_raises(no_readers, monkeypatch):
    """A rule that raises an error has caught nothing, and the self-test does not pass."""
    judge = normalizer_trials.judge

    def raise_for_n4(rule, *rest):
        if rule == "N4":
            raise AttributeError("no")
        return judge(rule, *rest)

    monkeypatch.setattr(normalizer_trials, "judge", raise_for_n4)
    result = run(names=["apple"])
    assert not result.passed
    assert any(objection.startswith("N4 cannot judge the result of") for objection in result.objections)


def test_run_reports_objections_to_the_correct_reader(no_readers, monkeypatch):
    """An objection to the correct reader is reported once, and only for the requested providers."""
    objection = Objection("T2", "apple", "recorded case full", "returned bad")
    monkeypatch.setattr(reader_bugs, "correct_reader_objections", lambda: (objection, objection))
    assert run(names=["apple"]).objections == ("apple T2: returned bad (recorded case full)",)
    assert run(names=["zoom"]).objections == ()


def test_run_is_limited_to_the_requested_providers(no_readers):
    """Only the requested providers are tried; an unknown name is an error before anything is tried."""
    result = run(names=["zoom", "apple"])
    assert {row.provider for row in result} == {"zoom", "apple"}
    with pytest.raises(UnknownProvider):
        run(names=["zoom", "zooom"])


def test_run_reports_progress(no_readers):
    """Each bug is reported before it is tried, and the end with the total."""
    calls = []
    result = run(lambda *call: calls.append(call), names=["apple"])
    assert [step for step, _, _ in calls[:-1]] == [row.id for row in result]
    assert calls[-1] == ("", len(result.rows), len(result.rows))


def test_result_is_json(no_readers):
    """The result is JSON without empty fields."""
    value = run(names=["slack"]).to_dict()
    assert json.loads(json.dumps(value)) == value
    assert value["passed"] is True
    rows = {row["id"]: row for row in value["rows"]}
    assert "mistake" not in rows["BUG-019"]
    assert rows["BUG-019"]["why_not"]
    assert rows["BUG-125"]["caught_by"][0] == "N2"
    assert "why_not" not in rows["BUG-125"]
