"""Tests of reading response bodies: compression, limits and headers."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest

from idp_checks.live import http_response
from idp_checks.live.loop import run_sync
from idp_checks.tokens.wire import Unreachable

LIMIT = 1000
BODY = b'{"active": true}'


class Chunks(httpx.AsyncByteStream):
    """A body in several chunks."""

    def __init__(self, *chunks):
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


class SynchronousBody(httpx.SyncByteStream):
    """A body that cannot be read asynchronously."""

    def __iter__(self):
        yield BODY


@pytest.fixture
def small_limit(monkeypatch):
    """Limit bodies to ``LIMIT`` bytes."""
    monkeypatch.setattr(http_response, "MAX_BODY", LIMIT)


def read(response):
    """Return the coroutine that reads a body."""
    return http_response.read_body(response, http_response.read_headers(response))


def make_response(*chunks, encoding=None):
    """Return a response with a body in chunks."""
    headers = {} if encoding is None else {"content-encoding": encoding}
    return httpx.Response(200, headers=headers, stream=Chunks(*chunks))


def read_chunks(*chunks, encoding=None):
    """Return the body that is read from chunks."""
    return run_sync(read(make_response(*chunks, encoding=encoding)))


def read_error(response):
    """Return the detail of the error that reading a body raises."""
    with pytest.raises(Unreachable) as caught:
        run_sync(read(response))
    assert caught.value.reason == "unparsable"
    return caught.value.detail


def test_headers_are_joined_under_lower_case_names():
    """Repeated headers are joined by commas (RFC 9110, section 5.3)."""
    response = httpx.Response(200, headers=[("X-A", "1"), ("x-a", "2"), ("X-B", "3")])
    assert http_response.read_headers(response) == {"x-a": "1, 2", "x-b": "3"}


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_uncompressed_body_is_read_unchanged(encoding):
    """The chunks of a body are joined."""
    assert read_chunks(BODY, encoding=encoding) == BODY
    assert read_chunks(BODY[:5], b"", BODY[5:], encoding=encoding) == BODY
    assert read_chunks(encoding=encoding) == b""


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        (" GZip ", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("Deflate", zlib.compress(BODY)),
    ],
    ids=["gzip", "x-gzip", "spaced", "deflate", "capital"],
)
def test_compressed_body_is_decompressed(encoding, packed):
    """Requested encodings are decoded in any case (RFC 9110, section 8.4.1) and in chunks of any size."""
    assert read_chunks(packed, encoding=encoding) == BODY
    assert read_chunks(*(bytes([value]) for value in packed), encoding=encoding) == BODY


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzipped", "none"])
def test_encoding_that_was_not_requested_is_rejected(encoding, in_words):
    """The body is not read."""
    detail = read_error(make_response(BODY, encoding=encoding))
    assert in_words(detail)
    assert "content encoding that was not requested" in detail


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([BODY], "does not match its content encoding"),
        ([gzip.compress(BODY)[:-1]], "truncated"),
        ([gzip.compress(BODY)[:-9]], "truncated"),
        ([], "truncated"),
        ([gzip.compress(BODY), b"x"], "trailing data"),
        ([gzip.compress(BODY) + gzip.compress(BODY)], "trailing data"),
    ],
)
def test_invalid_compression_is_rejected(chunks, message, in_words):
    """A truncated or invalid body is rejected even if its beginning is readable."""
    detail = read_error(make_response(*chunks, encoding="gzip"))
    assert in_words(detail)
    assert message in detail


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize("excess", [0, 1])
@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate", "consumed"])
def test_body_is_limited_after_decompression(encoding, parts, excess):
    """A body of exactly the limit is read; one more byte is too much."""
    body = b"x" * (LIMIT + excess)
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(body)
    size = -(-len(packed) // parts)
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    if encoding == "consumed":
        response = httpx.Response(200, content=body)
        assert response.is_stream_consumed
    else:
        response = make_response(*chunks, encoding=encoding)
    if excess:
        assert read_error(response) == f"the response is larger than {LIMIT} bytes"
    else:
        assert run_sync(read(response)) == body


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize("first_size", [0, 700])
def test_decompression_stops_at_the_limit(monkeypatch, first_size):
    """A decompression bomb is not expanded beyond the limit."""
    outputs = []
    make_decompressor = zlib.decompressobj

    class Recorder:
        def __init__(self, wbits):
            self.decompressor = make_decompressor(wbits=wbits)

        def decompress(self, chunk, limit):
            outputs.append(self.decompressor.decompress(chunk, limit))
            return outputs[-1]

    monkeypatch.setattr(http_response.zlib, "decompressobj", Recorder)
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"y" * first_size) + packer.flush(zlib.Z_SYNC_FLUSH)
    rest = packer.compress(b"x" * 10**6) + packer.flush()
    assert "larger than" in read_error(make_response(first, rest, encoding="gzip"))
    assert sum(map(len, outputs)) <= LIMIT + 2


def test_body_that_cannot_be_read_asynchronously_is_rejected(in_words):
    """It could block the event loop past the deadline."""
    assert in_words(read_error(httpx.Response(200, stream=SynchronousBody())))
