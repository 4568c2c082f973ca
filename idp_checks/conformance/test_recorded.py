"""Every recorded profile, normalised and held against the rules and against what is recorded beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idp_checks import plugin, providers, recordings
from idp_checks.conformance.report import Report
from idp_checks.conformance.rules import RULES, Case, golden, judged, redacted, see

if TYPE_CHECKING:
    from idp_checks.conformance.rules import Normalizer
    from idp_checks.recordings import ProfileRecording


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each recorded profile of each selected provider."""
    cases = [each for name in plugin.selected(metafunc.config) for each in recordings.profiles(name)]
    metafunc.parametrize("recording", cases, ids=[f"{each.provider}-{each.case}" for each in cases])


def test_recorded(request: pytest.FixtureRequest, idp_normalizer: Normalizer, recording: ProfileRecording) -> None:
    """A recorded profile is normalised by every rule, to what is recorded; a recorded error is raised."""
    provider = providers.get(recording.provider)
    raw = _value(recording.text)
    if not (isinstance(raw, dict) or idp_normalizer.ours):
        pytest.skip("no JSON object: a normaliser is given objects")
    also = recording.also if idp_normalizer.takes_also else {}
    case = Case.of(provider, raw, also)
    whole = bool(also) == bool(recording.also)
    if isinstance(recording.error, str) and whole:
        case = Case(provider, raw, also, None, case.shape, recording.error)
    rules = ("N12", "N13") if case.claims is None else tuple(RULES)
    report = Report(request.node, recording.provider, rules)
    seen = see(idp_normalizer, case)
    for rule in rules:
        if seen.out is None and rule not in ("N12", "N13"):
            report.unanswered(rule)
        else:
            report.told(rule, *judged(rule, idp_normalizer, case, seen))
    if whole:
        for rule, objection in golden(recording, seen):
            if report.holds(rule):
                report.told(rule, objection)
    report.leave(redacted({"raw": raw, "also": also} if also else {"raw": raw}))


def _value(text: str) -> Any:  # noqa: ANN401 - a JSON value, or the text itself
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text
