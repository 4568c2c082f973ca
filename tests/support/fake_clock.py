"""An event loop with a fake clock: waiting takes no time, so tests of pauses are fast and exact."""

from __future__ import annotations

import asyncio

TICK = 1e-6
"""Seconds that pass at least, as on a real clock: a wait for less would otherwise never end."""


class FakeClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose time advances when nothing else is left to do. It is not for real sockets."""

    def __init__(self):
        super().__init__()
        self._fake_time = 1000.0
        select = self._selector.select

        def advance(timeout=None):
            events = select(0)
            if not events and timeout is None:
                raise RuntimeError("every task waits, and no timer is set")
            if not events:
                self._fake_time += max(timeout, TICK)
            return events

        self._selector.select = advance

    def time(self):
        return self._fake_time


def run_with_fake_clock(coroutine):
    """Run a coroutine in an event loop with a fake clock."""
    loop = FakeClockLoop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
