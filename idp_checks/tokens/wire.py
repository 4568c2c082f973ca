"""Requests and responses as values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct

from idp_checks.profiles.jsontext import reject_constant
from idp_checks.secret import Secret
from idp_checks.tokens.reading import Reason

__all__ = ["Request", "Response", "Unreachable", "Value", "decode_body"]

Value: TypeAlias = str | Secret


class Request(Struct, frozen=True, kw_only=True):
    """A request to send. All secrets in it are ``Secret`` values; the URL contains none.

    Attributes:
        path: the values of the placeholders in the URL.
        form: the body as ``application/x-www-form-urlencoded``; excludes ``json``.
        json: the body as JSON; excludes ``form``.
        basic: user and password of HTTP Basic.
        cacheable: a public document (key set, discovery document) that each run fetches once.
        fresh: fetch a cacheable document again, because the cached version lacks something.
    """

    method: str
    url: str
    headers: Mapping[str, Value] = {}
    path: Mapping[str, Value] = {}
    query: Mapping[str, Value] = {}
    form: Mapping[str, Value] | None = None
    json: Mapping[str, Value] | None = None
    basic: tuple[str, Secret] | None = None
    cacheable: bool = False
    fresh: bool = False


class Response(Struct, frozen=True, dict=True):
    """A response: status, headers by lower-case name, and the body (size-limited, decompressed)."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        # An issuer may repeat the token in its response.
        return f"Response(status={self.status}, {len(self.body)} bytes)"

    @cached_property
    def json(self) -> object:
        """The body as ``decode_body`` returns it."""
        return decode_body(self)


class Unreachable(Exception):  # noqa: N818 - not an error for users: a request without a response
    """Thrown into ``steps`` if a request received no response."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def decode_body(response: Response, unwrap: Callable[[str], str] | None = None) -> object:
    """Decode the body as JSON; return it as a string if it is invalid JSON, and None if it is not UTF-8.

    Repeated names and lone surrogates make it invalid: a lone surrogate cannot be encoded as UTF-8 (RFC 7493, section
    2.1).

    Args:
        unwrap: extracts the JSON text from a body that wraps it.
    """
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        return None
    if unwrap is not None:
        text = unwrap(text)
    try:
        value = _decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text
    return value


def _reject_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("repeated name")
    return table


_decode = json.JSONDecoder(object_pairs_hook=_reject_repeated_names, parse_constant=reject_constant).decode
