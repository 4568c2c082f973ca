"""Asks about many tokens: answers as they come, in bounded memory, each distinct token put to its issuer once.

Questions are taken from their source only as fast as answers are taken from here. How many are under way at one issuer,
and how many a second, is the issuer's own limit where it documents one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import httpx
import msgspec

from idp_checks.errors import UsageError
from idp_checks.live.asker import PATIENCE, Asker, IssuerReply, PreparedQuestion, conclude_reply
from idp_checks.live.throttle import Throttle
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.question import Question

__all__ = ["Answer", "Question", "introspect_many"]

WINDOW = 128
"""Questions that are held at a time, waiting, under way or answered and not yet taken."""
AGAIN = 3
"""How often a question is put to an issuer that asks to slow down."""


class Answer(NamedTuple):
    """A question, and what its issuer says."""

    question: Question
    introspection: Introspection


Asked: TypeAlias = Question | Mapping[str, Any] | tuple[str, str | Secret]
"""A question, its arguments by name, or provider and token alone."""


async def introspect_many(
    questions: Iterable[Asked] | AsyncIterable[Asked],
    *,
    timeout: float = 10.0,  # noqa: ASYNC109 - the deadline of one question
    concurrency: int | None = None,
    rate: float | None = None,
    patience: float = PATIENCE,
    notice: Callable[[str], None] | None = None,
    redactor: Redactor | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Answer]:
    """Ask issuers about many tokens, and give the answers as they come, not in order.

    A question that was put before, with the same token and the same client, is not put again: its answer is given once
    more, read from a temporary file that holds fingerprints and redacted answers and goes with the iterator.

    Questions wait for those before them: while ``WINDOW`` of them wait for a slow issuer, none is read. Where issuers
    differ much in pace, give each a call of its own, side by side.

    Args:
        questions: what is asked; it is read as answers are taken.
        timeout: seconds for one question, everything together, from its turn on.
        concurrency: questions under way at one issuer at a time; 8 if not given.
        rate: requests per second to one issuer; what the issuer documents, or 50, if not given.
        patience: seconds for which questions are held while their issuer is down or asks to wait. Who has been held
            longer is not asked, and its answer says so.
        notice: is told once that an issuer is down, and once that it answers again; a warning is logged if not given.
        redactor: what takes the secrets out of the record; one with a key of its own if not given.
        transport: how requests are sent, in place of the network. It should log nothing.

    Yields:
        Each question with its answer. A failure to ask is no exception: ``active`` is None then.

    Raises:
        UnknownProvider: a question names no provider that is known.
        UsageError: a question has no form of a question, or an address that no token may be sent to.
    """
    async with Asker(
        timeout=timeout,
        redactor=redactor,
        concurrency=concurrency,
        rate=rate,
        patience=patience,
        notice=notice,
        transport=transport,
        bulk=True,
    ) as asker:
        run = _Run(asker)
        try:
            reading = asyncio.create_task(run.read(questions))
            run.tasks.add(reading)
            while not run.over:
                await run.ready.wait()
                run.ready.clear()
                while run.answers:
                    run.window.release()
                    yield run.answers.popleft()
                if run.failed is not None:
                    raise run.failed
        finally:
            await run.end()


class _Run:
    """Questions under way, and answers that wait to be taken."""

    def __init__(self, asker: Asker) -> None:
        self.window = asyncio.Semaphore(WINDOW)
        self.answers: deque[Answer] = deque()
        self.ready = asyncio.Event()
        self.failed: BaseException | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self._asker = asker
        self._seen = _Seen()
        self._flying: dict[bytes, list[PreparedQuestion]] = {}
        self._queues: dict[Throttle, deque[tuple[bytes, PreparedQuestion]]] = {}
        self._workers: Counter[Throttle] = Counter()
        self._read = False

    async def read(self, questions: Iterable[Asked] | AsyncIterable[Asked]) -> None:
        """Take the questions, as many at a time as there is room for."""
        try:
            if isinstance(questions, AsyncIterable):
                async for asked in questions:
                    await self._take(_question(asked))
            else:
                for asked in questions:
                    await self._take(_question(asked))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - goes on to whoever takes the answers
            self.failed = error
        self._read = True
        self.ready.set()

    async def _take(self, question: Question) -> None:
        await self.window.acquire()
        prepared = self._asker.prepare(question)
        if prepared.reply is not None:
            self._give(prepared, prepared.reply)
            return
        name = prepared.fingerprint
        if name in self._flying:
            self._flying[name].append(prepared)
        elif (reply := self._seen.get(name)) is not None:
            self._give(prepared, reply)
        else:
            self._flying[name] = [prepared]
            throttle = self._asker.throttle_for(prepared)
            queue = self._queues.setdefault(throttle, deque())
            queue.append((name, prepared))
            if self._workers[throttle] < throttle.concurrency:
                self._workers[throttle] += 1
                task = asyncio.create_task(self._work(throttle, queue))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def _work(self, throttle: Throttle, queue: deque[tuple[bytes, PreparedQuestion]]) -> None:
        """Put one question after the other to an issuer, as long as there are any."""
        while queue:
            await self._fetch(*queue.popleft())
        self._workers[throttle] -= 1

    async def _fetch(self, name: bytes, prepared: PreparedQuestion) -> None:
        try:
            reply = await self._asker.fetch_reply(prepared)
            for _ in range(AGAIN - 1):
                if reply.reading.reason != "rate_limited" or not reply.exchanges:
                    break
                reply = await self._asker.fetch_reply(prepared)
            self._seen.put(name, reply)
            for waiting in self._flying.pop(name):
                self._give(waiting, reply)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - goes on to whoever takes the answers
            self.failed = error
        self.ready.set()

    def _give(self, prepared: PreparedQuestion, reply: IssuerReply) -> None:
        self.answers.append(Answer(prepared.question, conclude_reply(prepared, reply)))
        self.ready.set()

    @property
    def over(self) -> bool:
        """Whether every question was read, answered, and its answer taken."""
        return self._read and not self._flying and not self.answers

    async def end(self) -> None:
        """Give up what is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._seen.close()


def _question(asked: Asked) -> Question:
    if isinstance(asked, Question):
        return asked
    try:
        if isinstance(asked, Mapping):
            return Question(**asked)
        provider, token = asked
    except (TypeError, ValueError):
        remedy = "give a Question, its arguments by name, or provider and token"
        raise UsageError("not a question", where="questions", remedy=remedy) from None
    return Question(provider=provider, token=token)


class _Seen:
    """The answers of a run by their questions, in a file of the operating system's that has no name."""

    BATCH = 256

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        for setting in ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF", "cache_size = -2048"):
            self._table.execute(f"PRAGMA {setting}")
        self._table.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, heard BLOB)")
        self._table.execute("BEGIN")
        self._last: dict[bytes, bytes] = {}
        self._marks = bytearray(1 << 20)
        self._encode = msgspec.json.Encoder().encode  # an answer may hold numbers that MessagePack cannot
        self._decode = msgspec.json.Decoder(IssuerReply).decode

    def get(self, name: bytes) -> IssuerReply | None:
        held = self._last.get(name)
        if held is None and self._may_hold(name):
            row = self._table.execute("SELECT heard FROM seen WHERE name = ?", (name,)).fetchone()
            held = None if row is None else row[0]
        return None if held is None else self._decode(held)

    def _may_hold(self, name: bytes) -> bool:
        """Whether it is worth a look into the table."""
        return all(self._marks[place >> 3] >> (place & 7) & 1 for place in _marks(name))

    def put(self, name: bytes, heard: IssuerReply) -> None:
        self._last[name] = self._encode(heard)
        for place in _marks(name):
            self._marks[place >> 3] |= 1 << (place & 7)
        if len(self._last) >= self.BATCH:
            self._table.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", self._last.items())
            self._last.clear()

    def close(self) -> None:
        self._table.close()


def _marks(name: bytes) -> tuple[int, int]:
    """Where a name leaves its marks among those 2^23 (a Bloom filter)."""
    whole = int.from_bytes(name[:6], "little")
    return whole & 0x7FFFFF, whole >> 24 & 0x7FFFFF
