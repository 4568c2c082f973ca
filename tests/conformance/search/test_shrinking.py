"""Tests of shrinking."""

from __future__ import annotations

from idp_checks import providers
from idp_checks.conformance.case import Case
from idp_checks.conformance.search.attempt import Attempt, Setup, UnsuitableSampleError
from idp_checks.conformance.search.pool import Sample
from idp_checks.conformance.search.shrinking import shrink
from idp_checks.strategies import values

GITHUB = providers.get("github")


def shrink_raw(raw, is_broken):
    """Return the smallest raw profile for which the predicate is true."""

    def experiment(observer, sample, partner, variation):
        if "id" not in sample.raw:
            raise UnsuitableSampleError
        case = Case(GITHUB, sample.raw, sample.also, None)
        return Attempt(case, ("broken",) if is_broken(sample.raw) else ())

    sample = Sample(raw, {})
    setup = Setup(experiment, sample, sample)
    return shrink(setup.run(None), None, setup).case.raw


def test_shrink_removes_unneeded_fields():
    """Fields and list elements that the fault does not need are removed; unsuitable samples are not used."""
    raw = {"id": 42, "name": "Mia", "plan": {"name": "x", "seats": [1, 2]}, "bio": None}
    assert shrink_raw(raw, lambda raw: 2 in raw.get("plan", {}).get("seats", ())) == {"id": 1, "plan": {"seats": [2]}}


def test_shrink_uses_simpler_values_of_the_same_kind():
    """A value is replaced by a simpler one of its kind as long as the fault remains."""
    raw = {"id": values.NUMBERS[-1], "name": values.NAMES[5]}
    assert shrink_raw(raw, lambda raw: "name" in raw) == {"id": values.NUMBERS[0], "name": values.NAMES[0]}
