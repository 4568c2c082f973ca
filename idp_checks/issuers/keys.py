"""The signing key of the simulated issuers, and its public key set."""

from __future__ import annotations

import base64
from typing import Any

__all__ = ["KEY_ID", "base64url", "make_key", "public_key_set"]

KEY_ID = "simulated-key"


def make_key() -> Any:
    """Make an RSA key."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key_set(key: Any) -> dict[str, Any]:
    """Return the key set (RFC 7517) of a key, under ``KEY_ID``."""
    numbers = key.public_key().public_numbers()
    modulus, exponent = _encode_number(numbers.n), _encode_number(numbers.e)
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": modulus, "e": exponent}]}


def base64url(raw: bytes) -> str:
    """Encode bytes in base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode_number(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))
