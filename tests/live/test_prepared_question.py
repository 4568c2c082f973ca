"""Tests of questions that are answered without sending anything, and of their fingerprints."""

from __future__ import annotations

import pytest
from support.fake_server import CLIENT, GOOD, SECRET, TOKEN, http_response, introspect_at, serve

from idp_checks import Question, Secret, UsageError, introspect_sync
from idp_checks.live.asker import Asker
from idp_checks.secret import Redactor


@pytest.mark.parametrize(
    "token", ["a\r\nX-Injected: yes", "a\nb", "a\x00b", "a\tb", "tokén", "a\x7fb", "\ud800", ""], ids=ascii
)
def test_token_that_is_not_printable_ascii_is_not_sent(token):
    """It is malformed; a line break in it would inject a header."""
    with serve(http_response(GOOD)) as server:
        for provider in ("oauth2", "discord", "google-oauth2"):
            result = introspect_at(server, provider, token)
            assert (result.active, result.reason) == (False, "malformed")
    assert server.connection_count == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example.com",
        "http://192.0.2.1:8080",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@idp.example.com",
        "http://localhost\\@idp.example.com",
        "ftp://127.0.0.1",
        "//127.0.0.1",
        "127.0.0.1:8000",
        "https://user:pass@idp.example.com",
        "https://idp.example.com/#fragment",
        "https://idp.example.com:99999",
        "https://",
        "",
    ],
)
def test_issuer_url_that_may_not_receive_a_token_is_refused(url):
    """Plain http is for loopback only; the error comes before anything is sent."""
    with pytest.raises(UsageError, match="issuer_url"):
        introspect_sync("oauth2", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=url)


def test_missing_credentials_are_named_and_nothing_is_sent():
    """The issuer would only reject the client."""
    with serve(http_response(GOOD)) as server:
        result = introspect_at(server, client_secret=None)
    assert (result.active, result.reason, server.connection_count) == (None, "caller_rejected", 0)
    assert result.detail == "not sent: client_secret is missing"


class HiddenString(str):
    """A string whose repr does not show its value."""

    __slots__ = ()

    def __repr__(self):
        return "'***'"


def test_fingerprint_covers_every_part_of_a_question():
    """Questions that differ in any value or type have different fingerprints, under a key of any length."""
    asker = Asker(redactor=Redactor(b"k" * 100))

    def fingerprint(token="a", **options):
        return asker.prepare(Question(provider="gitlab", token=token, **options)).fingerprint

    fingerprints = [
        fingerprint(),
        fingerprint(HiddenString("b")),
        fingerprint(HiddenString("c")),
        fingerprint(subject="s"),
        fingerprint(subject=HiddenString("t")),
        fingerprint(client_id="a,1:b"),
        fingerprint(client_id="a"),
        fingerprint(client_id="None"),
        fingerprint(client_secret="s"),
        fingerprint(issuer_url="https://a.example"),
        fingerprint(credentials={"x": "y"}),
        fingerprint(credentials={"x": Secret("y")}),
        fingerprint(subject="\ud83d\ude00"),
        fingerprint(subject="😀"),
    ]
    assert len(set(fingerprints)) == len(fingerprints)
    assert fingerprint() == fingerprints[0]
