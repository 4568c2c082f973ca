"""Measure the cost of asking issuers, as ratios, with a server on loopback in a separate process.

python benchmarks/introspection.py
"""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import chain
from statistics import median

import aiohttp
import httpx

from idp_checks import Question, introspect, introspect_many
from idp_checks.live.asker import Asker

CONNECTIONS = 32
ROUNDS, PAIRS = 5, 15
CLIENT, SECRET = "client-a", "made-up-secret"
BASIC = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
FORM = {"token_type_hint": "access_token"}


class Server(asyncio.Protocol):
    """Sends the same introspection response to every request, with as little work as possible."""

    BODY = json.dumps({"active": True, "client_id": CLIENT, "sub": "700042", "scope": "openid", "exp": 4102444800})
    RESPONSE = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode()
    )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(self.RESPONSE)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@asynccontextmanager
async def run_server() -> AsyncIterator[str]:
    process = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()


def make_question(url: str, number: int) -> Question:
    token = f"made-up-token-{number:08d}"
    return Question(provider="oauth2", token=token, client_id=CLIENT, client_secret=SECRET, issuer_url=url)


async def ask_many(url: str, count: int, transport: httpx.AsyncBaseTransport | None = None) -> float:
    """Return the requests per second of ``introspect_many``."""
    started_at = time.perf_counter()
    good = 0
    questions = (make_question(url, number) for number in range(count))
    async for _, result in introspect_many(questions, concurrency=CONNECTIONS, rate=1e9, transport=transport):
        good += result.good
    assert good == count
    return count / (time.perf_counter() - started_at)


async def run_parallel(request: Callable[[int], Awaitable[object]], count: int, workers: int) -> float:
    """Return the requests per second of parallel workers."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await request(number)

    started_at = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return count / (time.perf_counter() - started_at)


async def measure_bulk(url: str) -> tuple[float, float]:
    """Return the speed of ``introspect_many`` as a ratio to httpx's own transport, and to bare aiohttp."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def request(number: int) -> None:
            form = {**FORM, "token": f"made-up-token-{number:08d}"}
            async with session.post(f"{url}/introspect", data=form, headers={"Authorization": BASIC}) as response:
                json.loads(await response.read())

        await run_parallel(request, 300, CONNECTIONS)
        await ask_many(url, 300)
        aiohttp_rates, bulk_rates, httpx_rates, ratios = [], [], [], []
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        for _ in range(PAIRS):  # the speed of the machine changes, so bare aiohttp is measured before and after
            before = await run_parallel(request, 1000, CONNECTIONS)
            bulk = await ask_many(url, 1000)
            after = await run_parallel(request, 1000, CONNECTIONS)
            over_httpx = await ask_many(url, 100, httpx.AsyncHTTPTransport(limits=limits))
            aiohttp_rates += before, after
            bulk_rates.append(bulk)
            httpx_rates.append(over_httpx)
            ratios.append((bulk / over_httpx, bulk * (1 / before + 1 / after) / 2))
    show("introspect_many, requests per second", f"{median(bulk_rates):.0f}")
    show("  the same over httpx's own transport", f"{median(httpx_rates):.0f}")
    show("  bare aiohttp", f"{median(aiohttp_rates):.0f}")
    return median(ratio for ratio, _ in ratios), median(ratio for _, ratio in ratios)


async def measure_single(url: str) -> tuple[float, float]:
    """Return the duration of one question with an open ``Asker``, and of ``introspect``, as ratios to a warm client."""
    async with httpx.AsyncClient() as client, Asker(rate=1e9) as asker:
        count = 0

        async def request(number: int) -> None:
            form = {**FORM, "token": f"made-up-token-{number:08d}"}
            (await client.post(f"{url}/introspect", data=form, auth=(CLIENT, SECRET))).json()

        async def ask(_: int) -> None:
            nonlocal count
            count += 1
            assert (await asker.ask(make_question(url, count))).good

        async def introspect_once(_: int) -> None:
            options = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": url}
            assert (await introspect("oauth2", "made-up-token", **options)).good

        ratios: list[tuple[float, float]] = []
        for turn in range(ROUNDS + 1):
            rates = [await run_parallel(function, 100, 1) for function in (request, ask, introspect_once)]
            if turn:
                ratios.append((rates[0] / rates[1], rates[0] / rates[2]))
    return median(ratio for ratio, _ in ratios), median(ratio for _, ratio in ratios)


async def print_memory(url: str, count: int) -> None:
    """Ask about many tokens, and print the peak memory in KiB."""
    numbers = chain(range(count), range(0, count, 10))
    questions = (make_question(url, number) for number in numbers)
    async for _, result in introspect_many(questions, concurrency=CONNECTIONS, rate=1e9):
        assert result.good
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def peak_memory(url: str, count: int) -> int:
    process = subprocess.run(
        [sys.executable, __file__, "--memory", url, str(count)], stdout=subprocess.PIPE, check=True
    )
    return int(process.stdout)


def show(name: str, figure: str, bar: str = "") -> None:
    print(f"{name:<58} {figure:>10}   {bar}", flush=True)


async def main() -> int:
    async with run_server() as url:
        httpx_ratio, aiohttp_ratio = await measure_bulk(url)
        asker_ratio, introspect_ratio = await measure_single(url)
        small, large = peak_memory(url, 10_000), peak_memory(url, 100_000)
    rows = (
        ("introspect_many / httpx's own transport, 32 connections", httpx_ratio, "at least 5", httpx_ratio >= 5),
        ("introspect_many / bare aiohttp, 32 connections", aiohttp_ratio, "at least 0.4", aiohttp_ratio >= 0.4),
        ("one question (open Asker) / a warm httpx call", asker_ratio, "at most 1.3", asker_ratio <= 1.3),
        ("peak memory, 100,000 / 10,000 questions", large / small, "at most 1.2", large / small <= 1.2),
    )
    show("one introspect / a warm httpx call", f"{introspect_ratio:.2f} x")
    show("peak memory at 100,000 questions", f"{large / 1024:.0f} MiB")
    print()
    for name, figure, bar, holds in rows:
        show(name, f"{figure:.2f} x", f"bar: {bar}, {'holds' if holds else 'MISSED'}")
    return 0 if all(holds for *_, holds in rows) else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve"]:
            asyncio.run(serve())
        case ["--memory", url, count]:
            asyncio.run(print_memory(url, int(count)))
        case _:
            raise SystemExit(asyncio.run(main()))
