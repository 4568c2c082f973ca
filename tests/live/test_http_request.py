"""Tests of encoding requests."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

import pytest
from support.fake_server import CLIENT, GOOD, SECRET, TOKEN, http_response, introspect_at, serve

from idp_checks import Secret
from idp_checks.live.http_request import build_http_request
from idp_checks.tokens.wire import Request, Unreachable


def test_introspection_request_follows_the_rfcs():
    """RFC 7662, section 2.1: token in a form, client in HTTP Basic; RFC 6749 form-encodes both."""
    with serve(http_response(GOOD)) as server:
        result = introspect_at(server, subject="700042")
    assert result.good
    assert (result.client_id, result.subject, result.scopes) == (CLIENT, "700042", ("openid", "email"))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /introspect HTTP/1.1\r\n")
    pair = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode())
    assert b"Authorization: Basic " + pair in head
    assert body == b"token_type_hint=access_token&token=" + quote_plus(TOKEN).encode()
    assert b"cookie" not in head.lower()


def test_header_with_a_line_break_is_not_sent():
    """A credential cannot inject a header, and the failure is attributed to the caller."""
    request = Request(method="GET", url="https://op.example.com", headers={"Client-Id": "a\r\nX-Injected: yes"})
    with pytest.raises(Unreachable) as caught:
        build_http_request(request)
    assert caught.value.reason == "caller_rejected"
    with serve(http_response(GOOD)) as server:
        assert introspect_at(server, client_id="a\r\nb", client_secret="c\r\nd").reason == "wrong_client"
    assert all(b"\r\nb" not in request and b"\r\nd" not in request for request in server.requests)


@pytest.mark.parametrize("token", [".", ".."])
def test_token_that_changes_the_path_is_not_sent(token):
    """A token in the path of a URL must not name another path."""
    request = Request(method="GET", url="https://op.example.com/tokens/{token}", path={"token": Secret(token)})
    with pytest.raises(Unreachable, match="path"):
        build_http_request(request)


def test_plain_http_is_refused_outside_loopback():
    """The request is not built, so that nothing can be sent."""
    with pytest.raises(Unreachable, match="https"):
        build_http_request(Request(method="GET", url="http://op.example.com"))
