"""Tests of the document cache: discovery documents and key sets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from support.fake_clock import run_with_fake_clock
from support.fake_server import CLIENT, GOOD, SECRET, TOKEN, FakeServer, http_response, introspect_at

from idp_checks import Asker, Question
from idp_checks.live import documents

pytestmark = pytest.mark.slow

KEYS = {kid: rsa.generate_private_key(public_exponent=65537, key_size=2048) for kid in ("first", "second")}


class Issuer:
    """A discovery document and a key set of the keys in ``published``; ``paths`` are the requested paths."""

    def __init__(self):
        self.published = ["first"]
        self.paths = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.paths.append(self.path)
                body = json.dumps(issuer.body(self.path)).encode()
                self.send_response(issuer.status(self.path))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def status(self, path):
        return 200

    def body(self, path):
        if path == "/keys":
            return {"keys": [self.public_key(kid) for kid in self.published]}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}

    def public_key(self, kid):
        return {**jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[kid].public_key(), as_dict=True), "kid": kid, "use": "sig"}

    def token(self, kid, signer=None, number=0):
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": f"user-{number}",
            "aud": "api",
            "client_id": "client-a",
            "iat": now,
            "exp": now + 600,
            "jti": f"{kid}-{number}",
        }
        return jwt.encode(claims, KEYS[signer or kid], algorithm="RS256", headers={"kid": kid, "typ": "at+jwt"})

    def question(self, token):
        return Question(provider="oidc", token=token, issuer_url=self.url)


def ask(issuer, *tokens, parallel=False):
    """Ask an issuer about tokens with one asker."""

    async def run():
        async with Asker(timeout=30.0) as asker:
            results = [asker.ask(issuer.question(token)) for token in tokens]
            return await asyncio.gather(*results) if parallel else [await result for result in results]

    return asyncio.run(run())


def test_key_set_is_fetched_once_for_parallel_questions():
    """Ten tokens need one request for the key set."""
    with Issuer() as issuer:
        results = ask(issuer, *(issuer.token("first", number=number) for number in range(10)), parallel=True)
    assert [result.good for result in results] == [True] * 10
    assert issuer.paths.count("/keys") == 1


def test_discovery_document_is_fetched_once_for_parallel_questions():
    """Each token is asked about, and the document is fetched once."""

    def respond(request, connection):
        document = {"issuer": server.url, "introspection_endpoint": f"{server.url}/i"}
        return http_response(document if b"well-known" in request else GOOD)

    async def run(server):
        async with Asker(timeout=30.0) as asker:
            options = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            questions = [Question(provider="oidc", token=f"{TOKEN}{number}", **options) for number in range(6)]
            return await asyncio.gather(*map(asker.ask, questions))

    with FakeServer(respond) as server:
        assert all(result.good for result in asyncio.run(run(server)))
        paths = [request.split(b" ")[1] for request in server.requests]
    assert paths.count(b"/.well-known/openid-configuration") == 1
    assert paths.count(b"/i") == 6


def test_missing_document_is_not_requested_for_every_question():
    """An issuer with RFC 8414's document alone: the other URL is requested at most twice."""

    class OAuthIssuer(Issuer):
        def status(self, path):
            return 404 if path.endswith("openid-configuration") else 200

    with OAuthIssuer() as issuer:
        results = ask(issuer, *(issuer.token("first", number=number) for number in range(12)))
    assert [result.good for result in results] == [True] * 12
    assert issuer.paths.count("/.well-known/openid-configuration") <= 2
    assert issuer.paths.count("/.well-known/oauth-authorization-server") == 1


def test_new_key_is_fetched_when_a_token_names_it():
    """After a key change the next tokens are good, with one further request."""

    async def run(issuer):
        async with Asker(timeout=30.0) as asker:
            before = await asker.ask(issuer.question(issuer.token("first")))
            issuer.published = ["second"]
            after = [await asker.ask(issuer.question(issuer.token("second", number=number))) for number in (1, 2)]
            return before, *after

    with Issuer() as issuer:
        results = asyncio.run(run(issuer))
    assert [result.good for result in results] == [True, True, True]
    assert issuer.paths.count("/keys") == 2


def test_unknown_keys_do_not_cause_a_flood_of_requests():
    """Fifty tokens with fifty unknown keys cause at most one refresh."""
    with Issuer() as issuer:
        tokens = [issuer.token(f"unknown-{number}", "second", number) for number in range(50)]
        results = ask(issuer, *tokens, parallel=True)
    assert {result.active for result in results} == {None}
    assert {result.reason for result in results} == {"not_stated"}
    assert issuer.paths.count("/keys") <= 2


def test_key_set_is_refreshed_again_after_the_interval(monkeypatch):
    """Without an interval, every unknown key causes a refresh."""
    monkeypatch.setattr(documents, "REFRESH_INTERVAL", 0.0)
    with Issuer() as issuer:
        ask(issuer, *(issuer.token(f"unknown-{number}", "second", number) for number in range(3)))
    assert issuer.paths.count("/keys") == 4


@pytest.mark.parametrize(
    "kid", ["../keys", "/etc/passwd", "http://127.0.0.1:1/keys", "first\x00", "first/../first", "FIRST"]
)
def test_key_id_is_only_compared(kid):
    """A key id that looks like a path or a URL causes no request, and the token is not good."""
    with Issuer() as issuer:
        (result,) = ask(issuer, issuer.token(kid, "first"))
    assert not result.good
    assert set(issuer.paths) <= {"/keys", "/.well-known/openid-configuration"}


def test_cache_is_bounded(monkeypatch):
    """The oldest document is removed, and fetched again when it is needed."""
    monkeypatch.setattr(documents, "MAX_DOCUMENTS", 4)

    async def run(issuers):
        async with Asker(timeout=30.0) as asker:
            for number, issuer in enumerate((*issuers, issuers[0])):
                assert (await asker.ask(issuer.question(issuer.token("first", number=number)))).good
            cache = asker._sender._documents
            return len(cache._documents), len(cache._locks)

    with ExitStack() as stack:
        issuers = [stack.enter_context(Issuer()) for _ in range(5)]
        document_count, lock_count = asyncio.run(run(issuers))
    assert document_count == 4
    assert lock_count <= 4
    assert issuers[0].paths.count("/keys") == 2
    assert issuers[4].paths.count("/keys") == 1


def test_question_that_waited_for_a_document_respects_the_issuers_pause():
    """The issuer pauses for a minute while others wait for the same document: they are not sent."""
    urls = []

    class Down(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            urls.append(request.url)
            await asyncio.sleep(0.05)
            return httpx.Response(503, headers={"retry-after": "60"}, content=b"")

    async def run():
        async with Asker(transport=Down(), timeout=3, notice=lambda message: None) as asker:
            options = {"client_id": "a", "client_secret": "b", "issuer_url": "https://op.example.com"}
            questions = [Question(provider="oidc", token=f"{TOKEN}{number}", **options) for number in range(5)]
            return await asyncio.gather(*map(asker.ask, questions))

    results = run_with_fake_clock(run())
    assert {result.active for result in results} == {None}
    assert len(urls) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"introspection_endpoint": "http://idp.example.com/i"},
        {"issuer": "https://other.example.com", "introspection_endpoint": "https://other.example.com/i"},
        {"introspection_endpoint": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://192.0.2.1/u"},
    ],
)
def test_discovery_document_cannot_name_an_insecure_endpoint(document):
    """An endpoint over plain http, or of another issuer, does not receive the token."""
    with FakeServer(lambda request, connection: http_response({"issuer": server.url, **document})) as server:
        result = introspect_at(server, "oidc")
        assert (result.active, result.reason) == (None, "contradiction")
        assert len(server.requests) == 1
        assert b"canary" not in server.requests[0]
