"""Run a sans-IO generator: it yields requests, receives responses, and returns its result.

``Unreachable`` raised by the responder is thrown into the generator, which may recover or let it pass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["drive", "drive_async"]

T = TypeVar("T")


def drive(steps: Generator[Request, Response, T], respond: Callable[[Request], Response]) -> T:
    """Run the steps to their end with the responder's responses, and return their result."""
    try:
        request = next(steps)
        while True:
            try:
                response = respond(request)
            except Unreachable as unreachable:
                request = steps.throw(unreachable)
            except StopIteration as error:
                raise RuntimeError("the responder raised StopIteration") from error
            else:
                request = steps.send(response)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def drive_async(steps: Generator[Request, Response, T], respond: Callable[[Request], Awaitable[Response]]) -> T:
    """Run the steps like ``drive``, with a responder that is awaited."""
    try:
        request = next(steps)
        while True:
            try:
                response = await respond(request)
            except Unreachable as unreachable:
                request = steps.throw(unreachable)
            else:
                request = steps.send(response)
    except StopIteration as stop:
        result: T = stop.value
        return result
