"""Requests to the simulated issuers: how they are parsed and how the client is authenticated."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.secret import Secret
from idp_checks.tokens.wire import Request

__all__ = ["has_client_secret", "has_oauth1_signature", "parse_request", "request_tokens", "request_values"]

_find_oauth1_tokens = re.compile(r'oauth_token="([^"]*)"').findall


def parse_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Parse a request as received over HTTP."""
    form = data = None
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/x-www-form-urlencoded":
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
    elif content_type == "application/json":
        data = _parse_object(body)
    return Request(method=method, url=url, headers=headers, form=form, json=data, basic=_parse_basic_auth(headers))


def request_values(request: Request) -> list[str]:
    """Return every decoded value in a request: headers, path, query and body."""
    tables = (request.headers, request.path, request.query, request.form or {}, request.json or {})
    values = [value for table in tables for value in table.values()]
    parts = urlsplit(request.url)
    return (
        [value.reveal() if isinstance(value, Secret) else str(value) for value in values]
        + [value for _, value in parse_qsl(parts.query)]
        + [unquote(segment) for segment in parts.path.split("/")]
    )


def request_tokens(request: Request) -> list[str]:
    """Return every value in a request that can be a token: whole, after an authentication scheme, or of OAuth 1.0a."""
    return [
        candidate
        for value in request_values(request)
        for candidate in (value, value.rpartition(" ")[2], *_find_oauth1_tokens(value))
    ]


def has_client_secret(request: Request) -> bool:
    """Return whether the request is authenticated with the client secret."""
    if request.basic is not None:
        return request.basic[1].reveal() == CLIENT_SECRET
    return any(CLIENT_SECRET in value.split("|") for value in request_values(request))


def has_oauth1_signature(request: Request, token_secret: str | None) -> bool:
    """Return whether the client secret and the token secret signed the request (RFC 5849, section 3.4)."""
    from oauthlib.oauth1.rfc5849.signature import collect_parameters, verify_hmac_sha1

    headers = {name: value.reveal() if isinstance(value, Secret) else value for name, value in request.headers.items()}
    try:
        params = collect_parameters(urlsplit(request.url).query, headers=headers)
        signature = dict(collect_parameters(headers=headers, exclude_oauth_signature=False))["oauth_signature"]
    except (ValueError, KeyError):
        return False
    signed = SimpleNamespace(params=params, signature=signature, uri=request.url, http_method=request.method)
    return bool(verify_hmac_sha1(signed, CLIENT_SECRET, token_secret))


def _parse_object(body: bytes) -> dict[str, str] | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return {str(name): str(value) for name, value in data.items()} if isinstance(data, dict) else None


def _parse_basic_auth(headers: Mapping[str, str]) -> tuple[str, Secret] | None:
    """Parse user and password of HTTP Basic, which OAuth form-encodes (RFC 6749, section 2.3.1)."""
    scheme, _, pair = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(user), Secret(unquote_plus(password))
