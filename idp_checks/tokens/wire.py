"""Requests and responses as values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct

from idp_checks.secret import Secret
from idp_checks.tokens.reading import Reason

__all__ = ["Request", "Response", "Unreachable"]

Value: TypeAlias = str | Secret


class Request(Struct, frozen=True, kw_only=True):
    """A request as it is to be sent. Secrets stand in it as ``Secret`` and nowhere else; the address holds none.

    ``path`` holds what is filled into the holes of the address. At most one of ``form`` (sent as
    ``application/x-www-form-urlencoded``) and ``json`` is given. ``basic`` is the
    user and password of HTTP Basic. ``cacheable`` marks public documents (key sets, discovery) that one run asks for
    once; ``fresh`` asks for one of them anew, because what is held of it lacks something.
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
    """An answer as it came: status, headers by lower-case name, body (capped, decompressed)."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        # An issuer may repeat the token in its answer.
        return f"Response(status={self.status}, {len(self.body)} bytes)"

    @cached_property
    def json(self) -> object:
        """The body as ``body_of`` reads it."""
        return decode_body(self)


class Unreachable(Exception):  # noqa: N818 - no error of the toolkit: a step was not answered
    """Thrown into ``steps`` where a request got no answer."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def decode_body(response: Response, unwrap: Callable[[str], str] | None = None) -> object:
    """The body as a JSON value; as a text where it is none; members given twice or half a letter make it a text.

    Half of a surrogate pair is no text that anybody could write down again (RFC 7493, section 2.1).
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


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(members)
    if len(table) != len(members):
        raise ValueError("a member is given twice")
    return table


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_decode = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse).decode
