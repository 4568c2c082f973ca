"""Run coroutines from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["run_sync"]

T = TypeVar("T")

CLEANUP_SECONDS = 0.2
"""Seconds for tasks that a coroutine leaves behind."""


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a new event loop; if a loop is running already, in a new thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run_to_end(coroutine)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_run_to_end, coroutine).result()


def _run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run until the coroutine ends.

    ``asyncio.run`` would also wait for the thread that resolves a host name, long past the deadline.
    """
    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except BaseException:
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            raise
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            if remaining := asyncio.all_tasks(loop):  # unread response bodies are being closed
                loop.run_until_complete(asyncio.wait(remaining, timeout=CLEANUP_SECONDS))
    finally:
        loop.close()
