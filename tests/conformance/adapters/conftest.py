"""Runs of the libraries over the recordings, each made once for all tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import msgspec
import pytest

pytest.importorskip("social_core", reason="the adapters need the libraries: pip install 'idp-checks[test]'")
pytest.importorskip("allauth", reason="the adapters need the libraries: pip install 'idp-checks[test]'")

from idp_checks import providers, recordings
from idp_checks.conformance import adapters
from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.judges import judge
from idp_checks.conformance.loading import load_adapter
from idp_checks.conformance.normalizers.exemption import exemption
from idp_checks.conformance.observation import observe
from idp_checks.recordings import ProfileRecording


@dataclass
class RecordedRun:
    """The result of a library for one recording: a profile, or the error that it raised."""

    recording: ProfileRecording
    profile: dict | None
    error: Exception | None
    modified_input: bool


def raw_profile(recording):
    return recording.text if recording.raw is msgspec.UNSET else recording.raw


@pytest.fixture(scope="session")
def run_library():
    """Function ``f(library, provider, raw, **also)`` that returns a library's profile."""

    def run(library, provider, raw, **also):
        return adapters.get(library).function(provider, raw, also=also)

    return run


@pytest.fixture(scope="session")
def run_recorded(run_library):
    """Function ``f(library, provider, case)`` that returns a library's profile for a recording."""

    def run(library, provider, case):
        recording = next(item for item in recordings.load_profiles(provider) if item.case == case)
        return run_library(library, provider, raw_profile(recording), **recording.also)

    return run


@pytest.fixture(scope="session")
def recorded_runs():
    """Function ``f(library)`` that returns the runs of a library over all recordings that it can read."""

    @cache
    def run_all(library):
        adapter = adapters.get(library)
        runs = []
        for name in adapter.providers:
            for recording in recordings.load_profiles(name):
                raw, also = raw_profile(recording), recording.also
                if not adapter.can_read(name, raw):
                    continue
                before, profile, error = json.dumps([raw, also]), None, None
                try:
                    profile = adapter.function(name, raw, also=also)
                except Exception as exception:  # noqa: BLE001 - a library may raise anything
                    error = exception
                runs.append(RecordedRun(recording, profile, error, json.dumps([raw, also]) != before))
        return runs

    return run_all


@pytest.fixture(scope="session")
def objections():
    """Function ``f(library)`` that returns provider, rule and objection of every objection to a recording."""

    @cache
    def collect(library):
        normalizer = load_adapter(library)
        claimed = [rule for rule in RULES if exemption(rule, normalizer) is None]
        entries = {}
        for name in normalizer.providers:
            for recording in recordings.load_profiles(name):
                raw = raw_profile(recording)
                if not normalizer.accepts(name, raw):
                    continue
                case = Case.from_raw(providers.get(name), raw, recording.also)
                observation = observe(normalizer, case)
                for rule in claimed:
                    entries |= dict.fromkeys((name, rule, text) for text in judge(rule, normalizer, case, observation))
        return tuple(entries)

    return collect
