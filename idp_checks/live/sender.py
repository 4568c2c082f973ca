"""Send the requests of a question: retries, limits of the issuer, cached documents."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from idp_checks.live.documents import DocumentCache
from idp_checks.live.throttle import Throttle, describe_pause
from idp_checks.live.transport import Fault, TransportPool, send_once
from idp_checks.tokens.urls import may_receive_token
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["Sender"]

ATTEMPTS = 3
"""Requests sent for one step, the retries included."""
RETRIED_STATUSES = frozenset({429, 502, 503, 504})


class Sender:
    """Sends requests over the transports of one asker.

    Args:
        transports: the transports, which are closed with the sender.
        timeout: seconds for one question; the error messages name it.
    """

    def __init__(self, transports: TransportPool, timeout: float) -> None:
        self._transports = transports
        self._timeout = timeout
        self._documents = DocumentCache()

    async def close(self) -> None:
        """Close the connections."""
        await self._transports.close()

    async def send_once(self, request: Request) -> Response:
        """Send a request without retries, since it may change something at the issuer.

        Raises:
            Unreachable: there is no response.
        """
        _require_allowed_url(request.url)
        try:
            async with asyncio.timeout(self._timeout):
                outcome = await send_once(self._transports.find(request.url), request)
        except TimeoutError:
            raise Unreachable("network", self._timeout_detail) from None
        if isinstance(outcome, Fault):
            raise Unreachable("network", outcome.detail)
        return outcome

    async def send(self, request: Request, deadline: float, throttle: Throttle, *, is_first: bool) -> Response:
        """Send one step of a question, or take its document from the cache.

        Args:
            request: the request of the step.
            deadline: the end of the question, as a time of the event loop.
            throttle: the throttle of the issuer.
            is_first: whether the question's own turn at the throttle covers this request.

        Raises:
            Unreachable: there is no response.
        """
        _require_allowed_url(request.url)
        if not request.cacheable:
            return await self._send_with_retries(request, deadline, throttle, has_turn=is_first)

        def fetch(*, has_waited: bool) -> Awaitable[Response]:
            # A question that waited for another task has to wait for a turn again.
            return self._send_with_retries(request, deadline, throttle, has_turn=is_first and not has_waited)

        try:
            return await self._documents.get(request, deadline, fetch)
        except TimeoutError:
            raise Unreachable("network", self._timeout_detail) from None

    async def _send_with_retries(
        self, request: Request, deadline: float, throttle: Throttle, *, has_turn: bool
    ) -> Response:
        """Send until a response is final; at the deadline, return the last response."""
        response: Response | None = None
        fault = self._timeout_detail
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                for attempt in range(1, ATTEMPTS + 1):
                    if (attempt > 1 or not has_turn) and (remaining := await throttle.wait_to_resend(deadline)):
                        if attempt == 1:
                            raise Unreachable("rate_limited", describe_pause(remaining))
                        break
                    outcome = await send_once(self._transports.find(request.url), request)
                    if isinstance(outcome, Response):
                        response, retry_after = outcome, outcome.headers.get("retry-after")
                        is_temporary = outcome.status in RETRIED_STATUSES
                    else:
                        fault, retry_after, is_temporary = outcome.detail, None, outcome.is_temporary
                    if not is_temporary:
                        break
                    delay = _retry_delay(retry_after, attempt)
                    if retry_after is not None:
                        throttle.pause(delay)
                    if asyncio.get_running_loop().time() + delay >= deadline:
                        break
                    if attempt < ATTEMPTS:
                        await asyncio.sleep(delay)
        if response is None:
            raise Unreachable("network", fault)
        return response

    @property
    def _timeout_detail(self) -> str:
        return f"no response within {self._timeout:g} s"


def _require_allowed_url(url: str) -> None:
    if not may_receive_token(url):
        raise Unreachable("issuer_error", "not sent: the URL must use https, without user name and fragment")


def _retry_delay(retry_after: str | None, attempt: int) -> float:
    """Return the seconds before the next attempt: ``Retry-After`` (RFC 9110, section 10.2.3) and jitter."""
    jitter: float = random.uniform(0.1, 0.4) * 2 ** (attempt - 1)  # noqa: S311 - not used for security
    if retry_after is None:
        return jitter
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:12]) + jitter
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()) + jitter
    return jitter
