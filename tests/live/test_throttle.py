"""Tests of the throttle: rate limit, ``Retry-After`` pause and circuit breaker, with a fake clock."""

from __future__ import annotations

import asyncio

import pytest
from support.fake_clock import run_with_fake_clock

from idp_checks import Question, providers
from idp_checks.live import throttle as module
from idp_checks.live.asker import Asker
from idp_checks.live.throttle import Throttle
from idp_checks.tokens.reading import Reading

OK = Reading(active=True, reason="ok")
FAILED = Reading(active=None, reason="network", detail="gone")


def make_throttle(limit=(1000, 1.0), patience=60.0, notice=lambda message: None):
    """Return a throttle with generous limits."""
    return Throttle("x", concurrency=9, limit=limit, patience=patience, notice=notice)


def now():
    """Return the time of the event loop."""
    return asyncio.get_running_loop().time()


def take_down(throttle):
    """Record as many failures as make an issuer count as down."""
    for _ in range(module.FAILURE_LIMIT):
        throttle.record(FAILED)


@pytest.mark.parametrize("is_resend", [False, True])
def test_pause_delays_a_question_that_already_waits_for_the_rate_limit(is_resend):
    """A question that waits for the rate limit when a pause begins is not sent before the pause ends."""

    async def run():
        throttle = make_throttle(limit=(1, 0.2), patience=5.0)
        await throttle.wait_for_turn()
        waiting = asyncio.create_task(throttle.wait_to_resend(now() + 5.0) if is_resend else throttle.wait_for_turn())
        await asyncio.sleep(0.05)
        started_at = now()
        throttle.pause(0.8)
        assert not await waiting
        return now() - started_at

    assert run_with_fake_clock(run()) == pytest.approx(0.8, abs=0.2)


def test_pause_is_not_ended_by_a_response_to_an_earlier_question():
    """A good response to a question sent before the pause does not shorten it."""

    async def run():
        throttle = make_throttle(patience=5.0)
        throttle.pause(1.0)
        throttle.record(OK)
        started_at = now()
        first = await throttle.wait_for_turn()
        waited = now() - started_at
        throttle.pause(6.0)
        throttle.record(OK)
        return first, waited, await throttle.wait_for_turn()

    first, waited, second = run_with_fake_clock(run())
    assert first is None
    assert waited == pytest.approx(1.0)
    assert (second.active, second.reason) == (None, "rate_limited")
    assert second.detail == "not sent: rate limited by the issuer for another 6 s"


def test_pause_longer_than_the_patience_is_reported_once():
    """The notice names the issuer and the pause, which is at most a day."""
    notices = []

    async def run():
        throttle = make_throttle(patience=1.0, notice=notices.append)
        throttle.pause(31_536_000)
        throttle.pause(31_536_001)
        return await throttle.wait_for_turn()

    assert run_with_fake_clock(run()).reason == "rate_limited"
    assert notices == ["x: pausing for 86400 s, as the issuer requested (Retry-After)"]


def test_probe_delay_is_extended_only_by_a_failed_probe():
    """Failures of questions sent before the issuer went down do not extend the delay."""

    async def run():
        throttle = make_throttle()
        for _ in range(module.FAILURE_LIMIT + 10):
            throttle.record(FAILED)
        started_at = now()
        assert await throttle.wait_for_turn() is None
        first = now() - started_at
        throttle.record(FAILED)
        assert await throttle.wait_for_turn() is None
        return first, now() - started_at - first

    first, second = run_with_fake_clock(run())
    assert first == pytest.approx(module.FIRST_PROBE_DELAY)
    assert module.FIRST_PROBE_DELAY <= second <= 2 * module.FIRST_PROBE_DELAY


def test_cancelled_probe_is_replaced_by_another_question():
    """A question that is cancelled before its probe is sent does not block the others."""

    async def run():
        throttle = make_throttle(limit=(1, 2.0))
        await throttle.wait_for_turn()
        take_down(throttle)
        first = asyncio.create_task(throttle.wait_for_turn())
        await asyncio.sleep(module.FIRST_PROBE_DELAY + 0.1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return await asyncio.wait_for(throttle.wait_for_turn(), 10.0)

    assert run_with_fake_clock(run()) is None


def test_down_issuer_is_probed_by_one_question_at_a_time():
    """The other questions wait for the result of the probe; there is one notice for down and one for up."""

    async def run():
        notices = []
        throttle = make_throttle(notice=notices.append)
        take_down(throttle)
        waiting = [asyncio.create_task(throttle.wait_for_turn()) for _ in range(5)]
        await asyncio.sleep(module.FIRST_PROBE_DELAY + 0.2)
        probes = sum(task.done() for task in waiting)
        throttle.record(OK)
        await asyncio.sleep(0.05)
        return probes, [task.result() for task in waiting], notices

    probes, results, notices = run_with_fake_clock(run())
    assert probes == 1
    assert results == [None] * 5
    assert len(notices) == 2
    assert "x: down since " in notices[0]
    assert notices[1] == "x: responding again"


def test_question_gives_up_when_the_issuer_is_down_longer_than_its_patience():
    """Its reading repeats the failure, and says that nothing was sent."""

    async def run():
        throttle = make_throttle(patience=0.5)
        take_down(throttle)
        return await throttle.wait_for_turn()

    reading = run_with_fake_clock(run())
    assert (reading.active, reading.reason) == (None, "network")
    assert reading.detail == "not sent: the previous 5 questions failed (gone)"


def test_documented_limit_of_an_issuer_is_the_default():
    """Reddit documents 100 requests a minute per application: of 130 questions, 30 have to wait."""
    assert providers.get("reddit").debug.limit == (100, 60)

    async def run():
        passed = 0
        async with Asker() as asker:
            throttle = asker.throttle_for(asker.prepare(Question(provider="reddit", token="made-up-token")))

            async def wait():
                nonlocal passed
                await throttle.wait_for_turn()
                passed += 1

            tasks = [asyncio.create_task(wait()) for _ in range(130)]
            await asyncio.sleep(0.3)
            for task in tasks:
                task.cancel()
            return passed

    assert 100 <= run_with_fake_clock(run()) <= 102
