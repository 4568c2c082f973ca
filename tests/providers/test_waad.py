"""Tokens of Entra: which keys count for a tenant, which name of a person, and who is asked at all."""

from __future__ import annotations

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import json

from idp_checks import providers
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response

AT = datetime(2026, 9, 21, 14, 20, tzinfo=UTC)
TENANT = "00000000-0000-4000-8000-0000000007e7"
OTHERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLAIMS = {
    "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "aud": "api://sample-api",
    "azp": "sample-client",
    "oid": "00000000-0000-4000-8000-000000000042",
    "sub": "sAmPlePairwiseSub42",
    "tid": TENANT,
    "iat": int(AT.timestamp()) - 60,
    "exp": int(AT.timestamp()) + 3600,
}


def _asked(token, answer=None, tenant=TENANT, **expected):
    """The addresses that are asked about a token, and the reading; ``answer`` is given to each request."""
    steps = providers.get("waad").debug.steps(
        Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials={"tenant_id": tenant}, **expected)
    )
    urls = []
    try:
        request = next(steps)
        while True:
            urls.append(request.url)
            request = steps.send(answer)
    except StopIteration as stop:
        return urls, stop.value


def _read(**issuer):
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "use": "sig"} | issuer
    token = jwt.encode(CLAIMS, KEY, algorithm="RS256", headers={"kid": "k"})
    return _asked(token, Response(200, {}, json.encode({"keys": [key]})))[1]


@pytest.mark.parametrize("tenant", [TENANT, "{tenantid}"])
def test_a_key_of_the_tenant_or_of_all_counts(tenant):
    """A key whose issuer is the caller's tenant, or stands for every tenant, verifies a token."""
    assert _read(issuer=f"https://login.microsoftonline.com/{tenant}/v2.0").active is True


@pytest.mark.parametrize("issuer", [f"https://login.microsoftonline.com/{OTHERS}/v2.0", "", None, 1])
def test_a_key_of_another_tenant_proves_nothing(issuer):
    """A token signed by a key that is tied to another tenant, or to none that can be read, is not good."""
    reading = _read(issuer=issuer)
    assert (reading.active, reason := reading.reason) == (None, "not_stated"), reason


@pytest.mark.parametrize("tenant", ["", "login.microsoftonline.com"])
def test_a_tenant_that_is_none_meets_no_key(tenant):
    """No part of a key's issuer but its tenant is taken for the caller's tenant."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {
        "kid": "k",
        "issuer": f"https://login.microsoftonline.com/{OTHERS}/v2.0",
    }
    token = jwt.encode(
        CLAIMS | {"iss": f"https://sts.windows.net/{tenant}/"}, KEY, algorithm="RS256", headers={"kid": "k"}
    )
    assert _asked(token, Response(200, {}, json.encode({"keys": [key]})), tenant=tenant)[1].active is not True


@pytest.mark.parametrize(
    ("case", "subject", "reason"),
    [
        ("valid", "00000000-0000-4000-8000-000000000042", "ok"),
        ("valid", "00000000-0000-4000-8000-000000000099", "wrong_subject"),
        ("valid", "sAmPlePairwiseSub42", "ok"),
        ("valid", "sUbOfAnotherApplication", "not_stated"),
        ("other-user", "sAmPlePairwiseSub42", "not_stated"),
        ("graph-token", "00000000-0000-4000-8000-000000000042", "ok"),
        ("graph-token", "sAmPlePairwiseSub42", "not_stated"),
    ],
)
def test_a_person_is_confirmed_by_either_name(case, subject, reason):
    """An oid is confirmed or contradicted; a sub is confirmed by a checked signature alone, and never contradicted."""
    assert World(lambda: AT, names=("waad",)).ask("waad", case, subject=subject).reason == reason


def test_an_encrypted_token_is_shown_to_nobody():
    """A token that only its API can read is sent nowhere, and nothing is said of it."""
    urls, reading = _asked("eyJh.b.c.d.e")
    assert (urls, reading.active, reading.reason) == ([], None, "not_stated")


@pytest.mark.parametrize("payload", ["", "!", "bnVsbA", "W10", "eyJhdWQiOlsiIl19", "é", "eyJhdWQiOjF9", "W1tb" * 5000])
def test_a_token_without_readable_claims_is_checked_by_its_signature(payload):
    """Claims that cannot be read send no token to Graph, and raise nothing."""
    urls, reading = _asked(f"eyJhbGciOiJSUzI1NiJ9.{payload}.AAAA", Response(200, {}, b'{"keys": []}'))
    assert set(urls) <= {"https://login.microsoftonline.com/common/discovery/v2.0/keys"}
    assert reading.active is not True


@pytest.mark.parametrize("provider", ["waad", "office365"])
@pytest.mark.parametrize(
    ("issuer", "active", "reason"),
    [
        (f"https://sts.windows.net/{TENANT}/", True, "ok"),
        (f"https://login.microsoftonline.com/{TENANT}/v2.0", True, "ok"),
        (f"https://sts.windows.net/{OTHERS}/", False, "unknown_token"),
        ("https://issuer.example.com", False, "unknown_token"),
    ],
)
def test_graph_serves_every_tenant_and_its_answer_counts_for_ours_alone(provider, issuer, active, reason):
    """Graph answers for the token of any tenant: one that names another than the caller's is not good."""
    claims = {**CLAIMS, "iss": issuer, "aud": "https://graph.microsoft.com"}
    token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k"})
    steps = providers.get(provider).debug.steps(Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials={"tenant_id": TENANT}))
    assert next(steps).url.startswith("https://graph.microsoft.com/")
    body = {"id": "00000000-0000-4000-8000-000000000042", "userPrincipalName": "mia.chen@example.com"}
    with pytest.raises(StopIteration) as ended:
        steps.send(Response(200, {"content-type": "application/json"}, json.encode(body)))
    assert (ended.value.value.active, ended.value.value.reason) == (active, reason)
