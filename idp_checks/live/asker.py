"""Ask issuers about tokens: the only module that decides to send a token.

Requests and the reading of responses are defined by the providers' endpoints; this module adds deadlines, limits and
the record.

- One deadline covers a whole question, its pauses included. Among many questions, it starts with the question's turn.
- Only temporary failures are retried, with jitter, honoring ``Retry-After`` within the deadline.
- Redirects are not followed; there are no cookies; certificates are verified; plain http is for loopback only.
- Bodies are limited in size after decompression.
- Each distinct token and client is asked about once. Public documents (key sets, discovery) are fetched once, and again
  if one lacks a key, but not more often than ``documents.REFRESH_INTERVAL``.
- A ``Retry-After`` pauses all questions to an issuer; an issuer that is down is not asked further (``Throttle``).
- A failure is not an exception.
- No log, error or traceback shows a secret: it is put into a request at the last moment, in an expression, so that no
  local variable contains it during a wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, Unpack

from msgspec.structs import replace

from idp_checks import providers
from idp_checks.clock import utc_now
from idp_checks.errors import UsageError
from idp_checks.live.exchange import record_exchange
from idp_checks.live.http_request import basic_credentials
from idp_checks.live.loop import run_sync
from idp_checks.live.prepared_question import (
    IssuerContexts,
    IssuerReply,
    PreparedQuestion,
    conclude_reply,
    prepare_question,
)
from idp_checks.live.sender import Sender
from idp_checks.live.throttle import Throttle
from idp_checks.live.transport import Transport, TransportPool
from idp_checks.secret import Redactor, Secret, new_key
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.question import Question, QuestionOptions
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.steps import drive_async
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["MAX_WAIT", "Asker", "introspect", "introspect_sync"]

CONCURRENCY, RATE_LIMIT = 8, (50, 1.0)
"""Parallel questions to one issuer, and requests per seconds if the issuer documents no limit."""
MAX_WAIT = 30.0
"""Seconds that a question waits, by default, while its issuer is down or paused."""


async def introspect(
    provider: str,
    token: str | Secret,
    *,
    timeout: float = 10.0,  # noqa: ASYNC109 - the caller's deadline
    **options: Unpack[QuestionOptions],
) -> Introspection:
    """Ask a token's issuer whether the token is good.

    Args:
        provider: the provider's name, such as ``facebook``.
        token: the access token. It is sent to its issuer and appears nowhere else.
        timeout: seconds for the whole call.
        options: ``client_id``, ``client_secret``, ``subject``, ``issuer_url`` and ``credentials``, described in
            ``QuestionOptions``.

    Returns:
        The issuer's verdict. A failed request is not an exception: ``active`` is None then, and ``reason`` says why.

    Raises:
        UnknownProvider: the provider is unknown.
        UsageError: ``issuer_url`` is not a URL that may receive a token, or ``timeout`` is not positive.
    """
    question = Question(provider=provider, token=token, **options)
    del token, options  # a traceback must not show them
    return await _ask_once(question, timeout)


def introspect_sync(
    provider: str, token: str | Secret, *, timeout: float = 10.0, **options: Unpack[QuestionOptions]
) -> Introspection:
    """Run ``introspect`` from synchronous code; it also works inside an event loop, such as in a notebook."""
    question = Question(provider=provider, token=token, **options)
    del token, options
    return run_sync(_ask_once(question, timeout))


async def _ask_once(question: Question, seconds: float) -> Introspection:
    async with Asker(timeout=seconds) as asker:
        return await asker.ask(question)


class Asker:
    """Asks many questions over shared connections, with limits per issuer; each distinct question is asked once.

    Args:
        timeout: seconds for one question, from its turn on.
        redactor: removes secrets from the record; by default one with a new key. Every secret in use is added to it.
        concurrency: parallel questions to one issuer.
        rate: requests per second to one issuer; by default the limit that the issuer documents, else 50.
        patience: seconds that a question waits while its issuer is down or paused.
        notice: receives one message when an issuer goes down, and one when it responds again; logged by default.
        transport: sends the requests instead of the network. It should not log.
        bulk: whether connections are kept open and many are used in parallel, for many questions to one issuer.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        redactor: Redactor | None = None,
        concurrency: int | None = None,
        rate: float | None = None,
        patience: float = MAX_WAIT,
        notice: Callable[[str], None] | None = None,
        transport: Transport | None = None,
        bulk: bool = False,
    ) -> None:
        if not timeout > 0:
            raise UsageError("not a positive number of seconds", where="timeout", remedy="use a number above 0")
        self.timeout = timeout
        self.redactor = redactor or Redactor(new_key())
        self._concurrency = concurrency
        self._rate = rate
        self._patience = patience
        self._notice = notice or logging.getLogger("idp_checks").warning
        self._sender = Sender(TransportPool(transport, bulk=bulk), timeout)
        self._contexts = IssuerContexts(self.redactor)
        self._throttles: dict[tuple[str, str | None], Throttle] = {}
        self._replies: dict[bytes, asyncio.Task[IssuerReply]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._replies.values():
            task.cancel()
        await asyncio.gather(*self._replies.values(), return_exceptions=True)
        await self._sender.close()

    async def ask(self, question: Question) -> Introspection:
        """Ask a question, or return the result of the same question asked before.

        Raises:
            UnknownProvider: the provider is unknown.
            UsageError: ``issuer_url`` is not a URL that may receive a token.
        """
        prepared = self.prepare(question)
        self.redactor.add(question.token)
        reply = prepared.reply
        if reply is None:
            fingerprint = prepared.fingerprint
            if fingerprint not in self._replies:
                self._replies[fingerprint] = asyncio.create_task(self.fetch_reply(prepared))
            reply = await asyncio.shield(self._replies[fingerprint])
        return conclude_reply(prepared, reply)

    async def ask_calibrated(self, question: Question) -> Introspection:
        """Ask a question, and ask about a canary token with the same credentials.

        The reason is ``uncalibrated`` if the endpoint accepts the canary token, or if it accepts the token without
        denying the canary token.
        """
        from idp_checks.live.calibration import apply_calibration, make_canary

        result = await self.ask(question)
        canary = make_canary(providers.get(question.provider))
        return apply_calibration(result, await self.ask(replace(question, token=canary, subject=None)))

    def prepare(self, question: Question) -> PreparedQuestion:
        """Look up the context of a question, and find out whether it can be sent.

        Raises:
            UnknownProvider: the provider is unknown.
            UsageError: ``issuer_url`` is not a URL that may receive a token.
        """
        return prepare_question(question, self._contexts.get(question))

    async def fetch_reply(self, prepared: PreparedQuestion) -> IssuerReply:
        """Ask the issuer as soon as its throttle allows."""
        throttle = self.throttle_for(prepared)
        async with throttle.slots:
            if (refusal := await throttle.wait_for_turn()) is not None:
                return IssuerReply(refusal, utc_now())
            question = replace(prepared.question, asked_at=utc_now())
            exchanges: list[Exchange] = []
            try:
                reading = await self._read_steps(prepared, question, throttle, exchanges)
            except Unreachable as unreachable:
                reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
            except AssertionError:
                raise  # from a simulated network: a statement about a test, not about the token
            except Exception as error:  # noqa: BLE001 - no failure may say anything about the token
                detail = f"the response could not be read ({type(error).__name__})"
                reading = Reading(active=None, reason="unparsable", detail=detail)
            except BaseException:
                throttle.abandon_turn()
                raise
            throttle.record(reading)
            return IssuerReply(reading, question.time, tuple(exchanges))

    async def _read_steps(
        self, prepared: PreparedQuestion, question: Question, throttle: Throttle, exchanges: list[Exchange]
    ) -> Reading:
        endpoint, redactor = prepared.context.endpoint, prepared.redactor
        assert endpoint is not None, "a question without an endpoint has a reply already"  # noqa: S101
        deadline = asyncio.get_running_loop().time() + self.timeout

        async def respond(request: Request) -> Response:
            try:
                response = await self._sender.send(request, deadline, throttle, is_first=not exchanges)
            except Unreachable:
                exchanges.append(record_exchange(request, None, redactor))
                raise
            exchanges.append(record_exchange(request, response, redactor))
            return response

        return await drive_async(endpoint.steps(question), respond)

    async def send(
        self, request: Request, find_secrets: Callable[[Response], Iterable[Secret]] = lambda _: ()
    ) -> tuple[Response | None, Reading, Exchange]:
        """Send a request that is not part of a question, once: it may change something at the issuer.

        Args:
            request: the request.
            find_secrets: returns the secrets in a response; they are removed from the record.

        Returns:
            The response, or None; the reason for a missing response as a reading; the record.
        """
        tables = (request.headers, request.path, request.query, request.form or {}, request.json or {})
        self.redactor.add(*(value for table in tables for value in table.values() if isinstance(value, Secret)))
        if request.basic is not None:
            self.redactor.add(request.basic[1], basic_credentials(*request.basic))
        response, reading = None, Reading(active=None, reason="not_stated")
        try:
            response = await self._sender.send_once(request)
        except Unreachable as unreachable:
            reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
        else:
            self.redactor.add(*find_secrets(response))
        return response, reading, record_exchange(request, response, self.redactor)

    def throttle_for(self, prepared: PreparedQuestion) -> Throttle:
        """Return the throttle of the question's issuer."""
        provider, endpoint, issuer_url = *prepared.context[:2], prepared.question.issuer_url
        key = provider, issuer_url
        if key not in self._throttles:
            documented = endpoint.limit if endpoint else None
            limit = (documented or RATE_LIMIT) if self._rate is None else (max(1.0, self._rate), 1.0)
            self._throttles[key] = Throttle(
                f"{provider} ({issuer_url})" if issuer_url else provider,
                concurrency=self._concurrency or CONCURRENCY,
                limit=limit,
                patience=self._patience,
                notice=self._notice,
            )
        return self._throttles[key]
