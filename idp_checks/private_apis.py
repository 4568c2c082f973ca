"""All access to private attributes of other libraries.

Written against httpx 0.28.1, httpcore 1.0.9, aiohttp 3.14.5 and pytest 9.2.0. The public interfaces of the HTTP
libraries do not report data that a server sends after the end of a response. Read as the next response, such data would
answer the wrong question, so connections are checked before they are used again. pytest has no public interface to
rewrite the representation of a failure.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

__all__ = ["close_unsafe_connections", "item_parameters", "make_checked_connector", "replace_report_strings"]


async def close_unsafe_connections(transport: object) -> None:
    """Close the idle connections of an httpx transport that received data after a response.

    Connections whose state cannot be read are closed as well. A transport without httpcore's pool is left unchanged.
    """
    pool = getattr(transport, "_pool", None)
    for connection in getattr(pool, "connections", ()):
        state = getattr(getattr(connection, "_connection", None), "_h11_state", None)
        if connection.is_idle() and (state is None or state.trailing_data[0]):
            await connection.aclose()


def make_checked_connector(**options: Any) -> aiohttp.TCPConnector:
    """Return an aiohttp connector that discards idle connections with unread data; options as in ``TCPConnector``."""
    return _checked_connector_class()(**options)


@cache
def _checked_connector_class() -> type[aiohttp.TCPConnector]:
    import aiohttp

    class CheckedConnector(aiohttp.TCPConnector):
        async def _get(self, key: Any, traces: Any) -> Any:
            while (connection := await super()._get(key, traces)) is not None:
                protocol = connection.protocol
                if protocol is not None and not protocol.should_close and not _has_unread_data(protocol.transport):
                    return connection
                connection.close()
            return None

    return CheckedConnector


def _has_unread_data(transport: Any) -> bool:
    """Whether the socket is readable, even if only because the server closed it."""
    socket = transport.get_extra_info("socket")
    if socket is None or socket.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def replace_report_strings(value: Any, replace: Callable[[str], str]) -> Any:
    """Return a part of a pytest report with all strings replaced; pytest's own objects are modified in place."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list | tuple):
        return type(value)(replace_report_strings(item, replace) for item in value)
    if type(value).__module__.startswith("_pytest."):
        for name, field in vars(value).items():
            setattr(value, name, replace_report_strings(field, replace))
    return value


def item_parameters(item: object) -> Mapping[str, Any]:
    """Return the parameters of a pytest item by name; empty if the test is not parametrized."""
    return getattr(getattr(item, "callspec", None), "params", {})
