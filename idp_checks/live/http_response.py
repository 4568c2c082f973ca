"""Read headers and bodies of HTTP responses."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

from idp_checks.live.http import httpx
from idp_checks.tokens.wire import Unreachable

__all__ = ["MAX_BODY", "read_body", "read_headers"]

MAX_BODY = 1 << 20
"""Bytes of a response body that are read, after decompression."""


def read_headers(response: httpx.Response) -> dict[str, str]:
    """Return the headers by lower-case name; repeated headers are joined (RFC 9110, section 5.3)."""
    table: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        table[name] = f"{table[name]}, {value}" if name in table else value
    return table


async def read_body(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    """Read and decompress the body.

    Raises:
        Unreachable: the body is too large, or its compression is invalid or unsupported.
    """
    if response.is_stream_consumed:  # a simulated transport returns complete responses
        if len(response.content) > MAX_BODY:
            raise Unreachable("unparsable", f"the response is larger than {MAX_BODY} bytes")
        return response.content
    encoding = headers.get("content-encoding", "identity").strip().lower()
    unpack = zlib.decompressobj(wbits=47) if encoding in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and encoding not in ("identity", ""):
        raise Unreachable("unparsable", "the response has a content encoding that was not requested")
    body = io.BytesIO()
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise Unreachable("unparsable", "the transport returned a body that cannot be read asynchronously")
    async for chunk in response.stream:
        try:
            body.write(chunk if unpack is None else unpack.decompress(chunk, MAX_BODY + 1 - body.tell()))
        except zlib.error:
            raise Unreachable("unparsable", "the body does not match its content encoding") from None
        if body.tell() > MAX_BODY:
            raise Unreachable("unparsable", f"the response is larger than {MAX_BODY} bytes")
        del chunk
    if unpack is not None and (not unpack.eof or unpack.unused_data):
        raise Unreachable("unparsable", "the compressed body is truncated or has trailing data")
    return body.getvalue()
