"""Trials of a normalizer."""

from __future__ import annotations

import pytest

from idp_checks import providers
from idp_checks.checks import CHECKS, Verdict, evaluate
from tests.checks.builders import GITHUB, GOOGLE, build_connection, evaluate_check, load_recordings


def test_trial_raises_programming_errors():
    """Only ``ProfileError`` is a result of a normalizer; any other exception is raised."""

    def raise_key_error(provider, raw, *, also):
        raise KeyError("login")

    with pytest.raises(KeyError):
        evaluate_check("IDP-PRF-001", build_connection(raise_key_error))


def test_trial_protects_the_recordings():
    """A normalizer that changes its input does not change the recordings or other trials."""

    def vandal(provider, raw, *, also):
        result = providers.get(provider).normalize(raw, also=also).to_dict()
        raw.clear()
        also.clear()
        return result

    before = [recording.raw for recording in load_recordings("github")]
    context = build_connection(vandal, GITHUB)
    verdicts = {finding.verdict for finding in evaluate(context) if finding.check != "IDP-LIF-002"}
    assert verdicts == {Verdict.PASS}
    assert [recording.raw for recording in context.recordings] == before


@pytest.mark.parametrize("name", ["github", "google-oauth2"])
def test_trials_pass_for_our_normalizer(name):
    """Our own normalizer passes every connection check except the revocation, which does not apply."""
    context = build_connection(provider=providers.get(name), other_providers=(GOOGLE, GITHUB))
    expected = dict.fromkeys(
        (check.id for check in CHECKS if check.evaluated and check.scope == "connection"), Verdict.PASS
    )
    expected["IDP-LIF-002"] = Verdict.NOT_APPLICABLE
    assert {finding.check: finding.verdict for finding in evaluate(context)} == expected
