"""Every recorded profile, normalised and held against the rules and against what is recorded beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from idp_checks import plugin, providers
from idp_checks.conformance.asking import pytest_generate_tests
from idp_checks.conformance.normalizers.normalizer import NoAnswer
from idp_checks.conformance.reports.report import Report
from idp_checks.conformance.rules import RULES, Case, answer_of, expected, golden, judged, redacted, see, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp_checks.conformance.rules import Normalizer, Seen
    from idp_checks.recordings import ProfileRecording

__all__ = ["pytest_generate_tests", "test_recorded"]


def test_recorded(request: pytest.FixtureRequest, idp_normalizer: Normalizer, recording: ProfileRecording) -> None:
    """A recorded profile is normalised by every rule, to what is recorded; a recorded error is raised."""
    normalizer = plugin.settled(request.config, idp_normalizer)
    provider = providers.get(recording.provider)
    raw = answer_of(recording.text)
    if not (isinstance(raw, dict) or normalizer.takes_text):
        pytest.skip("no JSON object: a normaliser is given objects")
    if not normalizer.may_be_asked(provider.name, raw):
        pytest.skip("the normaliser is not to be asked about an answer of this form")
    also = recording.also if normalizer.takes_also else {}
    case = Case.of(provider, raw, also)
    whole = bool(also) == bool(recording.also)
    if isinstance(recording.error, str) and whole:
        case = Case(provider, raw, also, None, case.shape, recording.error)
    rules = [rule for rule in _asked(case) if standing(rule, normalizer) is None]
    report = Report(request.node, recording.provider, rules, plugin.run(request.config, normalizer))
    file = f"{recording.provider}/profile/{recording.case}.json"
    try:
        seen = see(normalizer, case)
    except NoAnswer as error:
        for rule in rules:
            report.unanswered(rule, str(error))
        report.leave(recording=file)
        return
    for rule in rules:
        if seen.out is None and rule not in _of_errors(case):
            report.unjudged(rule)
        elif rule == "N11" and "identities" not in (seen.out or {}):
            report.not_asked(rule, "not_applicable", "the normaliser gives no identities")
        else:
            report.told(rule, *judged(rule, normalizer, case, seen), **_sides(rule, case, seen))
    if whole:
        for rule, objection in golden(recording, seen):
            if rule in rules and report.holds(rule):
                report.told(rule, objection, **_sides(rule, case, seen))
    # The shorter part first: the file holds the whole.
    report.leave(redacted({"also": also, "raw": raw} if also else {"raw": raw}), file, whole=False)


def _asked(case: Case) -> tuple[str, ...]:
    """The rules that judge one profile."""
    if case.claims is None:
        return _of_errors(case)
    return tuple(rule.id for rule in RULES.values() if not rule.metamorphic)


def _of_errors(case: Case) -> tuple[str, ...]:
    """The rules that judge an error that was raised; where no secret was sent, none can show in it."""
    return ("N12", "N13") if case.secrets else ("N12",)


def _sides(rule: str, case: Case, seen: Seen) -> dict[str, Mapping[str, Any] | None]:
    """What is expected and what was got, of the properties that a rule speaks of."""
    if seen.out is None or case.claims is None or rule == "N13":
        return {"expected": None, "got": None}
    right, out, names = expected(case), seen.out, RULES[rule].properties
    return {
        "expected": {name: right[name] for name in names if name in right},
        "got": redacted({name: out[name] for name in names if name in out}),
    }
