"""Serves the simulated issuers on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from idp_checks.errors import UsageError
from idp_checks.issuers.app import app
from idp_checks.issuers.world import CLIENT_SECRET, REFRESH_TOKEN, SLOW, World
from idp_checks.tokens.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Served", "serve"]

_START = 10.0
"""Seconds within which the server must have started."""


class Served:
    """The simulated issuers, being served.

    Attributes:
        base_url: where, such as ``http://127.0.0.1:8765``.
        world: what is played.
        client_secret: the one client secret that is accepted.
        refresh_token: the refresh token that each issuer accepts at first.
    """

    def __init__(self, base_url: str, world: World) -> None:
        self.base_url = base_url
        self.world = world
        self.client_secret = CLIENT_SECRET
        self.refresh_token = REFRESH_TOKEN
        self._ended = threading.Event()

    def url(self, provider: str, case: str | None = None) -> str:
        """The address to give as ``issuer_url``; with a case, that of an issuer that plays it whatever it is asked."""
        return f"{self.base_url}/{provider}{f'+{case}' if case else ''}"

    def tokens(self) -> list[dict[str, Any]]:
        """Every token there is, and how to ask about it: a row each, as JSON.

        ``provider``, ``case``, ``token``, ``issuer_url``, ``client_id``, ``subject`` (None where none is played) and
        the further ``credentials`` that the issuer wants.
        """
        rows: list[dict[str, Any]] = []
        for issuer in map(self.world.issuer, self.world.names):
            name = issuer.provider.name
            rows += [
                {
                    "provider": name,
                    "case": case,
                    "token": issuer.token(case),
                    "issuer_url": self.url(name, issuer.wholly(case)),
                    "client_id": issuer.client_id,
                    "subject": issuer.subject,
                    "credentials": issuer.further,
                }
                for case in (*issuer.cases, SLOW)
            ]
        return rows

    def wait(self) -> None:
        """Wait until the server ends, or until Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            while not self._ended.wait(0.5):
                pass

    def end(self) -> None:
        """Let ``wait`` return."""
        self._ended.set()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; of the protocol TCP by name, without which asyncio leaves small answers waiting."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


@contextlib.contextmanager
def serve(
    host: str = "127.0.0.1", port: int = 0, *, world: World | None = None, late: float = 15.0
) -> Iterator[Served]:
    """Serve the simulated issuers from a thread for as long as the context lasts.

    Args:
        host: a loopback address: what is served here vouches for made-up tokens.
        port: the port; a free one if 0.
        world: what is played; all providers if not given.
        late: seconds that the answer of the case ``slow`` takes.

    Raises:
        UsageError: the address is not of this machine, or cannot be listened on.
    """
    shown = f"[{host}]" if ":" in host else host
    if not is_loopback(f"http://{shown}"):
        raise UsageError("not a loopback address", where="host", remedy="give 127.0.0.1 or ::1")
    world = world or World()
    try:
        listening = _listening(host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen there ({error.strerror})", where=f"{host}:{port}", remedy="port 0 takes a free one"
        ) from None
    config = uvicorn.Config(
        app(world, late=late), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="idp-checks issuers", daemon=True)
    served = Served(f"http://{shown}:{listening.getsockname()[1]}", world)
    thread.start()
    try:
        deadline = time.monotonic() + _START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise UsageError("the server did not start", where=served.base_url)
            time.sleep(0.005)
        yield served
    finally:
        served.end()
        server.should_exit = True
        thread.join()
        listening.close()
