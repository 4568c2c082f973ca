"""An endpoint that vouches for a made-up token vouches for nothing."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import msgspec
import pytest

from idp_checks import Asker, providers
from idp_checks.live.calibration import make_canary
from idp_checks.live.calibration import apply_calibration
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.introspection import Introspection
from idp_checks.issuers.server import serve
from idp_checks.issuers.world import World
from idp_checks.live.loop import run_sync
from idp_checks.tokens.signed import has_jws_form

TOKEN = "made-up-but-known-0123456789"
ASKER = {"client_id": "client-a", "client_secret": "made-up-secret"}


class Issuer:
    """An introspection endpoint; ``answer(token)`` gives status and body. ``asked`` holds the tokens that came."""

    def __init__(self, answer):
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                asked.append(form["token"][0])
                status, body = answer(form["token"][0])
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


def asked(token, *, calibrate=True, timeout=5.0, provider="oauth2", **given):
    async def ask():
        async with Asker(timeout=timeout) as asker:
            return await (asker.calibrated if calibrate else asker.ask)(provider, token, **{**ASKER, **given})

    return run_sync(ask())


YES, NO = b'{"active": true, "client_id": "client-a", "exp": 4102444800}', b'{"active": false}'


def test_an_issuer_that_vouches_for_anything_is_uncalibrated():
    """Without the second question its answer looks good; with it nothing that it says counts."""
    with Issuer(lambda token: (200, YES)) as issuer:
        assert asked(TOKEN, issuer_url=issuer.url, calibrate=False).good
        found = asked(TOKEN, issuer_url=issuer.url)
    assert (found.active, found.good, found.reason) == (None, False, "uncalibrated")
    assert "made-up token" in found.explain()
    assert len(issuer.asked) == 3
    assert issuer.asked[2] != TOKEN


def test_an_issuer_that_knows_its_tokens_is_believed():
    """The known token stays good, another stays denied."""
    with Issuer(lambda token: (200, YES if token == TOKEN else NO)) as issuer:
        good = asked(TOKEN, issuer_url=issuer.url)
        bad = asked("another-token-of-nobody", issuer_url=issuer.url)
    assert good.good
    assert (bad.active, bad.reason) == (False, "denied")


def test_a_good_word_does_not_count_where_nothing_was_refused():
    """An issuer that is down when the made-up token is asked about was not shown to refuse any."""
    with Issuer(lambda token: (200, YES) if token == TOKEN else (500, b"")) as issuer:
        found = asked(TOKEN, issuer_url=issuer.url, timeout=1.0)
    assert (found.active, found.reason) == (None, "uncalibrated")


def test_a_denial_stands_though_the_second_question_failed():
    """What is denied is not made undecided by a calibration that got no answer."""
    with Issuer(lambda token: (200, NO) if token == TOKEN else (500, b"")) as issuer:
        found = asked(TOKEN, issuer_url=issuer.url, timeout=1.0)
    assert (found.active, found.reason) == (False, "denied")


@pytest.mark.parametrize("name", providers.names_with_recordings())
def test_a_made_up_token_has_the_providers_form_and_is_never_the_same(name):
    """It fits the documented pattern, and no two are equal."""
    provider = providers.get(name)
    one, other = make_canary(provider).reveal(), make_canary(provider).reveal()
    assert one != other
    if not has_jws_form(one) and provider.token.pattern:
        assert re.fullmatch(provider.token.pattern, one)


def test_simulated_issuers_are_calibrated():
    """Every played issuer that answers for tokens refuses a made-up one, so a good token stays good."""
    names = ("google-oauth2", "facebook", "github", "line", "oauth2")
    world = World(names=names)
    with serve(world=world) as served:
        for name in names:
            issuer = world.issuer(name)
            found = asked(
                issuer.token("valid"),
                provider=name,
                client_id=issuer.client_id,
                client_secret=served.client_secret,
                issuer_url=served.url(name),
                credentials=issuer.loopback_credentials,
            )
            assert found.good, (name, found)


AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
WORDS = {True: "ok", False: "denied", None: "network"}


def said(active, **more):
    unproven = more.pop("unproven", ())
    reading = Reading(active=active, reason=WORDS[active], **more)
    return Introspection(
        provider="oauth2",
        active=active,
        reason=reading.reason,
        detail=reading.detail,
        method="introspection",
        asked_at=AT,
        reading=reading,
        unproven=unproven,
    )


@pytest.mark.parametrize(
    ("found", "negative", "counts"),
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
def test_a_word_is_weighed_by_what_was_said_of_a_made_up_token(found, negative, counts):
    """Who vouches for a made-up token says nothing that counts; who refuses none, nothing good that counts."""
    word = said(found, client_id="client-a", bare=True, unproven=("end",), detail="so")
    weighted = apply_calibration(word, said(negative))
    if counts:
        assert weighted == word
        return
    assert weighted == Introspection(
        provider="oauth2",
        active=None,
        reason="uncalibrated",
        method="introspection",
        asked_at=AT,
        reading=msgspec.structs.replace(word.reading, bare=False),
        detail=weighted.detail,
    )
    assert "a made-up token" in weighted.detail
    assert ("network" in weighted.detail) is (negative is None), "why there was no verdict is said"
    assert weighted.detail == weighted.detail.lower()
    assert weighted.detail.startswith("the endpoint ")
