"""Behaviors that violate HTTP, redirect, or respond with another status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from idp_checks.issuers.hostile.bodies import CHUNKED, announce_length, change_body, encode_chunk
from idp_checks.issuers.hostile.request import Behavior, Headers, HostileRequest, Respond

__all__ = ["HTTP", "REDIRECT", "STATUS"]

STATUSES = (201, 202, 203, 206, 226, 300, 400, 401, 402, 403, 404, 405, 409, 410, 418, 451, 500, 501, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)


def send_raw(data: bytes) -> Respond:
    """Send bytes that are not an HTTP response."""
    return lambda _: data


def send_second_response(request: HostileRequest) -> None:
    """Respond 500, then send the good response for the next request on the same connection."""
    keep_alive: Headers = {"connection": "keep-alive"}
    request.send(request.encode(500, b"", keep_alive) + request.encode(headers=keep_alive))
    request.wait_for_client()


def switch_protocols(request: HostileRequest) -> bytes:
    """Switch to an unknown protocol."""
    return b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + request.body


def change_status(status: int, headers: Mapping[str, str | None] = {}) -> Respond:
    """Respond with the good body and another status."""
    return lambda request: request.encode(status, headers=headers)


def redirect_to_thief(status: int, body: bytes | None = None) -> Respond:
    """Respond with the thief's URL in ``Location``."""
    return lambda request: request.encode(status, body, {"location": request.thief_url})


def send_redirecting_page(request: HostileRequest) -> bytes:
    """Respond with a page that redirects to the thief by header, meta element and script."""
    url = request.thief_url
    page = f'<meta http-equiv="refresh" content="0; url={url}"><script>location="{url}"</script>'
    return request.encode(body=page.encode(), headers={"content-type": "text/html", "refresh": f"0; url={url}"})


HTTP = (
    Behavior("chunks-broken", "a chunk size that is not a number", change_body(lambda body: b"zz\r\n" + body, CHUNKED)),
    Behavior("chunks-truncated", "chunks without the last chunk", change_body(encode_chunk, CHUNKED)),
    Behavior(
        "chunk-too-large",
        "a chunk size larger than any memory",
        change_body(lambda body: b"ffffffffffffff\r\n" + body, CHUNKED),
    ),
    Behavior(
        "two-lengths",
        "two content lengths that differ",
        announce_length(lambda length: f"{length}\r\ncontent-length: 2"),
    ),
    Behavior("negative-length", "a negative content length", announce_length(lambda length: -length)),
    Behavior("not-http", "the greeting of another protocol (IMAP)", send_raw(b"* OK IMAP4rev1 ready\r\n")),
    Behavior("no-header", "the body of the good response, without a header", lambda request: request.body),
    Behavior("binary", "bytes that are not valid UTF-8", send_raw(bytes(range(256)) * 4)),
    Behavior("second-response", "500, followed by the good response without a request", send_second_response),
    Behavior("switching-protocols", "101, and an unknown protocol from then on", switch_protocols),
)

REDIRECT = (
    *(
        Behavior(f"redirect-{status}", f"{status} to a thief, with the good response", redirect_to_thief(status))
        for status in REDIRECTS
    ),
    Behavior("redirect-empty", "307 to a thief, with an empty body", redirect_to_thief(307, b"")),
    Behavior("location-in-201", "201 with the thief as `Location`", redirect_to_thief(201)),
    Behavior(
        "redirecting-page",
        "a page that redirects to a thief (Refresh header, meta element, script)",
        send_redirecting_page,
    ),
    Behavior("redirect-loop", "308 to the same URL", change_status(308, {"location": ""})),
)

STATUS = (
    Behavior("429-one-second", "429, `Retry-After: 1`", change_status(429, {"retry-after": "1"})),
    Behavior("429-huge", "429, `Retry-After: 99999999999999999999`", change_status(429, {"retry-after": "9" * 20})),
    Behavior(
        "429-year-9999",
        "429, `Retry-After` in the year 9999",
        change_status(429, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}),
    ),
    Behavior("429-invalid", "429, `Retry-After: soon`", change_status(429, {"retry-after": "soon"})),
    *(Behavior(f"{status}", f"{status} {HTTPStatus(status).phrase}", change_status(status)) for status in STATUSES),
    # These statuses have no body; the good one follows without a content length.
    Behavior("204", "204 No Content", change_status(204, {"content-length": None})),
    Behavior("304", "304 Not Modified", change_status(304, {"content-length": None})),
    Behavior("599", "599, which is not an HTTP status", change_status(599)),
)
