"""Tests of the comparison with recorded profiles."""

from __future__ import annotations

from idp_checks import providers, recordings
from idp_checks.conformance import builtin_normalizer
from idp_checks.conformance.case import Case
from idp_checks.conformance.judges.recorded import compare_with_recording
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import observe
from idp_checks.selftest.historic_profiles import normalize_correctly


def test_difference_from_the_recording_is_reported_by_rule():
    """A property that differs from the recorded profile is reported under its rule."""
    recording = recordings.load_full_profile("github")
    case = Case.from_raw(providers.get("github"), recording.raw, recording.also)
    assert list(compare_with_recording(recording, observe(builtin_normalizer(), case))) == []
    changes = {"email_verified": False, "name": "Mia"}
    wrong = Normalizer(lambda provider, raw: {**normalize_correctly(provider, raw), **changes}, "wrong")
    assert {rule for rule, _ in compare_with_recording(recording, observe(wrong, case))} == {"N3", "N7"}
