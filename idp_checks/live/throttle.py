"""One issuer's door: how many may be under way, how many a second, until when nobody asks, and whether it is down.

Everybody who asks one issuer goes through one ``Gate``. What the issuer tells one of them (``Retry-After``: RFC 9110,
section 10.2.3; RFC 6585, section 4) holds for all. After ``TRIPS`` questions in a row without an answer the issuer is
taken to be down: that is said once, the others are held, and one at a time tries again, after pauses that grow. Who
would be held longer than the caller's patience is not asked, and told so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from aiolimiter import AsyncLimiter

from idp_checks.clock import zulu
from idp_checks.tokens.reading import Reading

__all__ = ["Throttle", "paused_detail"]

TRIPS = 5
"""Questions in a row without an answer after which an issuer is down."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds before an issuer that is down is tried again: at first, and at the most."""
LONGEST_HOLD = 86_400.0
"""Seconds for which an issuer is left alone at its word, at the most."""
UNANSWERED = frozenset({"network", "issuer_error", "rate_limited"})


class Throttle:
    """The door of one issuer.

    Args:
        name: what the issuer is called in what is said of it.
        concurrency: questions under way at a time.
        limit: so many requests in so many seconds.
        patience: seconds for which questions are held while the issuer is down, or asks to wait.
        notice: is told, once, that the issuer is down, and once that it answers again.
    """

    def __init__(
        self, name: str, *, concurrency: int, limit: tuple[float, float], patience: float, notice: Callable[[str], None]
    ) -> None:
        self.concurrency = concurrency
        self.places = asyncio.Semaphore(concurrency)
        self._name = name
        self._pace = AsyncLimiter(*limit)
        self._patience = patience
        self._notice = notice
        self._changed = asyncio.Event()
        self._held_until = 0.0
        self._unanswered = 0
        self._down: float | None = None
        self._why = Reading(active=None, reason="network")
        self._next = 0.0
        self._pause = FIRST_PAUSE
        self._trying: asyncio.Task[object] | None = None
        self._told_to_wait = False

    async def turn(self) -> Reading | None:
        """Wait for a turn to send; where the issuer is not to be asked any more, what there is to say instead."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        while True:
            now = loop.time()
            if now < self._held_until:
                if self._held_until > since + self._patience:
                    return Reading(active=None, reason="rate_limited", detail=paused_detail(self._held_until - now))
                await self._change(self._held_until - now)
            elif self._down is None:
                await self._pace.acquire()
                if self._down is None and loop.time() >= self._held_until:  # nothing was said while it was waited for
                    return None
            elif now >= self._next and self._trying is None:
                await self._try()
                if loop.time() >= self._held_until:
                    return None
                self.dropped()
            elif now >= self._down + self._patience:
                return self._why
            else:
                until = self._down + self._patience
                await self._change((until if self._trying else min(self._next, until)) - now)

    async def _try(self) -> None:
        """Wait for the turn of the one that tries an issuer that is down; who gives up leaves it to the next."""
        self._trying = asyncio.current_task()
        try:
            await self._pace.acquire()
        except BaseException:
            self.dropped()
            raise

    async def pace(self, deadline: float) -> float:
        """Wait for a turn to send once more within a question that has had its turn.

        Returns:
            0; where the issuer is left alone until the deadline (a time of the loop) or longer, the seconds that it
            wants to pass first: nothing may be sent then.
        """
        loop = asyncio.get_running_loop()
        while True:
            if (left := self._held_until - loop.time()) <= 0:
                await self._pace.acquire()
                if loop.time() >= self._held_until:
                    return 0.0
            elif self._held_until >= deadline:
                return left
            else:
                await self._change(left)

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long, as the issuer says. Who would wait longer than their patience is not kept."""
        until = asyncio.get_running_loop().time() + min(seconds, LONGEST_HOLD)
        if until > self._held_until:
            if seconds > self._patience and not self._told_to_wait:
                self._told_to_wait = True
                self._notice(f"{self._name}: asks to be left alone for {min(seconds, LONGEST_HOLD):.0f} s")
            self._held_until = until
            self._tell()

    def heard(self, reading: Reading) -> None:
        """Take note of what came of a question, in the task that had its turn."""
        tried, was_down = self._tried(), self._down is not None
        now = asyncio.get_running_loop().time()
        if reading.reason not in UNANSWERED:
            if was_down:
                self._notice(f"{self._name}: answers again")
            self._unanswered, self._down, self._pause, self._trying = 0, None, FIRST_PAUSE, None
            self._told_to_wait = self._told_to_wait and now < self._held_until
        else:
            self._unanswered += 1
            if was_down:
                # Others that were under way when it went down say nothing new: only who tried it lengthens the pause.
                if tried:
                    self._next = now + self._pause
                    self._pause = min(2 * self._pause, LONGEST_PAUSE)
            elif self._unanswered >= TRIPS:
                said = f"not asked: the {self._unanswered} questions before went unanswered ({reading.detail})"
                self._why = Reading(active=None, reason=reading.reason, detail=said)
                self._down, self._next = now, now + self._pause
                began = zulu(datetime.now(UTC))
                self._notice(f"{self._name}: does not answer since {began} ({reading.reason}: {reading.detail})")
        if was_down or self._down is not None:  # otherwise nobody waits for news
            self._tell()

    def dropped(self) -> None:
        """Take note that a question was given up before anything came of it, in the task that had its turn."""
        self._tried()
        self._tell()

    def _tried(self) -> bool:
        """Whether the task at hand is the one that tries an issuer that is down; from now on it is not."""
        tried = self._trying is not None and self._trying is asyncio.current_task()
        if tried:
            self._trying = None
        return tried

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


def paused_detail(seconds: float) -> str:
    """Why an issuer is not asked that wants so many seconds to pass first."""
    return f"not asked: the issuer wants {seconds:.0f} s more to pass first"
