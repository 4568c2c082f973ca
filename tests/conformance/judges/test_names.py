"""Tests of the judges of names."""

from __future__ import annotations

from idp_checks.selftest.historic_profiles import normalize_correctly


def test_name_may_keep_or_replace_a_lone_surrogate(judge_profile):
    """A lone surrogate, which UTF-8 cannot encode, may be kept or replaced but not removed."""
    raw = {"sub": "42", "name": "Mia \ud83d Chen"}
    profile = normalize_correctly("oidc", raw)
    assert profile["name"] == "Mia \ufffd Chen"
    for name in (raw["name"], profile["name"]):
        assert not judge_profile("N3", {**profile, "name": name}, raw, "oidc")
    assert judge_profile("N3", {**profile, "name": "Mia  Chen"}, raw, "oidc")
