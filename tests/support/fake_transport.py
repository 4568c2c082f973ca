"""Transports that play responses or errors instead of a network."""

from __future__ import annotations

import asyncio
import json

import httpx


class ScriptedTransport(httpx.AsyncBaseTransport):
    """Plays responses (status and headers) or exceptions, one after the other; ``times`` are those of the requests."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.times = []

    async def handle_async_request(self, request):
        self.times.append(asyncio.get_running_loop().time())
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        status, headers = outcome
        return httpx.Response(status, headers=headers, content=json.dumps({"active": True, "client_id": "a"}).encode())


class SilentTransport(httpx.AsyncBaseTransport):
    """Never responds."""

    async def handle_async_request(self, request):
        await asyncio.sleep(3600)
        raise AssertionError("the deadline has passed long ago")
