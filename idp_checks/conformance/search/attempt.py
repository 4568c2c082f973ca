"""An attempt to break a rule with one raw profile, and functions that every experiment uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from idp_checks.conformance.case import Case, expected_properties
from idp_checks.conformance.observation import Observation, observe_once
from idp_checks.conformance.search.observer import Observer
from idp_checks.conformance.search.pool import Sample
from idp_checks.profiles.profile import STANDARD

__all__ = [
    "Attempt",
    "Experiment",
    "Setup",
    "UnsuitableSampleError",
    "fail_variant",
    "observe_variant",
    "read_profile",
    "standard_properties",
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt.

    Attributes:
        case: the case that was judged.
        objections: empty if the rule holds for it.
        was_judged: whether the normalizer returned a profile to judge.
        observation: the result that broke the rule.
        variant: the modified case, if two cases were compared.
        expected: the standard properties that the observation should have; None if those of ``case``.
    """

    case: Case
    objections: tuple[str, ...] = ()
    was_judged: bool = True
    observation: Observation | None = None
    variant: Case | None = None
    expected: Mapping[str, Any] | None = None


Experiment: TypeAlias = Callable[[Observer, Sample, Sample, int], Attempt]
"""Tests a rule with a sample, and with a second sample (the partner) if needed; the number selects a variation.

Raises ``UnsuitableSampleError`` if the sample cannot be used, and ``NormalizerCallError``.
"""


class Setup(NamedTuple):
    """An experiment with its input."""

    experiment: Experiment
    sample: Sample
    partner: Sample
    variation: int = 0

    def run(self, observer: Observer) -> Attempt:
        """Run the experiment."""
        return self.experiment(observer, self.sample, self.partner, self.variation)


class UnsuitableSampleError(Exception):
    """The sample cannot be used to test the rule."""


def fail_variant(case: Case, variant: Case, observation: Observation, objection: str) -> Attempt:
    """Return a failed attempt whose observation should have the properties of the variant."""
    return Attempt(case, (objection,), observation=observation, variant=variant, expected=expected_properties(variant))


def read_profile(observer: Observer, sample: Sample) -> Case:
    """Return the case of a sample.

    Raises:
        UnsuitableSampleError: it is not a profile, or the normalizer does not accept it.
    """
    case = observer.case(sample)
    if case.claims is None or not observer.normalizer.accepts(observer.provider.name, case.raw):
        raise UnsuitableSampleError
    return case


def observe_variant(observer: Observer, case: Case) -> Observation:
    """Return the observation of a case that is not in the pool.

    Raises:
        UnsuitableSampleError: the normalizer does not accept it.
    """
    if not observer.normalizer.accepts(observer.provider.name, case.raw):
        raise UnsuitableSampleError
    return observe_once(observer.normalizer, case)


def standard_properties(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the standard properties that a profile has."""
    return {name: profile[name] for name in STANDARD if profile.get(name) is not None}
