"""What asking issuers costs, as ratios in one run, against a server in a process of its own on loopback.

``python benchmarks/introspection.py`` prints each ratio with its bar and exits with 1 where one is missed.
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
    """Answers every request with the same introspection, as fast as this language can."""

    BODY = json.dumps({"active": True, "client_id": CLIENT, "sub": "700042", "scope": "openid", "exp": 4102444800})
    ANSWER = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self.held) < end + 4 + length:
                return
            self.held = self.held[end + 4 + length :]
            self.transport.write(self.ANSWER)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    process = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()


def question(url: str, number: int) -> Question:
    token = f"made-up-token-{number:08d}"
    return Question(provider="oauth2", token=token, client_id=CLIENT, client_secret=SECRET, issuer_url=url)


async def many(url: str, count: int, transport: httpx.AsyncBaseTransport | None = None) -> float:
    """Requests per second of ``introspect_many``."""
    started = time.perf_counter()
    good = 0
    asked = (question(url, number) for number in range(count))
    async for _, found in introspect_many(asked, concurrency=CONNECTIONS, rate=1e9, transport=transport):
        good += found.good
    assert good == count
    return count / (time.perf_counter() - started)


async def side_by_side(one: Callable[[int], Awaitable[object]], count: int, workers: int) -> float:
    """Requests per second of so many workers."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await one(number)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return count / (time.perf_counter() - started)


async def bulk(url: str) -> tuple[float, float]:
    """``introspect_many``, the same over httpx's own transport, and bare aiohttp: requests per second."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def bare(number: int) -> None:
            form = {**FORM, "token": f"made-up-token-{number:08d}"}
            async with session.post(f"{url}/introspect", data=form, headers={"Authorization": BASIC}) as answer:
                json.loads(await answer.read())

        await side_by_side(bare, 300, CONNECTIONS)
        await many(url, 300)
        aio, ours, own, ratios = [], [], [], []
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        for _ in range(PAIRS):  # the machine's pace changes: bare aiohttp before and after
            before = await side_by_side(bare, 1000, CONNECTIONS)
            ours.append(await many(url, 1000))
            after = await side_by_side(bare, 1000, CONNECTIONS)
            own.append(await many(url, 100, httpx.AsyncHTTPTransport(limits=limits)))
            aio += before, after
            ratios.append((ours[-1] / own[-1], ours[-1] * (1 / before + 1 / after) / 2))
    show("introspect_many, requests a second", f"{median(ours):.0f}")
    show("  the same over httpx's own transport", f"{median(own):.0f}")
    show("  bare aiohttp", f"{median(aio):.0f}")
    return median(to_own for to_own, _ in ratios), median(to_aio for _, to_aio in ratios)


async def single(url: str) -> tuple[float, float]:
    """One question after the other: seconds of a warm ``Asker``, and of ``introspect``, by those of a warm client."""
    async with httpx.AsyncClient() as client, Asker(rate=1e9) as asker:
        same = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": url}
        number = 0

        async def bare(_: int) -> None:
            form = {**FORM, "token": f"made-up-token-{number:08d}"}
            (await client.post(f"{url}/introspect", data=form, auth=(CLIENT, SECRET))).json()

        async def asked(_: int) -> None:
            nonlocal number
            number += 1
            assert (await asker.ask(Question(provider="oauth2", token=f"made-up-token-{number:08d}", **same))).good  # type: ignore[arg-type]

        async def alone(_: int) -> None:
            assert (await introspect("oauth2", "made-up-token", **same)).good  # type: ignore[arg-type]

        ratios: list[tuple[float, float]] = []
        for turn in range(ROUNDS + 1):
            one, two, three = [await side_by_side(each, 100, 1) for each in (bare, asked, alone)]
            if turn:
                ratios.append((one / two, one / three))
    return median(each[0] for each in ratios), median(each[1] for each in ratios)


async def memory(url: str, count: int) -> None:
    """Ask so many questions and say how much memory it took at the most, in KiB."""
    repeated = chain(range(count), range(0, count, 10))
    asked = (question(url, number) for number in repeated)
    async for _, found in introspect_many(asked, concurrency=CONNECTIONS, rate=1e9):
        assert found.good
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def peak(url: str, count: int) -> int:
    done = subprocess.run([sys.executable, __file__, "--memory", url, str(count)], stdout=subprocess.PIPE, check=True)
    return int(done.stdout)


def show(what: str, value: str, bar: str = "") -> None:
    print(f"{what:<58} {value:>10}   {bar}", flush=True)


async def main() -> int:
    async with served() as url:
        to_httpx, to_aiohttp = await bulk(url)
        asker, alone = await single(url)
        small, large = peak(url, 10_000), peak(url, 100_000)
    print()
    show("introspect_many : httpx's own transport, 32 connections", f"{to_httpx:.2f} x", "bar: at least 5")
    show("introspect_many : bare aiohttp, 32 connections", f"{to_aiohttp:.2f} x", "bar: at least 0.4")
    show("one introspection (open Asker) : a warm httpx call", f"{asker:.2f} x", "bar: at most 1.3")
    show("one introspection (introspect alone) : a warm httpx call", f"{alone:.2f} x", "")
    show("peak memory, 100,000 : 10,000 questions", f"{large / small:.2f} x", "bar: at most 1.2")
    show("  peak at 100,000 questions", f"{large / 1024:.0f} MiB")
    return 0 if to_httpx >= 5 and to_aiohttp >= 0.4 and asker <= 1.3 and large / small <= 1.2 else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve"]:
            asyncio.run(serve())
        case ["--memory", url, count]:
            asyncio.run(memory(url, int(count)))
        case _:
            raise SystemExit(asyncio.run(main()))
