"""How a client authenticates at its issuer: the methods' names, which one is taken, and the assertion of a private key.

The names are those of OpenID Connect Core 1.0, section 9. The two that send a secret are of RFC 6749, section 2.3.1;
``private_key_jwt`` is of RFC 7523, sections 2.2 and 3. Pure: nothing is sent here.
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
    "CLIENT_AUTH_METHODS",
    "POST",
    "PRIVATE_KEY",
    "CLIENT_AUTH_CREDENTIALS",
    "ClientAuthError",
    "sign_assertion",
    "choose_method",
]

PRIVATE_KEY, BASIC, POST = "private_key_jwt", "client_secret_basic", "client_secret_post"
CLIENT_AUTH_METHODS = (PRIVATE_KEY, BASIC, POST)
"""The methods that can be used, the one to be preferred first: a private key never leaves its holder."""
CLIENT_AUTH_CREDENTIALS = ("client_auth", "client_auth_audience", "private_key", "private_key_id", "private_key_alg")
"""The credentials by which a caller says how to authenticate; see ``choose`` and ``assertion``."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523, section 2.2."""
ASYMMETRIC_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""The signature algorithms with a public key (RFC 7518, section 3.1, and RFC 8037) that are used and believed."""
ASSERTION_LIFETIME = timedelta(seconds=120)
"""How long an assertion is good: one question and its retries, and a clock that is a little off."""


class ClientAuthError(ValueError):  # noqa: N818 - no error of the toolkit: it becomes an answer
    """What the caller gave to authenticate with cannot be used; the text holds none of it."""


def choose_method(named: str | None, offered: Collection[str], *, secret: bool, key: bool) -> str | None:
    """The method to use: the one that the caller names, else the first that is offered and that the caller can do.

    Args:
        named: the credential ``client_auth``. The caller knows better than the issuer's documents.
        offered: the methods that the issuer documents, in any order.
        secret: whether the caller holds a client secret.
        key: whether the caller holds a private key.

    Raises:
        Unusable: the caller names a method that is none of ``METHODS``.
    """
    if named:
        if named not in CLIENT_AUTH_METHODS:
            raise ClientAuthError(f"client_auth is none of {', '.join(CLIENT_AUTH_METHODS)}")
        return named
    return next(
        (each for each in CLIENT_AUTH_METHODS if each in offered and (key if each == PRIVATE_KEY else secret)), None
    )


def sign_assertion(
    client_id: str, key: Secret, *, audience: str, at: datetime, key_id: str | None = None, algorithm: str | None = None
) -> Secret:
    """A client assertion, RFC 7523, section 3: issuer and subject are the client, the audience is one value.

    Args:
        key: the private key as PEM, without a passphrase.
        audience: what the issuer knows itself by.
        at: now, in UTC; the assertion is good for ``LIFE`` from then, and for one use (``jti``).
        key_id: the ``kid`` under which the issuer knows the public key, where there are several.
        algorithm: one of ``ASYMMETRIC``; the usual one of the key's kind if not given.

    Raises:
        Unusable: the key is none, is too short (RFC 7518, section 3.3), or is of another kind than the algorithm.
    """
    import jwt

    loaded, usual = _loaded(key)
    algorithm = algorithm or usual
    if algorithm not in ASYMMETRIC_ALGORITHMS:
        raise ClientAuthError("private_key_alg is no signature algorithm with a private key")
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
        named = {"kid": key_id} if key_id else None
        return Secret(signer.encode(json.dumps(claims).encode(), loaded, algorithm, named))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        raise ClientAuthError("private_key is too short, or of another kind than private_key_alg") from None


@lru_cache(maxsize=16)
def _loaded(key: Secret) -> tuple[Any, str]:
    """The key, and the usual algorithm of its kind. Kept: reading an RSA key checks its primes, which takes long."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        loaded = load_pem_private_key(key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ClientAuthError("private_key is no private key as PEM, or is locked by a passphrase") from None
    if isinstance(loaded, rsa.RSAPrivateKey):
        return loaded, "RS256"
    if isinstance(loaded, ed25519.Ed25519PrivateKey):
        return loaded, "EdDSA"
    curves = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
    if isinstance(loaded, ec.EllipticCurvePrivateKey) and loaded.curve.name in curves:
        return loaded, curves[loaded.curve.name]
    raise ClientAuthError("private_key is of a kind that signs no assertion")
