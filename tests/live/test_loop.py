"""Tests of running coroutines from synchronous code."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

from support.fake_server import GOOD, http_response, introspect_at, serve


def test_introspect_sync_works_inside_a_running_loop():
    """A notebook cell runs inside an event loop."""

    async def inside(server):
        return introspect_at(server)

    with serve(http_response(GOOD)) as server:
        assert asyncio.run(inside(server)).good


def test_run_sync_does_not_wait_for_a_slow_name_resolver(monkeypatch):
    """The resolver's thread may outlive the deadline; the caller does not wait for it."""
    resolve, is_over = socket.getaddrinfo, threading.Event()

    def resolve_slowly(*args, **kwargs):
        is_over.wait(30)
        return resolve("127.0.0.1", *args[1:], **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_slowly)
    started_at = time.monotonic()
    try:
        result = introspect_at("https://slow.invalid", timeout=0.3)
        assert time.monotonic() - started_at < 15
    finally:
        is_over.set()
    assert result.reason == "network"
