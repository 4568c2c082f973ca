"""Asking issuers, over real sockets, from servers that lie, stall, break off or repeat what they were sent."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import json
import logging
import socket
import ssl
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import idp_checks
from idp_checks.tokens.question import Question
from idp_checks import Secret
from idp_checks import UsageError
from idp_checks import introspect
from idp_checks import introspect_sync
from idp_checks.live import asker as live
from idp_checks.tokens.wire import decode_body
from idp_checks.live.transport import MAX_BODY
from idp_checks.live.asker import Asker
from idp_checks.secret import Redactor

TOKEN = "canary-t0ken/+with=signs~0123456789abcdef"
SECRET = "canary-s3cret/+with=signs~0123456789abcdef"
CLIENT = "client-a"
LATER = int(time.time()) + 3600
GOOD = {"active": True, "client_id": CLIENT, "sub": "700042", "scope": "openid email", "exp": LATER}


class Liar:
    """A server on loopback that answers what it is told to; ``asked`` holds the requests that came, as bytes.

    ``answer(request, connection)`` gives the bytes of the answer, or sends what it likes itself and gives None.
    """

    def __init__(self, answer, tls=None):
        self.answer = answer
        self.asked = []
        self.connections = 0
        self.under_way = self.most = 0
        self._lock = threading.Lock()
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._over = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def sleep(self, seconds):
        """As long as the server lives."""
        self._over.wait(seconds)

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := _request(connection):
                    with self._lock:
                        self.asked.append(request)
                        self.under_way += 1
                        self.most = max(self.most, self.under_way)
                    try:
                        said = self.answer(request, connection)
                        if said is None:
                            return
                        connection.sendall(said)
                    finally:
                        with self._lock:
                            self.under_way -= 1


def _request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(body=b"", status="200 OK", **headers):
    """An answer in bytes; names of headers are given with ``_`` for ``-``."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    table = {"content_type": "application/json", "content_length": len(body), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in table.items() if value is not None)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def asked(server, provider="oauth2", token=TOKEN, **expected):
    expected = {"client_id": CLIENT, "client_secret": SECRET, "timeout": 2.0, **expected}
    expected.setdefault("issuer_url", getattr(server, "url", server))
    return introspect_sync(provider, token, **expected)


def always(said):
    return Liar(lambda request, connection: said)


@pytest.fixture
def quick(monkeypatch):
    """No pause between attempts."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)


# What is sent


def test_a_good_answer_is_good_and_the_question_is_as_the_rfc_has_it():
    """RFC 7662, section 2.1: a form with the token, HTTP Basic with client id and secret; RFC 6749 form-encodes both."""
    with always(http(GOOD)) as server:
        found = asked(server, subject="700042")
    assert found.good
    assert (found.client_id, found.subject, found.scopes) == (CLIENT, "700042", ("openid", "email"))
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /introspect HTTP/1.1\r\n")
    pair = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode())
    assert b"Authorization: Basic " + pair in head
    assert body == b"token_type_hint=access_token&token=" + quote_plus(TOKEN).encode()
    assert b"cookie" not in head.lower()


def test_a_client_or_account_that_is_not_the_expected_one_is_bad():
    """The issuer's statement is held against what the caller expects; what it does not state stays open."""
    with always(http(GOOD)) as server:
        assert asked(server, client_id="client-b").reason == "wrong_client"
        assert asked(server, subject="700043").reason == "wrong_subject"
    with always(http({"active": True, "aud": CLIENT, "exp": LATER})) as server:
        found = asked(server)
    assert (found.active, found.reason, found.good) == (True, "not_stated", False)


@pytest.mark.parametrize(
    "token", ["a\r\nX-Injected: yes", "a\nb", "a\x00b", "a\tb", "tokén", "a\x7fb", "\ud800", ""], ids=ascii
)
def test_a_token_that_is_none_is_never_sent(token):
    """A line break would smuggle a header: what is not printable ASCII is malformed, and nobody is asked."""
    with always(http(GOOD)) as server:
        for provider in ("oauth2", "discord", "google-oauth2"):
            found = asked(server, provider, token)
            assert (found.active, found.reason) == (False, "malformed")
    assert server.connections == 0


def test_a_client_id_that_no_header_can_hold_is_not_sent():
    """Nor is a header smuggled in by another credential; and the failure is ours, not the token's."""
    with always(http(GOOD)) as server:
        request = live.Request(method="GET", url=server.url, headers={"Client-Id": "a\r\nX-Injected: yes"})
        with pytest.raises(live.Unreachable) as caught:
            live._http(request)
        assert caught.value.reason == "caller_rejected"
        assert asked(server, client_id="a\r\nb", client_secret="c\r\nd").reason == "wrong_client"
    assert all(b"\r\nb" not in request and b"\r\nd" not in request for request in server.asked)


@pytest.mark.parametrize(
    "address",
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
def test_an_address_that_a_token_may_not_go_to_is_refused(address):
    """Plain http is for loopback alone; the caller is told before anything is sent."""
    with pytest.raises(UsageError, match="issuer_url"):
        introspect_sync("oauth2", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=address)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_that_is_no_time_is_refused(seconds):
    """Not a number would never be over."""
    with pytest.raises(UsageError, match="timeout"):
        introspect_sync("oauth2", TOKEN, timeout=seconds)


def test_what_the_issuer_needs_and_the_caller_lacks_is_said_without_asking():
    """A question that can only be refused is not put: the token stays here."""
    with always(http(GOOD)) as server:
        found = asked(server, client_secret=None)
    assert (found.active, found.reason, server.connections) == (None, "caller_rejected", 0)
    assert "client_secret" in found.detail


# What is made of answers

NOT_GOOD = {
    "redirect": (http(GOOD, "302 Found", location="http://127.0.0.1:1/"), "issuer_error"),
    "redirect that keeps the method": (http(GOOD, "307 Temporary Redirect", location="/introspect"), "issuer_error"),
    "server error": (http(GOOD, "500 Internal Server Error"), "issuer_error"),
    "unavailable": (http(GOOD, "503 Service Unavailable"), "issuer_error"),
    "throttled": (http(GOOD, "429 Too Many Requests"), "rate_limited"),
    "another success": (http(GOOD, "201 Created"), "unparsable"),
    "no content": (http(b"", "204 No Content", content_length=None), "unparsable"),
    "client rejected": (http({"error": "invalid_client"}, "401 Unauthorized"), "caller_rejected"),
    "forbidden": (http({"error": "forbidden"}, "403 Forbidden"), "not_permitted"),
    "error in a 200": (http({"error": "server_error", "active": True}), "unparsable"),
    "error alone in a 200": (http({"error": "invalid_token"}), "unparsable"),
    "text true": (http({**GOOD, "active": "true"}), "unparsable"),
    "number for true": (http({**GOOD, "active": 1}), "unparsable"),
    "null for true": (http({**GOOD, "active": None}), "unparsable"),
    "no active": (http({"client_id": CLIENT}), "unparsable"),
    "text for a time": (http({**GOOD, "exp": "soon"}), "unparsable"),
    "number for a client": (http({**GOOD, "client_id": 7}), "unparsable"),
    "time beyond all time": (http({**GOOD, "exp": 10**30}), "unparsable"),
    "member twice": (http(b'{"active": false, "active": true}'), "unparsable"),
    "constant that JSON has not": (http(b'{"active": true, "exp": Infinity}'), "unparsable"),
    "list": (http([GOOD]), "unparsable"),
    "bare true": (http(b"true"), "unparsable"),
    "page": (http(b"<html>active: true</html>", content_type="text/html"), "unparsable"),
    "nothing": (http(b""), "unparsable"),
    "half a body": (http(b'{"active": true, "client_'), "unparsable"),
    "not UTF-8": (http(b'{"active": true, "x": "\xff"}'), "unparsable"),
    "deep nesting": (http(b"[" * 100_000), "unparsable"),
    "shorter than announced": (http(b'{"active": true}', content_length=17, connection="close") + b"", "network"),
    "longer than announced": (http(b'{"active": true}', content_length=15), "unparsable"),
    "two lengths": (http(GOOD, content_length="5\r\nContent-Length: 6"), "network"),
    "no HTTP": (b"* OK IMAP4rev1 ready\r\n\r\n", "network"),
    "too long a head": (http(GOOD, x_long="y" * 200_000), "network"),
    "broken chunks": (http(b"zz\r\n", content_length=None, transfer_encoding="chunked"), "network"),
    "chunks cut short": (http(b'5\r\n{"act', content_length=None, transfer_encoding="chunked"), "network"),
    "switched protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "network"),
    "unasked coding": (http(GOOD, content_encoding="br"), "unparsable"),
    "false coding": (http(GOOD, content_encoding="gzip"), "unparsable"),
    "cut gzip": (http(gzip.compress(json.dumps(GOOD).encode())[:-9], content_encoding="gzip"), "unparsable"),
    "more after gzip": (http(gzip.compress(b'{"active": true}') + b"x", content_encoding="gzip"), "unparsable"),
    "gzip bomb": (http(gzip.compress(b" " * (64 << 20)), content_encoding="gzip"), "unparsable"),
    "over the cap": (http(b" " * (MAX_BODY + 1)), "unparsable"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("case", NOT_GOOD)
def test_what_is_no_documented_answer_says_nothing(case):
    """Neither good nor bad: active is null, with the reason; and it is no exception."""
    said, reason = NOT_GOOD[case]

    def answer(request, connection):
        connection.sendall(said)

    with Liar(answer) as server:
        found = asked(server)
    assert (found.active, found.reason, found.good) == (None, reason, False), found.detail
    assert len(found.exchanges) == 1


def test_a_redirect_is_not_followed():
    """The token does not travel on to where a redirect points."""
    with always(http(GOOD)) as elsewhere:
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"):
            with always(http(b"", status, location=f"{elsewhere.url}/introspect")) as server:
                assert asked(server).reason == "issuer_error"
                assert len(server.asked) == 1
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("changed", "active", "reason"),
    [
        ({"exp": LATER + 0.75}, True, "ok"),
        ({"exp": time.time() - 5}, False, "expired"),
        ({"exp": int(time.time())}, False, "expired"),
        ({"nbf": LATER}, None, "contradiction"),
        ({"active": False}, False, "denied"),
    ],
)
def test_times_are_held_against_the_clock(changed, active, reason):
    """A float is a time; an end that is past beats ``active: true``; a beginning still to come contradicts it."""
    with always(http({**GOOD, **changed})) as server:
        found = asked(server)
    assert (found.active, found.reason) == (active, reason)


def test_compressed_and_chunked_answers_are_read():
    """What was asked for is understood: gzip, deflate, chunks, an end by closing, an interim answer."""
    import zlib

    body = json.dumps(GOOD).encode()
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    for said in (
        http(gzip.compress(body), content_encoding="gzip"),
        http(zlib.compress(body), content_encoding="deflate"),
        http(chunked, content_length=None, transfer_encoding="chunked"),
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(body),
        b"HTTP/1.0 200 OK\r\n\r\n" + body,
    ):

        def answer(request, connection, said=said):
            connection.sendall(said)

        with Liar(answer) as server:
            assert asked(server).good, said[:60]


_MEMBERS = st.sampled_from(["active", "client_id", "exp", "error", "sub", "scope", "nbf", "iat", "aud", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8) | st.just("true"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner, max_size=5),
    max_leaves=8,
)
_BODIES = (
    st.binary(max_size=60)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(_MEMBERS, _JSON, max_size=6).map(lambda value: json.dumps({"active": True, **value}).encode())
)
_PROVIDERS = ("oauth2", "facebook", "google-oauth2", "github", "line", "slack", "twitch", "discord")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    provider=st.sampled_from(_PROVIDERS),
    status=st.sampled_from([200, 200, 200, 200, 201, 204, 206, 301, 400, 401, 402, 403, 404, 418, 429, 500, 503, 599]),
    body=_BODIES,
    headers=st.dictionaries(
        st.sampled_from(["content-type", "www-authenticate", "retry-after", "x-oauth-scopes", "content-encoding"]),
        st.sampled_from(["gzip", "identity", "invalid_token", "0", "application/json", 'Bearer error="invalid_token"']),
        max_size=3,
    ),
)
def test_whatever_comes_is_never_an_exception_and_hardly_ever_good(provider, status, body, headers):
    """Active only for status 200 and a JSON object; with RFC 7662 only where ``active`` is the boolean true."""

    async def send():
        def answer(request):
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

        async with Asker(timeout=0.05, transport=httpx.MockTransport(answer)) as asker:
            return await asker.ask(Question(
                provider=provider, token=TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url="https://a.example.com"
            ))

    found = live._run(send())
    assert found.active in (True, False, None)
    assert (found.reason in idp_checks.introspection.DECIDED) == (
        found.active is not None
    ) or found.reason == "not_stated"
    assert "canary" not in repr(found)
    if found.active is True:
        said = decode_body(live.Response(200, {}, body))
        assert status == 200
        assert isinstance(said, dict)
        if provider == "oauth2":
            assert said["active"] is True
            assert not said.get("error")


# Time, retries, limits


def test_one_deadline_holds_over_a_body_that_drips():
    """A server that sends a byte now and then does not keep the question open."""

    def answer(request, connection):
        connection.sendall(http(b"", content_length=1000)[:-1] + b"\n")
        while True:
            connection.sendall(b" ")
            server.sleep(0.05)

    with Liar(answer) as server:
        began = time.monotonic()
        found = asked(server, timeout=0.4)
        took = time.monotonic() - began
    assert (found.active, found.reason) == (None, "network")
    assert 0.3 < took < 2.5


def test_one_deadline_holds_over_silence_and_over_all_steps():
    """A server that never answers, and one that is slow at each of two steps, are left at the deadline."""
    with Liar(lambda request, connection: server.sleep(5)) as server:
        began = time.monotonic()
        assert asked(server, timeout=0.3).reason == "network"
        assert time.monotonic() - began < 2.5

    def slow(request, connection):
        server.sleep(0.5)
        base = f"http://127.0.0.1:{server.port}"
        return http({"issuer": base, "introspection_endpoint": f"{base}/i"} if b"well-known" in request else GOOD)

    with Liar(slow) as server:
        found = asked(server, "oidc", timeout=0.8)
        assert (found.active, found.reason) == (None, "network")
        assert len(server.asked) == 2
        assert asked(server, "oidc", timeout=5).good


def test_a_name_that_is_slow_to_resolve_does_not_outlive_the_deadline(monkeypatch):
    """``introspect_sync`` does not wait for the resolver's thread."""
    resolve, over = socket.getaddrinfo, threading.Event()

    def slow(*args, **kwargs):
        over.wait(5)
        return resolve("127.0.0.1", *args[1:], **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    try:
        found = asked("https://slow.invalid", timeout=0.3)
        assert time.monotonic() - began < 2.5
    finally:
        over.set()
    assert found.reason == "network"


def test_of_a_long_answer_the_record_holds_the_length():
    """An answer of over 64 KiB is read, and not written down: nobody would look through it."""
    for size, kept in ((60_000, "json"), (70_000, "body_bytes")):
        body = {**GOOD, "further": "x" * size}
        with always(http(body)) as server:
            found = asked(server)
        assert found.good
        assert set(found.exchange.response) == {"status", "headers", kept}
    assert found.exchange.response["body_bytes"] > 70_000


def test_of_an_answer_nested_deeply_the_record_holds_the_length():
    """The answer counts all the same."""
    with always(http(b'{"active": false, "further": ' + b"[" * 800 + b"]" * 800 + b"}")) as server:
        found = asked(server)
    assert (found.active, found.reason) == (False, "denied")
    assert set(found.exchange.response) == {"status", "headers", "body_bytes"}


def test_a_date_out_of_all_ranges_is_no_pause():
    """``Retry-After`` with a zone that no clock has: throttled, and recorded."""
    with always(http(b"", "429 Too Many Requests", retry_after="Mon, 01 Jan 2026 00:00:00 +99999999999999")) as server:
        found = asked(server)
    assert (found.reason, len(server.asked), len(found.exchanges)) == ("rate_limited", 3, 1)


class Shy(str):
    """A text that hides itself."""

    def __repr__(self):
        return "'***'"


def test_questions_are_told_apart_by_what_they_hold():
    """By every part, whatever it calls itself; and under a key of any length."""
    asker = live.Asker(redactor=Redactor(b"k" * 100))

    def name(token="a", **given):
        return asker.prepare(Question(provider="gitlab", token=Secret.of(token), **given)).fingerprint

    names = [
        name(),
        name(Shy("b")),
        name(Shy("c")),
        name(subject="s"),
        name(subject=Shy("t")),
        name(client_id="a,1:b"),
        name(client_id="a"),
        name(client_id="None"),
        name(client_secret=Secret("s")),
        name(issuer_url="https://a.example"),
        name(credentials={"x": "y"}),
        name(credentials={"x": Secret("y")}),
        name(subject="\ud83d\ude00"),
        name(subject="😀"),
    ]
    assert len(set(names)) == len(names)
    assert name() == names[0]


def test_who_waited_for_a_document_asks_for_it_no_sooner_than_the_issuer_wants():
    """The issuer of a discovery document asks for a pause of a minute: the others, who waited, are not sent."""
    sent = []

    class Down(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            sent.append(request.url)
            await asyncio.sleep(0.05)
            return httpx.Response(503, headers={"retry-after": "60"}, content=b"")

    async def ask():
        async with live.Asker(transport=Down(), timeout=3, notice=lambda told: None) as asker:
            given = {"client_id": "a", "client_secret": "b", "issuer_url": "https://op.example.com"}
            return await asyncio.gather(*(asker.ask(Question(provider="oidc", token=f"{TOKEN}{number}", **given)) for number in range(5)))

    found = live.run_sync(ask())
    assert {each.active for each in found} == {None}
    assert len(sent) == 1


def test_a_pause_that_does_not_fit_is_not_begun():
    """Throttled for an hour: that is the answer, at once, after one question."""
    for stated in (
        "3600",
        "99999999999999999999",
        (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT"),
    ):
        with always(http(b"", "429 Too Many Requests", retry_after=stated)) as server:
            began = time.monotonic()
            found = asked(server, timeout=5)
            assert time.monotonic() - began < 2.5
        assert (found.reason, len(server.asked)) == ("rate_limited", 1)
        assert found.exchange.response["headers"]["retry-after"] == stated


def test_a_pause_that_fits_is_kept():
    """``Retry-After: 1`` is waited for, and the next answer counts."""
    when = []

    def answer(request, connection):
        when.append(time.monotonic())
        return http(GOOD) if len(when) > 1 else http(b"", "429 Too Many Requests", retry_after="1")

    with Liar(answer) as server:
        assert asked(server, timeout=5).good
    assert len(when) == 2
    assert 1.0 <= when[1] - when[0] < 2.0


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("stated", [None, "0", "-5", "soon", "nan", "1e9", "Mon, 01 Jan 1990 00:00:00 GMT"])
def test_what_may_pass_is_tried_three_times(stated):
    """A fault of the moment gets two more attempts, whatever odd pause is stated; then it is the answer."""
    with always(http(b"", "503 Service Unavailable", retry_after=stated)) as server:
        assert asked(server).reason == "issuer_error"
    assert len(server.asked) == 3

    def breaks_off_twice(request, connection):
        return http(GOOD) if len(server.asked) == 3 else None

    with Liar(breaks_off_twice) as server:
        assert asked(server).good


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Internal Server Error", "302 Found"]
)
def test_what_will_not_pass_is_asked_once(status):
    """Asking again would not help, and would look like guessing."""
    with always(http({"error": "x"}, status)) as server:
        assert asked(server).active is None
    assert len(server.asked) == 1


def test_the_same_question_is_put_once():
    """Twenty at the same time and one later are one request; another token or client is another."""

    def answer(request, connection):
        server.sleep(0.05)
        return http(GOOD)

    async def ask(server):
        async with Asker() as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            many = await asyncio.gather(*(asker.ask(Question(provider="oauth2", token=Secret(TOKEN), **same)) for _ in range(20)))
            once_more = await asker.ask(Question(provider="oauth2", token=TOKEN, **same, clients=("client-b",)))
            count = len(server.asked)
            await asker.ask(Question(provider="oauth2", token=TOKEN + "2", **same))
            await asker.ask(Question(provider="oauth2", token=TOKEN, **{**same, "client_id": "client-b"}))
            return many, once_more, count

    with Liar(answer) as server:
        many, once_more, count = asyncio.run(ask(server))
        assert count == 1
        assert len(server.asked) == 3
    assert all(found.good for found in many)
    assert once_more.reason == "wrong_client", "each caller's expectation is held against the one answer"


def test_public_documents_are_fetched_once():
    """Discovery is asked for once in a run, however many tokens are asked about at the same time."""

    def answer(request, connection):
        return http(
            {"issuer": server.url, "introspection_endpoint": f"{server.url}/i"} if b"well-known" in request else GOOD
        )

    async def ask(server):
        async with Asker() as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            return await asyncio.gather(*(asker.ask(Question(provider="oidc", token=f"{TOKEN}{number}", **same)) for number in range(6)))

    with Liar(answer) as server:
        assert all(found.good for found in asyncio.run(ask(server)))
        paths = [request.split(b" ")[1] for request in server.asked]
    assert paths.count(b"/.well-known/openid-configuration") == 1
    assert paths.count(b"/i") == 6


def test_no_more_questions_are_under_way_than_allowed_and_waiting_is_not_the_issuers_fault():
    """The bound on questions at a time holds; who waits for a turn longer than the deadline is still answered."""

    def answer(request, connection):
        server.sleep(0.15)
        return http(GOOD)

    async def ask(server):
        async with Asker(concurrency=3, timeout=0.6) as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            return await asyncio.gather(*(asker.ask(Question(provider="oauth2", token=f"{TOKEN}{number}", **same)) for number in range(15)))

    with Liar(answer) as server:
        found = asyncio.run(ask(server))
        assert server.most == 3
    assert all(each.good for each in found)


def test_no_more_requests_a_second_than_allowed():
    """Beyond the first burst the rate holds."""

    async def ask(server):
        async with Asker(rate=10) as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            began = time.monotonic()
            await asyncio.gather(*(asker.ask(Question(provider="oauth2", token=f"{TOKEN}{number}", **same)) for number in range(15)))
            return time.monotonic() - began

    with always(http(GOOD)) as server:
        assert asyncio.run(ask(server)) > 0.4


def test_it_works_inside_a_running_loop():
    """``introspect_sync`` in a coroutine, as in a notebook."""

    async def inside(server):
        return asked(server)

    with always(http(GOOD)) as server:
        assert asyncio.run(inside(server)).good


def test_a_cancelled_caller_leaves_nothing_behind():
    """Cancelling ends the question and closes the connection; another caller's same question goes on."""

    def answer(request, connection):
        server.sleep(0.3)
        return http(GOOD)

    async def cancelled(server):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                introspect("oauth2", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=server.url), 0.1
            )
        assert len(asyncio.all_tasks()) == 1

    async def shared(server):
        async with Asker() as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            first = asyncio.create_task(asker.ask(Question(provider="oauth2", token=TOKEN, **same)))
            second = asyncio.create_task(asker.ask(Question(provider="oauth2", token=TOKEN, **same)))
            await asyncio.sleep(0.1)
            first.cancel()
            return await second

    with Liar(answer) as server:
        asyncio.run(cancelled(server))
        assert asyncio.run(shared(server)).good


# The connection


def _certificate(folder, name):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    import ipaddress

    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return _certificate(tmp_path_factory.mktemp("tls"), "idp.example.com")


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_nobody_vouches_for_ends_the_question(tls):
    """The token is not sent to a server whose certificate is self-signed; nor is that tried again."""
    with Liar(lambda request, connection: http(GOOD), tls) as server:
        found = asked(server)
        assert (found.active, found.reason) == (None, "network")
        assert "certificate" in found.detail
        assert (server.asked, server.connections) == ([], 1)


def test_a_certificate_for_another_name_ends_the_question(tls, certificate, monkeypatch):
    """A trusted certificate of somebody else is none; for its own name it is."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Liar(lambda request, connection: http(GOOD), tls) as server:
        assert asked(f"https://localhost:{server.port}").reason == "network"
        assert server.asked == []
        assert asked(server).good


def test_through_a_proxy_the_token_stays_inside_tls(tls, certificate, monkeypatch):
    """The proxy sees the name of the issuer; the token goes through the tunnel. Loopback is asked without a proxy."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def tunnel(request, connection):
        if b"refuse" in request:
            return http(b"", "407 Proxy Authentication Required")
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", server.port)) as onward:
            threading.Thread(target=_pipe, args=(onward, connection), daemon=True).start()
            _pipe(connection, onward)

    def _pipe(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    with Liar(lambda request, connection: http(GOOD), tls) as server, Liar(tunnel) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:pa%40ss@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert asked("https://idp.example.com").good
        assert len(proxy.asked) == 1
        assert proxy.asked[0].startswith(b"CONNECT idp.example.com:443 HTTP/1.1\r\n")
        assert base64.b64encode(b"user:pa@ss") in proxy.asked[0]
        assert b"canary" not in proxy.asked[0]
        assert asked("https://refuse.example.com").reason == "network"
        with always(http(GOOD)) as plain:
            assert asked(plain).good
        assert len(proxy.asked) == 2
        monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
        assert asked("https://idp.example.com").reason == "network"


@pytest.mark.usefixtures("quick")
def test_nobody_there_is_a_fault_of_the_network():
    """Connection refused and a name that does not resolve: nothing is known, and it is said so."""
    with always(b"") as server:
        port = server.port
    for address in (f"http://127.0.0.1:{port}", "https://issuer.invalid"):
        found = asked(address)
        assert (found.active, found.reason) == (None, "network")
        assert "no connection" in found.detail


def test_a_surplus_is_never_the_answer_to_the_next_question():
    """A connection is used again, but not where a server sent more than its answer: that is read by nobody."""

    async def ask(server):
        async with Asker(concurrency=1) as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            return [await asker.ask(Question(provider="oauth2", token=f"{TOKEN}{number}", **same)) for number in range(3)]

    with always(http(GOOD)) as server:
        assert all(found.good for found in asyncio.run(ask(server)))
        assert (len(server.asked), server.connections) == (3, 1)
    with always(http({"active": False}) + http(GOOD)) as server:
        assert [found.active for found in asyncio.run(ask(server))] == [False, False, False]
        assert server.connections == 3


def test_a_discovery_document_cannot_send_the_token_into_the_clear():
    """An endpoint named over plain http, or by another issuer, is not asked."""
    documents = [
        {"introspection_endpoint": "http://idp.example.com/i"},
        {"issuer": "https://other.example.com", "introspection_endpoint": "https://other.example.com/i"},
        {"introspection_endpoint": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://192.0.2.1/u"},
    ]
    for document in documents:
        with Liar(lambda request, connection, document=document: http({"issuer": server.url, **document})) as server:
            found = asked(server, "oidc")
            assert (found.active, found.reason) == (None, "contradiction")
            assert len(server.asked) == 1
            assert b"canary" not in server.asked[0]


# Nothing shows


class Everything(logging.Handler):
    """Keeps what every logger says, in all the forms in which a formatter may write it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.said = []

    def emit(self, record):
        self.said.append(f"{record.name}: {record.getMessage()} {record.args!r} {record.__dict__!r}")


@pytest.fixture
def logged():
    """All that any logger says at DEBUG, also httpx's, httpcore's and asyncio's."""
    handler, root = Everything(), logging.getLogger()
    loud = [root, *(logging.getLogger(name) for name in ("httpx", "httpcore", "asyncio", "h11", "anyio"))]
    loud += [logging.getLogger(f"httpcore.{name}") for name in ("connection", "http11", "proxy", "http2")]
    before = [(each, each.level) for each in loud]
    for each in loud:
        each.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield handler.said
    root.removeHandler(handler)
    for each, level in before:
        each.setLevel(level)


def _spellings():
    for text in (TOKEN, SECRET):
        yield from (text, quote(text, safe=""), quote_plus(text), quote(text), json.dumps(text)[1:-1])
        yield base64.b64encode(text.encode()).decode().rstrip("=")
    yield base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
    yield "canary"


def _shows(text):
    return [spelling for spelling in _spellings() if spelling in text]


def _echo(request):
    """The path of the request and all it carries, on one line."""
    line = request.partition(b"\r\n")[0].split(b" ")[1].decode("latin-1")
    return f"{line} {TOKEN} {SECRET} {base64.b64encode(f'{CLIENT}:{quote_plus(SECRET)}'.encode()).decode()}"


ECHOES = {
    "redirect": lambda echo: http(b"", "302 Found", location=f"https://login.example.com{echo}"),
    "challenge": lambda echo: http(
        {"error": "invalid_token"}, "401 Unauthorized", www_authenticate=f'Bearer error="{echo}"'
    ),
    "headers": lambda echo: http(
        GOOD, set_cookie=f"t={TOKEN}", x_token=TOKEN, date=echo, retry_after=echo, content_type=echo
    ),
    "throttled": lambda echo: http({"error": echo}, "429 Too Many Requests", retry_after=echo),
    "phrase": lambda echo: http(GOOD, f"200 {echo}"),
    "status line": lambda echo: f"BAD {echo}\r\n\r\n".encode(),
    "header line": lambda echo: f"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n".encode(),
    "chunk": lambda echo: http(f"{echo}\r\n".encode(), content_length=None, transfer_encoding="chunked"),
    "coding": lambda echo: http(GOOD, content_encoding=TOKEN),
    "transfer coding": lambda echo: http(GOOD, content_length=None, transfer_encoding=TOKEN),
    "length": lambda echo: http(GOOD, content_length=TOKEN),
    "page": lambda echo: http(f"<html>{echo}</html>".encode()),
    "error": lambda echo: http(
        {"error": {"message": echo, "code": TOKEN, "type": SECRET}, echo: echo}, "400 Bad Request"
    ),
    "answer": lambda echo: http(
        {
            **GOOD,
            "sub": TOKEN,
            "iss": echo,
            "aud": [TOKEN, SECRET],
            "scope": echo,
            "token_type": TOKEN,
            "username": echo,
            "jti": TOKEN,
            "token": {"access_token": [TOKEN]},
            "data": {"is_valid": True, "app_id": TOKEN, "scopes": [TOKEN]},
        }
    ),
    "wrong types": lambda echo: http({"active": TOKEN, "exp": TOKEN, "data": {"is_valid": TOKEN}}),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("provider", ["oauth2", "facebook", "google-oauth2", "line", "github", "discord"])
def test_no_secret_shows_whatever_the_issuer_repeats(provider, echo, logged, capfd):
    """Neither the answer in any of its forms, nor a log at DEBUG, nor what is printed holds token or client secret."""

    def answer(request, connection):
        assert b"canary" in request or base64.b64encode(CLIENT.encode())[:8] in request
        connection.sendall(ECHOES[echo](_echo(request)))

    with Liar(answer) as server:
        found = asked(server, provider)
        assert server.asked
    shown = (repr(found), str(found), json.dumps(found.to_dict()), repr(found.exchanges), *logged, *capfd.readouterr())
    for text in shown:
        assert not _shows(text), (_shows(text), text)
    assert found.exchanges


def test_the_watcher_would_see_what_httpx_itself_shows(logged):
    """The test above can fail: the same question put by a plain httpx client stands in the logs."""
    with always(http(b"", "302 Found", location=f"https://login.example.com/?t={TOKEN}")) as server:
        httpx.get(f"{server.url}/tokeninfo", params={"access_token": TOKEN})
    assert any(line.startswith("httpx:") and _shows(line) for line in logged)
    assert any(line.startswith("httpcore.http11:") and _shows(line) for line in logged)


def _ours(error):
    """What a traceback with local variables shows of our frames, also of errors behind the error."""
    home, seen, shown = str(Path(idp_checks.__file__).parent), [], []
    while error is not None and error not in seen:
        seen.append(error)
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown += trace.format_exception_only()
        shown += [
            f"{frame.name}: {name} = {value}"
            for frame in trace.stack
            if frame.filename.startswith(home)
            for name, value in (frame.locals or {}).items()
        ]
        error = error.__cause__ or error.__context__
    return shown


class Stop(BaseException):
    """No error that anybody catches."""


def _failing(where):
    """A question that fails inside, at the place named; gives the error that came out."""

    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if where == "sending":
                raise Stop
            return httpx.Response(200, stream=Body())

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield json.dumps({**GOOD, "token": TOKEN}).encode()
            if where == "reading":
                raise Stop

    async def ask():
        async with Asker(transport=Failing()) as asker:
            return await asker.ask(Question(
                provider="oauth2",
                token=TOKEN,
                client_id=CLIENT,
                client_secret=SECRET,
                issuer_url="https://a.example.com",
                credentials={"api_key": SECRET},
            ))

    with pytest.raises((Stop, RuntimeError)) as caught:
        live._run(ask())
    return caught.value


@pytest.mark.parametrize("where", ["sending", "reading", "concluding", "keeping"])
def test_no_secret_stands_in_a_variable_of_ours_when_something_fails(where, monkeypatch):
    """A traceback that prints local variables, as pytest and error reporters do, shows none."""

    def fail(*args, **kwargs):
        raise Stop

    if where in ("concluding", "keeping"):
        monkeypatch.setattr(live, {"concluding": "conclude", "keeping": "_kept"}[where], fail)
    shown = _ours(_failing(where))
    assert any("ask: token" in line for line in shown), "our frames were looked at"
    for line in shown:
        assert not _shows(line), line


def test_no_secret_stands_in_a_variable_of_ours_when_cancelled():
    """Nor when the caller's own time is over while an answer that repeats the token is being read."""

    def answer(request, connection):
        connection.sendall(http(json.dumps({**GOOD, "token": TOKEN}).encode() + b" " * 1000)[:-500])
        server.sleep(2)

    async def ask(server):
        with pytest.raises(TimeoutError) as caught:
            await asyncio.wait_for(
                introspect("facebook", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=server.url), 0.2
            )
        return caught.value

    with Liar(answer) as server:
        shown = _ours(asyncio.run(ask(server)))
    assert any(line.startswith("introspect:") for line in shown)
    for line in shown:
        assert not _shows(line), line


def test_an_error_inside_is_no_exception_and_says_only_its_kind(monkeypatch):
    """A reading that fails in a way nobody foresaw leaves the question open."""

    def fail(*args, **kwargs):
        raise LookupError(TOKEN)

    from idp_checks import providers

    monkeypatch.setattr(type(providers.get("oauth2").debug), "read", fail)
    with always(http(GOOD)) as server:
        found = asked(server)
    assert (found.active, found.reason) == (None, "unparsable")
    assert "LookupError" in found.detail
    assert not _shows(repr(found))


def test_the_exchange_is_kept_with_fingerprints():
    """The record says what was asked and answered; the token is named by a fingerprint, the same in one run."""

    async def ask(server):
        async with Asker(redactor=Redactor(b"k" * 32)) as asker:
            same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            return await asker.ask(Question(provider="oauth2", token=TOKEN, **same)), asker

    with always(http({**GOOD, "email": "mia.chen@example.com"})) as server:
        found, asker = asyncio.run(ask(server))
    named = f"[{Secret(TOKEN).fingerprint(b'k' * 32)}]"
    assert found.exchange.request["form"]["token"] == named
    assert found.exchange.request["basic"] == [CLIENT, f"[{Secret(SECRET).fingerprint(b'k' * 32)}]"]
    kept = found.exchange.response
    assert kept["status"] == 200
    assert (kept["json"]["active"], kept["json"]["client_id"], kept["json"]["exp"]) == (True, CLIENT, LATER)
    assert "mia.chen" not in repr(kept)
    assert asker.redactor.contains_secret(f"x {TOKEN} y"), "the run's redactor knows the token, to search the evidence for it"
