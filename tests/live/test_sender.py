"""Tests of retries and their delays."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from support.fake_clock import run_with_fake_clock
from support.fake_server import GOOD as GOOD_BODY
from support.fake_server import FakeServer, http_response, introspect_at, serve
from support.fake_transport import ScriptedTransport, SilentTransport

from idp_checks import Question
from idp_checks.live import sender
from idp_checks.live.asker import Asker
from idp_checks.live.sender import Sender
from idp_checks.live.transport import TransportPool
from idp_checks.tokens.wire import Request, Unreachable

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
GOOD, DOWN, LIMITED = (200, {}), (503, {}), (429, {"retry-after": "0"})
NO_CONNECTION = httpx.ConnectError("gone")
UNTRUSTED = httpx.ConnectError("bad")
UNTRUSTED.__cause__ = ssl.SSLError("bad")


class NoonClock(datetime):
    """A clock that always shows noon."""

    @classmethod
    def now(cls, tz=None):
        return NOON.astimezone(tz) if tz else NOON.replace(tzinfo=None)


@pytest.mark.parametrize(("attempt", "jitter"), [(1, 0.2), (2, 0.4), (3, 0.8)])
@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("7", 7),
        ("120", 120),
        ("9" * 400, 999_999_999_999),
        ("Fri, 02 Jan 2026 12:00:30 GMT", 30),
        ("Fri, 02 Jan 2026 13:00:30 +0100", 30),
        ("Fri, 02 Jan 2026 11:00:00 GMT", 0),
        ("-7", 0),
        ("7.5", 0),
        ("\u0667", 0),
        ("\u00b2", 0),
        ("soon", 0),
        ("", 0),
        ("Fri, 02 Jan 2026 12:00:30 -0000", 0),
        ("Fri, 99 Jan 2026 12:00:30 GMT", 0),
        ("Fri, 02 Jan 2026 12:00:30 +99999999999999", 0),
    ],
)
def test_retry_delay_is_retry_after_plus_jitter(monkeypatch, retry_after, seconds, attempt, jitter):
    """RFC 9110, section 10.2.3: seconds or a date; an invalid value is ignored; jitter doubles with each attempt."""
    ranges = []
    monkeypatch.setattr(sender.random, "uniform", lambda low, high: ranges.append((low, high)) or 0.2)
    monkeypatch.setattr(sender, "datetime", NoonClock)
    assert sender._retry_delay(retry_after, attempt) == pytest.approx(seconds + jitter)
    ((low, high),) = ranges
    assert 0 < low < high < 1


def ask(*outcomes, timeout=5.0):
    """Ask over a transport that plays these outcomes; return the result and the times of the requests."""
    transport = ScriptedTransport(*outcomes)

    async def run():
        async with Asker(transport=transport, timeout=timeout, rate=1000) as asker:
            return await asker.ask(
                Question(
                    provider="oauth2",
                    token="made-up-token",
                    client_id="a",
                    client_secret="made-up",
                    issuer_url="https://op.example.com",
                )
            )

    return run_with_fake_clock(run()), transport.times


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize(
    ("outcomes", "attempts", "reason"),
    [
        ([GOOD], 1, "ok"),
        ([DOWN, GOOD], 2, "ok"),
        ([DOWN, DOWN, GOOD], 3, "ok"),
        ([DOWN, DOWN, DOWN, GOOD], 3, "issuer_error"),
        ([(502, {}), (504, {}), GOOD], 3, "ok"),
        ([LIMITED, GOOD], 2, "ok"),
        ([LIMITED, LIMITED, LIMITED, GOOD], 3, "rate_limited"),
        ([(500, {}), GOOD], 1, "issuer_error"),
        ([(501, {}), GOOD], 1, "issuer_error"),
        ([(505, {}), GOOD], 1, "issuer_error"),
        ([(408, {}), GOOD], 1, "issuer_error"),
        ([(400, {}), GOOD], 1, "unparsable"),
        ([(401, {"retry-after": "0"}), GOOD], 1, "caller_rejected"),
        ([NO_CONNECTION, GOOD], 2, "ok"),
        ([NO_CONNECTION, NO_CONNECTION, NO_CONNECTION, GOOD], 3, "network"),
        ([UNTRUSTED, GOOD], 1, "network"),
        ([httpx.ReadTimeout("late"), GOOD], 1, "network"),
        ([NO_CONNECTION, DOWN, (400, {})], 3, "unparsable"),
        ([DOWN, NO_CONNECTION, NO_CONNECTION], 3, "issuer_error"),
        ([DOWN, UNTRUSTED, GOOD], 2, "issuer_error"),
    ],
)
def test_only_temporary_failures_are_retried(outcomes, attempts, reason):
    """There are three attempts at most; the last response counts, and an error only without any response."""
    result, times = ask(*outcomes)
    assert (result.reason, len(times)) == (reason, attempts)
    assert len(result.exchanges) == 1


@pytest.mark.usefixtures("no_jitter")
def test_no_delay_follows_the_last_attempt(monkeypatch):
    """A delay past the deadline is not begun either: the response at hand counts."""
    delays = []
    sleep = asyncio.sleep

    async def record(seconds, *rest):
        delays.append(seconds)
        await sleep(0, *rest)

    monkeypatch.setattr(sender.asyncio, "sleep", record)
    result, times = ask((503, {"retry-after": "60"}), GOOD)
    assert (result.reason, len(times), delays) == ("issuer_error", 1, [])
    result, times = ask((503, {}), (503, {}), (503, {}))
    assert len(times) == 3
    assert [round(delay, 4) for delay in delays if delay] == [0.001, 0.002]


@pytest.mark.usefixtures("no_jitter")
def test_retry_after_within_the_deadline_is_honored():
    """``Retry-After: 1`` delays the next attempt by a second, and its response counts."""
    result, times = ask((429, {"retry-after": "1"}), GOOD)
    assert result.good
    assert times[1] - times[0] == pytest.approx(1.001)


class RecordingThrottle:
    """A throttle that records its calls; ``remaining`` is the pause that it reports."""

    def __init__(self, remaining=0.0):
        self.turns, self.pauses, self.remaining = 0, [], remaining

    async def wait_to_resend(self, deadline):
        assert deadline > asyncio.get_running_loop().time()
        self.turns += 1
        return self.remaining

    def pause(self, seconds):
        self.pauses.append(seconds)


def send(*outcomes, is_first, remaining=0.0):
    """Send one request; return the response and the throttle."""
    throttle = RecordingThrottle(remaining)

    async def run():
        pool = TransportPool(ScriptedTransport(*outcomes), bulk=False)
        request = Request(method="GET", url="https://op.example.com")
        deadline = asyncio.get_running_loop().time() + 5
        return await Sender(pool, 5.0).send(request, deadline, throttle, is_first=is_first)

    return run_with_fake_clock(run()), throttle


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize(
    ("is_first", "outcomes", "turns"),
    [
        (True, [GOOD], 0),
        (False, [GOOD], 1),
        (True, [DOWN, GOOD], 1),
        (False, [DOWN, GOOD], 2),
        (True, [NO_CONNECTION, DOWN, GOOD], 2),
        (False, [NO_CONNECTION, DOWN, GOOD], 3),
    ],
)
def test_every_request_takes_a_turn(is_first, outcomes, turns):
    """The first request of a question uses the question's turn; every further one waits for another."""
    response, throttle = send(*outcomes, is_first=is_first)
    assert (response.status, throttle.turns) == (200, turns)


@pytest.mark.usefixtures("no_jitter")
def test_nothing_is_sent_while_the_issuer_is_paused_past_the_deadline():
    """The first response counts then, and a further step is not sent."""
    response, throttle = send(DOWN, GOOD, is_first=True, remaining=99.0)
    assert (response.status, throttle.turns) == (DOWN[0], 1)
    with pytest.raises(Unreachable) as caught:
        send(GOOD, is_first=False, remaining=99.0)
    assert caught.value.reason == "rate_limited"
    assert caught.value.detail == "not sent: rate limited by the issuer for another 99 s"


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize(
    ("outcomes", "pauses"),
    [
        ([(429, {"retry-after": "0"}), GOOD], [0.001]),
        ([(503, {"retry-after": "60"})], [60.001]),
        ([(429, {}), GOOD], []),
        ([NO_CONNECTION, GOOD], []),
        ([(400, {"retry-after": "60"})], []),
        ([(200, {"retry-after": "60"})], []),
    ],
)
def test_retry_after_of_a_temporary_failure_pauses_the_issuer(outcomes, pauses):
    """Our own delays do not pause it, and neither does ``Retry-After`` in a final response."""
    assert send(*outcomes, is_first=True)[1].pauses == pytest.approx(pauses)


def test_silent_issuer_is_reported_at_the_deadline(in_words):
    """Without a response, the detail names the timeout; an error is described in its own words."""

    async def run():
        async with Asker(transport=SilentTransport(), timeout=0.2) as asker:
            return await asker.ask(
                Question(
                    provider="oauth2",
                    token="made-up-token",
                    client_id="a",
                    client_secret="made-up",
                    issuer_url="https://op.example.com",
                )
            )

    result = run_with_fake_clock(run())
    assert (result.active, result.reason, result.detail) == (None, "network", "no response within 0.2 s")
    result, _ = ask(UNTRUSTED)
    assert "TLS" in result.detail


@pytest.mark.slow
def test_invalid_retry_after_date_is_ignored():
    """A date with an impossible time zone leaves the normal retries."""
    limited = http_response(b"", "429 Too Many Requests", retry_after="Mon, 01 Jan 2026 00:00:00 +99999999999999")
    with serve(limited) as server:
        result = introspect_at(server)
    assert (result.reason, len(server.requests), len(result.exchanges)) == ("rate_limited", 3, 1)


@pytest.mark.parametrize(
    "retry_after",
    [
        "3600",
        "99999999999999999999",
        (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT"),
    ],
    ids=["seconds", "huge", "date"],
)
def test_retry_after_past_the_deadline_ends_the_question(retry_after):
    """The rate limit is the result, after one request, and the header is recorded."""
    with serve(http_response(b"", "429 Too Many Requests", retry_after=retry_after)) as server:
        result = introspect_at(server, timeout=60)
    assert (result.reason, len(server.requests)) == ("rate_limited", 1)
    assert result.exchange.response["headers"]["retry-after"] == retry_after


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize("retry_after", [None, "0", "-5", "soon", "nan", "1e9", "Mon, 01 Jan 1990 00:00:00 GMT"])
def test_temporary_failure_is_tried_three_times(retry_after):
    """An unavailable server gets two retries, whatever ``Retry-After`` it sends."""
    with serve(http_response(b"", "503 Service Unavailable", retry_after=retry_after)) as server:
        assert introspect_at(server).reason == "issuer_error"
    assert len(server.requests) == 3


@pytest.mark.usefixtures("no_jitter")
def test_closed_connection_is_retried():
    """A server that closes two connections and responds on the third gives a good result."""

    def respond(request, connection):
        return http_response(GOOD_BODY) if len(server.requests) == 3 else None

    with FakeServer(respond) as server:
        assert introspect_at(server).good


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Internal Server Error", "302 Found"]
)
def test_permanent_failure_is_not_retried(status):
    """A retry would not help, and would look like guessing tokens."""
    with serve(http_response({"error": "x"}, status)) as server:
        assert introspect_at(server).active is None
    assert len(server.requests) == 1
