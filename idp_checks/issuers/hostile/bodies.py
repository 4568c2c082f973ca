"""Behaviors that alter the body: its length, encoding, size and compression."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping

from idp_checks.issuers.hostile.request import Behavior, Headers, HostileRequest, Respond

__all__ = [
    "BODY",
    "CHUNKED",
    "COMPRESSION",
    "MIB",
    "READING",
    "SIZE",
    "add_field",
    "announce_length",
    "change_body",
    "encode_chunk",
    "send_flood",
]

MIB = 1 << 20
FLOOD_SIZE = 30 * MIB
BOMB_SIZE = 1024 * MIB
"""Bytes to which a small compressed body expands."""

CHUNKED: Headers = {"content-length": None, "transfer-encoding": "chunked"}
GZIP: Headers = {"content-encoding": "gzip"}
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>active: true</body></html>"


def change_body(change: Callable[[bytes], bytes], headers: Mapping[str, str | None] = {}) -> Respond:
    """Respond with another body and the matching content length."""
    return lambda request: request.encode(body=change(request.body), headers=headers)


def announce_length(change: Callable[[int], object]) -> Respond:
    """Respond with a content length that does not match the body."""
    return lambda request: request.encode(headers={"content-length": str(change(len(request.body)))})


def encode_chunk(data: bytes) -> bytes:
    """Encode one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def add_field(body: bytes, value: bytes) -> bytes:
    """Insert an extra field before the fields of a JSON object."""
    return b'{"further": ' + value + b", " + body.lstrip()[1:]


def send_flood(request: HostileRequest, start: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """Send ``FLOOD_SIZE`` bytes in pieces of 1 MiB, so that the server need not hold them."""
    request.send(start)
    for _ in range(FLOOD_SIZE // MIB):
        request.send(piece)
    return end


def truncate(body: bytes) -> bytes:
    """Return the first half of a body."""
    return body[: len(body) // 2]


def send_truncated_without_length(request: HostileRequest) -> bytes:
    """Respond with half of the body; only the closed connection marks its end."""
    return request.encode(body=truncate(request.body), headers={"content-length": None})


def nest_deeply(body: bytes) -> bytes:
    """Insert 100,000 nested lists."""
    return add_field(body, b"[" * 100_000 + b"]" * 100_000)


def send_spaces(request: HostileRequest) -> bytes:
    """Respond with the good body followed by spaces, which is still valid JSON."""
    length = str(len(request.body) + FLOOD_SIZE)
    return send_flood(request, request.encode(headers={"content-length": length}), b" " * MIB)


def send_spaces_in_chunks(request: HostileRequest) -> bytes:
    """Respond with the good body followed by chunks of spaces."""
    start = request.encode(body=encode_chunk(request.body), headers=CHUNKED)
    return send_flood(request, start, encode_chunk(b" " * MIB), b"0\r\n\r\n")


def send_long_string(request: HostileRequest) -> bytes:
    """Respond with the good body and an extra field that holds a long string."""
    start, _, end = add_field(request.body, b'"|"').partition(b"|")
    length = str(len(start) + FLOOD_SIZE + len(end))
    return send_flood(request, request.encode(body=start, headers={"content-length": length}), b"x" * MIB, end)


def send_huge_header(request: HostileRequest) -> bytes:
    """Respond with one huge header."""
    head, _, rest = request.encode(headers={"x-long": "|"}).partition(b"|")
    return send_flood(request, head, b"y" * MIB, rest)


def send_many_headers(request: HostileRequest) -> bytes:
    """Respond with hundreds of thousands of headers."""
    status_line, _, rest = request.encode().partition(b"\r\n")
    lines = b"".join(b"x-%06d: %s\r\n" % (number, b"y" * 90) for number in range(MIB // 100))
    return send_flood(request, status_line + b"\r\n", lines, rest)


def send_endless_line(request: HostileRequest) -> bytes:
    """Send data that never ends the status line."""
    return send_flood(request, b"", b"x" * MIB)


def fail_with_string(string: str) -> Respond:
    """Respond 500 with a string that makes a naive regular expression backtrack at every character."""
    return lambda request: request.encode(500, add_field(request.body, f'"{string}"'.encode()))


def fail_with_many_names(request: HostileRequest) -> bytes:
    """Respond 500 with an object of 60,000 fields."""
    names = ", ".join(f'"{number:06}@x": 0' for number in range(60_000))
    return request.encode(500, add_field(request.body, f"{{{names}}}".encode()))


def build_bomb(body: bytes, wbits: int) -> bytes:
    """Compress the body followed by 1 GiB of spaces."""
    compressor = zlib.compressobj(9, wbits=wbits)
    start = compressor.compress(body) + compressor.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block does not depend on earlier data, so it can be repeated.
    block = compressor.compress(b" " * MIB) + compressor.flush(zlib.Z_FULL_FLUSH)
    return start + block * (BOMB_SIZE // MIB) + compressor.flush()


def break_checksum(body: bytes) -> bytes:
    """Compress the body with a wrong checksum."""
    compressed = gzip.compress(body)
    return compressed[:-8] + bytes([compressed[-8] ^ 0xFF]) + compressed[-7:]


BODY = (
    Behavior("empty", "an empty body", change_body(lambda _: b"")),
    Behavior("html", "an HTML page", change_body(lambda _: PAGE, {"content-type": "text/html"})),
    Behavior("truncated", "the first half, with a matching content length", change_body(truncate)),
    Behavior("truncated-without-length", "the first half, without a content length", send_truncated_without_length),
    Behavior("shorter-than-length", "shorter than its content length", announce_length(lambda length: length + 2)),
    Behavior("longer-than-length", "longer than its content length", announce_length(lambda length: length - 2)),
    Behavior(
        "utf-16",
        "UTF-16, declared as UTF-16",
        change_body(lambda body: body.decode().encode("utf-16"), {"content-type": "application/json; charset=utf-16"}),
    ),
    Behavior(
        "latin-1",
        "a Latin-1 character, declared as UTF-8",
        change_body(lambda body: add_field(body, b'"\xe9"'), {"content-type": "application/json; charset=utf-8"}),
    ),
    Behavior("deep-nesting", "100,000 nested lists", change_body(nest_deeply)),
)

SIZE = (
    Behavior("30-mb", "30 MB: the good response followed by spaces", send_spaces, is_large=True),
    Behavior("30-mb-in-chunks", "the same 30 MB, chunked", send_spaces_in_chunks, is_large=True),
    Behavior("30-mb-string", "an extra field with a string of 30 MB", send_long_string, is_large=True),
    Behavior(
        "gzip-bomb",
        "the good response followed by 1 GB of spaces, gzip",
        change_body(lambda body: build_bomb(body, 31), GZIP),
        is_large=True,
    ),
    Behavior(
        "deflate-bomb",
        "the same 1 GB, deflate",
        change_body(lambda body: build_bomb(body, 15), {"content-encoding": "deflate"}),
        is_large=True,
    ),
    Behavior("huge-header", "a header of 30 MB", send_huge_header, is_large=True),
    Behavior("many-headers", "30 MB of small headers", send_many_headers, is_large=True),
    Behavior("endless-line", "30 MB without a line ending", send_endless_line, is_large=True),
)

READING = (
    Behavior("letters-and-at", "letters, then one `@`", fail_with_string("x" * 900_000 + "@")),
    Behavior("at-and-letters", "one `@`, then letters without a dot", fail_with_string("x@" + "x" * 900_000)),
    Behavior("token-starts", "the start of a signed token, repeated", fail_with_string("-eyJabcdefgh" * 75_000)),
    Behavior("email-addresses", "email addresses", fail_with_string("a@b.c " * 150_000)),
    Behavior("field-names", "field names", fail_with_many_names),
)

COMPRESSION = (
    Behavior("not-gzip", "declared as gzip, but not compressed", change_body(lambda body: body, GZIP)),
    Behavior("gzip-truncated", "truncated gzip", change_body(lambda body: gzip.compress(body)[:-9], GZIP)),
    Behavior("gzip-checksum", "gzip with a wrong checksum", change_body(break_checksum, GZIP)),
    Behavior(
        "gzip-surplus", "data after the end of the gzip", change_body(lambda body: gzip.compress(body) + b"x", GZIP)
    ),
    Behavior(
        "encoding-not-requested",
        "an encoding that was not requested (`br`)",
        change_body(lambda body: body, {"content-encoding": "br"}),
    ),
    Behavior(
        "gzip-twice",
        "gzip inside gzip",
        change_body(lambda body: gzip.compress(gzip.compress(body)), {"content-encoding": "gzip, gzip"}),
    ),
)
