"""Serves the simulated issuers on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from idp_checks.errors import UsageError
from idp_checks.issuers.app import make_app
from idp_checks.issuers.cases import CLIENT_SECRET, REFRESH_TOKEN, SLOW
from idp_checks.issuers.world import World
from idp_checks.tokens.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IssuerServer", "serve"]

_START_TIMEOUT = 10.0


class IssuerServer:
    """The running server of the simulated issuers.

    Attributes:
        base_url: the URL of the server, such as ``http://127.0.0.1:8765``.
        world: the simulated issuers.
        client_secret: the only client secret that is accepted.
        refresh_token: the refresh token that each issuer accepts at first.
    """

    def __init__(self, base_url: str, world: World) -> None:
        self.base_url = base_url
        self.world = world
        self.client_secret = CLIENT_SECRET
        self.refresh_token = REFRESH_TOKEN
        self._closed = threading.Event()

    def url(self, provider: str, case: str | None = None) -> str:
        """Return the ``issuer_url`` of a provider; with a case, of an issuer with this case for every request."""
        return f"{self.base_url}/{provider}{f'+{case}' if case else ''}"

    def tokens(self) -> list[dict[str, Any]]:
        """Return every sample token and how to ask about it, one JSON object per token.

        Fields: ``provider``, ``case``, ``token``, ``issuer_url``, ``client_id``, ``subject`` (None if no response
        contains it) and ``credentials``, which the issuer requires besides client id and secret.
        """
        return [
            {
                "provider": issuer.provider.name,
                "case": case,
                "token": issuer.token(case),
                "issuer_url": self.url(issuer.provider.name, issuer.case_for_all_requests(case)),
                "client_id": issuer.client_id,
                "subject": issuer.subject,
                "credentials": issuer.loopback_credentials,
            }
            for issuer in map(self.world.issuer, self.world.names)
            for case in (*issuer.cases, SLOW)
        ]

    def wait(self) -> None:
        """Wait until the server stops, or until Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            while not self._closed.wait(0.5):
                pass

    def end(self) -> None:
        """Make ``wait`` return."""
        self._closed.set()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Without an explicit protocol number asyncio does not set TCP_NODELAY, and small responses are delayed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def serve(
    host: str = "127.0.0.1", port: int = 0, *, world: World | None = None, delay: float = 15.0
) -> Iterator[IssuerServer]:
    """Serve the simulated issuers from a thread for as long as the context lasts.

    Args:
        host: a loopback address, because these issuers accept sample tokens.
        port: the port; a free port if 0.
        world: the simulated issuers; all providers if not given.
        delay: the delay of the case ``slow`` in seconds.

    Raises:
        UsageError: the host is not a loopback address, or the port is not available.
    """
    url_host = f"[{host}]" if ":" in host else host
    if not is_loopback(f"http://{url_host}"):
        raise UsageError("not a loopback address", where="host", remedy="use 127.0.0.1 or ::1")
    world = world or World()
    try:
        listener = _listen(host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on this address ({error.strerror})",
            where=f"{host}:{port}",
            remedy="use port 0 for a free port",
        ) from None
    config = uvicorn.Config(
        make_app(world, delay=delay),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="idp-checks issuers", daemon=True)
    issuer_server = IssuerServer(f"http://{url_host}:{listener.getsockname()[1]}", world)
    thread.start()
    try:
        _wait_for_start(server, thread, issuer_server.base_url)
        yield issuer_server
    finally:
        issuer_server.end()
        server.should_exit = True
        thread.join()
        listener.close()


def _wait_for_start(server: uvicorn.Server, thread: threading.Thread, base_url: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise UsageError("the server did not start", where=base_url)
        time.sleep(0.005)
