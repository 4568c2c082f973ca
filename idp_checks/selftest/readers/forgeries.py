"""Sample tokens with changed claims and signatures, and the key of a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from idp_checks.issuers.keys import base64url, make_key
from idp_checks.selftest.readers.scenario import simulated_world
from idp_checks.tokens.jws import read_claims, read_header

__all__ = ["duplicate_claims", "public_key_encodings", "sign_again", "sign_jws", "stranger_key"]


def sign_again(
    token: str,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    key: Any = None,
) -> str:
    """Return a token with changed claims and header, signed by the simulated issuers' key or another key.

    A claim that is None is removed.
    """
    changed = {**read_claims(token), **(claims or {})}
    payload = json.dumps({name: value for name, value in changed.items() if value is not None})
    return sign_jws({**(read_header(token) or {}), **(header or {})}, payload, key or simulated_world().key)


def sign_jws(header: Mapping[str, Any], payload: str, key: Any) -> str:
    """Sign a payload as JWS with RS256 (RFC 7515), whatever algorithm the header names."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    signing_input = f"{base64url(json.dumps(header).encode())}.{base64url(payload.encode())}"
    signature = key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signing_input}.{base64url(signature)}"


def duplicate_claims(token: str) -> Iterator[str]:
    """Yield the token with each important claim duplicated, signed by its issuer."""
    claims = read_claims(token)
    fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in claims.items()]
    for name in ("iss", "aud", "sub", "exp"):
        if name in claims:
            duplicate = f"{json.dumps(name)}: {json.dumps(claims[name])}"
            payload = "{" + ", ".join([*fields, duplicate]) + "}"
            yield sign_jws(read_header(token) or {}, payload, simulated_world().key)


@cache
def stranger_key() -> Any:
    """Return a key that does not belong to the issuer."""
    return make_key()


def public_key_encodings() -> tuple[bytes, ...]:
    """Return the issuers' public key in the encodings that an attacker may use as a shared secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public_key = simulated_world().key.public_key()
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem, pem.strip(), public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
