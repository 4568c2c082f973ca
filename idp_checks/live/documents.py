"""A cache of public documents (key sets, discovery documents)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from typing import Protocol

from idp_checks.tokens.wire import Request, Response

__all__ = ["DocumentCache"]

REFRESH_INTERVAL = 60.0
"""Seconds between two refreshes of a document, however many tokens name a key that it lacks."""
MAX_DOCUMENTS = 32
FOUND, MISSING = 200, 404
"""Statuses that are cached; a missing document is requested again after ``REFRESH_INTERVAL``."""


class Fetch(Protocol):
    """Fetches a document; ``has_waited`` if another task fetched the same document first."""

    def __call__(self, *, has_waited: bool) -> Awaitable[Response]: ...


class DocumentCache:
    """The public documents of one asker: each is fetched once, and again only if a token requires a fresh one."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, Response] = OrderedDict()
        self._refreshed_at: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, request: Request, deadline: float, fetch: Fetch) -> Response:
        """Return a document from the cache, or fetch it.

        Args:
            request: the request for the document; ``fresh`` if the cached one lacks something.
            deadline: when to stop waiting for another task that fetches the same document, as a time of the event loop.
            fetch: fetches the document.

        Raises:
            TimeoutError: another task did not finish before the deadline.
        """
        url = request.url
        lock = self._locks.setdefault(url, asyncio.Lock())
        has_waited = lock.locked()
        async with asyncio.timeout_at(deadline):
            await lock.acquire()
        try:
            document = self._documents.get(url)
            is_stale = document is not None and (request.fresh or document.status != FOUND)
            if document is None or (is_stale and self._may_refresh(url)):
                document = await fetch(has_waited=has_waited)
                if document.status in (FOUND, MISSING):
                    self._store(url, document)
            return document
        finally:
            lock.release()

    def _store(self, url: str, document: Response) -> None:
        self._documents[url] = document
        if len(self._documents) > MAX_DOCUMENTS:
            oldest, _ = self._documents.popitem(last=False)
            self._refreshed_at.pop(oldest, None)
            self._locks.pop(oldest, None)

    def _may_refresh(self, url: str) -> bool:
        """Whether a document may be refreshed now; if so, the refresh is recorded."""
        now = asyncio.get_running_loop().time()
        if now - self._refreshed_at.get(url, -REFRESH_INTERVAL) < REFRESH_INTERVAL:
            return False
        self._refreshed_at[url] = now
        return True
