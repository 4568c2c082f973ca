"""Parsing of requests to the simulated issuers."""

from __future__ import annotations

import base64

import pytest

from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.requests import has_client_secret, parse_request, request_tokens

FORM = {"content-type": "application/x-www-form-urlencoded"}


def basic(user, password):
    """Return the headers of HTTP Basic."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_request_tokens_finds_tokens_everywhere():
    """A token is found in a header, in OAuth 1.0a parameters, in the query, in the path and in the body."""
    url = "https://example.com/token/in-path?access_token=in-query"
    headers = {"authorization": "Bearer in-header", "x-oauth": 'OAuth oauth_token="in-oauth1"'}
    tokens = request_tokens(parse_request("POST", url, {**FORM, **headers}, b"token=in-form"))
    assert {"in-path", "in-query", "in-header", "in-oauth1", "in-form"} <= set(tokens)
    json = parse_request("POST", url, {"content-type": "application/json"}, b'{"token": "in-json"}')
    assert "in-json" in request_tokens(json)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (basic("app", CLIENT_SECRET), b"", True),
        (basic("app", "wrong"), f"client_secret={CLIENT_SECRET}".encode(), False),
        (FORM, f"client_secret={CLIENT_SECRET}".encode(), True),
        (FORM, f"access_token=app|{CLIENT_SECRET}".encode(), True),
        (FORM, b"client_secret=wrong", False),
        ({"authorization": "Basic not-base64"}, b"", False),
    ],
)
def test_client_secret_is_read_from_basic_auth_or_body(headers, body, expected):
    """The client secret counts in HTTP Basic, else in any value of the request, also as part of an app token."""
    assert has_client_secret(parse_request("POST", "https://example.com/", headers, body)) is expected


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_invalid_json_body_is_ignored(body):
    """A JSON body that is not an object is ignored."""
    assert parse_request("POST", "https://example.com/", {"content-type": "application/json"}, body).json is None
