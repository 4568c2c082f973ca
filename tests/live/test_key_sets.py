"""Key sets over real sockets: fetched once, once more for a key that they lack, and never by the dozen."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from idp_checks.tokens.question import Question
from idp_checks import Asker
from idp_checks.live import asker as live

KEYS = {kid: rsa.generate_private_key(public_exponent=65537, key_size=2048) for kid in ("first", "second")}


class Issuer:
    """Discovery and a key set; ``published`` names the keys that are in it, ``asked`` holds the paths that came."""

    def __init__(self):
        self.published = ["first"]
        self.asked = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked.append(self.path)
                body = json.dumps(issuer.answer(self.path)).encode()
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

    def answer(self, path):
        if path == "/keys":
            return {"keys": [self.public(kid) for kid in self.published]}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}

    def public(self, kid):
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


def ask(issuer, *tokens, at_once=False):
    async def run():
        async with Asker(timeout=10.0) as asker:
            questions = [asker.ask(Question(provider="oidc", token=token, issuer_url=issuer.url)) for token in tokens]
            if at_once:
                return await asyncio.gather(*questions)
            return [await each for each in questions]

    return asyncio.run(run())


def test_a_key_set_is_fetched_once():
    """Ten tokens, asked about at the same time: one fetch of the key set, all good."""
    with Issuer() as issuer:
        found = ask(issuer, *(issuer.token("first", number=number) for number in range(10)), at_once=True)
    assert [each.good for each in found] == [True] * 10
    assert issuer.asked.count("/keys") == 1


def test_a_document_that_is_not_there_is_not_asked_for_at_every_question():
    """An issuer that has RFC 8414's document alone: the other address is asked twice at most, however many tokens come."""

    class Plain(Issuer):
        def status(self, path):
            return 404 if path.endswith("openid-configuration") else 200

    with Plain() as issuer:
        found = ask(issuer, *(issuer.token("first", number=number) for number in range(12)))
    assert [each.good for each in found] == [True] * 12
    assert issuer.asked.count("/.well-known/openid-configuration") <= 2
    assert issuer.asked.count("/.well-known/oauth-authorization-server") == 1


def test_a_new_key_is_fetched_when_a_token_names_it():
    """The issuer changes its key: the next token is good, after one further fetch."""

    async def run(issuer):
        async with Asker(timeout=10.0) as asker:
            before = await asker.ask(Question(provider="oidc", token=issuer.token("first"), issuer_url=issuer.url))
            issuer.published = ["second"]
            after = [
                await asker.ask(Question(provider="oidc", token=issuer.token("second", number=each), issuer_url=issuer.url)) for each in (1, 2)
            ]
            return before, *after

    with Issuer() as issuer:
        found = asyncio.run(run(issuer))
    assert [each.good for each in found] == [True, True, True]
    assert issuer.asked.count("/keys") == 2


def test_a_flood_of_unknown_keys_is_no_flood_of_fetches():
    """Fifty tokens, each with a key of its own that nobody has: at most one fetch beyond the first, none good."""
    with Issuer() as issuer:
        tokens = [issuer.token(f"unknown-{number}", "second", number) for number in range(50)]
        found = ask(issuer, *tokens, at_once=True)
    assert {each.active for each in found} == {None}
    assert {each.reason for each in found} == {"not_stated"}
    assert issuer.asked.count("/keys") <= 2


def test_a_key_set_may_be_fetched_anew_after_a_while(monkeypatch):
    """The bound is one further fetch in a time, not one for ever."""
    monkeypatch.setattr(live, "REFRESH", 0.0)
    with Issuer() as issuer:
        ask(issuer, *(issuer.token(f"unknown-{number}", "second", number) for number in range(3)))
    assert issuer.asked.count("/keys") == 4


@pytest.mark.parametrize(
    "kid", ["../keys", "/etc/passwd", "http://127.0.0.1:1/keys", "first\x00", "first/../first", "FIRST"]
)
def test_a_key_id_is_only_compared(kid):
    """A key id that looks like a path or an address leads nowhere: no other address is asked, and the token is not good."""
    with Issuer() as issuer:
        (found,) = ask(issuer, issuer.token(kid, "first"))
    assert not found.good
    assert set(issuer.asked) <= {"/keys", "/.well-known/openid-configuration"}


def test_what_is_held_is_bounded(monkeypatch):
    """Of many issuers' documents only so many are held; the oldest is fetched again when it is needed."""
    monkeypatch.setattr(live, "HELD_DOCUMENTS", 4)

    async def run(issuers):
        async with Asker(timeout=10.0) as asker:
            for issuer in (*issuers, issuers[0]):
                assert (await asker.ask(Question(provider="oidc", token=issuer.token("first"), issuer_url=issuer.url))).good
            asker._asked.clear()
            assert (await asker.ask(Question(provider="oidc", token=issuers[0].token("first", number=7), issuer_url=issuers[0].url))).good
            return len(asker._documents), len(asker._fetching)

    from contextlib import ExitStack

    with ExitStack() as stack:
        issuers = [stack.enter_context(Issuer()) for _ in range(5)]
        documents, locks = asyncio.run(run(issuers))
    assert documents == 4
    assert locks <= 4
    assert issuers[0].asked.count("/keys") == 2
    assert issuers[4].asked.count("/keys") == 1
