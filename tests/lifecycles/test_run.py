"""The steps of a lifecycle: revocation, renewal and permission."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idp_checks import Secret, providers
from tests.lifecycles.openid_issuer import ISSUER, REFRESH_TOKEN, OpenIDIssuer, get_step, get_verdict, run_at

CHANGING_CALLS = {"/token", "/revocation"}

# ---------------------------------------------------------------- revocation


def test_revocation_passes_if_the_token_becomes_inactive():
    """A token that was active, was revoked, and is rejected twice passes; the step counts the questions."""
    result = run_at(OpenIDIssuer())
    assert get_verdict(result) == ("pass", None)
    step = get_step(result, "ask-until-dead")
    assert (step.outcome, step.times) == ("dead", 2)


def test_revocation_passes_within_the_patience():
    """The issuer is asked until the patience is over, so a late rejection passes."""
    result = run_at(OpenIDIssuer(lag=3), patience=5.0)
    assert get_verdict(result) == ("pass", None)
    assert get_step(result, "ask-until-dead").times == 5


def test_revocation_fails_if_the_token_stays_active():
    """An issuer that accepts the revocation and keeps the token active fails."""
    result = run_at(OpenIDIssuer(lag=None))
    assert get_step(result, "revoke").outcome == "accepted"
    assert get_step(result, "ask-until-dead").outcome == "alive"
    assert get_verdict(result) == ("fail", None)
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ({"revocation_status": 503}, "issuer_error"),
        ({"revocation_status": 429}, "rate_limited"),
        ({"revocation_status": 401, "revocation_body": {"error": "invalid_client"}}, "caller_rejected"),
        ({"revocation_status": 400, "revocation_body": {"error": "unsupported_token_type"}}, "not_permitted"),
        ({"revocation_status": 302}, "issuer_error"),
        ({"revocation_status": 418}, "unparsable"),
        ({"revocation_body": {"ok": False}}, "unparsable"),
        ({"revocation_body": {"error": ["made up"]}}, "unparsable"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_revocation_without_success_is_indeterminate(issuer, reason):
    """If the revocation did not succeed, an active token is neither a fail nor a pass, and is asked about once."""
    result = run_at(OpenIDIssuer(**issuer))
    assert get_verdict(result) == ("indeterminate", reason)
    assert result.exit_code == 3
    assert get_step(result, "ask-until-dead").times == 1


def test_revocation_is_sent_once():
    """A revocation is not repeated, even after a temporary failure."""
    issuer = OpenIDIssuer(revocation_status=503)
    run_at(issuer)
    assert issuer.calls.count("/revocation") == 1


def test_revocation_requires_two_rejections():
    """A token that is rejected once and active again, as with several servers of an issuer, is not inactive."""
    result = run_at(OpenIDIssuer(flaps_at=2), patience=5.0)
    assert get_verdict(result) == ("pass", None)
    assert get_step(result, "ask-until-dead").times == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "reason"), [(503, "issuer_error"), (401, "caller_rejected"), (403, "not_permitted")]
)
def test_revocation_of_a_token_in_an_unknown_state_is_indeterminate(status, reason):
    """Without a definite introspection the effect of the revocation is unknown."""
    result = run_at(OpenIDIssuer(introspection_status=status), timeout=2.0)
    assert get_verdict(result) == ("indeterminate", reason)


def test_revocation_of_an_inactive_token_is_indeterminate():
    """The revocation of a token that was never issued is accepted too (RFC 7009, section 2.2)."""
    result = run_at(OpenIDIssuer(), token="a-token-that-nobody-issued")
    assert get_step(result, "revoke").outcome == "accepted"
    assert get_verdict(result) == ("indeterminate", "no_data")


@pytest.mark.slow
def test_revocation_of_an_expiring_token_is_indeterminate():
    """A token that expires before it is rejected may have been rejected because it expired."""
    result = run_at(OpenIDIssuer(lifetime=1, lag=1), every=1.2, patience=5.0)
    assert get_verdict(result) == ("indeterminate", "stale")


@pytest.fixture
def revocation_ends_grant(monkeypatch):
    """Document that a revocation at OpenID providers ends the whole grant."""
    provider = providers.get("oidc")
    termination = replace(provider.token.termination, ends="grant")
    changed = replace(provider, token=replace(provider.token, termination=termination))
    monkeypatch.setattr("idp_checks.lifecycles.run.providers.get", lambda _: changed)


@pytest.mark.usefixtures("revocation_ends_grant")
@pytest.mark.parametrize(("ends_grant", "verdict"), [(True, "pass"), (False, "fail")])
def test_revocation_of_a_grant_covers_the_renewed_token(ends_grant, verdict):
    """If the revocation ends the grant, the renewed token must become inactive as well."""
    result = run_at(OpenIDIssuer(ends_grant=ends_grant), renew=True, patience=0.1)
    assert [step.token for step in result.steps if step.name == "ask-until-dead"] == ["given", "renewed"]
    assert get_verdict(result) == (verdict, None)


def test_revocation_uses_the_renewed_token_if_the_renewal_ended_the_first():
    """Revoking a token that the renewal already ended would prove nothing."""
    result = run_at(OpenIDIssuer(ends_renewed=True), renew=True)
    assert get_step(result, "revoke").token == "renewed"
    assert get_verdict(result) == ("pass", None)


# ---------------------------------------------------------------- renewal


def test_renewal_passes_the_new_tokens_on_before_the_next_request():
    """The caller receives a rotated refresh token before another request is sent."""
    issuer, received = OpenIDIssuer(), []

    def keep(renewed):
        received.append((renewed.refresh_token.reveal(), len(issuer.calls)))

    result = run_at(issuer, renew=True, revoke=False, keep=keep)
    assert received == [(issuer.refresh_token, issuer.calls.index("/token") + 1)]
    assert result.renewed.rotated
    assert get_step(result, "ask-renewed").outcome == "good"
    assert get_verdict(result, "IDP-LIF-004") == ("pass", None)


def test_renewal_without_rotation_keeps_the_refresh_token():
    """If the response contains no refresh token, the old one remains valid (RFC 6749, section 6)."""
    renewed = run_at(OpenIDIssuer(rotates=False), renew=True, revoke=False).renewed
    assert (renewed.refresh_token, renewed.rotated) == (Secret(REFRESH_TOKEN), False)


@pytest.mark.parametrize(
    ("renewal", "outcome", "verdict"),
    [
        ((400, {"json": {"error": "invalid_grant"}}), "refused", ("fail", None)),
        ((401, {"json": {"error": "invalid_client"}}), "undecided", ("indeterminate", "caller_rejected")),
        ((503, {}), "undecided", ("indeterminate", "issuer_error")),
        ((429, {}), "undecided", ("indeterminate", "rate_limited")),
        ((200, {"json": {"error": "bad_refresh_token"}}), "undecided", ("indeterminate", "unparsable")),
        ((200, {"json": {}}), "undecided", ("indeterminate", "unparsable")),
        ((200, {"json": {"access_token": "never-issued-token"}}), "renewed", ("indeterminate", "contradiction")),
    ],
    ids=str,
)
def test_renewal_is_judged_by_the_new_token(renewal, outcome, verdict):
    """Only a new token that the issuer reports as active passes, and only invalid_grant fails."""
    result = run_at(OpenIDIssuer(renewal=renewal), renew=True, revoke=False)
    assert get_step(result, "renew").outcome == outcome
    assert get_verdict(result, "IDP-LIF-004") == verdict


def test_renewal_is_sent_once():
    """A refresh token that is sent twice may end the whole grant (RFC 9700, section 4.14.2)."""
    issuer = OpenIDIssuer(renewal=(503, {}))
    run_at(issuer, renew=True, revoke=False)
    assert issuer.calls.count("/token") == 1


# ---------------------------------------------------------------- permission


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [({"client_id": "another-app"}, "wrong_client"), ({"subject": "43"}, "wrong_subject")],
)
def test_foreign_token_is_not_changed(arguments, reason):
    """A token of another client or user is neither renewed nor revoked, and the check does not pass."""
    issuer = OpenIDIssuer()
    result = run_at(issuer, **{"renew": True, **arguments})
    assert [(step.name, step.outcome, step.reason) for step in result.steps[2:]] == [
        ("renew", "left_out", reason),
        ("revoke", "left_out", reason),
    ]
    assert CHANGING_CALLS.isdisjoint(issuer.calls)
    assert get_verdict(result)[0] == "indeterminate"


def test_token_is_not_changed_without_permission():
    """Without permission the token is only asked about and used; the plan names the requests."""
    issuer = OpenIDIssuer()
    result = run_at(issuer, revoke=False)
    assert [step.name for step in result.steps] == ["ask", "use"]
    assert CHANGING_CALLS.isdisjoint(issuer.calls)
    assert [(planned.action, planned.allowed, planned.address) for planned in result.plan] == [
        ("renew", False, f"{ISSUER}/token"),
        ("revoke", False, f"{ISSUER}/revocation"),
    ]
    assert get_verdict(result) == ("not_applicable", None)
    assert result.exit_code == 0


def test_plan_is_announced_before_any_change():
    """The function that receives the plan can stop the run before anything is changed."""

    def stop(plan):
        assert [planned.allowed for planned in plan] == [True, True]
        raise KeyboardInterrupt

    issuer = OpenIDIssuer()
    with pytest.raises(KeyboardInterrupt):
        run_at(issuer, renew=True, announce=stop)
    assert CHANGING_CALLS.isdisjoint(issuer.calls)
