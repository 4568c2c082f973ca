"""Per-issuer throttle: concurrency, rate limit, ``Retry-After`` pause and circuit breaker.

All questions to one issuer share one ``Throttle``, so a ``Retry-After`` (RFC 9110, section 10.2.3; RFC 6585, section 4)
received by one of them pauses all. After ``FAILURE_LIMIT`` consecutive failures the issuer counts as down: this is
reported once, questions wait, and one question at a time probes the issuer, at growing intervals. A question that would
have to wait longer than the caller's patience is not sent, and its reading says so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from aiolimiter import AsyncLimiter

from idp_checks.clock import utc_now, zulu
from idp_checks.tokens.reading import Reading

__all__ = ["Throttle", "describe_pause"]

FAILURE_LIMIT = 5
"""Consecutive failed questions after which an issuer counts as down."""
FIRST_PROBE_DELAY, MAX_PROBE_DELAY = 1.0, 30.0
"""Seconds before an issuer that is down is probed: the first time, and at most."""
MAX_PAUSE = 86_400.0
"""The longest pause in seconds that an issuer can ask for."""
FAILURE_REASONS = frozenset({"network", "issuer_error", "rate_limited"})


class Throttle:
    """The limits of one issuer.

    Args:
        name: the issuer's name in notices.
        concurrency: parallel questions.
        limit: a number of requests, and the seconds in which they may be sent.
        patience: seconds that a question may wait while the issuer is down or paused.
        notice: receives one message when the issuer goes down, and one when it responds again.
    """

    def __init__(
        self, name: str, *, concurrency: int, limit: tuple[float, float], patience: float, notice: Callable[[str], None]
    ) -> None:
        self.concurrency = concurrency
        self.slots = asyncio.Semaphore(concurrency)
        self._name = name
        self._limiter = AsyncLimiter(*limit)
        self._patience = patience
        self._notice = notice
        self._change = asyncio.Event()
        self._paused_until = 0.0
        self._is_pause_reported = False
        self._failures = 0
        self._down_since: float | None = None
        self._down_reading = Reading(active=None, reason="network")
        self._next_probe_at = 0.0
        self._probe_delay = FIRST_PROBE_DELAY
        self._probe_task: asyncio.Task[object] | None = None

    async def wait_for_turn(self) -> Reading | None:
        """Wait until a question may be sent; return a reading if it may not be sent at all."""
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        while True:
            now = loop.time()
            if now < self._paused_until:
                if self._paused_until > started_at + self._patience:
                    detail = describe_pause(self._paused_until - now)
                    return Reading(active=None, reason="rate_limited", detail=detail)
                await self._wait_for_change(self._paused_until - now)
            elif self._down_since is None:
                await self._limiter.acquire()
                if self._down_since is None and loop.time() >= self._paused_until:  # both may change during the wait
                    return None
            elif now >= self._next_probe_at and self._probe_task is None:
                await self._acquire_probe()
                if loop.time() >= self._paused_until:
                    return None
                self.abandon_turn()
            elif now >= self._down_since + self._patience:
                return self._down_reading
            else:
                give_up_at = self._down_since + self._patience
                await self._wait_for_change(
                    (give_up_at if self._probe_task else min(self._next_probe_at, give_up_at)) - now
                )

    async def _acquire_probe(self) -> None:
        """Make the current task the probe of the issuer; if it is cancelled, another task takes over."""
        self._probe_task = asyncio.current_task()
        try:
            await self._limiter.acquire()
        except BaseException:
            self.abandon_turn()
            raise

    async def wait_to_resend(self, deadline: float) -> float:
        """Wait until a question that has had its turn may send another request.

        Args:
            deadline: the end of the question, as a time of the event loop.

        Returns:
            0 if the request may be sent; otherwise the seconds that the issuer remains paused, past the deadline.
        """
        loop = asyncio.get_running_loop()
        while True:
            if (remaining := self._paused_until - loop.time()) <= 0:
                await self._limiter.acquire()
                if loop.time() >= self._paused_until:
                    return 0.0
            elif self._paused_until >= deadline:
                return remaining
            else:
                await self._wait_for_change(remaining)

    def pause(self, seconds: float) -> None:
        """Send nothing for this time, as the issuer asks; questions with less patience give up."""
        paused_until = asyncio.get_running_loop().time() + min(seconds, MAX_PAUSE)
        if paused_until > self._paused_until:
            if seconds > self._patience and not self._is_pause_reported:
                self._is_pause_reported = True
                self._notice(
                    f"{self._name}: pausing for {min(seconds, MAX_PAUSE):.0f} s, as the issuer requested (Retry-After)"
                )
            self._paused_until = paused_until
            self._notify()

    def record(self, reading: Reading) -> None:
        """Record the result of a question, in the task that had its turn."""
        was_probe, was_down = self._release_probe(), self._down_since is not None
        now = asyncio.get_running_loop().time()
        if reading.reason not in FAILURE_REASONS:
            if was_down:
                self._notice(f"{self._name}: responding again")
            self._failures, self._down_since, self._probe_delay, self._probe_task = 0, None, FIRST_PROBE_DELAY, None
            self._is_pause_reported = self._is_pause_reported and now < self._paused_until
        else:
            self._failures += 1
            if was_down:
                # Questions sent before the issuer went down add no information: only a probe extends the delay.
                if was_probe:
                    self._next_probe_at = now + self._probe_delay
                    self._probe_delay = min(2 * self._probe_delay, MAX_PROBE_DELAY)
            elif self._failures >= FAILURE_LIMIT:
                detail = f"not sent: the previous {self._failures} questions failed ({reading.detail})"
                self._down_reading = Reading(active=None, reason=reading.reason, detail=detail)
                self._down_since, self._next_probe_at = now, now + self._probe_delay
                self._notice(f"{self._name}: down since {zulu(utc_now())} ({reading.reason}: {reading.detail})")
        if was_down or self._down_since is not None:  # otherwise no task waits for a change
            self._notify()

    def abandon_turn(self) -> None:
        """Give up a question without a result, in the task that had its turn."""
        self._release_probe()
        self._notify()

    def _release_probe(self) -> bool:
        """Whether the current task is the probe, which it then no longer is."""
        is_probe = self._probe_task is not None and self._probe_task is asyncio.current_task()
        if is_probe:
            self._probe_task = None
        return is_probe

    def _notify(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    async def _wait_for_change(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._change.wait()


def describe_pause(seconds: float) -> str:
    """Say why a question to a paused issuer is not sent."""
    return f"not sent: rate limited by the issuer for another {seconds:.0f} s"
