"""Tests of observations."""

from __future__ import annotations

from itertools import count

import pytest

from idp_checks import providers
from idp_checks.conformance.case import Case
from idp_checks.conformance.normalizers.normalizer import Normalizer, NormalizerCallError
from idp_checks.conformance.observation import describe_error, observe
from idp_checks.selftest.historic_profiles import normalize_correctly

RAW = {"id": 42, "login": "mia", "emails": [{"email": "mia@example.com"}]}
CASE = Case.from_raw(providers.get("github"), RAW)


def test_observe_detects_a_modified_input():
    """A nested change of the input is detected, and the case is not changed by it."""

    def modify(provider, raw):
        raw["emails"][0]["email"] = "x"
        return normalize_correctly(provider, raw)

    assert observe(Normalizer(modify, "modify"), CASE).modified_input
    assert CASE.raw["emails"][0]["email"] == "mia@example.com"
    assert not observe(Normalizer(normalize_correctly, "right"), CASE).modified_input


def test_observe_detects_an_inconsistent_result():
    """Two calls with different results are inconsistent."""
    numbers = count()
    changing = Normalizer(lambda provider, raw: {**normalize_correctly(provider, raw), "x": next(numbers)}, "changing")
    assert observe(changing, CASE).is_inconsistent
    assert not observe(Normalizer(normalize_correctly, "right"), CASE).is_inconsistent


def test_observe_keeps_errors_of_the_normalizer_only():
    """An error of the normalizer is part of the observation; a call that fails is raised."""

    def fail(provider, raw):
        raise KeyError("login")

    def unavailable(provider, raw):
        raise NormalizerCallError("the command exited")

    observation = observe(Normalizer(fail, "fail"), CASE)
    assert observation.profile is None
    assert describe_error(observation.error).startswith("KeyError 'login' in fail, line ")
    with pytest.raises(NormalizerCallError):
        observe(Normalizer(unavailable, "unavailable"), CASE)


def test_observe_reports_a_result_that_is_not_a_mapping():
    """A normalizer that returns None has returned no profile."""
    observation = observe(Normalizer(lambda provider, raw: None, "none"), CASE)
    assert observation.profile is None
    assert describe_error(observation.error) == "nothing (returned NoneType instead of a mapping)"
