"""Tests of the URL rules."""

from __future__ import annotations

import pytest

from idp_checks.tokens.urls import is_loopback, may_receive_token, rebase_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost", True),
        ("http://localhost:8000/x", True),
        ("http://LOCALHOST", True),
        ("http://idp.localhost", True),
        ("http://127.0.0.1:9", True),
        ("http://127.8.9.1", True),
        pytest.param("http://[::1]:9", True, id="IPv6 loopback"),
        ("http://notlocalhost", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@idp.example.com", False),
        ("http://128.0.0.1", False),
        ("http://192.168.0.1", False),
        ("http://0.0.0.0", False),
        pytest.param("http://[::2]", False, id="IPv6 elsewhere"),
        ("https://idp.example.com", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_is_loopback_matches_this_machine_only(url, expected):
    """RFC 6761, section 6.3, and the loopback addresses; names that only start or end alike do not match."""
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://op.example.com", True),
        ("https://op.example.com:8443/x?y=z", True),
        ("https://op.example.com:1", True),
        ("https://op.example.com:65535", True),
        ("https://127.0.0.1", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://localhost", True),
        ("http://op.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://127.0.0.1", False),
        ("ftp://op.example.com", False),
        ("//op.example.com", False),
        ("op.example.com", False),
        ("https://", False),
        ("https:///x", False),
        ("https://:443", False),
        ("https://mia@op.example.com", False),
        ("https://@op.example.com", False),
        ("https://mia:pass@op.example.com", False),
        ("https://op.example.com/#top", False),
        ("https://op.example.com:0", False),
        ("https://op.example.com:65536", False),
        ("https://op.example.com:-1", False),
        ("https://op.example.com:x", False),
        pytest.param("https://[::1", False, id="half an IPv6 address"),
        ("", False),
    ],
)
def test_may_receive_token_requires_tls_or_loopback(url, expected):
    """The URL must be https or http on loopback, without user and fragment, and with a valid port."""
    assert may_receive_token(url) is expected


@pytest.mark.parametrize(
    ("documented", "issuer_url", "url"),
    [
        ("https://op.example.com/a/b?c=d", None, "https://op.example.com/a/b?c=d"),
        ("https://op.example.com/a/b?c=d", "http://127.0.0.1:9", "http://127.0.0.1:9/a/b?c=d"),
        ("https://op.example.com/a/b?c=d", "http://127.0.0.1:9/x/", "http://127.0.0.1:9/x/a/b?c=d"),
        ("https://op.example.com/a", "https://own.example.com/x", "https://own.example.com/x/a"),
        ("https://op.example.com/a", "https://own.example.com/X", "https://own.example.com/X/a"),
        ("https://op.example.com", "https://own.example.com/", "https://own.example.com"),
    ],
)
def test_rebase_url_replaces_the_host(documented, issuer_url, url):
    """The caller's URL comes first, then the documented path and query; None keeps the documented URL."""
    assert rebase_url(documented, issuer_url) == url
