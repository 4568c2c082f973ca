"""Tests of ``SignedToken``: fetching the key set, and tokens without a signature."""

from __future__ import annotations

import json

import pytest
from support import steps
from support.signing import (
    AT,
    CLAIMS,
    ISSUER,
    KEYS,
    NOW,
    RSA_KEY,
    STRANGER,
    make_other_token,
    make_token,
)

from idp_checks.secret import Secret
from idp_checks.tokens.jws import (
    read_claims,
)
from idp_checks.tokens.probes import userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.signed import SignedToken, TokenRules
from idp_checks.tokens.wire import Request, Response, Unreachable

ENDPOINT = SignedToken(
    url="https://op.example.com/keys",
    rules=TokenRules(issuers=("https://op.example.com/{tenant_id}",)),
    source="https://op.example.com",
)
TENANT = {"tenant_id": "t1"}
TENANT_CLAIMS = {"iss": f"{ISSUER}/t1"}
NEW_KEY = {**RSA_KEY, "kid": "key-new"}
WITH_OPAQUE = SignedToken(
    url="https://op.example.com/keys",
    rules=TokenRules(issuers=(ISSUER,)),
    source="https://op.example.com",
    opaque=userinfo_endpoint("https://op.example.com/userinfo"),
    is_opaque=lambda token: read_claims(token).get("sub") == "opaque",
)
OTHER_CLAIM_NAMES = SignedToken(
    url="https://op.example.com/{tenant_id}/keys",
    rules=TokenRules(
        issuers=(ISSUER,),
        algorithms=("ES256",),
        client_claims=("appid",),
        subject_claim="oid",
        scope_claim="scp",
        issued_at_claim="auth_time",
        optional_claims=frozenset({"aud"}),
        token_kind="any",
    ),
    source="https://op.example.com",
)


KEY_SET = Response(200, {}, json.dumps({"keys": KEYS}).encode())


def run_steps(endpoint, token, **options):
    """Return the endpoint's reading of a token, with its key set served, and the requested URLs."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT, **options)
    reading, requests = steps.run_steps(endpoint.steps(question), lambda request: KEY_SET)
    return reading, [request.url for request in requests]


def run_rotation(token, *key_sets):
    """Return the reading of a token, and the requests; every request returns the next version of the key set."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials=TENANT)
    responses = (
        version
        if isinstance(version, Exception)
        else Response(version[0], {}, json.dumps({"keys": version[1]}).encode())
        for version in key_sets
    )
    return steps.run_steps(ENDPOINT.steps(question), steps.play(*responses))


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example.com/keys", "x5u": "https://evil.example.com/pem"},
        {"kid": "https://evil.example.com/keys"},
        {"kid": "../../keys"},
        {"kid": "key-9", "jku": "https://evil.example.com/keys"},
    ],
)
def test_only_the_configured_key_set_is_fetched(header):
    """URLs in the token's header are not requested, and the token is not sent."""
    reading, urls = run_steps(ENDPOINT, make_token(TENANT_CLAIMS, **header), credentials=TENANT)
    assert set(urls) == {"https://op.example.com/keys"}
    assert reading.active is None


def test_jku_may_name_the_configured_key_set():
    """A ``jku`` that is exactly the configured URL is harmless; any other one is not."""
    good = make_token(TENANT_CLAIMS, jku="https://op.example.com/keys")
    assert run_steps(ENDPOINT, good, credentials=TENANT)[0].active is True
    for jku in ("https://op.example.com/keys/", "https://op.example.com/keys?x", ["https://op.example.com/keys"]):
        token = make_token(TENANT_CLAIMS, jku=jku)
        assert run_steps(ENDPOINT, token, credentials=TENANT)[0].reason == "unparsable"


def test_missing_key_fetches_the_key_set_again():
    """The key set is fetched again for an unknown ``kid``, and the new key counts."""
    reading, requests = run_rotation(make_token(TENANT_CLAIMS, kid="key-new"), (200, KEYS), (200, [*KEYS, NEW_KEY]))
    assert reading.active is True
    assert [(request.url, request.cacheable, request.fresh) for request in requests] == [
        ("https://op.example.com/keys", True, False),
        ("https://op.example.com/keys", True, True),
    ]


def test_key_set_is_fetched_at_most_twice():
    """If the new key set lacks the key too, the token is undecided."""
    reading, requests = run_rotation(make_token(TENANT_CLAIMS, kid="key-9"), (200, KEYS), (200, KEYS))
    assert (reading.active, reading.reason, len(requests)) == (None, "not_stated", 2)


@pytest.mark.parametrize(
    ("token", "fetches"),
    [
        (make_token(TENANT_CLAIMS), 1),
        (make_token(TENANT_CLAIMS, key=STRANGER), 1),
        (make_token(TENANT_CLAIMS, drop=("kid",)), 1),
        (make_token(TENANT_CLAIMS, kid="key-9", alg="none", signature=lambda raw: b""), 0),
        (make_token(TENANT_CLAIMS, kid="key-9", alg="HS256", signature=lambda raw: b"0" * 32), 0),
        (make_token(TENANT_CLAIMS, kid="key-9", typ="logout+jwt"), 0),
        (make_token(TENANT_CLAIMS, kid="key-9", crit=["x"]), 0),
        (f"{make_token(TENANT_CLAIMS, kid='key-9')}!", 0),
    ],
)
def test_invalid_token_does_not_fetch_keys_again(token, fetches):
    """Only an unknown ``kid`` fetches the key set again; an invalid header sends no request."""
    _, requests = run_rotation(token, (200, KEYS), (200, KEYS))
    assert len(requests) == fetches
    assert not any(request.fresh for request in requests)


@pytest.mark.parametrize(
    ("second", "reason"), [((503, []), "issuer_error"), ((429, []), "rate_limited"), ((404, []), "unparsable")]
)
def test_failed_second_fetch_leaves_the_token_undecided(second, reason):
    """If the key set cannot be fetched again, the token is undecided."""
    reading, _ = run_rotation(make_token(TENANT_CLAIMS, kid="key-new"), (200, KEYS), second)
    assert (reading.active, reading.reason) == (None, reason)
    with pytest.raises(Unreachable):
        run_rotation(make_token(TENANT_CLAIMS, kid="key-new"), (200, KEYS), Unreachable("network", "no answer"))


def test_new_key_set_does_not_accept_other_keys():
    """A signature of another key stays invalid with the new key set."""
    reading, _ = run_rotation(
        make_token(TENANT_CLAIMS, key=STRANGER, kid="key-new"), (200, KEYS), (200, [*KEYS, NEW_KEY])
    )
    assert (reading.active, reading.reason) == (False, "malformed")


def test_another_tenant_is_another_issuer():
    """A key set shared by tenants verifies tokens of the caller's tenant only."""
    token = make_token({"iss": f"{ISSUER}/t2"})
    reading, _ = run_steps(ENDPOINT, token, credentials=TENANT)
    assert (reading.active, reading.reason) == (False, "unknown_token")


def test_missing_tenant_leaves_the_token_undecided(in_words):
    """Without the tenant the expected issuer is unknown."""
    reading, _ = run_steps(ENDPOINT, make_token(TENANT_CLAIMS))
    assert (reading.active, reading.reason) == (None, "not_stated")
    assert in_words(reading.detail)


@pytest.mark.parametrize("token", ["opaque-token", "eyJhbGciOiJkaXIifQ..AA.AA.AA"])
def test_unsigned_token_is_undecided(token, in_words):
    """An opaque or encrypted token is not a malformed signed token."""
    reading, urls = run_steps(ENDPOINT, token, credentials=TENANT)
    assert (reading.active, reading.reason, urls) == (None, "not_stated", [])
    assert in_words(reading.detail)


@pytest.mark.parametrize("token", ["opaque-token", make_token({"sub": "opaque"})], ids=["opaque", "opaque JWS"])
def test_opaque_token_is_sent_to_the_opaque_endpoint(token):
    """The reading contains the method of that endpoint."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT)
    response = Response(200, {}, b'{"sub": "42"}')
    reading, (request,) = steps.run_steps(WITH_OPAQUE.steps(question), lambda request: response)
    assert request == WITH_OPAQUE.opaque.build_request(question)
    assert reading == Reading(active=True, reason="ok", subject="42", method="userinfo-probe")


def test_signed_token_is_not_sent():
    """A token with a signature is verified and not sent."""
    reading, urls = run_steps(WITH_OPAQUE, make_token())
    assert (reading.active, urls) == (True, ["https://op.example.com/keys"])
    assert reading.subject == CLAIMS["sub"]


def test_rules_name_the_claims():
    """Algorithm, client, subject, scopes and time of issue follow the rules."""
    question = Question(
        provider="oauth2",
        token=Secret(make_other_token(nonce="n", sub="8", azp="c", scope="x")),
        asked_at=AT,
        credentials={"tenant_id": "t/1"},
    )
    reading, (request,) = steps.run_steps(OTHER_CLAIM_NAMES.steps(question), lambda request: KEY_SET)
    assert request == Request(
        method="GET", url="https://op.example.com/t%2F1/keys", headers={"Accept": "application/json"}, cacheable=True
    )
    assert (reading.active, reading.client_id, reading.subject, reading.scopes) == (
        True,
        "client-b",
        "7",
        ("read", "write"),
    )
    assert (reading.issued_at.timestamp(), reading.audience) == (NOW - 9, None)
    assert OTHER_CLAIM_NAMES.describe_request()["url"] == "https://op.example.com/{tenant_id}/keys"


def test_rules_restrict_algorithm_and_kind():
    """The endpoint's algorithms and kind of token apply, not those of another endpoint."""
    assert run_steps(OTHER_CLAIM_NAMES, make_token({"iss": ISSUER}), credentials=TENANT)[0].reason == "malformed"
    id_token = make_token({"iss": f"{ISSUER}/t1", "nonce": "n"}, typ="JWT")
    assert run_steps(ENDPOINT, id_token, credentials=TENANT)[0].reason == "unparsable"


def test_select_keys_restricts_keys_to_the_tenant():
    """A key that must not sign for the caller's tenant is ignored, even if it verifies the signature."""
    tenants = []

    class TenantToken(SignedToken):
        def select_keys(self, keys, question):
            tenants.append(question.credential("tenant_id"))
            return [key for key in keys if key["kid"] == question.credential("tenant_id")]

    endpoint = TenantToken(
        url="https://op.example.com/keys", rules=TokenRules(issuers=(ISSUER,)), source="https://op.example.com"
    )
    assert run_steps(endpoint, make_token(), credentials={"tenant_id": "key-1"})[0].active is True
    assert run_steps(endpoint, make_token(), credentials={"tenant_id": "key-2"})[0].reason == "not_stated"
    assert tenants == ["key-1", "key-2"]
