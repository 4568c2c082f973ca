"""Build and send HTTP requests, and read their responses."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import os
import random
import re
import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

import httpx

from idp_checks.secret import Secret
from idp_checks.tokens.urls import is_loopback
from idp_checks.tokens.wire import Request, Unreachable

MAX_BODY = 1 << 20
"""Bytes of an answer that are read, after decompression."""


def trusted() -> ssl.SSLContext:
    """The authorities that are trusted, read once: httpx's own, or those that ``SSL_CERT_FILE`` and the like name."""
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _trusted(file: str | None, folder: str | None) -> ssl.SSLContext:  # noqa: ARG001 - httpx reads them itself
    return httpx.create_ssl_context()


async def _drop_spoiled(transport: httpx.AsyncBaseTransport) -> None:
    """End the idle connections on which a server sent more than its answer: it would be read as the next answer.

    httpx tells of no such surplus, so its connections are looked at; what cannot be looked at is not used again.
    """
    pool = getattr(transport, "_pool", None)
    for connection in getattr(pool, "connections", ()):
        state = getattr(getattr(connection, "_connection", None), "_h11_state", None)
        if connection.is_idle() and (state is None or state.trailing_data[0]):
            await connection.aclose()


_ASKING: ContextVar[bool] = ContextVar("idp_checks_asking", default=False)


class _Silent(logging.Filter):
    """Drops what is logged while an issuer is asked, and nothing else."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it says
        return not _ASKING.get()


class Fault(NamedTuple):
    """Why no answer came, and whether one may come the next time."""

    detail: str
    passing: bool = False


_BROKEN = Fault("the connection broke off, or what came is no whole HTTP answer", passing=True)


_is_printable = re.compile(r"[\x20-\x7e]*").fullmatch


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for the address; none for loopback, where tokens may go in clear."""
    from urllib.request import getproxies, proxy_bypass

    if is_loopback(url):
        return None
    found = getproxies()
    if not found or proxy_bypass(urlsplit(url).hostname or ""):
        return None
    return found.get(urlsplit(url).scheme) or found.get("all")


def _http(request: Request) -> httpx.Request:
    """The request as it goes out, secrets and all."""
    url = request.url
    for name, value in request.path.items():
        if _plain(value) in (".", ".."):
            raise Unreachable(
                "not_stated", "the issuer cannot be asked about such a token: it would be a part of the address"
            )
        url = url.replace(f"{{{name}}}", quote(_plain(value), safe=""))
    if request.query:
        url += "&" if urlsplit(url).query else "?"
    try:
        sent = _Sent(
            request.method,
            httpx.URL(url + _joined(request.query)) if request.query or request.path else _address(url),
            _headers(request),
            _content(request),
        )
    except httpx.InvalidURL:
        raise Unreachable("issuer_error", "an address that cannot be asked") from None
    if sent.url.scheme != "https" and not is_loopback(f"http://{sent.url.host}"):
        raise Unreachable("issuer_error", "an address that a token may not be sent to")
    return sent


class _Sent(httpx.Request):
    """httpx's request with its headers complete, so that httpx need not look what is missing of them."""

    def __init__(self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> None:
        self.method = method
        self.url = url
        # Host comes first: RFC 9110, section 7.2.
        own = {"Host": url.netloc.decode("ascii"), **headers}
        if content or method != "GET":
            own["Content-Length"] = str(len(content))
        self.table = own
        self.extensions = {"timeout": _NO_TIMES}
        self.stream = httpx.ByteStream(content)
        self.read()

    @cached_property
    def headers(self) -> httpx.Headers:  # type: ignore[override]
        """The same as httpx has them, for transports that want them so."""
        return httpx.Headers(self.table, encoding="ascii")


_NO_TIMES = dict.fromkeys(("connect", "read", "write", "pool"))
"""The deadline is over everything, not over a part."""


@lru_cache(maxsize=256)
def _address(url: str) -> httpx.URL:
    """An address that holds nothing of the question, parsed."""
    return httpx.URL(url)


def _headers(request: Request) -> dict[str, str]:
    table: dict[str, str | Secret] = {"User-Agent": "idp-checks", "Accept-Encoding": "gzip, deflate", **request.headers}
    if request.json is not None:
        table["Content-Type"] = "application/json"
    elif request.form is not None:
        table["Content-Type"] = "application/x-www-form-urlencoded"
    if request.basic is not None:
        table["Authorization"] = _basic(*request.basic)
    plain = {name: value if isinstance(value, str) else value.reveal() for name, value in table.items()}
    if not _is_printable("".join(plain.values())):
        raise Unreachable("caller_rejected", "a credential that no header can hold: not printable ASCII")
    return plain


def _content(request: Request) -> bytes:
    if request.json is not None:
        return json.dumps({name: _plain(value) for name, value in request.json.items()}).encode()
    return b"" if request.form is None else _joined(request.form).encode()


def _joined(table: Mapping[str, str | Secret]) -> str:
    """A form, as ``application/x-www-form-urlencoded``."""
    return "&".join([f"{_quoted(name)}={_quoted(_plain(value))}" for name, value in table.items()])


def _basic(user: str, password: Secret) -> Secret:
    """RFC 6749, section 2.3.1: both are form-encoded before they are joined."""
    return Secret(f"Basic {_pair(user, password).reveal()}")


def _pair(user: str, password: Secret) -> Secret:
    return Secret(base64.b64encode(f"{_quoted(user)}:{_quoted(password.reveal())}".encode()).decode())


def _quoted(text: str) -> str:
    return text if _is_unreserved(text) else quote_plus(text, errors="replace")


_is_unreserved = re.compile(r"[A-Za-z0-9._~-]+").fullmatch


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """The headers by lower-case name; what is given twice is joined (RFC 9110, section 5.3)."""
    table: dict[str, str] = {}
    for raw, value in response.headers.raw:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        table[name] = f"{table[name]}, {text}" if name in table else text
    return table


async def _body(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    """The body, decompressed, up to the cap."""
    if response.is_stream_consumed:  # a transport that plays answers gives them whole
        if len(response.content) > MAX_BODY:
            raise Unreachable("unparsable", f"the answer is larger than {MAX_BODY} bytes")
        return response.content
    coding = headers.get("content-encoding", "identity").strip().lower()
    unpack = zlib.decompressobj(wbits=47) if coding in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and coding not in ("identity", ""):
        raise Unreachable("unparsable", "a content coding that was not asked for")
    body = io.BytesIO()
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise Unreachable("unparsable", "the transport gives no body that can be read")
    async for chunk in response.stream:
        try:
            body.write(chunk if unpack is None else unpack.decompress(chunk, MAX_BODY + 1 - body.tell()))
        except zlib.error:
            raise Unreachable("unparsable", "the body is not compressed as it says") from None
        if body.tell() > MAX_BODY:
            raise Unreachable("unparsable", f"the answer is larger than {MAX_BODY} bytes")
        del chunk
    if unpack is not None and (not unpack.eof or unpack.unused_data):
        raise Unreachable("unparsable", "the compressed body is cut short, or goes on past its end")
    return body.getvalue()


def _pause(stated: str | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what the issuer states (RFC 9110, section 10.2.3), and jitter."""
    jitter: float = random.uniform(0.1, 0.4) * 2 ** (attempt - 1)  # noqa: S311 - spreads retries, guards nothing
    if stated is None:
        return jitter
    if stated.isascii() and stated.isdigit():
        return float(stated[:12]) + jitter
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (parsedate_to_datetime(stated) - datetime.now(UTC)).total_seconds()) + jitter
    return jitter


def _fault(error: httpx.TransportError) -> Fault:
    """What went wrong, never in the words of the error."""
    causes = list(_causes(error))
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return Fault("no trusted TLS connection: the certificate or the handshake failed")
    if any(isinstance(each, ConnectionResetError | BrokenPipeError | EOFError) for each in causes) or any(
        type(each).__name__ == "ServerDisconnectedError" for each in causes
    ):
        return _BROKEN
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Fault("no connection: the name is unknown, or nobody listens there", passing=True)
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return _BROKEN
    if isinstance(error, httpx.TimeoutException):
        return Fault("no answer in time")
    return Fault(f"the issuer could not be asked ({type(error).__name__})")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what is behind it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
