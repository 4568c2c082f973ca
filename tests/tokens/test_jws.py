"""Tests of parsing signed tokens and verifying signatures."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from support.signing import (
    CLAIMS,
    EC_KEY,
    NOW,
    PEM,
    RSA,
    RSA_KEY,
    STRANGER,
    encode_base64url,
    encode_number,
    make_jws,
    make_rsa_jwk,
    make_token,
    sign,
    verify_token,
)

from idp_checks.tokens.jws import (
    _parse_key_set,
    _prepare_key,
    is_access_token,
    read_claims,
    read_header,
    read_key_set,
)
from idp_checks.tokens.wire import Response


@pytest.mark.parametrize(
    "header", ['["RS256"]', '"RS256"', "7", "null", '{"kid": 7}', '{"kid": null}', '{"a": 1, "a": 2}', "{"]
)
def test_read_header_rejects_invalid_headers(header):
    """A header must be an object with a string as ``kid`` and without repeated names."""
    assert read_header(make_jws(header, "{}")) is None
    assert not is_access_token(make_jws(header, "{}"), ("RS256",))


def test_read_header_and_claims_do_not_verify():
    """Header and claims are returned unverified; an invalid token has no claims."""
    assert read_header(make_jws('{"alg": "RS256"}', '{"sub": "42"}')) == {"alg": "RS256"}
    assert read_claims(make_jws('{"alg": "RS256"}', '{"sub": "42"}')) == {"sub": "42"}
    for token in ("", "eyJ", "eyJ\u00e9.e30.AA", make_jws("{}", "[]"), make_jws("{}", '{"a": 1, "a": 2}')):
        assert read_claims(token) == {}


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (make_token(), True),
        (make_token(typ="application/AT+JWT"), True),
        (make_token(typ="JWT"), False),
        (make_token(drop=("typ",)), False),
        (make_token(alg="RS512"), False),
        (make_token().rpartition(".")[0], False),
        (f"{make_token()}.AAAA", False),
        ("opaque-token", False),
    ],
)
def test_is_access_token_checks_type_algorithm_and_form(token, expected):
    """RFC 9068, section 2.1: the type, a listed algorithm and the three parts of a signed token."""
    assert is_access_token(token, ("RS256",)) is expected


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "key-1"), ("ES256", "key-2"), ("EdDSA", "key-3")])
def test_every_key_type_verifies(alg, kid):
    """RSA, elliptic curve and Edwards curve keys verify signatures."""
    assert verify_token(make_token(alg=alg, kid=kid), algorithms=("RS256", "ES256", "EdDSA")).good


def test_key_without_algorithm_verifies_every_algorithm_of_its_type():
    """A key without ``alg`` works with every accepted algorithm of its type."""
    keys = [make_rsa_jwk(RSA, kid="key-1")]
    assert verify_token(make_token(alg="PS256"), keys, algorithms=("RS256", "PS256")).good
    assert verify_token(make_token(alg="RS256"), keys, algorithms=("RS256", "PS256")).good


def test_token_without_kid_is_tried_with_every_key():
    """RFC 7515, section 4.1.4: ``kid`` is optional, and without it every key is tried."""
    assert verify_token(make_token(drop=("kid",)), [make_rsa_jwk(STRANGER, kid="old"), EC_KEY, RSA_KEY]).good


@pytest.mark.parametrize("letter", "XA_")
def test_segment_without_padding_is_decoded_completely(letter):
    """A P-384 signature needs no padding, and its last character is not cut off."""
    key = ec.generate_private_key(ec.SECP384R1())
    point = key.public_key().public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-384",
        "kid": "key-4",
        "x": encode_number(point.x, 48),
        "y": encode_number(point.y, 48),
    }

    def signature(raw):
        for _ in range(5000):
            r, s = utils.decode_dss_signature(key.sign(raw, ec.ECDSA(hashes.SHA384())))
            signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
            if encode_base64url(signature).endswith(letter):
                return signature
        raise AssertionError("no signature ends with that letter")

    token = make_token(alg="ES384", kid="key-4", signature=signature)
    assert token.endswith(letter)
    assert verify_token(token, [jwk], algorithms=("ES384",)).good


@pytest.mark.parametrize("position", range(0, 256, 5))
def test_one_changed_bit_invalidates_the_signature(position):
    """A signature with one bit changed is invalid."""

    def flip_bit(raw):
        signature = bytearray(sign("RS256", raw))
        signature[position] ^= 1
        return bytes(signature)

    result = verify_token(make_token(signature=flip_bit))
    assert (result.active, result.reason) == (False, "malformed")


@pytest.mark.parametrize("name", ["sub", "aud", "exp", "scope", "iss", "azp"])
def test_changed_claim_invalidates_the_signature(name):
    """The claims of one token with the signature of another are rejected."""
    head, _, signature = make_token().split(".")
    value = NOW + 10**6 if name == "exp" else "changed"
    changed = encode_base64url(json.dumps({**CLAIMS, name: value}).encode())
    result = verify_token(f"{head}.{changed}.{signature}")
    assert (result.active, result.reason) == (False, "malformed")


def test_encryption_key_does_not_verify():
    """A key whose ``use`` is not ``sig`` is ignored."""
    assert verify_token(make_token(), [{**RSA_KEY, "use": "enc"}]).reason == "not_stated"


def test_key_of_another_algorithm_does_not_verify():
    """A key with an ``alg`` verifies that algorithm only."""
    assert verify_token(make_token(alg="PS256"), algorithms=("RS256", "PS256")).reason == "malformed"
    token = make_token(alg="PS256", signature=lambda raw: sign("RS256", raw))
    assert verify_token(token, algorithms=("RS256", "PS256")).reason == "malformed", "signed with the key's algorithm"


def test_published_private_key_does_not_verify():
    """Anyone can sign with a private key in the key set, so it proves nothing."""
    private = RSA.private_numbers()
    jwk = {**RSA_KEY, "d": encode_number(private.d), "p": encode_number(private.p), "q": encode_number(private.q)}
    result = verify_token(make_token(), [jwk])
    assert (result.active, result.reason) == (None, "unparsable")


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_key_with_a_private_field_does_not_verify(name):
    """RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1: any private field makes a key unusable."""
    result = verify_token(make_token(), [{**RSA_KEY, name: "AAAA"}])
    assert (result.active, result.reason) == (None, "unparsable")


def test_keys_are_cached_by_content():
    """A new key with the same ``kid`` does not use the cached old key."""
    for _ in range(3):
        assert verify_token(make_token(), [RSA_KEY]).good
        assert verify_token(make_token(), [make_rsa_jwk(STRANGER, kid="key-1", alg="RS256")]).reason == "malformed"
        assert verify_token(make_token(key=STRANGER), [make_rsa_jwk(STRANGER, kid="key-1", alg="RS256")]).good
        assert verify_token(make_token(key=STRANGER), [RSA_KEY]).reason == "malformed"


def test_key_caches_are_bounded():
    """The caches of keys and key sets have a maximum size."""
    token = make_token(drop=("kid",))
    for index in range(_prepare_key.cache_info().maxsize + 9):
        verify_token(token, [make_rsa_jwk(RSA) | {"e": encode_number(index * 2 + 3)}])
    assert _prepare_key.cache_info().currsize <= _prepare_key.cache_info().maxsize
    for index in range(_parse_key_set.cache_info().maxsize + 9):
        read_key_set(Response(200, {}, json.dumps({"keys": [{"kid": str(index)}]}).encode()))
    assert _parse_key_set.cache_info().currsize <= _parse_key_set.cache_info().maxsize


def test_symmetric_key_does_not_verify():
    """A symmetric key with the right ``kid`` is not a public key."""
    secret = b"0123456789abcdef0123456789abcdef"
    token = make_token(alg="HS256", signature=lambda raw: hmac.new(secret, raw, hashlib.sha256).digest())
    keys = [{"kty": "oct", "kid": "key-1", "k": encode_base64url(secret), "alg": "HS256"}]
    assert verify_token(token, keys).reason == "malformed"
    assert not verify_token(make_token(), keys).good


@pytest.mark.parametrize("key", [RSA_KEY, make_rsa_jwk(RSA, kid="key-1")])
@pytest.mark.parametrize("secret", [PEM, PEM.strip(), json.dumps(RSA_KEY).encode()])
def test_public_key_does_not_verify_hs256(key, secret):
    """An RSA key never verifies HS256, even if the rules accept HS256."""
    token = make_token(alg="HS256", signature=lambda raw: hmac.new(secret, raw, hashlib.sha256).digest())
    assert not verify_token(token, [key], algorithms=("RS256", "HS256")).good


def test_short_rsa_key_leaves_the_token_undecided():
    """RFC 7518, section 3.3: RSA keys below 2048 bits are unusable."""
    short_key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    result = verify_token(make_token(key=short_key), [make_rsa_jwk(short_key, kid="key-1", alg="RS256")])
    assert (result.active, result.reason) == (None, "unparsable")


INVALID_KEYS = [
    {"kid": "key-1"},
    {"kid": "key-1", "kty": "RSA"},
    {"kid": "key-1", "kty": "RSA", "n": 5, "e": 3},
    {"kid": "key-1", "kty": "RSA", "n": None, "e": None},
    {"kid": "key-1", "kty": "RSA", "n": "", "e": ""},
    {"kid": "key-1", "kty": "RSA", "n": "!!", "e": "AQAB"},
    {"kid": "key-1", "kty": ["RSA"]},
    {"kid": "key-1", "kty": "XYZ"},
    {"kid": "key-1", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kid": "key-1", "kty": "EC", "crv": ["P-256"], "x": 1, "y": 2, "alg": "ES256"},
    {"kid": "key-1", "kty": "OKP", "crv": "Ed25519", "x": [], "alg": "EdDSA"},
    {**RSA_KEY, "alg": "RSA-OAEP"},
    {**RSA_KEY, "alg": ["RS256"]},
    {**RSA_KEY, "alg": {"name": "RS256"}},
    {**RSA_KEY, "d": 1},
]


@pytest.mark.parametrize("key", INVALID_KEYS)
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_invalid_key_leaves_the_token_undecided(key, alg):
    """An unusable key neither accepts nor denies a token, and does not affect other keys."""
    result = verify_token(make_token(algorithm=alg), [key], algorithms=("RS256", "ES256", "EdDSA"))
    assert (result.active, result.reason) == (None, "unparsable")
    assert verify_token(make_token(), [key, RSA_KEY]).good, "the valid key still counts"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b'{"keys": {}}', "unparsable"),
        (200, b'{"keys": [1]}', "unparsable"),
        (200, b"[]", "unparsable"),
        (200, b"<html></html>", "unparsable"),
        (200, b'{"keys": [], "keys": []}', "unparsable"),
        (503, b'{"keys": []}', "issuer_error"),
        (302, b"", "issuer_error"),
        (429, b"", "rate_limited"),
        (404, b'{"keys": []}', "unparsable"),
    ],
)
def test_read_key_set_rejects_other_responses(status, body, reason, in_words):
    """Only a well-formed key set with status 200 is accepted."""
    result = read_key_set(Response(status, {}, body))
    assert (result.active, result.reason) == (None, reason)
    assert in_words(result.detail)


def test_empty_key_set_leaves_the_token_undecided():
    """Without a key the token is undecided."""
    assert verify_token(make_token(), []).reason == "not_stated"


@pytest.mark.parametrize("kid", ["../../dev/null", "https://evil.example.com/keys", "key 1", "", "%00", "$(id)"])
def test_kid_is_only_compared(kid):
    """``kid`` may be any string, and selects the key with exactly that ``kid``."""
    assert verify_token(make_token(kid=kid), [make_rsa_jwk(STRANGER, kid="key-1"), make_rsa_jwk(RSA, kid=kid)]).good
    assert not verify_token(make_token(kid=kid), [make_rsa_jwk(STRANGER, kid=kid), make_rsa_jwk(RSA, kid="key-1")]).good
