"""Tests of the access to private attributes of other libraries."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import aiohttp
import httpcore
import httpx
import pytest

from idp_checks import private_apis


class FakeConnection:
    """A connection of httpcore's pool, as far as it is used."""

    def __init__(self, *, is_idle, trailing_data):
        self._is_idle = is_idle
        self._connection = SimpleNamespace()
        if trailing_data is not None:
            self._connection._h11_state = SimpleNamespace(trailing_data=(trailing_data, False))
        self.is_closed = False

    def is_idle(self):
        return self._is_idle

    async def aclose(self):
        self.is_closed = True


@pytest.mark.parametrize(
    ("is_idle", "trailing_data", "is_closed"),
    [(True, b"", False), (True, b"x", True), (True, None, True), (False, b"x", False)],
    ids=["clean", "data after the response", "unknown state", "in use"],
)
def test_unsafe_idle_connections_are_closed(is_idle, trailing_data, is_closed):
    """A connection in use stays open; an idle connection is closed unless it is known to be clean."""
    connection = FakeConnection(is_idle=is_idle, trailing_data=trailing_data)
    transport = SimpleNamespace(_pool=SimpleNamespace(connections=[connection]))
    asyncio.run(private_apis.close_unsafe_connections(transport))
    assert connection.is_closed is is_closed


def test_transport_without_a_pool_is_left_unchanged():
    """A simulated transport has no connections."""
    asyncio.run(private_apis.close_unsafe_connections(httpx.MockTransport(lambda request: httpx.Response(200))))


def test_private_attributes_exist_in_the_installed_versions():
    """An update that renames them fails here first."""
    assert isinstance(httpx.AsyncHTTPTransport()._pool, httpcore.AsyncConnectionPool)
    assert hasattr(httpcore.AsyncHTTP11Connection(httpcore.Origin(b"https", b"a", 443), None), "_h11_state")
    assert asyncio.iscoroutinefunction(aiohttp.TCPConnector._get)
