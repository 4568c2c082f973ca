"""A request to a hostile issuer, and the good response that a behavior alters."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

from idp_checks.tokens.wire import Response

__all__ = ["Behavior", "Headers", "HostileRequest", "Json", "Respond", "find_proof_field"]

Json: TypeAlias = Any
Headers: TypeAlias = Mapping[str, str | None]
"""Header changes by name; None removes a header."""


@dataclass
class HostileRequest:
    """A request to a hostile issuer.

    Attributes:
        good_response: the response to alter.
        connection: the client's connection; a behavior may write to it directly.
        thief_url: the URL at which the thief answers as the issuer would.
        model: the model of the good response; None for a key set.
        server_closed: set when the server stops.
    """

    good_response: Response
    connection: socket.socket
    thief_url: str
    model: type[Any] | None
    server_closed: threading.Event = field(default_factory=threading.Event)

    @property
    def body(self) -> bytes:
        """The body of the good response."""
        return self.good_response.body

    @cached_property
    def value(self) -> Json:
        """The body of the good response as JSON."""
        return json.loads(self.body)

    @cached_property
    def proof_path(self) -> tuple[str, ...]:
        """The path of the field that proves the token good; see ``find_proof_field``."""
        return find_proof_field(self.model) or ()

    def encode(
        self, status: int | None = None, body: bytes | None = None, headers: Mapping[str, str | None] = {}
    ) -> bytes:
        """Encode the good response, with another status, another body or changed headers."""
        body = self.body if body is None else body
        status = status or self.good_response.status
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unnamed"
        table = {**self.good_response.headers, "content-length": str(len(body)), "connection": "close", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in table.items() if value is not None)
        return f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode("latin-1") + body

    def send(self, data: bytes) -> None:
        """Send the data immediately."""
        self.connection.sendall(data)

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether the server has stopped."""
        return self.server_closed.wait(seconds)

    def wait_for_client(self) -> None:
        """Send nothing until the client closes the connection."""
        while self.connection.recv(1 << 16):
            pass

    def reset(self) -> None:
        """Reset the connection instead of closing it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Respond: TypeAlias = Callable[[HostileRequest], bytes | None]
"""Returns the bytes to send before the connection is closed, or None if everything is sent already."""


@dataclass(frozen=True)
class Behavior:
    """One way to alter a good response.

    Attributes:
        name: the name in URLs, such as ``gzip-bomb``.
        description: the response in a few words, for the documentation.
        respond: sends the altered response.
        is_large: whether the response is, or decompresses to, more than a client should hold in memory.
        is_slow: whether the response stalls.
        alters_proof: whether the field that proves the token good is altered.
        change_time: for an altered time, changes each time of the good response or of the signed token.
    """

    name: str
    description: str
    respond: Respond
    is_large: bool = False
    is_slow: bool = False
    alters_proof: bool = False
    change_time: Callable[[Json], Json] | None = None


def find_proof_field(model: type[Any] | None) -> tuple[str, ...] | None:
    """Return the path of the first required flag of a response, or else of the first required field.

    None if no field is required. A key set requires ``keys`` (RFC 7517, section 5.1).
    """
    paths = [(("keys",), False)] if model is None else list(_required_fields(model))
    return next((path for path, is_flag in paths if is_flag), next((path for path, _ in paths), None))


def _required_fields(model: type[Any]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the paths of a model's required fields, and whether each is a flag."""
    for attribute in msgspec.structs.fields(model):
        if not attribute.required:
            continue
        name = attribute.encode_name
        if isinstance(attribute.type, type) and issubclass(attribute.type, msgspec.Struct):
            yield from (((name, *path), is_flag) for path, is_flag in _required_fields(attribute.type))
        else:
            yield (name,), attribute.type is bool
