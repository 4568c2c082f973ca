"""Ask about many tokens: results in the order of arrival, bounded memory, each distinct token asked about once.

Questions are read only as fast as answers are taken. Concurrency and rate per issuer follow the issuer's documented
limits.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from idp_checks.errors import UsageError
from idp_checks.live.asker import MAX_WAIT, Asker
from idp_checks.live.prepared_question import IssuerReply, PreparedQuestion, conclude_reply
from idp_checks.live.reply_store import ReplyStore
from idp_checks.live.throttle import Throttle
from idp_checks.live.transport import Transport
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.question import Question

__all__ = ["Answer", "QuestionLike", "introspect_many"]

WINDOW = 128
"""Questions in memory at a time: waiting, being asked, or answered and not yet taken."""
RATE_LIMITED_ATTEMPTS = 3
"""How often a question is asked while its issuer responds with a rate limit."""


class Answer(NamedTuple):
    """A question and its result."""

    question: Question
    introspection: Introspection


QuestionLike: TypeAlias = Question | Mapping[str, Any] | tuple[str, str | Secret]
"""A question, its arguments by name, or a provider and a token."""


async def introspect_many(
    questions: Iterable[QuestionLike] | AsyncIterable[QuestionLike],
    *,
    timeout: float = 10.0,  # noqa: ASYNC109 - the deadline of one question
    concurrency: int | None = None,
    rate: float | None = None,
    patience: float = MAX_WAIT,
    notice: Callable[[str], None] | None = None,
    redactor: Redactor | None = None,
    transport: Transport | None = None,
) -> AsyncIterator[Answer]:
    """Ask issuers about many tokens, and yield the answers in the order of arrival.

    A question with the same token and client as an earlier one is not asked again. Its answer comes from a temporary
    file of fingerprints and redacted replies, which is deleted with the iterator.

    While ``WINDOW`` questions wait for a slow issuer, no further question is read. If issuers differ much in speed, use
    one call per issuer, in parallel.

    Args:
        questions: the questions, read as answers are taken.
        timeout: seconds for one question, from its turn on.
        concurrency: parallel questions to one issuer; 8 by default.
        rate: requests per second to one issuer; by default the limit that the issuer documents, else 50.
        patience: seconds that a question waits while its issuer is down or paused. A question that would wait longer
            is not sent, and its answer says so.
        notice: receives one message when an issuer goes down, and one when it responds again; logged by default.
        redactor: removes secrets from the record; by default one with a new key.
        transport: sends the requests instead of the network. It should not log.

    Yields:
        Each question with its answer. A failed request is not an exception: ``active`` is None then.

    Raises:
        UnknownProvider: a question names an unknown provider.
        UsageError: a question is invalid, or its ``issuer_url`` is not a URL that may receive a token.
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
            run.tasks.add(asyncio.create_task(run.read(questions)))
            while not run.is_finished:
                await run.ready.wait()
                run.ready.clear()
                while run.answers:
                    run.window.release()
                    yield run.answers.popleft()
                if run.error is not None:
                    raise run.error
        finally:
            await run.close()


class _Run:
    """The questions being asked, and the answers not yet taken."""

    def __init__(self, asker: Asker) -> None:
        self.window = asyncio.Semaphore(WINDOW)
        self.answers: deque[Answer] = deque()
        self.ready = asyncio.Event()
        self.error: BaseException | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self._asker = asker
        self._store = ReplyStore()
        self._pending: dict[bytes, list[PreparedQuestion]] = {}
        self._queues: dict[Throttle, deque[tuple[bytes, PreparedQuestion]]] = {}
        self._workers: Counter[Throttle] = Counter()
        self._is_read = False

    async def read(self, questions: Iterable[QuestionLike] | AsyncIterable[QuestionLike]) -> None:
        """Read questions while the window has room."""
        try:
            if isinstance(questions, AsyncIterable):
                async for item in questions:
                    await self._add(_to_question(item))
            else:
                for item in questions:
                    await self._add(_to_question(item))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - raised where the answers are taken
            self.error = error
        self._is_read = True
        self.ready.set()

    async def _add(self, question: Question) -> None:
        await self.window.acquire()
        prepared = self._asker.prepare(question)
        if prepared.reply is not None:
            self._answer(prepared, prepared.reply)
            return
        fingerprint = prepared.fingerprint
        if fingerprint in self._pending:
            self._pending[fingerprint].append(prepared)
        elif (reply := self._store.get(fingerprint)) is not None:
            self._answer(prepared, reply)
        else:
            self._pending[fingerprint] = [prepared]
            throttle = self._asker.throttle_for(prepared)
            queue = self._queues.setdefault(throttle, deque())
            queue.append((fingerprint, prepared))
            if self._workers[throttle] < throttle.concurrency:
                self._workers[throttle] += 1
                task = asyncio.create_task(self._work(throttle, queue))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def _work(self, throttle: Throttle, queue: deque[tuple[bytes, PreparedQuestion]]) -> None:
        """Ask the questions of one issuer, one after the other, until its queue is empty."""
        while queue:
            await self._ask(*queue.popleft())
        self._workers[throttle] -= 1

    async def _ask(self, fingerprint: bytes, prepared: PreparedQuestion) -> None:
        try:
            reply = await self._asker.fetch_reply(prepared)
            for _ in range(RATE_LIMITED_ATTEMPTS - 1):
                if reply.reading.reason != "rate_limited" or not reply.exchanges:
                    break
                reply = await self._asker.fetch_reply(prepared)
            self._store.put(fingerprint, reply)
            for duplicate in self._pending.pop(fingerprint):
                self._answer(duplicate, reply)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - raised where the answers are taken
            self.error = error
        self.ready.set()

    def _answer(self, prepared: PreparedQuestion, reply: IssuerReply) -> None:
        self.answers.append(Answer(prepared.question, conclude_reply(prepared, reply)))
        self.ready.set()

    @property
    def is_finished(self) -> bool:
        """Whether every question was read and answered, and every answer taken."""
        return self._is_read and not self._pending and not self.answers

    async def close(self) -> None:
        """Cancel the remaining questions."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._store.close()


def _to_question(item: QuestionLike) -> Question:
    if isinstance(item, Question):
        return item
    try:
        if isinstance(item, Mapping):
            return Question(**item)
        provider, token = item
        return Question(provider=provider, token=token)
    except (TypeError, ValueError):
        remedy = "use a Question, a mapping of its arguments, or a provider and a token"
        raise UsageError("invalid question", where="questions", remedy=remedy) from None
