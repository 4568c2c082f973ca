"""A hostile issuer, over real sockets: the good answer of a provider's issuer, spoiled in one way.

A validator has to leave a token in doubt whenever its issuer's answer is not the documented one. ``HostileIssuer``
plays one provider's issuer on loopback, from the recordings as ``idp_checks.issuers.world`` does, and spoils what it
says in one of the ways of ``BEHAVIOURS``: it breaks off, stalls, floods, redirects to a thief, or says "good" in a form
in which nobody may believe it. What is spoiled is always the answer that says the token is good, with live times, so
that to read it as good is the temptation.

    with HostileIssuer("facebook") as issuer:
        found = my_validator(issuer.token("gzip-bomb"), issuer_url=issuer.url("gzip-bomb"))

Without a behaviour the answer is not spoiled: a validator that does not find that one good shows nothing.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

import msgspec

from idp_checks import providers
from idp_checks.issuers.world import CLIENT_SECRET, World, question, shifted
from idp_checks.secret import Secret
from idp_checks.tokens.discovery import Discovered, Metadata
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.rfc7662 import Active
from idp_checks.tokens.signed import SignedToken, claims_of, header_of
from idp_checks.tokens.wire import Response

__all__ = ["BEHAVIOURS", "Behaviour", "HostileIssuer", "Thief", "Turn"]

Json: TypeAlias = Any

BIG = 30 << 20
"""Bytes of a flood."""
BOMB = 1 << 30
"""Bytes that a small compressed body grows to."""
STEP = 0.5
"""Seconds from one byte to the next, where the answer drips."""
LONG_AGO = 400 * 24 * 3600
"""Seconds by which times are moved into the past."""
_MIB = 1 << 20
_TLS_HANDSHAKE = 0x16
_UNSPOILED = "unspoiled"
_WELL_KNOWN = "/.well-known/openid-configuration"


class _Listening(ABC):
    """A server on loopback with a thread for each connection."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: set[socket.socket] = set()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.port: int = self._listening.getsockname()[1]
        self.base_url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="idp-checks hostile issuer", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with self._lock:
            for each in (self._listening, *self._open):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                with self._lock:
                    self._open.add(connection)
                try:
                    if (asked := _asked(connection)) is not None:
                        said = self._answer(*asked, connection)
                        connection.sendall(said or b"")
                finally:
                    with self._lock:
                        self._open.discard(connection)

    @abstractmethod
    def _answer(self, head: bytes, body: bytes, connection: socket.socket) -> bytes | None:
        """The bytes to send before the connection is closed; None where all is sent."""


def _asked(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """Head and body of a request; None where none comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(1 << 16)
        if not more:
            return None
        data += more
        if data[0] == _TLS_HANDSHAKE:
            return data, b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(_headers(head).get("content-length", "0"))
    while len(body) < length:
        more = connection.recv(1 << 16)
        if not more:
            return None
        body += more
    return head, body


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


@dataclass
class Turn:
    """One question to a hostile issuer.

    Attributes:
        good: the answer that is to be spoiled.
        connection: where it goes; a behaviour may send what it likes itself.
        thief: the address at which a thief answers as the issuer would.
        model: the model of the good answer; None where it is a key set.
        over: set when the server ends.
    """

    good: Response
    connection: socket.socket
    thief: str
    model: type[Any] | None
    over: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def value(self) -> Json:
        """The good answer's body as JSON."""
        return json.loads(self.good.body)

    @cached_property
    def member(self) -> tuple[str, ...]:
        """The path of the member that says that the token is good: the first flag that a documented answer must have.

        Where it has none, the first member that it must have.
        """
        return _telling(self.model) or ()

    def http(
        self, status: int | None = None, body: bytes | None = None, headers: Mapping[str, str | None] = {}
    ) -> bytes:
        """The good answer in bytes, with another status, another body or other headers; None leaves a header out."""
        body = self.good.body if body is None else body
        status = status or self.good.status
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unnamed"
        table = {**self.good.headers, "content-length": str(len(body)), "connection": "close", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in table.items() if value is not None)
        return f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode("latin-1") + body

    def send(self, data: bytes) -> None:
        """Send, at once."""
        self.connection.sendall(data)

    def wait(self, seconds: float) -> bool:
        """Let time go by; whether the server ended meanwhile."""
        return self.over.wait(seconds)

    def stay(self) -> None:
        """Say nothing until the other side has gone."""
        while self.connection.recv(1 << 16):
            pass

    def reset(self) -> None:
        """End the connection with a reset in place of a close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Play: TypeAlias = Callable[[Turn], bytes | None]
"""What is answered: the bytes to send before the connection is closed, or None where all is sent."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One way to spoil a good answer.

    Attributes:
        name: its name in addresses, such as ``gzip-bomb``.
        group: what kind of spoiling it is.
        what: what the issuer does, in words.
        play: how it answers.
        big: whether what it sends is, or grows to be, larger than anybody should hold.
        member: whether it spoils the member that says that the token is good.
        time: for a spoiled time, what is made of each time of the good answer, or of the signed token.
    """

    name: str
    group: str
    what: str
    play: Play
    big: bool = False
    member: bool = False
    time: Callable[[Json], Json] | None = None


def _required(model: type[Any]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The paths of the members that a model must have, and whether each is a flag."""
    for each in msgspec.structs.fields(model):
        if not each.required:
            continue
        if isinstance(each.type, type) and issubclass(each.type, msgspec.Struct):
            yield from (((each.encode_name, *path), is_flag) for path, is_flag in _required(each.type))
        else:
            yield (each.encode_name,), each.type is bool


def _telling(model: type[Any] | None) -> tuple[str, ...] | None:
    """See ``Turn.member``; None where no member must be there. A key set must have its keys (RFC 7517, section 5.1)."""
    paths = [(("keys",), False)] if model is None else list(_required(model))
    return next((path for path, is_flag in paths if is_flag), next((path for path, _ in paths), None))


def _meanings(known: msgspec.inspect.Type) -> Iterator[str]:
    """What the members of a model mean."""
    if isinstance(known, msgspec.inspect.Metadata):
        yield (known.extra or {}).get("means", "")
        yield from _meanings(known.type)
    elif isinstance(known, msgspec.inspect.UnionType):
        for each in known.types:
            yield from _meanings(each)
    elif isinstance(known, msgspec.inspect.StructType):
        for member in known.fields:
            yield from _meanings(member.type)


# Connection and time


def _reset(turn: Turn) -> None:
    turn.reset()


def _reset_midway(turn: Turn) -> None:
    turn.send(turn.http()[: -len(turn.good.body) // 2])
    turn.wait(0.05)
    turn.reset()


def _silence(turn: Turn) -> None:
    turn.stay()


def _half_then_silence(turn: Turn) -> None:
    turn.send(turn.http()[: -len(turn.good.body) // 2])
    turn.stay()


def _drip(data: bytes, turn: Turn, pause: float = STEP) -> None:
    for at in range(len(data)):
        turn.send(data[at : at + 1])
        if turn.wait(pause):
            return


def _dripping_head(turn: Turn) -> None:
    _drip(turn.http(), turn)


def _dripping_body(turn: Turn) -> None:
    turn.send(turn.http().removesuffix(turn.good.body))
    _drip(turn.good.body, turn)


def _without_end(turn: Turn, begin: bytes, piece: bytes, pause: float = 0.005) -> None:
    turn.send(begin)
    while not turn.wait(pause):
        turn.send(piece)


_CHUNKED: Mapping[str, str | None] = {"content-length": None, "transfer-encoding": "chunked"}


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _body_without_end(turn: Turn) -> None:
    _without_end(turn, turn.http(body=_chunk(turn.good.body), headers=_CHUNKED), _chunk(b" "))


def _interim_without_end(turn: Turn) -> None:
    _without_end(turn, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.001)


def _gzip_without_output(turn: Turn) -> None:
    packer = zlib.compressobj(wbits=31)
    begin = packer.compress(turn.good.body) + packer.flush(zlib.Z_FULL_FLUSH)
    headers = {**_CHUNKED, "content-encoding": "gzip"}
    _without_end(turn, turn.http(body=_chunk(begin), headers=headers), _chunk(b"\0\0\0\xff\xff"))


# Bodies


def _body(change: Callable[[bytes], bytes], headers: Mapping[str, str | None] = {}) -> Play:
    """The good answer with another body of the right length."""
    return lambda turn: turn.http(body=change(turn.good.body), headers=headers)


def _announced(change: Callable[[int], object]) -> Play:
    """The good answer under a length that is not its own."""
    return lambda turn: turn.http(headers={"content-length": str(change(len(turn.good.body)))})


def _flood(turn: Turn, begin: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """Pieces of a mebibyte, ``BIG`` in all, sent one at a time: the server does not hold what it sends."""
    turn.send(begin)
    for _ in range(BIG // _MIB):
        turn.send(piece)
    return end


def _spaces(turn: Turn) -> bytes:
    """The good answer and spaces behind it: JSON all the same."""
    length = str(len(turn.good.body) + BIG)
    return _flood(turn, turn.http(headers={"content-length": length}), b" " * _MIB)


def _spaces_in_chunks(turn: Turn) -> bytes:
    begin = turn.http(body=_chunk(turn.good.body), headers=_CHUNKED)
    return _flood(turn, begin, _chunk(b" " * _MIB), b"0\r\n\r\n")


def _long_text(turn: Turn) -> bytes:
    begin, _, end = _with_member(turn.good.body, b'"|"').partition(b"|")
    length = str(len(begin) + BIG + len(end))
    return _flood(turn, turn.http(body=begin, headers={"content-length": length}), b"x" * _MIB, end)


def _nested(body: bytes) -> bytes:
    return _with_member(body, b"[" * 100_000 + b"]" * 100_000)


def _with_member(body: bytes, value: bytes) -> bytes:
    """The object with a further member before its own."""
    return b'{"further": ' + value + b", " + body.lstrip()[1:]


def _tedious(text: str) -> Play:
    """A failure, whose body has a text that a careless pattern goes through once for every letter of it."""
    return lambda turn: turn.http(500, _with_member(turn.good.body, f'"{text}"'.encode()))


def _body_of_names(turn: Turn) -> bytes:
    names = ", ".join(f'"{at:06}@x": 0' for at in range(60_000))
    return turn.http(500, _with_member(turn.good.body, f"{{{names}}}".encode()))


def _bomb(body: bytes, wbits: int) -> bytes:
    """A small compressed body that grows to the good answer and a gibibyte of spaces."""
    packer = zlib.compressobj(9, wbits=wbits)
    begin = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)  # stands alone: it may be repeated
    return begin + block * (BOMB // _MIB) + packer.flush()


def _spoiled_checksum(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[:-8] + bytes([packed[-8] ^ 0xFF]) + packed[-7:]


_GZIP: Mapping[str, str | None] = {"content-encoding": "gzip"}
_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>active: true</body></html>"


# HTTP


def _raw(data: bytes) -> Play:
    return lambda _: data


def _answer_ahead(turn: Turn) -> None:
    """On a connection that is kept open: whoever uses it again reads an answer to nobody's question."""
    turn.send(turn.http(500, b"", {"connection": "keep-alive"}) + turn.http(headers={"connection": "keep-alive"}))
    turn.stay()


def _status_line(turn: Turn) -> bytes:
    return turn.http().partition(b"\r\n")[0] + b"\r\n"


def _huge_header(turn: Turn) -> bytes:
    head, _, rest = turn.http(headers={"x-long": "|"}).partition(b"|")
    return _flood(turn, head, b"y" * _MIB, rest)


def _many_headers(turn: Turn) -> bytes:
    lines = b"".join(b"x-%06d: %s\r\n" % (at, b"y" * 90) for at in range(_MIB // 100))
    return _flood(turn, _status_line(turn), lines, turn.http().partition(b"\r\n")[2])


# Statuses and redirects


def _status(status: int, headers: Mapping[str, str | None] = {}) -> Play:
    """The good answer's body under another status."""
    return lambda turn: turn.http(status, headers=headers)


def _bodiless(status: int) -> Play:
    """A status that has no body, and the good answer behind it."""
    return _status(status, {"content-length": None})


def _to_thief(status: int, body: bytes | None = None, header: str = "location", form: str = "{}") -> Play:
    return lambda turn: turn.http(status, body, {header: form.format(turn.thief)})


def _page_to_thief(turn: Turn) -> bytes:
    page = f'<meta http-equiv="refresh" content="0; url={turn.thief}"><script>location="{turn.thief}"</script>'
    return turn.http(body=page.encode(), headers={"content-type": "text/html", "refresh": f"0; url={turn.thief}"})


# What is said


def _whole(change: Callable[[Json], Json]) -> Play:
    """Another JSON value in place of the good answer."""
    return lambda turn: turn.http(body=json.dumps(change(turn.value)).encode())


_TWICE = "\0"


def _member(change: Callable[[dict[str, Json], str], None]) -> Play:
    """The good answer, changed at the first member that it must have."""

    def play(turn: Turn) -> bytes:
        value = json.loads(turn.good.body)
        *path, name = turn.member
        holder = value
        for each in path:
            holder = holder[each]
        change(holder, name)
        text = json.dumps(value).replace(json.dumps(_TWICE), json.dumps(name))
        return turn.http(body=text.encode())

    return play


def _put(new: Json) -> Play:
    return _member(lambda holder, name: holder.update({name: new}))


def _twice(holder: dict[str, Json], name: str) -> None:
    """Once with another value and then as it should be: who takes the last one is content."""
    own = dict(holder)
    holder.clear()
    holder[_TWICE] = not own[name] if isinstance(own[name], bool) else None
    holder.update(own)


def _times(value: Json, change: Callable[[Json], Json], model: type[Any]) -> Json:
    """A JSON value with each of its times changed; the model tells which members are times."""
    return _where(value, shifted(value, 1, model), change)


def _where(value: Json, moved: Json, change: Callable[[Json], Json]) -> Json:
    if isinstance(value, dict):
        return {name: _where(each, moved[name], change) for name, each in value.items()}
    if isinstance(value, list):
        return [_where(each, other, change) for each, other in zip(value, moved, strict=True)]
    return value if value == moved else change(value)


def _seconds(time: Json) -> float:
    """A time of an answer, in whichever form, as seconds since 1970."""
    if isinstance(time, str) and not time.isdigit():
        return datetime.fromisoformat(time).timestamp()
    return float(time)


def _past(time: Json) -> Json:
    """Long over, in the form that it has."""
    then = int(_seconds(time)) - LONG_AGO
    if isinstance(time, str):
        return str(then) if time.isdigit() else datetime.fromtimestamp(then, UTC).isoformat()
    return then


def _spoiled_times(change: Callable[[Json], Json]) -> Play:
    return lambda turn: turn.http(
        body=json.dumps(_times(turn.value, change, turn.model) if turn.model else turn.value).encode()
    )


def _all() -> Iterator[Behaviour]:
    def rows(group: str, *made: tuple[str, str, Play], big: bool = False) -> Iterator[Behaviour]:
        for name, what, play in made:
            yield Behaviour(name=name, group=group, what=what, play=play, big=big, member=name.startswith("said-"))

    yield from rows(
        "Connection",
        ("refused", "nobody listens", _raw(b"")),
        ("closed", "closed after the question", _raw(b"")),
        ("reset", "reset after the question", _reset),
        ("reset-midway", "reset in the middle of the answer", _reset_midway),
    )
    yield from rows(
        "Time",
        ("silence", "no answer, and the connection stays open", _silence),
        ("silence-midway", "half an answer, and the connection stays open", _half_then_silence),
        ("dripping-head", "a byte every half second, from the first on", _dripping_head),
        ("dripping-body", "a byte of the body every half second", _dripping_body),
        ("body-without-end", "the good answer and spaces for ever", _body_without_end),
        ("interim-without-end", "interim answers (103) for ever", _interim_without_end),
        ("gzip-without-output", "compressed blocks for ever that hold nothing", _gzip_without_output),
    )
    yield from rows(
        "Body",
        ("empty", "nothing", _body(lambda _: b"")),
        ("html", "an HTML page", _body(lambda _: _PAGE, {"content-type": "text/html"})),
        ("truncated", "the first half, under its own length", _body(lambda body: body[: len(body) // 2])),
        (
            "cut-by-closing",
            "the first half, without a length",
            lambda turn: turn.http(body=turn.good.body[: len(turn.good.body) // 2], headers={"content-length": None}),
        ),
        ("under-long", "shorter than announced", _announced(lambda length: length + 2)),
        ("over-long", "longer than announced", _announced(lambda length: length - 2)),
        (
            "utf-16",
            "UTF-16, and called so",
            _body(lambda body: body.decode().encode("utf-16"), {"content-type": "application/json; charset=utf-16"}),
        ),
        (
            "latin-1",
            "a letter in Latin-1 where UTF-8 is called",
            _body(lambda body: _with_member(body, b'"\xe9"'), {"content-type": "application/json; charset=utf-8"}),
        ),
        ("deep-nesting", "a hundred thousand lists within each other", _body(_nested)),
    )
    yield from rows(
        "Size",
        ("30-mb", "30 MB: the good answer and spaces", _spaces),
        ("30-mb-in-chunks", "the same in chunks", _spaces_in_chunks),
        ("30-mb-text", "a text of 30 MB in a further member", _long_text),
        ("gzip-bomb", "1 GB of spaces behind the good answer, by gzip", _body(lambda body: _bomb(body, 31), _GZIP)),
        ("deflate-bomb", "the same by deflate", _body(lambda body: _bomb(body, 15), {"content-encoding": "deflate"})),
        ("huge-header", "a header of 30 MB", _huge_header),
        ("many-headers", "30 MB of small headers", _many_headers),
        ("line-without-end", "30 MB without the end of a line", lambda turn: _flood(turn, b"", b"x" * _MIB)),
        big=True,
    )
    yield from rows(
        "Reading: 500, and 900 kB in a further member that take long to look through",
        ("letters-and-at", "letters, and at last an `@`", _tedious("x" * 900_000 + "@")),
        ("at-and-letters", "an `@`, and letters without a dot", _tedious("x@" + "x" * 900_000)),
        ("token-starts", "how a signed token begins, over and over", _tedious("-eyJabcdefgh" * 75_000)),
        ("addresses", "e-mail addresses", _tedious("a@b.c " * 150_000)),
        ("names", "names of members", _body_of_names),
    )
    yield from rows(
        "Compression",
        ("gzip-that-is-none", "called gzip, and is not", _body(lambda body: body, _GZIP)),
        ("gzip-cut", "gzip, cut short", _body(lambda body: gzip.compress(body)[:-9], _GZIP)),
        ("gzip-checksum", "gzip with a wrong checksum", _body(_spoiled_checksum, _GZIP)),
        ("gzip-surplus", "more behind the end of the gzip", _body(lambda body: gzip.compress(body) + b"x", _GZIP)),
        ("coding-unasked", "a coding that was not asked for", _body(lambda body: body, {"content-encoding": "br"})),
        (
            "coding-twice",
            "gzip within gzip",
            _body(lambda body: gzip.compress(gzip.compress(body)), {"content-encoding": "gzip, gzip"}),
        ),
    )
    yield from rows(
        "HTTP",
        ("chunks-broken", "chunks whose size is no number", _body(lambda body: b"zz\r\n" + body, _CHUNKED)),
        ("chunks-cut", "chunks without the last one", _body(_chunk, _CHUNKED)),
        (
            "chunk-beyond-all",
            "a chunk that calls itself larger than any memory",
            _body(lambda body: b"ffffffffffffff\r\n" + body, _CHUNKED),
        ),
        ("two-lengths", "two lengths that differ", _announced(lambda length: f"{length}\r\ncontent-length: 2")),
        ("length-below-zero", "a length below zero", _announced(lambda length: -length)),
        ("no-http", "another protocol's greeting", _raw(b"* OK IMAP4rev1 ready\r\n")),
        ("no-head", "the good answer's body alone", lambda turn: turn.good.body),
        ("binary", "bytes that are no text", _raw(bytes(range(256)) * 4)),
        ("answer-ahead", "500, and the good answer behind it, unasked", _answer_ahead),
        (
            "another-protocol",
            "101, and another protocol from here on",
            lambda turn: (
                b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + turn.good.body
            ),
        ),
    )
    yield from rows(
        "Redirect",
        *(
            (f"redirect-{status}", f"{status} to a thief, with the good answer", _to_thief(status))
            for status in (301, 302, 303, 307, 308)
        ),
        ("redirect-bare", "307 to a thief, without a body", _to_thief(307, b"")),
        ("location-in-201", "201 with the thief as its location", _to_thief(201)),
        ("page-to-thief", "a page that leads to a thief (Refresh, meta, script)", _page_to_thief),
        ("redirect-round", "308 to the same address", lambda turn: turn.http(308, headers={"location": ""})),
    )
    yield from rows(
        "Status, and the good answer's body",
        ("429-sane", "429, `Retry-After: 1`", _status(429, {"retry-after": "1"})),
        ("429-absurd", "429, `Retry-After: 99999999999999999999`", _status(429, {"retry-after": "9" * 20})),
        (
            "429-date",
            "429, to be tried again in the year 9999",
            _status(429, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}),
        ),
        ("429-unreadable", "429, `Retry-After: soon`", _status(429, {"retry-after": "soon"})),
        *(
            (f"{status}", f"{status} {HTTPStatus(status).phrase}", _status(status))
            for status in (
                201,
                202,
                203,
                206,
                226,
                300,
                400,
                401,
                402,
                403,
                404,
                405,
                409,
                410,
                418,
                451,
                500,
                501,
                502,
                503,
                504,
            )
        ),
        ("204", "204 No Content", _bodiless(204)),
        ("304", "304 Not Modified", _bodiless(304)),
        ("599", "599, which is no status of HTTP", _status(599)),
    )
    yield from rows(
        "JSON",
        ("null", "`null`", _whole(lambda _: None)),
        ("true", "`true`", _whole(lambda _: True)),
        ("number", "a number", _whole(lambda _: 1)),
        ("string", "the good answer as a text", _whole(json.dumps)),
        ("list", "a list that holds the good answer", _whole(lambda value: [value])),
        ("concatenated", "the good answer twice, one behind the other", _body(lambda body: body + b"\n" + body)),
        ("said-text", "the member that says that it is good (`active`) as the text `true`", _put("true")),
        ("said-number", "the same as the number 1", _put(1)),
        ("said-null", "the same as null", _put(None)),
        ("said-half-a-letter", "the same as half a letter (`\\ud800`)", _put("\ud800")),
        ("said-nowhere", "the same missing", _member(lambda holder, name: holder.pop(name))),
        ("said-twice", "the same twice, the good one last", _member(_twice)),
    )
    for name, what, change in (
        ("time-past", "over a year ago", _past),
        ("time-nan", "`NaN`", lambda _: float("nan")),
        ("time-infinite", "`Infinity`", lambda _: float("inf")),
        ("time-text", "the text `soon`", lambda _: "soon"),
        ("time-digits", "a text of digits", lambda time: str(int(_seconds(time)))),
        ("time-float", "seconds as a float", lambda time: _seconds(time) + 0.5),
        ("time-milliseconds", "milliseconds", lambda time: int(_seconds(time)) * 1000),
        ("time-beyond-all", "10^30", lambda _: 10**30),
        ("time-true", "`true`", lambda _: True),
    ):
        yield Behaviour(name=name, group="Times", what=what, play=_spoiled_times(change), time=change)


BEHAVIOURS: Mapping[str, Behaviour] = {each.name: each for each in _all()}
"""All behaviours, by name. ``refused`` is played by a port where nobody listens."""


class HostileIssuer(_Listening):
    """One provider's issuer on loopback that spoils its good answer. A context manager; it ends with the context.

    Args:
        provider: the provider whose issuer is played.
        world: what is played, all providers if not given; hostile issuers that share one share its key.
        discovery: for an issuer that is found by discovery, spoil the discovery document in place of the answer.
        tls: serve over TLS, in this context.

    Attributes:
        base_url: where it listens.
        connections: how many connections came.
        asked: the behaviours that were asked for, in order.
        thief: where redirects lead to.
    """

    def __init__(
        self,
        provider: str,
        *,
        world: World | None = None,
        discovery: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._world = world or World()
        self._issuer = self._world.issuer(provider)
        self._discovery = discovery
        self._debug = providers.get(provider).debug
        super().__init__(tls)
        self._nobody = socket.socket()
        self._nobody.bind(("127.0.0.1", 0))  # taken and never listened on
        self.provider = provider
        self.asked: list[str] = []
        self.thief = Thief(provider, self._world)

    def __enter__(self) -> Self:
        self.thief.__enter__()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.thief.__exit__(kind, error, trace)
        self._nobody.close()

    @property
    def client_id(self) -> str:
        """The application that the token was issued to."""
        return self._issuer.client_id

    @property
    def client_secret(self) -> str:
        """The one client secret that is accepted."""
        return CLIENT_SECRET

    @property
    def subject(self) -> str | None:
        """The account that the token stands for."""
        return self._issuer.subject

    @property
    def credentials(self) -> Mapping[str, str]:
        """What a caller must hold beyond client id and secret."""
        return self._issuer.further

    def url(self, behaviour: str | None = None) -> str:
        """The address to give as ``issuer_url``, at which the issuer behaves so; None for the unspoiled answer.

        Raises:
            LookupError: there is no such behaviour.
        """
        name = _UNSPOILED if behaviour is None else BEHAVIOURS[behaviour].name
        direct = self._discovery or not isinstance(self._debug, Discovered)
        return f"{self._nobodys_url if name == 'refused' and direct else self.base_url}/{name}"

    def token(self, behaviour: str | None = None) -> str:
        """The token to ask about: it is good in all but what the behaviour spoils.

        A time of a signed token stands in the token itself, and is spoiled there.
        """
        time = BEHAVIOURS[behaviour].time if behaviour else None
        token = self._issuer.token("valid" if time is None else self._ending or "valid")
        if time is None or not self._is_signed:
            return token
        import jwt

        claims = dict(claims_of(token))
        claims |= {name: time(claims[name]) for name in ("exp", "iat", "nbf") if name in claims}
        header = {name: value for name, value in (header_of(token) or {}).items() if name != "alg"}
        payload = json.dumps(claims).encode()
        return jwt.PyJWS().encode(payload, self._world.key, algorithm="RS256", headers=header)

    def senseless(self, behaviour: str) -> str | None:
        """Why the behaviour makes no sense here; None where it does."""
        played = BEHAVIOURS[behaviour]
        if played.member and _telling(self._model) is None:
            return "no member must be in the answer"
        if played.time is None or self._is_signed:
            return None
        if self._discovery:
            return "a discovery document states no time"
        if self._model is not None and "seconds" in _meanings(msgspec.inspect.type_info(self._model)):
            return "the answer states how long the token lives on, not until when"
        return None if self._ending else "the answer states no end"

    @property
    def _is_signed(self) -> bool:
        return isinstance(self._debug, SignedToken)

    @property
    def _ending(self) -> str | None:
        """A recorded case of a good token whose end the issuer states."""
        said = ((case, each.introspection) for case, each in self._issuer.recordings.items())
        good = [case for case, each in said if each.get("reason") == "ok" and "expires_at" in each]
        return "valid" if "valid" in good else next(iter(good), None)

    @property
    def _nobodys_url(self) -> str:
        return f"{self.base_url.rpartition(':')[0]}:{self._nobody.getsockname()[1]}"

    def _answer(self, head: bytes, body: bytes, connection: socket.socket) -> bytes | None:
        if head[0] == _TLS_HANDSHAKE:
            return b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nplain HTTP is spoken here"
        target = _target(head)
        name = target.split("/")[1]
        base = f"{self.base_url}/{name}"
        good = _good(self._world, self.provider, self.base_url, head, body, base)
        self.asked.append(name)
        finding = urlsplit(target).path.endswith(_WELL_KNOWN)
        if finding and name == "refused":
            there = f"{self._nobodys_url}/{name}"
            good = msgspec.structs.replace(
                good, body=good.body.replace(f"{base}/introspect".encode(), f"{there}/introspect".encode())
            )
        thief = self.thief.base_url + target.removeprefix(f"/{name}")
        turn = Turn(good, connection, thief, self._model, self._over)
        if name not in BEHAVIOURS or finding != self._discovery:
            return turn.http()
        return BEHAVIOURS[name].play(turn)

    @property
    def _model(self) -> type[Any] | None:
        if self._discovery:
            return Metadata
        if isinstance(self._debug, HttpEndpoint):
            return self._debug.answer
        return Active if isinstance(self._debug, Discovered) else None


class Thief(_Listening):
    """Whom a redirect leads to: it records who comes, and answers as the issuer would.

    Attributes:
        base_url: where it listens.
        connections: how many connections came: none, unless somebody followed.
        stolen: the requests that came, with the token in them.
    """

    def __init__(self, provider: str, world: World | None = None) -> None:
        super().__init__()
        self._provider = provider
        self._world = world or World()
        self.stolen: list[Secret] = []

    def _answer(self, head: bytes, body: bytes, connection: socket.socket) -> bytes:
        self.stolen.append(Secret((head + b"\r\n\r\n" + body).decode("latin-1")))
        good = _good(self._world, self._provider, self.base_url, head, body, self.base_url)
        return Turn(good, connection, "", None).http()


def _target(head: bytes) -> str:
    return head.partition(b"\r\n")[0].decode("latin-1").split(" ")[1]


def _good(world: World, provider: str, server: str, head: bytes, body: bytes, base: str) -> Response:
    method = head.partition(b" ")[0].decode("latin-1")
    return world.respond(provider, question(method, server + _target(head), _headers(head), body), base)
