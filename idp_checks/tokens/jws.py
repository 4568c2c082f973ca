"""JSON Web Signatures: parse a signed token, select keys from a key set, and verify the signature.

The rules are those of RFC 7515 and RFC 8725. A key comes from the issuer's configured key set only, never from the
token's header.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from idp_checks.tokens.client_auth import ASYMMETRIC_ALGORITHMS
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import read_undecided
from idp_checks.tokens.wire import Response, decode_body

__all__ = [
    "ACCESS_TOKEN_TYPE",
    "Jws",
    "decode_json",
    "has_jws_form",
    "is_access_token",
    "parse_jws",
    "read_claims",
    "read_header",
    "read_key_set",
    "read_token_type",
    "select_matching_keys",
    "verify_signature",
]

ACCESS_TOKEN_TYPE = "at+jwt"
"""The ``typ`` header of an access token, RFC 9068, section 2.1."""

_PUBLIC_KEY_FIELDS = ("kty", "crv", "n", "e", "x", "y")
"""The fields of a public key (RFC 7518, section 6, and RFC 8037)."""
_PRIVATE_KEY_FIELDS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Jws(NamedTuple):
    """The parts of a signed token (RFC 7515, section 3.1)."""

    header: Mapping[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def has_jws_form(token: str) -> bool:
    """Return whether the string has the form of a JWS (RFC 7515, section 3.1)."""
    return token.count(".") == 2 and token.startswith("eyJ")


def read_header(token: str) -> Mapping[str, Any] | None:
    """Return the token's header, unverified; None if it is invalid or repeats a name (RFC 7515, section 4)."""
    header = _decode_part(token, 0)
    return header if _is_header(header) else None


def read_claims(token: str) -> Mapping[str, Any]:
    """Return the token's claims, unverified: only for tokens verified before. Empty if they are invalid."""
    claims = _decode_part(token, 1)
    return claims if isinstance(claims, dict) else {}


def is_access_token(token: str, algorithms: Sequence[str]) -> bool:
    """Return whether the header declares an RFC 9068 access token signed with one of the algorithms."""
    header = read_header(token) if has_jws_form(token) else None
    return header is not None and read_token_type(header) == ACCESS_TOKEN_TYPE and header.get("alg") in algorithms


def read_token_type(header: Mapping[str, Any]) -> str:
    """Return ``typ`` in lower case without ``application/`` (RFC 7515, section 4.1.9); ``jwt`` if it is missing."""
    return str(header.get("typ", "jwt")).lower().removeprefix("application/")


def parse_jws(token: str) -> Jws | None:
    """Split and decode a signed token; None if it is not a JWS."""
    try:
        signing_input, _, signature = token.encode("ascii").rpartition(b".")
        encoded_header, dot, payload = signing_input.partition(b".")
        header = decode_json(_decode_segment(encoded_header))
        if not dot or not _is_header(header):
            return None
        return Jws(header, _decode_segment(payload), signing_input, _decode_segment(signature))
    except ValueError:
        return None


def decode_json(raw: bytes) -> Any:
    """Decode JSON as strictly as the body of a response."""
    return decode_body(Response(200, {}, raw))


def _is_header(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("kid", ""), str)


def _decode_part(token: str, index: int) -> Any:
    """Decode one part of the token as JSON; None if it is missing or invalid."""
    try:
        return decode_json(_decode_segment(token.encode("ascii").split(b".")[index]))
    except (ValueError, IndexError):
        return None


def _decode_segment(segment: bytes) -> bytes:
    """Decode base64url without padding, in its canonical spelling only (RFC 7515, section 2).

    Raises:
        ValueError: the segment is not canonical base64url.
    """
    raw = base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    # The decoder skips characters outside its alphabet, so one token would have several accepted spellings.
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != segment:
        raise ValueError("not base64url")
    return raw


def read_key_set(response: Response) -> Sequence[Mapping[str, Any]] | Reading:
    """Return the keys of a key set response (RFC 7517, section 5), or the reading that explains their absence."""
    if (undecided := read_undecided(response)) is not None:
        return undecided
    if (keys := _parse_key_set(response.body)) is None:
        return Reading(active=None, reason="unparsable", detail="the key set has no list of keys")
    return keys


@lru_cache(maxsize=32)
def _parse_key_set(body: bytes) -> Sequence[Mapping[str, Any]] | None:
    """Parse a key set; cached by content, since all tokens of an issuer are verified with the same set."""
    key_set = decode_json(body)
    keys = key_set.get("keys") if isinstance(key_set, dict) else None
    return tuple(keys) if isinstance(keys, list) and all(isinstance(key, dict) for key in keys) else None


def select_matching_keys(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the signing keys with the header's ``kid``, which is compared and never used as a path, URL or query."""
    return [
        key
        for key in keys
        if key.get("use", "sig") == "sig" and ("kid" not in header or key.get("kid") == header["kid"])
    ]


def verify_signature(jws: Jws, key: Mapping[str, Any]) -> bool | None:
    """Return whether the key signed the token; None if the key is unusable."""
    algorithm = jws.header["alg"]
    if not _PRIVATE_KEY_FIELDS.isdisjoint(key):
        return None  # anyone can sign with a published private key
    key_algorithm = key.get("alg", algorithm)
    try:
        prepared = _prepare_key(tuple([key.get(name) for name in _PUBLIC_KEY_FIELDS]), key_algorithm)
    except TypeError:  # an unhashable value is not a string, so it is not part of a valid key
        return None
    if prepared is None:
        return None
    verifier, public_key = prepared
    return key_algorithm == algorithm and bool(verifier.verify(jws.signing_input, public_key, jws.signature))


@lru_cache(maxsize=256)
def _prepare_key(values: tuple[Any, ...], algorithm: str) -> tuple[Any, Any] | None:
    """Return the algorithm's verifier and the key in its format; None if the key is invalid or too short.

    Cached by the key's content, because building a key costs more than verifying a signature.
    """
    import jwt

    if algorithm not in ASYMMETRIC_ALGORITHMS:
        return None
    data = {name: value for name, value in zip(_PUBLIC_KEY_FIELDS, values, strict=True) if value is not None}
    try:
        jwk = jwt.PyJWK(data, algorithm=algorithm)
        public_key = jwk.Algorithm.prepare_key(jwk.key)
        return None if jwk.Algorithm.check_key_length(public_key) else (jwk.Algorithm, public_key)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
