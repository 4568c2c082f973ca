"""The judged lifecycle: its arguments, its output, and the absence of secrets."""

from __future__ import annotations

import json

import pytest
from msgspec import structs

from idp_checks import UsageError, lifecycle_sync
from tests.lifecycles.openid_issuer import (
    CANARIES,
    CLIENT_SECRET,
    ISSUER,
    REFRESH_TOKEN,
    TOKEN,
    OpenIDIssuer,
    get_verdict,
    run_at,
)


def test_lifecycle_output_contains_no_secret():
    """Even if the issuer returns tokens as scopes, no output contains a secret."""
    issuer = OpenIDIssuer(scope=f"openid {TOKEN} {REFRESH_TOKEN} {CLIENT_SECRET}")
    result = run_at(issuer, renew=True)
    assert get_verdict(result) == ("pass", None)
    output = json.dumps(result.to_dict()) + repr(result) + str(result.steps) + repr(result.renewed)
    assert [canary for canary in (*CANARIES, *issuer.issued) if canary in output] == []
    assert len(issuer.issued) == 2


def test_search_for_secrets_detects_a_planted_one():
    """A secret planted in a detail is in the output, so the search above can detect it."""
    result = run_at(OpenIDIssuer())
    planted = structs.replace(result, steps=(structs.replace(result.steps[0], detail=TOKEN),))
    assert TOKEN in json.dumps(planted.to_dict())
    assert TOKEN in repr(planted)


def test_lifecycle_traceback_contains_no_secret():
    """If a callback raises an exception, no frame of the package has a local variable that shows a secret."""

    def fail(renewed):
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError) as error:
        run_at(OpenIDIssuer(), renew=True, keep=fail)
    frames = []
    trace = error.tb
    while trace is not None:
        # The frames of this test and of its issuer contain the secrets themselves.
        if trace.tb_frame.f_globals.get("__name__", "").startswith("idp_checks"):
            frames.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    assert frames
    assert [canary for canary in CANARIES for frame in frames if canary in frame] == []


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"patience": -1.0}, "patience"),
        ({"every": 0.0}, "every"),
        ({"issuer_url": "http://op.example.com"}, "issuer_url"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_lifecycle_rejects_invalid_arguments(arguments, place):
    """An invalid number of seconds, or a URL that may not receive a token, is a usage error."""
    with pytest.raises(UsageError) as error:
        lifecycle_sync("oidc", TOKEN, **{"issuer_url": ISSUER, **arguments})
    assert error.value.where == place


def test_lifecycle_rejects_unknown_arguments():
    """An argument with a misspelled name is an error, as for any function."""
    with pytest.raises(TypeError, match="'revok'"):
        lifecycle_sync("oidc", TOKEN, revok=True)


def test_lifecycle_without_any_operation_sends_nothing():
    """At a provider without any operation every step is undecided or skipped, and no check passes."""
    result = lifecycle_sync("miicard", TOKEN, renew=True, revoke=True)
    assert {step.outcome for step in result.steps} == {"undecided", "left_out"}
    assert "pass" not in {finding.verdict.value for finding in result.findings}
