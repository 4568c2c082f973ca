"""Tests of asking issuers over real sockets, including servers that lie, stall or close the connection."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import zlib

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fake_clock import run_with_fake_clock
from support.fake_server import CLIENT, GOOD, LATER, SECRET, TOKEN, FakeServer, http_response, introspect_at, serve

from idp_checks import Question, UsageError, introspect, introspect_sync, providers
from idp_checks.live.asker import Asker
from idp_checks.live.http_response import MAX_BODY
from idp_checks.live.loop import run_sync
from idp_checks.tokens.reading import DECIDED
from idp_checks.tokens.wire import Response, decode_body


def make_question(server, token=TOKEN, provider="oauth2", **options):
    """Return a question to a server."""
    options = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url, **options}
    return Question(provider=provider, token=token, **options)


def ask_many(server, count, provider="oauth2", **limits):
    """Ask about several tokens in parallel."""

    async def run():
        async with Asker(**limits) as asker:
            questions = (make_question(server, f"{TOKEN}{number}", provider) for number in range(count))
            return await asyncio.gather(*map(asker.ask, questions))

    return asyncio.run(run())


def test_client_and_subject_are_compared():
    """Another client or account makes the token bad; a missing client leaves it undecided."""
    with serve(http_response(GOOD)) as server:
        assert introspect_at(server, client_id="client-b").reason == "wrong_client"
        assert introspect_at(server, subject="700043").reason == "wrong_subject"
    with serve(http_response({"active": True, "aud": CLIENT, "exp": LATER})) as server:
        result = introspect_at(server)
    assert (result.active, result.reason, result.good) == (True, "not_stated", False)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_timeout_must_be_positive(seconds):
    """NaN would never be exceeded."""
    with pytest.raises(UsageError, match="timeout"):
        introspect_sync("oauth2", TOKEN, timeout=seconds)


UNDECIDED_RESPONSES = {
    "redirect": (http_response(GOOD, "302 Found", location="http://127.0.0.1:1/"), "issuer_error"),
    "redirect that keeps the method": (
        http_response(GOOD, "307 Temporary Redirect", location="/introspect"),
        "issuer_error",
    ),
    "server error": (http_response(GOOD, "500 Internal Server Error"), "issuer_error"),
    "unavailable": (http_response(GOOD, "503 Service Unavailable"), "issuer_error"),
    "rate limited": (http_response(GOOD, "429 Too Many Requests"), "rate_limited"),
    "another success": (http_response(GOOD, "201 Created"), "unparsable"),
    "no content": (http_response(b"", "204 No Content", content_length=None), "unparsable"),
    "client rejected": (http_response({"error": "invalid_client"}, "401 Unauthorized"), "caller_rejected"),
    "forbidden": (http_response({"error": "forbidden"}, "403 Forbidden"), "not_permitted"),
    "error in a 200": (http_response({"error": "server_error", "active": True}), "unparsable"),
    "only an error in a 200": (http_response({"error": "invalid_token"}), "unparsable"),
    "string true": (http_response({**GOOD, "active": "true"}), "unparsable"),
    "number for true": (http_response({**GOOD, "active": 1}), "unparsable"),
    "null for true": (http_response({**GOOD, "active": None}), "unparsable"),
    "no active": (http_response({"client_id": CLIENT}), "unparsable"),
    "string for a time": (http_response({**GOOD, "exp": "soon"}), "unparsable"),
    "number for a client": (http_response({**GOOD, "client_id": 7}), "unparsable"),
    "time out of range": (http_response({**GOOD, "exp": 10**30}), "unparsable"),
    "duplicate field": (http_response(b'{"active": false, "active": true}'), "unparsable"),
    "constant outside JSON": (http_response(b'{"active": true, "exp": Infinity}'), "unparsable"),
    "list": (http_response([GOOD]), "unparsable"),
    "bare true": (http_response(b"true"), "unparsable"),
    "page": (http_response(b"<html>active: true</html>", content_type="text/html"), "unparsable"),
    "empty": (http_response(b""), "unparsable"),
    "half a body": (http_response(b'{"active": true, "client_'), "unparsable"),
    "not UTF-8": (http_response(b'{"active": true, "x": "\xff"}'), "unparsable"),
    "deep nesting": (http_response(b"[" * 100_000), "unparsable"),
    "shorter than announced": (http_response(b'{"active": true}', content_length=17, connection="close"), "network"),
    "longer than announced": (http_response(b'{"active": true}', content_length=15), "unparsable"),
    "two lengths": (http_response(GOOD, content_length="5\r\nContent-Length: 6"), "network"),
    "another protocol": (b"* OK IMAP4rev1 ready\r\n\r\n", "network"),
    "head too long": (http_response(GOOD, x_long="y" * 200_000), "network"),
    "broken chunks": (http_response(b"zz\r\n", content_length=None, transfer_encoding="chunked"), "network"),
    "truncated chunks": (http_response(b'5\r\n{"act', content_length=None, transfer_encoding="chunked"), "network"),
    "switched protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "network"),
    "encoding not requested": (http_response(GOOD, content_encoding="br"), "unparsable"),
    "wrong encoding": (http_response(GOOD, content_encoding="gzip"), "unparsable"),
    "truncated gzip": (
        http_response(gzip.compress(json.dumps(GOOD).encode())[:-9], content_encoding="gzip"),
        "unparsable",
    ),
    "data after gzip": (
        http_response(gzip.compress(b'{"active": true}') + b"x", content_encoding="gzip"),
        "unparsable",
    ),
    "gzip bomb": (http_response(gzip.compress(b" " * (64 << 20)), content_encoding="gzip"), "unparsable"),
    "too large": (http_response(b" " * (MAX_BODY + 1)), "unparsable"),
}


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize("case", UNDECIDED_RESPONSES)
def test_undocumented_response_leaves_the_token_undecided(case):
    """``active`` is None, the reason is given, and nothing is raised."""
    response, reason = UNDECIDED_RESPONSES[case]

    def respond(request, connection):
        connection.sendall(response)

    with FakeServer(respond) as server:
        result = introspect_at(server)
    assert (result.active, result.reason, result.good) == (None, reason, False), result.detail
    assert len(result.exchanges) == 1


def test_redirect_is_not_followed():
    """The token is not sent to the target of a redirect."""
    with serve(http_response(GOOD)) as target:
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"):
            with serve(http_response(b"", status, location=f"{target.url}/introspect")) as server:
                assert introspect_at(server).reason == "issuer_error"
                assert len(server.requests) == 1
    assert target.connection_count == 0


@pytest.mark.parametrize(
    ("fields", "active", "reason"),
    [
        ({"exp": LATER + 0.75}, True, "ok"),
        ({"exp": time.time() - 5}, False, "expired"),
        ({"exp": int(time.time())}, False, "expired"),
        ({"nbf": LATER}, None, "contradiction"),
        ({"active": False}, False, "denied"),
    ],
)
def test_times_are_compared_with_the_clock(fields, active, reason):
    """A float is a valid time, a past end overrides ``active: true``, and a future start contradicts it."""
    with serve(http_response({**GOOD, **fields})) as server:
        result = introspect_at(server)
    assert (result.active, result.reason) == (active, reason)


BODY = json.dumps(GOOD).encode()
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:9], BODY[9:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "response",
    [
        http_response(gzip.compress(BODY), content_encoding="gzip"),
        http_response(zlib.compress(BODY), content_encoding="deflate"),
        http_response(CHUNKED, content_length=None, transfer_encoding="chunked"),
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + http_response(BODY),
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    ],
    ids=["gzip", "deflate", "chunked", "interim response", "until closed"],
)
def test_http_encodings_are_read(response):
    """Compression, chunks, interim responses and bodies without a length are supported."""

    def respond(request, connection):
        connection.sendall(response)

    with FakeServer(respond) as server:
        assert introspect_at(server).good


_FIELDS = st.sampled_from(["active", "client_id", "exp", "error", "sub", "scope", "nbf", "iat", "aud", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8) | st.just("true"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_FIELDS, inner, max_size=5),
    max_leaves=8,
)
_BODIES = (
    st.binary(max_size=60)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(_FIELDS, _JSON, max_size=6).map(lambda value: json.dumps({"active": True, **value}).encode())
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
def test_arbitrary_response_never_raises_and_rarely_is_good(provider, status, body, headers):
    """A token is active only after status 200 with a JSON object; for RFC 7662, only if ``active`` is true."""

    async def run():
        def respond(request):
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

        async with Asker(timeout=0.05, transport=httpx.MockTransport(respond)) as asker:
            return await asker.ask(
                Question(
                    provider=provider,
                    token=TOKEN,
                    client_id=CLIENT,
                    client_secret=SECRET,
                    issuer_url="https://a.example.com",
                )
            )

    result = run_with_fake_clock(run())
    assert result.active in (True, False, None)
    assert (result.reason in DECIDED) == (result.active is not None) or result.reason == "not_stated"
    assert "canary" not in repr(result)
    if result.active is True:
        value = decode_body(Response(200, {}, body))
        assert status == 200
        assert isinstance(value, dict)
        if provider == "oauth2":
            assert value["active"] is True
            assert not value.get("error")


def test_deadline_covers_a_body_that_arrives_slowly():
    """A server that sends a byte now and then does not keep the question open."""

    def respond(request, connection):
        connection.sendall(http_response(b"", content_length=1_000_000)[:-1] + b"\n")
        while True:
            connection.sendall(b" ")
            server.wait(0.05)

    with FakeServer(respond) as server:
        started_at = time.monotonic()
        result = introspect_at(server, timeout=0.4)
        seconds = time.monotonic() - started_at
    assert (result.active, result.reason) == (None, "network")
    assert 0.3 < seconds < 20


def test_deadline_covers_all_steps():
    """Two slow steps share one deadline."""

    class SlowIssuer(httpx.AsyncBaseTransport):
        def __init__(self):
            self.paths = []

        async def handle_async_request(self, request):
            self.paths.append(request.url.path)
            await asyncio.sleep(0.5)
            issuer = "https://op.example.com"
            document = {"issuer": issuer, "introspection_endpoint": f"{issuer}/i"}
            return httpx.Response(200, json=document if "well-known" in request.url.path else GOOD)

    async def run(seconds):
        transport = SlowIssuer()
        async with Asker(transport=transport, timeout=seconds) as asker:
            question = Question(
                provider="oidc",
                token=TOKEN,
                client_id=CLIENT,
                client_secret=SECRET,
                issuer_url="https://op.example.com",
            )
            return await asker.ask(question), len(transport.paths)

    result, request_count = run_with_fake_clock(run(0.8))
    assert (result.active, result.reason) == (None, "network")
    assert request_count == 2
    assert run_with_fake_clock(run(1.1))[0].good


def test_same_question_is_asked_once():
    """Parallel and later repetitions share one request; another token or client is another question."""

    def respond(request, connection):
        server.wait(0.05)
        return http_response(GOOD)

    async def run(server):
        async with Asker() as asker:
            repeated = await asyncio.gather(*(asker.ask(make_question(server)) for _ in range(20)))
            for_another_client = await asker.ask(make_question(server, clients=("client-b",)))
            count = len(server.requests)
            await asker.ask(make_question(server, TOKEN + "2"))
            await asker.ask(make_question(server, client_id="client-b"))
            return repeated, for_another_client, count

    with FakeServer(respond) as server:
        repeated, for_another_client, count = asyncio.run(run(server))
        assert count == 1
        assert len(server.requests) == 3
    assert all(result.good for result in repeated)
    assert for_another_client.reason == "wrong_client", "one reply is compared with each caller's expectations"


@pytest.mark.slow
def test_concurrency_is_limited_and_waiting_does_not_use_the_timeout():
    """The timeout of a question starts with its turn."""

    def respond(request, connection):
        server.wait(0.15)
        return http_response(GOOD)

    with FakeServer(respond) as server:
        results = ask_many(server, 12, concurrency=2, timeout=0.8)
        assert server.most_parallel == 2
    assert all(result.good for result in results)


def test_rate_is_limited():
    """After the first ten requests, further ones wait for the rate of ten per second."""
    started_at = time.monotonic()
    with serve(http_response(GOOD)) as server:
        ask_many(server, 15, rate=10)
    assert time.monotonic() - started_at > 0.4


def test_cancelled_caller_leaves_no_task_behind():
    """Cancelling ends the question and closes the connection."""

    def respond(request, connection):
        server.wait(30)

    async def run(server):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                introspect("oauth2", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=server.url), 0.1
            )
        return len(asyncio.all_tasks())

    with FakeServer(respond) as server:
        assert asyncio.run(run(server)) == 1


def test_cancelled_caller_does_not_cancel_the_same_question_of_another():
    """Both callers share one request, which goes on."""

    def respond(request, connection):
        server.wait(0.3)
        return http_response(GOOD)

    async def run(server):
        async with Asker() as asker:
            first = asyncio.create_task(asker.ask(make_question(server)))
            second = asyncio.create_task(asker.ask(make_question(server)))
            await asyncio.sleep(0.1)
            first.cancel()
            return await second

    with FakeServer(respond) as server:
        assert asyncio.run(run(server)).good


def test_internal_error_is_reported_by_its_type(monkeypatch):
    """An unexpected error in a reading leaves the token undecided, and its message is not repeated."""

    def fail(*args, **kwargs):
        raise LookupError(TOKEN)

    monkeypatch.setattr(type(providers.get("oauth2").debug), "read", fail)
    with serve(http_response(GOOD)) as server:
        result = introspect_at(server)
    assert (result.active, result.reason) == (None, "unparsable")
    assert "LookupError" in result.detail
    assert "canary" not in repr(result)


def test_introspect_sync_returns_the_same_as_introspect():
    """Both take the same arguments."""
    with serve(http_response(GOOD)) as server:
        options = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url, "timeout": 5.0}
        assert run_sync(introspect("oauth2", TOKEN, **options)).good
        assert introspect_sync("oauth2", TOKEN, **options).good
