"""Behaviors that break or stall the connection."""

from __future__ import annotations

import zlib

from idp_checks.issuers.hostile.bodies import CHUNKED, encode_chunk
from idp_checks.issuers.hostile.request import Behavior, HostileRequest

__all__ = ["CONNECTION", "TIME"]

PAUSE = 0.5
"""Seconds between two bytes of a slow response."""


def send_nothing(_: HostileRequest) -> bytes:
    """Close the connection without a response."""
    return b""


def reset(request: HostileRequest) -> None:
    """Reset the connection."""
    request.reset()


def reset_midway(request: HostileRequest) -> None:
    """Send half of the body and reset the connection."""
    _send_half(request)
    request.wait(0.05)
    request.reset()


def stay_silent(request: HostileRequest) -> None:
    """Keep the connection open without a response."""
    request.wait_for_client()


def stall_midway(request: HostileRequest) -> None:
    """Send half of the body and keep the connection open."""
    _send_half(request)
    request.wait_for_client()


def send_slow_header(request: HostileRequest) -> None:
    """Send the whole response byte by byte."""
    _send_slowly(request, request.encode())


def send_slow_body(request: HostileRequest) -> None:
    """Send the header, then the body byte by byte."""
    request.send(request.encode().removesuffix(request.body))
    _send_slowly(request, request.body)


def send_endless_body(request: HostileRequest) -> None:
    """Send the good body and then spaces until the server stops."""
    start = request.encode(body=encode_chunk(request.body), headers=CHUNKED)
    _send_forever(request, start, encode_chunk(b" "))


def send_endless_interim_responses(request: HostileRequest) -> None:
    """Send interim responses until the server stops."""
    _send_forever(request, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.001)


def send_endless_empty_gzip(request: HostileRequest) -> None:
    """Send the good body and then empty gzip blocks until the server stops."""
    compressor = zlib.compressobj(wbits=31)
    start = compressor.compress(request.body) + compressor.flush(zlib.Z_FULL_FLUSH)
    headers = {**CHUNKED, "content-encoding": "gzip"}
    _send_forever(request, request.encode(body=encode_chunk(start), headers=headers), encode_chunk(b"\0\0\0\xff\xff"))


def _send_half(request: HostileRequest) -> None:
    request.send(request.encode()[: -len(request.body) // 2])


def _send_slowly(request: HostileRequest, data: bytes) -> None:
    for position in range(len(data)):
        request.send(data[position : position + 1])
        if request.wait(PAUSE):
            return


def _send_forever(request: HostileRequest, start: bytes, piece: bytes, pause: float = 0.005) -> None:
    request.send(start)
    while not request.wait(pause):
        request.send(piece)


CONNECTION = (
    Behavior("refused", "the connection is refused", send_nothing),
    Behavior("closed", "the connection is closed after the request", send_nothing),
    Behavior("reset", "the connection is reset after the request", reset),
    Behavior("reset-midway", "the connection is reset in the middle of the response", reset_midway),
)

TIME = (
    Behavior("silence", "no response, and the connection stays open", stay_silent, is_slow=True),
    Behavior("silence-midway", "half of the response, and the connection stays open", stall_midway, is_slow=True),
    Behavior("slow-header", "one byte every half second, from the start", send_slow_header, is_slow=True),
    Behavior("slow-body", "one byte of the body every half second", send_slow_body, is_slow=True),
    Behavior("endless-body", "the good response and endless spaces", send_endless_body, is_slow=True),
    Behavior(
        "endless-interim-responses", "endless interim responses (103)", send_endless_interim_responses, is_slow=True
    ),
    Behavior("endless-empty-gzip", "endless empty gzip blocks", send_endless_empty_gzip, is_slow=True),
)
