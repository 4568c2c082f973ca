"""Client authentication: the methods, the choice among them, and signed client assertions.

The names are those of OpenID Connect Core 1.0, section 9. RFC 6749, section 2.3.1, defines the two methods that send a
secret; RFC 7523, sections 2.2 and 3, defines ``private_key_jwt``. Nothing is sent here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from idp_checks.secret import Secret

__all__ = [
    "ASYMMETRIC_ALGORITHMS",
    "BASIC",
    "CLIENT_AUTH_CREDENTIALS",
    "CLIENT_AUTH_METHODS",
    "POST",
    "PRIVATE_KEY",
    "ClientAuthError",
    "choose_method",
    "sign_assertion",
]

PRIVATE_KEY, BASIC, POST = "private_key_jwt", "client_secret_basic", "client_secret_post"
CLIENT_AUTH_METHODS = (PRIVATE_KEY, BASIC, POST)
"""The supported methods in order of preference: a private key never leaves its owner."""
CLIENT_AUTH_CREDENTIALS = ("client_auth", "client_auth_audience", "private_key", "private_key_id", "private_key_alg")
"""The credentials that select the method; see ``choose_method`` and ``sign_assertion``."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523, section 2.2."""
ASYMMETRIC_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""The supported public key algorithms (RFC 7518, section 3.1, and RFC 8037)."""
ASSERTION_LIFETIME = timedelta(seconds=120)
"""The validity of an assertion: long enough for a question, its retries and some clock skew."""


class ClientAuthError(ValueError):
    """The caller's client credentials are unusable; the message contains no credential."""


def choose_method(requested: str | None, supported: Collection[str], *, secret: bool, key: bool) -> str | None:
    """Return the requested method, else the first supported method that the caller has a credential for.

    Args:
        requested: the credential ``client_auth``, which overrides the issuer's documents.
        supported: the methods that the issuer documents, in any order.
        secret: whether the caller has a client secret.
        key: whether the caller has a private key.

    Raises:
        ClientAuthError: the requested method is not one of ``CLIENT_AUTH_METHODS``.
    """
    if requested:
        if requested not in CLIENT_AUTH_METHODS:
            raise ClientAuthError(f"client_auth must be one of {', '.join(CLIENT_AUTH_METHODS)}")
        return requested
    for method in CLIENT_AUTH_METHODS:
        if method in supported and (key if method == PRIVATE_KEY else secret):
            return method
    return None


def sign_assertion(
    client_id: str, key: Secret, *, audience: str, at: datetime, key_id: str | None = None, algorithm: str | None = None
) -> Secret:
    """Sign a client assertion, RFC 7523, section 3: issuer and subject are the client, the audience is one value.

    Args:
        key: the private key in PEM, without a passphrase.
        audience: the issuer's identifier.
        at: the current time in UTC; the assertion is valid for ``ASSERTION_LIFETIME``, and for one use (``jti``).
        key_id: the issuer's ``kid`` for the public key, if there are several.
        algorithm: one of ``ASYMMETRIC_ALGORITHMS``; by default the usual algorithm for the key type.

    Raises:
        ClientAuthError: the key is invalid, too short (RFC 7518, section 3.3), or does not match the algorithm.
    """
    import jwt

    private_key, usual_algorithm = _load_key(key)
    algorithm = algorithm or usual_algorithm
    if algorithm not in ASYMMETRIC_ALGORITHMS:
        raise ClientAuthError("private_key_alg is not a supported public key algorithm")
    seconds = int(at.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": seconds,
        "exp": seconds + int(ASSERTION_LIFETIME.total_seconds()),
        "jti": str(uuid.uuid4()),
    }
    signer = jwt.PyJWS(options={"enforce_minimum_key_length": True})
    try:
        header = {"kid": key_id} if key_id else None
        return Secret(signer.encode(json.dumps(claims).encode(), private_key, algorithm, header))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        raise ClientAuthError("private_key is too short, or does not match private_key_alg") from None


@lru_cache(maxsize=16)
def _load_key(key: Secret) -> tuple[Any, str]:
    """Return the key and the usual algorithm for its type. Cached: loading an RSA key checks its primes, which is slow.

    Raises:
        ClientAuthError: the key is invalid or of an unsupported type.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private_key = load_pem_private_key(key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ClientAuthError("private_key is not a private key in PEM, or needs a passphrase") from None
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key, "RS256"
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key, "EdDSA"
    curves = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and private_key.curve.name in curves:
        return private_key, curves[private_key.curve.name]
    raise ClientAuthError("private_key has an unsupported key type")
