"""Tests of verifying ID tokens and their binding to an access token."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from support.signing import (
    CLAIMS,
    EC_KEY,
    ED_KEY,
    RSA,
    encode_base64url,
    make_rsa_jwk,
    make_token,
    verify_token,
)

from idp_checks.secret import Secret

ID_CLAIMS = {**CLAIMS, "aud": "client-a", "nonce": "n"}


HASHES = {"RS256": "sha256", "RS512": "sha512", "ES256": "sha256", "PS256": "sha256", "EdDSA": "sha512"}


ACCESS_TOKEN = "sample-access-token"


def make_id_token(claims=None, *, without=("azp", "scope"), algorithm="RS256", **header):
    """Make an ID token: without ``typ``, with the client as its audience."""
    kid = {"ES256": "key-2", "EdDSA": "key-3"}.get(algorithm, "key-1")
    header = {"alg": algorithm, "kid": kid, **header}
    return make_token({**ID_CLAIMS, **(claims or {})}, without=without, drop=("typ",), **header)


def hash_token(token, algorithm="RS256"):
    """Return the ``at_hash`` of an access token."""
    digest = hashlib.new(HASHES[algorithm], token.encode()).digest()
    return encode_base64url(digest[: len(digest) // 2])


def verify_id_token(token, *, keys=(make_rsa_jwk(RSA, kid="key-1"), EC_KEY, ED_KEY), **options):
    """Verify an ID token with every algorithm accepted."""
    return verify_token(token, keys, **{"token_kind": "id", "algorithms": tuple(HASHES), **options})


def test_at_hash_of_the_specification_matches():
    """OpenID Connect Core 1.0, appendix A.3, has this example."""
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert hash_token(token) == "77QmUPtjPfzWtF2AnpK9RQ"
    good = make_id_token({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"})
    assert verify_id_token(good, credentials={"access_token": Secret(token)}, clients=("client-a",)).good


@pytest.mark.parametrize("alg", HASHES)
def test_at_hash_binds_the_access_token(alg):
    """The hash follows the signature algorithm, and another access token does not match."""
    token = make_id_token({"at_hash": hash_token(ACCESS_TOKEN, alg)}, algorithm=alg)
    assert verify_id_token(token, credentials={"access_token": Secret(ACCESS_TOKEN)}).good
    for other_token in ("another-access-token", "lone surrogate: \ud800"):
        result = verify_id_token(token, credentials={"access_token": Secret(other_token)})
        assert (result.good, result.active, result.reason) == (False, False, "malformed")


@pytest.mark.parametrize(
    "at_hash",
    [
        "",
        hash_token(ACCESS_TOKEN)[:-1],
        hash_token(ACCESS_TOKEN) + "=",
        hash_token(ACCESS_TOKEN).upper(),
        5,
        True,
        [hash_token(ACCESS_TOKEN)],
        {},
    ],
)
def test_at_hash_is_compared_exactly(at_hash, in_words):
    """Any other value of ``at_hash`` is malformed."""
    result = verify_id_token(make_id_token({"at_hash": at_hash}), credentials={"access_token": ACCESS_TOKEN})
    assert (result.active, result.reason) == (False, "malformed")
    assert in_words(result.detail)


@pytest.mark.parametrize(
    ("flow", "active"),
    [("code", True), ("", True), ("code id_token", True), ("id_token token", None), ("code id_token token", None)],
)
def test_missing_at_hash_depends_on_the_flow(flow, active, in_words):
    """OpenID Connect Core 1.0, section 3.2.2.9: it is required if the authorization endpoint returns token tokens."""
    result = verify_id_token(make_id_token(), credentials={"access_token": ACCESS_TOKEN, "response_type": flow})
    assert (result.active, result.reason) == (active, "ok" if active else "not_stated")
    assert active or in_words(result.detail)
    assert verify_token(make_token(), credentials={"access_token": ACCESS_TOKEN, "response_type": flow}).good, (
        "an access token has no at_hash"
    )


def test_at_hash_without_padding_is_compared_completely():
    """Half of a SHA-384 hash needs no padding, and its last character is not cut off."""
    halves = {f"sample-{index}": hashlib.sha384(f"sample-{index}".encode()).digest()[:24] for index in range(999)}
    ends = {encode_base64url(half)[-1]: (token, encode_base64url(half)) for token, half in halves.items()}
    assert len(ends) == 64
    for token, at_hash in (ends["X"], ends["A"], ends["_"]):
        good = make_id_token(
            {"at_hash": at_hash},
            alg="RS384",
            signature=lambda raw: RSA.sign(raw, padding.PKCS1v15(), hashes.SHA384()),
        )
        assert verify_id_token(good, algorithms=("RS384",), credentials={"access_token": token}).good


def test_at_hash_is_ignored_without_an_access_token():
    """Without an access token there is nothing to compare."""
    assert verify_id_token(make_id_token({"at_hash": "anything"})).good


def test_access_token_is_not_an_id_token():
    """The type or the audience shows that an access token is not an ID token."""
    assert verify_id_token(make_token(ID_CLAIMS), types=frozenset({"jwt"})).reason == "unparsable"
    assert verify_id_token(make_token(typ="JWT"), clients=("client-a",)).reason == "wrong_client"


@pytest.mark.parametrize(
    ("aud", "azp", "client"),
    [
        ("client-a", None, "client-a"),
        (["client-a"], "client-a", "client-a"),
        (["client-a", "client-b"], "client-a", "client-a"),
        (["client-a", "client-b"], None, None),
        (["client-a", "client-b"], "client-c", None),
        ("client-b", "client-a", "client-b"),
        ("client-a", 5, "client-a"),
    ],
)
def test_id_token_client_is_in_its_audience(aud, azp, client):
    """OpenID Connect Core 1.0, section 3.1.3.7: an ``azp`` outside the audience is ignored."""
    assert verify_id_token(make_id_token({"aud": aud, "azp": azp}, without=("scope",))).client_id == client
