"""Tries wrong normalizers on recorded, generated and example responses, and the correct normalizer on the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import UnsetType

from idp_checks import providers, recordings
from idp_checks.conformance.case import Case, parse_response
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.judges import judge
from idp_checks.conformance.judges.recorded import compare_with_recording
from idp_checks.conformance.normalizers.normalizer import Normalizer, normalizer_from
from idp_checks.conformance.observation import describe_error, observe
from idp_checks.conformance.search.search import search
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording, Provenance
from idp_checks.selftest.historic_profiles import Example, WrongNormalizer, normalize_correctly
from idp_checks.selftest.result import BugResult

__all__ = ["EXAMPLE", "GENERATED", "NormalizerTrials", "try_normalizer"]

EXAMPLE = "example"
GENERATED = "generated"

_CORRECT: Mapping[bool, Normalizer] = {
    takes_also: Normalizer(normalize_correctly, "the correct normalizer", takes_also=takes_also)
    for takes_also in (False, True)
}
_NO_PROVENANCE = Provenance("synthetic", "", "")


@dataclass(frozen=True, slots=True)
class ProfileResponse:
    """A provider's response to try.

    Attributes:
        provider: the provider.
        how: where the response comes from.
        raw: the response; a string if it is not a JSON object.
        also: the responses of additional calls.
        expected: the correct standard properties; None if the response must raise an error.
        is_complete: whether ``expected`` contains every standard property.
    """

    provider: Provider
    how: str
    raw: Any
    also: Mapping[str, Any]
    expected: Mapping[str, Any] | None
    is_complete: bool = True

    @classmethod
    def from_example(cls, provider: Provider, example: Example, number: str) -> ProfileResponse:
        """Return the response of a bug's example."""
        how = f"example of {number}"
        return cls(provider, how, example.raw, example.also, example.expected, is_complete=False)


def recorded_responses(provider: Provider, *, include_text: bool) -> Iterator[ProfileResponse]:
    """Yield the recorded responses of a provider that are JSON objects, or all of them."""
    for recording in recordings.load_profiles(provider.name):
        raw = parse_response(recording.text)
        if include_text or isinstance(raw, dict):
            expected = None if isinstance(recording.normalized, UnsetType) else recording.normalized
            yield ProfileResponse(provider, f"recorded case {recording.case}", raw, recording.also, expected)


@dataclass(slots=True)
class NormalizerTrials:
    """Everything tried with wrong normalizers, so that the correct normalizer is tried on the same.

    Attributes:
        responses: the responses that were tried.
        searches: the searches that were run, as provider, rule and whether the normalizer takes additional responses.
        faults: rules that raised an error, in order.
    """

    responses: dict[tuple[str, str, str, bool], ProfileResponse] = field(default_factory=dict)
    searches: dict[tuple[str, str, bool], None] = field(default_factory=dict)
    faults: dict[str, None] = field(default_factory=dict)

    def try_response(self, normalizer: Normalizer, response: ProfileResponse) -> Iterator[tuple[str, str]]:
        """Yield each rule and objection to the normalizer's result for a response."""
        takes_also = normalizer.takes_also
        self.responses[response.provider.name, response.how, json.dumps(response.raw), takes_also] = response
        also = response.also if takes_also else {}
        case = Case.from_raw(response.provider, response.raw, also)
        has_expectation = bool(also) == bool(response.also)
        if has_expectation and response.expected is None:
            case = Case(response.provider, response.raw, also, None, case.shape)
        observation = observe(normalizer, case)
        for rule in RULES:
            try:
                objections = judge(rule, normalizer, case, observation)
            except Exception as error:  # noqa: BLE001 - a rule must be able to judge every result
                self.faults[f"{rule} cannot judge the result of {normalizer.name}: {describe_error(error)}"] = None
                continue
            for objection in objections:
                yield rule, objection
        if not has_expectation or response.expected is None:
            return
        if observation.profile is None:
            yield "N12", "a valid profile was rejected"
            return
        expected = response.expected if response.is_complete else {**observation.profile, **response.expected}
        recording = ProfileRecording(note="", provenance=_NO_PROVENANCE, raw=response.raw, normalized=dict(expected))
        yield from compare_with_recording(recording, observation)

    def search(self, normalizer: Normalizer, provider: Provider, rule: str) -> tuple[str, ...]:
        """Return the objections of a rule to the normalizer's results for generated responses."""
        self.searches[provider.name, rule, normalizer.takes_also] = None
        return search(rule, provider, normalizer).objections

    def objections(self) -> Iterator[str]:
        """Yield the objections to the correct normalizer, and the rules that raised an error."""
        for (_, how, _, takes_also), response in tuple(self.responses.items()):
            for rule, objection in self.try_response(_CORRECT[takes_also], response):
                yield f"{response.provider.name} {rule}: {objection} ({how})"
        for name, rule, takes_also in self.searches:
            for objection in search(rule, providers.get(name), _CORRECT[takes_also]).objections:
                yield f"{name} {rule}: {objection} ({GENERATED})"
        yield from self.faults


def try_normalizer(wrong: WrongNormalizer, trials: NormalizerTrials | None = None) -> BugResult:
    """Return whether a wrong normalizer is caught: its most important rule must object."""
    objecting = _objecting_rules(wrong, trials or NormalizerTrials())
    how = objecting.get(wrong.rules[0]) if wrong.rules else None
    rules = () if how is None else tuple(rule for rule in RULES if rule in objecting)
    return BugResult(
        id=wrong.id,
        title=wrong.title,
        mistake=wrong.mistake,
        provider=wrong.provider,
        source=wrong.source,
        caught_by=rules,
        how=how or "",
        why_not=None if rules else wrong.why_not,
    )


def _objecting_rules(wrong: WrongNormalizer, trials: NormalizerTrials) -> dict[str, str]:
    """Return the rules that object with the input that shows it: recorded, else generated, else an example."""
    if wrong.function is None:
        return {}
    provider = providers.get(wrong.provider)
    normalizer = replace(normalizer_from(wrong.function, wrong.mistake), takes_text=wrong.takes_text)
    rules: dict[str, str] = {}
    for response in recorded_responses(provider, include_text=normalizer.takes_text):
        for rule, _ in trials.try_response(normalizer, response):
            rules.setdefault(rule, response.how)
    for rule in wrong.rules:
        if rule not in rules and trials.search(normalizer, provider, rule):
            rules[rule] = GENERATED
    for example in wrong.examples:
        for rule, _ in trials.try_response(normalizer, ProfileResponse.from_example(provider, example, wrong.id)):
            rules.setdefault(rule, EXAMPLE)
    return rules
