"""Encode requests for the HTTP library."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from urllib.parse import quote, quote_plus, urlsplit

from idp_checks.live.http import httpx
from idp_checks.secret import Secret
from idp_checks.tokens.urls import is_loopback
from idp_checks.tokens.wire import Request, Unreachable

__all__ = ["basic_credentials", "build_http_request", "reveal"]

_NO_TIMEOUTS = dict.fromkeys(("connect", "read", "write", "pool"))
"""One deadline covers the whole question, so no phase has its own timeout."""


def build_http_request(request: Request) -> httpx.Request:
    """Build the HTTP request with all secrets in plain text.

    Raises:
        Unreachable: the URL may not receive a token, or a value cannot be encoded.
    """
    url = request.url
    for name, value in request.path.items():
        if reveal(value) in (".", ".."):
            raise Unreachable("not_stated", "not sent: the token would change the path of the URL")
        url = url.replace(f"{{{name}}}", quote(reveal(value), safe=""))
    if request.query:
        url += "&" if urlsplit(url).query else "?"
    try:
        http_request = _CompleteRequest(
            request.method,
            httpx.URL(url + _encode_form(request.query)) if request.query or request.path else _parse_url(url),
            _encode_headers(request),
            _encode_content(request),
        )
    except httpx.InvalidURL:
        raise Unreachable("issuer_error", "not sent: invalid URL") from None
    if http_request.url.scheme != "https" and not is_loopback(f"http://{http_request.url.host}"):
        raise Unreachable("issuer_error", "not sent: the URL must use https")
    return http_request


class _CompleteRequest(httpx.Request):
    """A request with complete headers: building them here is faster than in the HTTP library."""

    def __init__(self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> None:
        self.method = method
        self.url = url
        # Host comes first: RFC 9110, section 7.2.
        table = {"Host": url.netloc.decode("ascii"), **headers}
        if content or method != "GET":
            table["Content-Length"] = str(len(content))
        self.table = table
        self.extensions = {"timeout": _NO_TIMEOUTS}
        self.stream = httpx.ByteStream(content)
        self.read()

    @cached_property
    def headers(self) -> httpx.Headers:  # type: ignore[override]
        """The headers in the library's own type, for transports that require it."""
        return httpx.Headers(self.table, encoding="ascii")


@lru_cache(maxsize=256)
def _parse_url(url: str) -> httpx.URL:
    """Parse a URL that contains nothing of the question, so that it may be cached."""
    return httpx.URL(url)


def _encode_headers(request: Request) -> dict[str, str]:
    table: dict[str, str | Secret] = {"User-Agent": "idp-checks", "Accept-Encoding": "gzip, deflate", **request.headers}
    if request.json is not None:
        table["Content-Type"] = "application/json"
    elif request.form is not None:
        table["Content-Type"] = "application/x-www-form-urlencoded"
    if request.basic is not None:
        table["Authorization"] = Secret(f"Basic {basic_credentials(*request.basic).reveal()}")
    headers = {name: value if isinstance(value, str) else value.reveal() for name, value in table.items()}
    if not _is_printable("".join(headers.values())):
        raise Unreachable("caller_rejected", "not sent: a credential is not printable ASCII, so no header can carry it")
    return headers


_is_printable = re.compile(r"[\x20-\x7e]*").fullmatch


def _encode_content(request: Request) -> bytes:
    if request.json is not None:
        return json.dumps({name: reveal(value) for name, value in request.json.items()}).encode()
    return b"" if request.form is None else _encode_form(request.form).encode()


def _encode_form(table: Mapping[str, str | Secret]) -> str:
    """Encode as ``application/x-www-form-urlencoded``."""
    return "&".join([f"{_quote(name)}={_quote(reveal(value))}" for name, value in table.items()])


def basic_credentials(user: str, password: Secret) -> Secret:
    """Encode user and password for HTTP Basic; both are form-encoded first (RFC 6749, section 2.3.1)."""
    return Secret(base64.b64encode(f"{_quote(user)}:{_quote(password.reveal())}".encode()).decode())


def _quote(value: str) -> str:
    return value if _is_unreserved(value) else quote_plus(value, errors="replace")


_is_unreserved = re.compile(r"[A-Za-z0-9._~-]+").fullmatch


def reveal(value: str | Secret) -> str:
    """Return the value in plain text."""
    return value.reveal() if isinstance(value, Secret) else value
