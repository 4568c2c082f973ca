"""Entra tokens: the keys of a tenant, the identifiers of a user, and the endpoints that receive a token."""

from __future__ import annotations

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import json
from support.steps import run_steps

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


def ask(token, response=None, tenant=TENANT, **expected):
    """Return the URLs that are requested for a token, and the reading; each request gets the same response."""
    steps = providers.get("waad").debug.steps(
        Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials={"tenant_id": tenant}, **expected)
    )
    reading, requests = run_steps(steps, lambda request: response)
    return [request.url for request in requests], reading


def read_with_key(**issuer):
    """Return the reading of a token whose key states this issuer."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "use": "sig"} | issuer
    token = jwt.encode(CLAIMS, KEY, algorithm="RS256", headers={"kid": "k"})
    return ask(token, Response(200, {}, json.encode({"keys": [key]})))[1]


@pytest.mark.parametrize("tenant", [TENANT, "{tenantid}"])
def test_key_of_the_tenant_or_of_all_tenants_is_accepted(tenant):
    """A key whose issuer is the caller's tenant, or the placeholder for every tenant, verifies a token."""
    assert read_with_key(issuer=f"https://login.microsoftonline.com/{tenant}/v2.0").active is True


@pytest.mark.parametrize("issuer", [f"https://login.microsoftonline.com/{OTHERS}/v2.0", "", None, 1])
def test_key_of_another_tenant_is_undecided(issuer):
    """A token signed by a key of another tenant, or of an unreadable issuer, is not good."""
    reading = read_with_key(issuer=issuer)
    assert (reading.active, reason := reading.reason) == (None, "not_stated"), reason


@pytest.mark.parametrize("tenant", ["", "login.microsoftonline.com"])
def test_invalid_tenant_matches_no_key(tenant):
    """The caller's tenant is compared only with the tenant in a key's issuer."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {
        "kid": "k",
        "issuer": f"https://login.microsoftonline.com/{OTHERS}/v2.0",
    }
    token = jwt.encode(
        CLAIMS | {"iss": f"https://sts.windows.net/{tenant}/"}, KEY, algorithm="RS256", headers={"kid": "k"}
    )
    assert ask(token, Response(200, {}, json.encode({"keys": [key]})), tenant=tenant)[1].active is not True


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
def test_user_is_confirmed_by_oid_or_sub(case, subject, reason):
    """An oid is confirmed or contradicted; a sub is only confirmed, and only by a verified signature."""
    assert World(lambda: AT, names=("waad",)).ask("waad", case, subject=subject).reason == reason


def test_encrypted_token_is_not_sent():
    """A token that only its API can decrypt is not sent and is undecided."""
    urls, reading = ask("eyJh.b.c.d.e")
    assert (urls, reading.active, reading.reason) == ([], None, "not_stated")


@pytest.mark.parametrize("payload", ["", "!", "bnVsbA", "W10", "eyJhdWQiOlsiIl19", "é", "eyJhdWQiOjF9", "W1tb" * 5000])
def test_token_with_unreadable_claims_is_not_sent_to_graph(payload):
    """A token with unreadable claims is only checked by its signature, and raises no error."""
    urls, reading = ask(f"eyJhbGciOiJSUzI1NiJ9.{payload}.AAAA", Response(200, {}, b'{"keys": []}'))
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
def test_graph_response_counts_only_for_the_tenant(provider, issuer, active, reason):
    """Graph accepts tokens of every tenant, so a token of another tenant than the caller's is not good."""
    claims = {**CLAIMS, "iss": issuer, "aud": "https://graph.microsoft.com"}
    token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k"})
    steps = providers.get(provider).debug.steps(
        Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials={"tenant_id": TENANT})
    )
    body = {"id": "00000000-0000-4000-8000-000000000042", "userPrincipalName": "mia.chen@example.com"}
    response = Response(200, {"content-type": "application/json"}, json.encode(body))
    reading, (request,) = run_steps(steps, lambda request: response)
    assert request.url.startswith("https://graph.microsoft.com/")
    assert (reading.active, reading.reason) == (active, reason)
