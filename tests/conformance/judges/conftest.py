"""A fixture that judges a handwritten profile."""

from __future__ import annotations

import pytest

from idp_checks import providers, recordings
from idp_checks.conformance.case import Case
from idp_checks.conformance.judges import judge
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import observe


@pytest.fixture
def judge_profile():
    """Return a rule's objections to a profile for a raw profile; by default the full recording of GitHub."""

    def judge_profile(rule, profile, raw=None, provider="github"):
        raw = recordings.load_full_profile("github").raw if raw is None else raw
        case = Case.from_raw(providers.get(provider), raw)
        normalizer = Normalizer(lambda name, raw: profile, "handwritten")
        return judge(rule, normalizer, case, observe(normalizer, case))

    return judge_profile
