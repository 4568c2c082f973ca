"""Scenarios of readers."""

from __future__ import annotations

from idp_checks.selftest.readers.scenario import scenario_for


def test_repr_contains_no_secret():
    """The representation of a scenario contains neither the token nor the client secret."""
    scenario = scenario_for("facebook", "valid")
    assert scenario.token
    assert scenario.token not in repr(scenario)
    assert scenario.question.client_secret.reveal() not in repr(scenario)
