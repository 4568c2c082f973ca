"""Keys and signed tokens of a sample issuer, built without a JWT library so that invalid tokens can be built too."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.signed import TokenRules, verify

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ISSUER = "https://op.example.com"
CLAIMS = {
    "iss": ISSUER,
    "sub": "500011112222",
    "aud": "https://api.example.com",
    "azp": "client-a",
    "scope": "openid email",
    "iat": NOW - 60,
    "exp": NOW + 3600,
}

OTHER_CLAIMS = {
    "iss": ISSUER,
    "oid": "7",
    "appid": "client-b",
    "scp": "read write",
    "auth_time": NOW - 9,
    "exp": NOW + 9,
}


def encode_base64url(raw: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encode_number(value: int, length: int | None = None) -> str:
    """Encode a key's number in the given length, by default the shortest."""
    return encode_base64url(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def make_rsa_jwk(key, **fields):
    """Make the public JWK of an RSA key."""
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "n": encode_number(public.n), "e": encode_number(public.e), **fields}


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
POINT = EC.public_key().public_numbers()
RSA_KEY = make_rsa_jwk(RSA, kid="key-1", alg="RS256")
EC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "key-2",
    "x": encode_number(POINT.x, 32),
    "y": encode_number(POINT.y, 32),
}
ED_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "key-3",
    "x": encode_base64url(ED.public_key().public_bytes_raw()),
}
KEYS = [RSA_KEY, EC_KEY, ED_KEY]
PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(algorithm: str, raw: bytes, key=RSA) -> bytes:
    """Sign with the issuer's key for the algorithm, or with another RSA key."""
    if algorithm == "ES256":
        r, s = utils.decode_dss_signature(EC.sign(raw, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if algorithm == "EdDSA":
        return ED.sign(raw)
    if algorithm == "PS256":
        return key.sign(raw, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    return key.sign(raw, padding.PKCS1v15(), hashes.SHA512() if algorithm == "RS512" else hashes.SHA256())


def make_jws(header: str, payload: str, signature=lambda raw: sign("RS256", raw)) -> str:
    """Make a token of exactly this header and payload."""
    signing_input = f"{encode_base64url(header.encode())}.{encode_base64url(payload.encode())}"
    return f"{signing_input}.{encode_base64url(signature(signing_input.encode()))}"


def make_token(claims=None, *, without=(), key=RSA, signature=None, drop=(), **header) -> str:
    """Make a token of the issuer.

    Args:
        claims: claims that replace the usual ones.
        without: claims to omit.
        drop: headers to omit.
        header: headers that replace the usual ones.
    """
    payload = {name: value for name, value in {**CLAIMS, **(claims or {})}.items() if name not in without}
    header = {"alg": "RS256", "kid": "key-1", "typ": "at+jwt", **header}
    for name in drop:
        del header[name]
    return make_jws(json.dumps(header), json.dumps(payload), signature or (lambda raw: sign(header["alg"], raw, key)))


def make_other_token(**claims):
    """Make a token of an issuer with other claim names."""
    present = {name: value for name, value in {**OTHER_CLAIMS, **claims}.items() if value is not None}
    return make_jws('{"alg": "ES256", "kid": "key-2"}', json.dumps(present), lambda raw: sign("ES256", raw))


def verify_token(token, keys=KEYS, *, clients=(), subject=None, credentials=None, **rules):
    """Verify a token with these keys and rules, and conclude the reading."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials=credentials or {})
    reading = verify(token, keys, question, TokenRules(**{"issuers": (ISSUER,), **rules}))
    return conclude("oidc", reading, method="signed-token", asked_at=AT, clients=clients, subject=subject)
