"""Endpoints are calibrated first, and each distinct token is introspected once."""

from __future__ import annotations

import json

import httpx

from idp_checks import Secret
from idp_checks.audits.run import audit
from idp_checks.checks import Verdict
from idp_checks.checks.policy import Connection
from idp_checks.live.asker import Asker


def test_each_token_is_introspected_once(samples, recording_asker):
    """A token in several records is sent once, and the response is compared with each account."""
    asker, transport = recording_asker
    issuer = samples.issuer()
    token = issuer.token("valid")
    profiles = [
        samples.user(samples.identity("github", token, user_id))
        for user_id in (issuer.subject, "1", issuer.subject, "2")
    ]
    result = audit(profiles, policy=samples.policy("github"), asker=asker)
    assert len([request for request in transport.requests if token.encode() in request.content]) == 1
    verdicts = [finding.verdict.value for finding in samples.findings(result, "IDP-TOK-003")]
    assert verdicts == ["pass", "fail", "pass", "fail"]
    assert result.run["population"]["questions"] == 1


def test_random_token_is_sent_first(samples, recording_asker):
    """Each endpoint must reject a random token before a real token is sent."""
    asker, transport = recording_asker
    token = samples.issuer().token("valid")
    result = audit(samples.users("valid"), policy=samples.policy("github"), asker=asker)
    assert [token.encode() in request.content for request in transport.requests] == [False, True]
    assert b'"gho_' in transport.requests[0].content
    assert result.run["connections"][0]["calibration"]["negative"] == "denied"


def test_endpoint_that_accepts_a_random_token_is_uncalibrated(samples):
    """If the endpoint accepts a random token, none of its positive responses passes."""
    name = "google-oauth2"
    client = samples.issuer(name).client_id
    body = {
        "aud": client,
        "azp": client,
        "sub": samples.issuer(name).subject,
        "exp": "4102444800",
        "scope": "openid",
    }
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, stream=httpx.ByteStream(json.dumps(body).encode()))
    )
    policy = samples.policy(Connection(name=name, provider=name, client_ids=(client,)))
    result = audit(samples.users("valid", provider=name), policy=policy, asker=Asker(transport=transport))
    (finding,) = samples.findings(result, "IDP-TOK-002")
    assert (finding.verdict, finding.reason) == (Verdict.INDETERMINATE, "uncalibrated")
    assert samples.findings(result, "IDP-HYG-006")[0].verdict is Verdict.FAIL


def test_canary_of_the_policy_is_introspected(samples):
    """A valid canary calibrates the endpoint; a rejected canary fails the calibration check."""
    valid = samples.connection("github", canary=Secret(samples.issuer().token("valid")))
    result = audit(samples.users("valid"), policy=samples.policy(valid))
    assert result.run["connections"][0]["calibration"]["positive"] == "ok"
    invalid = samples.connection("github", canary=Secret("gho_" + "x" * 36))
    result = audit(samples.users("valid"), policy=samples.policy(invalid))
    assert samples.findings(result, "IDP-HYG-006")[0].verdict is Verdict.FAIL
