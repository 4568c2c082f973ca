"""Every recorded profile, normalized and compared with the rules and with the recorded result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from idp_checks import providers
from idp_checks.conformance.case import Case, expected_properties, parse_response
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.judges import judge
from idp_checks.conformance.judges.recorded import compare_with_recording
from idp_checks.conformance.normalizers.exemption import exemption
from idp_checks.conformance.normalizers.normalizer import NormalizerCallError
from idp_checks.conformance.observation import observe
from idp_checks.conformance.options import options_of
from idp_checks.conformance.outcomes import RuleOutcomes
from idp_checks.conformance.redaction import redact
from idp_checks.conformance.reports.failure import Evidence
from idp_checks.conformance.rule_check import pytest_generate_tests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp_checks.conformance.normalizers.normalizer import Normalizer
    from idp_checks.conformance.observation import Observation
    from idp_checks.recordings import ProfileRecording

__all__ = ["pytest_generate_tests", "test_recorded"]


def test_recorded(request: pytest.FixtureRequest, idp_normalizer: Normalizer, recording: ProfileRecording) -> None:
    """A recorded profile follows every rule and matches its recorded result; a recorded error is raised."""
    options = options_of(request.config)
    normalizer = options.apply_to(idp_normalizer)
    raw = parse_response(recording.text)
    if not (isinstance(raw, dict) or normalizer.takes_text):
        pytest.skip("the response is not a JSON object, and this normalizer takes only objects")
    if not normalizer.accepts(recording.provider, raw):
        pytest.skip("the library does not read responses of this form")
    also = recording.also if normalizer.takes_also else {}
    is_complete = bool(also) == bool(recording.also)
    case = _make_case(recording, raw, also, is_complete=is_complete)
    rules = [rule for rule in _applicable_rules(case) if exemption(rule, normalizer) is None]
    outcomes = RuleOutcomes(request.node, recording.provider, rules, options.describe_run(normalizer))
    file = f"{recording.provider}/profile/{recording.case}.json"
    try:
        observation = observe(normalizer, case)
    except NormalizerCallError as error:
        for rule in rules:
            outcomes.add_error(rule, str(error))
        outcomes.finish(Evidence(recording=file, is_recorded=True))
        return
    for rule in rules:
        if observation.profile is None and rule not in _error_rules(case):
            outcomes.add_unjudged(rule)
        elif rule == "N11" and "identities" not in (observation.profile or {}):
            outcomes.add_skip(rule, "not_applicable", RULES[rule].not_applicable.normalizer or "")
        else:
            objections = judge(rule, normalizer, case, observation)
            outcomes.add_judgment(rule, *objections, **_comparison(rule, case, observation))
    if is_complete:
        for rule, objection in compare_with_recording(recording, observation):
            if rule in rules and outcomes.has_passed(rule):
                outcomes.add_judgment(rule, objection, **_comparison(rule, case, observation))
    # The message shows only the beginning, so the shorter part comes first.
    example = redact({"also": also, "raw": raw} if also else {"raw": raw})
    outcomes.finish(Evidence(example, file, is_recorded=True))


def _make_case(recording: ProfileRecording, raw: Any, also: Mapping[str, Any], *, is_complete: bool) -> Case:
    provider = providers.get(recording.provider)
    case = Case.from_raw(provider, raw, also)
    if isinstance(recording.error, str) and is_complete:
        return Case(provider, raw, also, None, case.shape, recording.error)
    return case


def _applicable_rules(case: Case) -> tuple[str, ...]:
    """Return the rules that judge a single profile, or an error if the input is not a profile."""
    if case.claims is None:
        return _error_rules(case)
    return tuple(rule.id for rule in RULES.values() if not rule.is_metamorphic)


def _error_rules(case: Case) -> tuple[str, ...]:
    """Return the rules that judge an error; without a secret in the input there is nothing to leak."""
    return ("N12", "N13") if case.secrets else ("N12",)


def _comparison(rule: str, case: Case, observation: Observation) -> dict[str, Mapping[str, Any] | None]:
    """Return the expected and the returned properties that a rule covers."""
    if observation.profile is None or case.claims is None or rule == "N13":
        return {"expected": None, "actual": None}
    correct, profile, names = expected_properties(case), observation.profile, RULES[rule].properties
    return {
        "expected": {name: correct[name] for name in names if name in correct},
        "actual": redact({name: profile[name] for name in names if name in profile}),
    }
