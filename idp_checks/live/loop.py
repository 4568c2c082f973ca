"""Run coroutines from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["run_sync"]

T = TypeVar("T")


def run_sync(question: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in a loop of its own; in a thread of its own where a loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(question)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_run, question).result()


def _run(question: Coroutine[Any, Any, T]) -> T:
    """Run to the end of the question and no further.

    ``asyncio.run`` would also wait for the thread in which a name is being resolved, long past the deadline.
    """
    loop = asyncio.new_event_loop()
    try:
        asking = loop.create_task(question)
        try:
            return loop.run_until_complete(asking)
        except BaseException:
            asking.cancel()
            loop.run_until_complete(asyncio.gather(asking, return_exceptions=True))
            raise
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            if left := asyncio.all_tasks(loop):  # bodies that were not read to the end are being given up
                loop.run_until_complete(asyncio.wait(left, timeout=_LET_GO))
    finally:
        loop.close()


_LET_GO = 0.2
"""Seconds for what a question leaves behind to be given up."""
