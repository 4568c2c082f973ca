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
    outcome: Response | Unreachable | None = None
    while True:
        try:
            request = _resume(steps, outcome)
        except StopIteration as stop:
            result: T = stop.value
            return result
        try:
            outcome = respond(request)
        except Unreachable as unreachable:
            outcome = unreachable


async def drive_async(steps: Generator[Request, Response, T], respond: Callable[[Request], Awaitable[Response]]) -> T:
    """Run the steps like ``drive``, with a responder that is awaited."""
    outcome: Response | Unreachable | None = None
    while True:
        try:
            request = _resume(steps, outcome)
        except StopIteration as stop:
            result: T = stop.value
            return result
        try:
            outcome = await respond(request)
        except Unreachable as unreachable:
            outcome = unreachable


def _resume(steps: Generator[Request, Response, T], outcome: Response | Unreachable | None) -> Request:
    """Continue the steps up to their next request."""
    if outcome is None:
        return next(steps)
    return steps.throw(outcome) if isinstance(outcome, Unreachable) else steps.send(outcome)
