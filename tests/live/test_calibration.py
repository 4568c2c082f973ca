"""Tests of calibration: an endpoint that accepts a canary token proves nothing."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import msgspec
import pytest

from idp_checks import Asker, Question, providers
from idp_checks.issuers.server import serve
from idp_checks.issuers.world import World
from idp_checks.live.calibration import apply_calibration, make_canary
from idp_checks.live.loop import run_sync
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import has_jws_form
from idp_checks.tokens.reading import Reading

TOKEN = "made-up-but-known-0123456789"
YES, NO = b'{"active": true, "client_id": "client-a", "exp": 4102444800}', b'{"active": false}'


class Issuer:
    """An introspection endpoint; ``respond(token)`` returns status and body, and ``tokens`` are the received ones."""

    def __init__(self, respond):
        tokens = self.tokens = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                tokens.append(form["token"][0])
                status, body = respond(form["token"][0])
                self.send_response(status)
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


def ask(token, *, calibrate=True, timeout=10.0, provider="oauth2", **options):
    """Ask about a token."""
    options = {"client_id": "client-a", "client_secret": "made-up-secret", **options}
    question = Question(provider=provider, token=token, **options)

    async def run():
        async with Asker(timeout=timeout) as asker:
            return await (asker.ask_calibrated(question) if calibrate else asker.ask(question))

    return run_sync(run())


def test_endpoint_that_accepts_any_token_is_uncalibrated():
    """Without calibration its response looks good."""
    with Issuer(lambda token: (200, YES)) as issuer:
        assert ask(TOKEN, issuer_url=issuer.url, calibrate=False).good
        result = ask(TOKEN, issuer_url=issuer.url)
    assert (result.active, result.good, result.reason) == (None, False, "uncalibrated")
    assert "canary token" in result.explain()
    assert len(issuer.tokens) == 3
    assert issuer.tokens[2] != TOKEN


def test_endpoint_that_denies_the_canary_token_is_believed():
    """A known token stays good, another one denied."""
    with Issuer(lambda token: (200, YES if token == TOKEN else NO)) as issuer:
        good = ask(TOKEN, issuer_url=issuer.url)
        bad = ask("another-unknown-token", issuer_url=issuer.url)
    assert good.good
    assert (bad.active, bad.reason) == (False, "denied")


def test_acceptance_does_not_count_if_the_canary_request_failed():
    """The endpoint has not been shown to deny anything."""
    with Issuer(lambda token: (200, YES) if token == TOKEN else (500, b"")) as issuer:
        result = ask(TOKEN, issuer_url=issuer.url)
    assert (result.active, result.reason) == (None, "uncalibrated")


def test_denial_counts_even_if_the_canary_request_failed():
    """A failed calibration does not make a denied token undecided."""
    with Issuer(lambda token: (200, NO) if token == TOKEN else (500, b"")) as issuer:
        result = ask(TOKEN, issuer_url=issuer.url)
    assert (result.active, result.reason) == (False, "denied")


@pytest.mark.parametrize("name", providers.names_with_recordings())
def test_canary_token_has_the_providers_form(name):
    """It matches the documented pattern, and no two are equal."""
    provider = providers.get(name)
    first, second = make_canary(provider).reveal(), make_canary(provider).reveal()
    assert first != second
    if not has_jws_form(first) and provider.token.pattern:
        assert re.fullmatch(provider.token.pattern, first)


def test_simulated_issuers_deny_the_canary_token():
    """A good token stays good at every simulated issuer that can be asked."""
    names = ("google-oauth2", "facebook", "github", "line", "oauth2")
    world = World(names=names)
    with serve(world=world) as server:
        for name in names:
            issuer = world.issuer(name)
            result = ask(
                issuer.token("valid"),
                provider=name,
                client_id=issuer.client_id,
                client_secret=server.client_secret,
                issuer_url=server.url(name),
                credentials=issuer.loopback_credentials,
            )
            assert result.good, (name, result)


ASKED_AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
REASONS = {True: "ok", False: "denied", None: "network"}


def make_introspection(active, *, unproven=(), **fields):
    """Return a result about some token."""
    reading = Reading(active=active, reason=REASONS[active], **fields)
    return Introspection(
        provider="oauth2",
        active=active,
        reason=reading.reason,
        detail=reading.detail,
        method="introspection",
        asked_at=ASKED_AT,
        reading=reading,
        unproven=unproven,
    )


@pytest.mark.parametrize(
    ("active", "canary_active", "counts"),
    [
        (True, True, False),
        (True, None, False),
        (True, False, True),
        (False, True, False),
        (False, None, True),
        (False, False, True),
        (None, True, False),
        (None, None, True),
        (None, False, True),
    ],
)
def test_result_counts_depending_on_the_canary_result(active, canary_active, counts):
    """No result counts if the canary was accepted; an acceptance counts only if it was denied."""
    result = make_introspection(active, client_id="client-a", bare=True, unproven=("end",), detail="detail")
    calibrated = apply_calibration(result, make_introspection(canary_active))
    if counts:
        assert calibrated == result
        return
    assert calibrated == Introspection(
        provider="oauth2",
        active=None,
        reason="uncalibrated",
        method="introspection",
        asked_at=ASKED_AT,
        reading=msgspec.structs.replace(result.reading, bare=False),
        detail=calibrated.detail,
    )
    expected = "accepted a canary token" if canary_active else "did not decide about a canary token (network)"
    assert calibrated.detail == f"the endpoint {expected}"
