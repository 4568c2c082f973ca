"""Comparison of a profile with the recorded one."""

from __future__ import annotations

from collections.abc import Iterator

from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.observation import Observation
from idp_checks.profiles.jsontext import replace_surrogates
from idp_checks.profiles.profile import STANDARD
from idp_checks.recordings import ProfileRecording

__all__ = ["compare_with_recording"]

_RULE_BY_PROPERTY = {
    name: rule.id
    for rule in RULES.values()
    if not rule.is_metamorphic
    for name in rule.subject
    # N5 accepts several pictures, so the recorded picture is not the only correct one.
    if name in STANDARD and name != "picture"
}


def compare_with_recording(recording: ProfileRecording, observation: Observation) -> Iterator[tuple[str, str]]:
    """Yield a rule and an objection for each property, except the picture, that differs from the recorded profile."""
    if observation.profile is None or not isinstance(recording.normalized, dict):
        return
    for name, rule_id in _RULE_BY_PROPERTY.items():
        value, expected = observation.profile.get(name), recording.normalized.get(name)
        if isinstance(value, str) and isinstance(expected, str) and name not in ("user_id", "email"):
            value, expected = replace_surrogates(value.strip()), expected.strip()
        if (value or None) != expected and not (value is False and expected is False):
            yield rule_id, f"{name} is not the recorded value"
