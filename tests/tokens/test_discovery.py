"""Tests of reading and fetching discovery documents."""

from __future__ import annotations

import json

import pytest

from idp_checks.tokens.client_auth import POST
from idp_checks.tokens.discovery import (
    Metadata,
    fetch_metadata,
    list_metadata_urls,
    read_metadata,
    server_metadata_url,
)
from idp_checks.tokens.wire import Request, Response

ISSUER = "https://op.example.com"


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://op.example.com", "https://op.example.com/.well-known/oauth-authorization-server"),
        ("https://op.example.com/", "https://op.example.com/.well-known/oauth-authorization-server"),
        ("https://op.example.com:8443/a/X", "https://op.example.com:8443/.well-known/oauth-authorization-server/a/X"),
        ("https://op.example.com/X/", "https://op.example.com/.well-known/oauth-authorization-server/X"),
    ],
)
def test_server_metadata_url_inserts_the_path(issuer, url):
    """RFC 8414, section 3.1: the issuer's path follows, without its trailing slash."""
    assert server_metadata_url(issuer) == url


def test_list_metadata_urls_starts_with_the_likeliest():
    """An OpenID provider has one document; any other server has RFC 8414 metadata first."""
    configuration, metadata = f"{ISSUER}/a/.well-known/openid-configuration", server_metadata_url(f"{ISSUER}/a")
    assert list_metadata_urls(f"{ISSUER}/a/", openid=True) == (configuration,)
    assert list_metadata_urls(f"{ISSUER}/a", openid=False) == (metadata, configuration)


@pytest.mark.parametrize(
    ("document_issuer", "issuer", "mentions_slash"),
    [
        (f"{ISSUER}/X", ISSUER, False),
        (ISSUER, f"{ISSUER}/X", False),
        (f"{ISSUER}/X/", f"{ISSUER}/X", True),
        (f"{ISSUER}/X", f"{ISSUER}/X/", True),
    ],
)
def test_read_metadata_reports_a_different_trailing_slash(document_issuer, issuer, mentions_slash):
    """A different issuer is a contradiction; the detail mentions the slash only if nothing else differs."""
    reading = read_metadata(Response(200, {}, json.dumps({"issuer": document_issuer}).encode()), issuer)
    assert reading.reason == "contradiction"
    assert "names another issuer" in reading.detail
    assert ("slash" in reading.detail) is mentions_slash


@pytest.mark.parametrize(
    ("issuer", "endpoint", "is_allowed"),
    [
        ("http://127.0.0.1:9", "http://127.0.0.1:8/userinfo", True),
        ("http://127.0.0.1:9", "https://op.example.com/userinfo", True),
        ("https://op.example.com", "https://other.example.com/userinfo", True),
        ("https://op.example.com", "https://127.0.0.1/userinfo", False),
        ("https://op.example.com", "http://127.0.0.1:9/userinfo", False),
        ("https://op.example.com", "http://op.example.com/userinfo", False),
    ],
)
def test_read_metadata_allows_loopback_endpoints_only_for_loopback_issuers(issuer, endpoint, is_allowed):
    """A remote issuer must not name an endpoint on this machine or without TLS."""
    reading = read_metadata(
        Response(200, {}, json.dumps({"issuer": issuer, "userinfo_endpoint": endpoint}).encode()), issuer
    )
    assert isinstance(reading, Metadata) is is_allowed
    assert is_allowed or reading.reason == "contradiction"


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/", f"{ISSUER}/X", f"{ISSUER}/X/"])
def test_fetch_metadata_requests_a_cacheable_document(issuer):
    """The document is fetched from behind the issuer, without a token, once in a run."""
    assert next(fetch_metadata(issuer)) == Request(
        method="GET",
        url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        headers={"Accept": "application/json"},
        cacheable=True,
    )


def test_metadata_endpoints_are_its_urls():
    """The issuer, missing and empty values, and lists are not endpoints."""
    urls = {"userinfo_endpoint": f"{ISSUER}/userinfo", "jwks_uri": f"{ISSUER}/keys"}
    document = Metadata(issuer=ISSUER, introspection_endpoint="", token_endpoint_auth_methods_supported=[POST], **urls)
    assert document.endpoints == urls
