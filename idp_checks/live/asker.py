"""Asks issuers, live. The only module that sends a token anywhere.

What is asked and how an answer is read is the providers' matter (``idp_checks.endpoint``); here are the client, the
deadline, retries, limits, and the record of the exchange.

- One deadline over everything, pauses included. Where many questions are put, it runs from a question's turn.
- Retries only for answers and faults that may pass, with jitter, honouring ``Retry-After`` within the deadline.
- Redirects are not followed; no cookies; certificates are checked; plain http is for loopback alone.
- Bodies are capped after decompression.
- One question per distinct token and client; public documents (key sets, discovery) are fetched once, and once more
  where one lacks a key, but not twice in ``REFRESH`` seconds.
- What an issuer says to one question of its limits holds for all; one that is down is not asked on (``throttle``).
- No failure is an exception, and no log, error or traceback shows a secret: secrets are put into a request at the last
  moment, in an expression, so that they stand in no variable while something waits. httpx's client would log the
  addresses it asks, so its transport is used without it; httpcore's logs, which show the headers of answers (a token
  that went in the query comes back in the ``Location`` of a redirect), are silent while an issuer is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self, Unpack
from urllib.parse import urlsplit

import httpx
from msgspec.structs import replace

from idp_checks import providers
from idp_checks.clock import utc_now
from idp_checks.errors import UsageError
from idp_checks.live.exchange import _hushed, _kept, _told
from idp_checks.live.loop import run_sync
from idp_checks.live.throttle import Throttle, paused_detail
from idp_checks.live.transport import (
    _ASKING,
    _BROKEN,
    Fault,
    _body,
    _drop_spoiled,
    _fault,
    _headers_of,
    _http,
    _pair,
    _pause,
    _plain,
    _proxy,
    _Silent,
    trusted,
)
from idp_checks.secret import Redactor, Secret, new_key
from idp_checks.tokens.endpoint import Endpoint
from idp_checks.tokens.introspection import Exchange, Introspection, conclude
from idp_checks.tokens.question import Question, QuestionOptions
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.steps import drive_async
from idp_checks.tokens.urls import may_receive_token
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["Asker", "introspect", "introspect_sync"]


ATTEMPTS = 3
CONCURRENCY, LIMIT = 8, (50, 1.0)
"""Questions under way at one issuer, and requests in seconds, where the issuer documents no limit."""
PATIENCE = 30.0
"""Seconds for which questions are held while an issuer is down or asks to wait."""
REFRESH = 60.0
"""Seconds before a public document is fetched anew another time, however many tokens name a key that it lacks."""
FOUND, MISSING = 200, 404
"""What is known of a public document: held, or not there, which is held too but not for long."""
HELD_DOCUMENTS = 32
HELD_STANDINGS = 64
RETRIED = frozenset({429, 502, 503, 504})


async def introspect(
    provider: str,
    token: str | Secret,
    *,
    timeout: float = 10.0,  # noqa: ASYNC109 - the deadline is the caller's
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
        UsageError: ``issuer_url`` is not a URL that may receive a token, or ``timeout`` is not a positive number.
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


class IssuerReply(NamedTuple):
    """The result of asking an issuer, before it is compared with the caller's expectations."""

    reading: Reading
    asked_at: datetime
    exchanges: tuple[Exchange, ...] = ()


class IssuerContext(NamedTuple):
    """The values that all questions of one client to one issuer share.

    Attributes:
        endpoint: None if the provider documents no endpoint.
        redactor: removes the client's own secrets from the record.
        fingerprint: identifies client and issuer without revealing a secret.
    """

    provider: str
    endpoint: Endpoint | None
    redactor: Redactor
    fingerprint: bytes


class PreparedQuestion(NamedTuple):
    """A question with its issuer's endpoint and the redactor of its record.

    ``reply`` is set if nothing has to be sent, and says why.
    """

    context: IssuerContext
    question: Question
    redactor: Redactor
    reply: IssuerReply | None

    @property
    def fingerprint(self) -> bytes:
        """Identify the question without revealing a secret."""
        parts = _told(self.question.token.reveal(), self.question.subject)
        return hashlib.blake2b(parts, key=self.context.fingerprint, digest_size=16).digest()


class Asker:
    """Asks many questions with one client: bounded in number at a time and in rate, each question put once.

    Args:
        timeout: seconds for one question, everything together, from its turn on.
        redactor: what takes the secrets out of the record; one with a key of its own if not given. It learns every
            secret that is used.
        concurrency: questions under way at one issuer at a time.
        rate: requests per second to one issuer; what the issuer documents, or 50, if not given.
        patience: seconds for which questions are held while their issuer is down or asks to wait.
        notice: is told once that an issuer is down, and once that it answers again; a warning is logged if not given.
        transport: how requests are sent, in place of the network. It should log nothing.
        bulk: whether connections are kept open, and many are used side by side: for many questions to one issuer.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        redactor: Redactor | None = None,
        concurrency: int | None = None,
        rate: float | None = None,
        patience: float = PATIENCE,
        notice: Callable[[str], None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        bulk: bool = False,
    ) -> None:
        if not timeout > 0:
            raise UsageError("not a time", where="timeout", remedy="give seconds, more than 0")
        self.timeout = timeout
        self.redactor = redactor or Redactor(new_key())
        self._concurrency = concurrency
        self._rate = rate
        self._patience = patience
        self._notice = notice or logging.getLogger("idp_checks").warning
        self._given = transport
        self._bulk = bulk
        self._transports: dict[str | None, httpx.AsyncBaseTransport] = {}
        self._routes: dict[tuple[str, str], httpx.AsyncBaseTransport] = {}
        self._gates: dict[tuple[str, str | None], Throttle] = {}
        self._asked: dict[bytes, asyncio.Task[IssuerReply]] = {}
        self._documents: OrderedDict[str, Response] = OrderedDict()
        self._refreshed: dict[str, float] = {}
        self._fetching: dict[str, asyncio.Lock] = {}
        self._contexts: OrderedDict[tuple[object, ...], IssuerContext] = OrderedDict()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        for transport in self._transports.values():
            await transport.aclose()

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
            name = prepared.fingerprint
            if name not in self._asked:
                self._asked[name] = asyncio.create_task(self.fetch_reply(prepared))
            reply = await asyncio.shield(self._asked[name])
        return conclude_reply(prepared, reply)

    async def ask_calibrated(self, question: Question) -> Introspection:
        """Ask a question, and ask about a canary token with the same credentials.

        If the endpoint accepts the canary token, or accepts the token without denying the canary token, the reason is
        ``uncalibrated``.
        """
        from idp_checks.live.calibration import apply_calibration, make_canary

        result = await self.ask(question)
        canary = make_canary(providers.get(question.provider))
        return apply_calibration(result, await self.ask(replace(question, token=canary, subject=None)))

    def prepare(self, question: Question) -> PreparedQuestion:
        """Look up the endpoint of a question, and find out whether it can be asked.

        Raises:
            UnknownProvider: the provider is unknown.
            UsageError: ``issuer_url`` is not a URL that may receive a token.
        """
        context = self._context(question)
        endpoint = context.endpoint
        reading = None
        if endpoint is None:
            reading = _NO_WAY
        elif not _is_token(question.token.reveal()):
            reading = _NO_TOKEN
        elif missing := endpoint.missing_credentials(question):
            wanted = f"the issuer answers only with {' and '.join(missing)}"
            reading = Reading(active=None, reason="caller_rejected", detail=wanted)
        reply = None if reading is None else IssuerReply(reading, utc_now())
        return PreparedQuestion(context, question, context.redactor.with_secrets(question.token), reply)

    def _context(self, question: Question) -> IssuerContext:
        provider, issuer_url, credentials = question.provider, question.issuer_url, question.credentials
        client_id, client_secret = question.client_id, question.client_secret
        key = provider, client_id, client_secret, issuer_url, frozenset(credentials.items())
        context = self._contexts.get(key)
        if context is None:
            if issuer_url is not None and not may_receive_token(issuer_url):
                raise UsageError(
                    "not an address that a token may be sent to",
                    where="issuer_url",
                    remedy="give https://HOST, or http on loopback",
                )
            pair = _pair(client_id, client_secret) if client_id and client_secret else None
            secrets = [value for value in (client_secret, pair, *credentials.values()) if isinstance(value, Secret)]
            self.redactor.add(*secrets)
            secret = None if client_secret is None else client_secret.reveal()
            named = sorted((name, type(value).__name__, _plain(value)) for name, value in credentials.items())
            parts = _told(provider, client_id, secret, issuer_url, *(part for item in named for part in item))
            context = self._contexts[key] = IssuerContext(
                provider,
                providers.get(provider).debug,
                Redactor(self.redactor.key, secrets),
                hmac.digest(self.redactor.key, parts, "sha256"),
            )
            if len(self._contexts) > HELD_STANDINGS:
                self._contexts.popitem(last=False)
        return context

    async def fetch_reply(self, prepared: PreparedQuestion) -> IssuerReply:
        """Ask the issuer as soon as its throttle allows."""
        endpoint, redactor = prepared.context.endpoint, prepared.redactor
        assert endpoint is not None, "a question without an endpoint has a reply already"  # noqa: S101
        throttle = self.throttle_for(prepared)
        async with throttle.places:
            if (refused := await throttle.turn()) is not None:
                return IssuerReply(refused, utc_now())
            asked_at = utc_now()
            question = replace(prepared.question, asked_at=asked_at)
            exchanges: list[Exchange] = []
            deadline = asyncio.get_running_loop().time() + self.timeout
            try:
                reading = await self._steps(endpoint, question, deadline, throttle, exchanges, redactor)
            except Unreachable as unreachable:
                reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
            except AssertionError:
                raise  # of whoever plays the network: a statement about the test, not about the token
            except Exception as error:  # noqa: BLE001 - whatever fails, nothing is known of the token
                failed = f"the answer could not be read ({type(error).__name__})"
                reading = Reading(active=None, reason="unparsable", detail=failed)
            except BaseException:
                throttle.dropped()
                raise
            throttle.heard(reading)
            return IssuerReply(reading, asked_at, tuple(exchanges))

    async def send(
        self, request: Request, learned: Callable[[Response], Iterable[Secret]] = lambda _: ()
    ) -> tuple[Response | None, Reading, Exchange]:
        """Send a call that was built elsewhere, once: it may change something at the issuer, so it is not repeated.

        Args:
            learned: the secrets that stand in an answer, to be taken out of the record before it is kept.

        Returns:
            The answer; if there is none, why (of a call that was answered nothing is said here); the record.
        """
        tables = (request.headers, request.path, request.query, request.form or {}, request.json or {})
        self.redactor.add(*(each for table in tables for each in table.values() if isinstance(each, Secret)))
        if request.basic is not None:
            self.redactor.add(request.basic[1], _pair(*request.basic))
        answer, why = None, Reading(active=None, reason="not_stated")
        try:
            if not may_receive_token(request.url):
                raise Unreachable("issuer_error", "an address that a token may not be sent to")  # noqa: TRY301
            async with asyncio.timeout(self.timeout):
                outcome = await self._once(request)
            if isinstance(outcome, Fault):
                raise Unreachable("network", outcome.detail)  # noqa: TRY301
            answer = outcome
        except TimeoutError:
            why = Reading(active=None, reason="network", detail=f"no answer within {self.timeout:g} seconds")
        except Unreachable as unreachable:
            why = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
        if answer is not None:
            self.redactor.add(*learned(answer))
        return answer, why, _kept(request, answer, self.redactor)

    async def _steps(
        self,
        endpoint: Endpoint,
        question: Question,
        deadline: float,
        throttle: Throttle,
        exchanges: list[Exchange],
        redactor: Redactor,
    ) -> Reading:
        async def respond(request: Request) -> Response:
            try:
                response = await self._send(request, deadline, throttle, first=not exchanges)
            except Unreachable:
                exchanges.append(_kept(request, None, redactor))
                raise
            exchanges.append(_kept(request, response, redactor))
            return response

        return await drive_async(endpoint.steps(question), respond)

    async def _send(self, request: Request, deadline: float, throttle: Throttle, *, first: bool) -> Response:
        if not may_receive_token(request.url):
            raise Unreachable("issuer_error", "an address that a token may not be sent to")
        if not request.cacheable:
            return await self._attempts(request, deadline, throttle, first=first)
        fetching = self._fetching.setdefault(request.url, asyncio.Lock())
        first = first and not fetching.locked()  # who waits for others has to wait for a turn again
        try:
            async with asyncio.timeout_at(deadline):
                await fetching.acquire()
        except TimeoutError:
            raise Unreachable("network", f"no answer within {self.timeout:g} seconds") from None
        try:
            held = self._documents.get(request.url)
            stale = held is not None and (request.fresh or held.status != FOUND)
            if held is None or (stale and self._may_refresh(request.url)):
                held = await self._attempts(request, deadline, throttle, first=first)
                if held.status in (FOUND, MISSING):
                    self._documents[request.url] = held
                    if len(self._documents) > HELD_DOCUMENTS:
                        forgotten, _ = self._documents.popitem(last=False)
                        self._refreshed.pop(forgotten, None)
                        self._fetching.pop(forgotten, None)
            return held
        finally:
            fetching.release()

    def _may_refresh(self, url: str) -> bool:
        """Whether a document may be fetched anew; from now on it was."""
        now = asyncio.get_running_loop().time()
        if now - self._refreshed.get(url, -REFRESH) < REFRESH:
            return False
        self._refreshed[url] = now
        return True

    async def _attempts(self, request: Request, deadline: float, throttle: Throttle, *, first: bool) -> Response:
        """Ask until there is an answer to keep; when the time is over, the last one that came."""
        answer: Response | None = None
        fault = f"no answer within {self.timeout:g} seconds"
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in range(1, ATTEMPTS + 1):
                    if (attempt > 1 or not first) and (left := await throttle.pace(deadline)):
                        if attempt == 1:
                            raise Unreachable("rate_limited", paused_detail(left))
                        break
                    outcome = await self._once(request)
                    if isinstance(outcome, Response):
                        answer, stated, passing = outcome, outcome.headers.get("retry-after"), outcome.status in RETRIED
                    else:
                        fault, stated, passing = outcome.detail, None, outcome.passing
                    if not passing:
                        break
                    pause = _pause(stated, attempt)
                    if stated is not None:
                        throttle.hold(pause)
                    if asyncio.get_running_loop().time() + pause >= deadline:
                        break
                    if attempt < ATTEMPTS:
                        await asyncio.sleep(pause)
        except TimeoutError:
            pass
        if answer is None:
            raise Unreachable("network", fault)
        return answer

    async def _once(self, request: Request) -> Response | Fault:
        before = _ASKING.set(True)
        try:
            transport = self._transport(request.url)
            response = await transport.handle_async_request(_http(request))
            try:
                headers = _headers_of(response)
                return Response(response.status_code, headers, await _body(response, headers))
            finally:
                await response.aclose()
                if hasattr(transport, "_pool"):
                    await _drop_spoiled(transport)
        except (Unreachable, AssertionError):
            raise
        except httpx.TransportError as error:
            return _fault(error)
        except Exception as error:  # noqa: BLE001 - transports raise what they like
            if type(error).__name__ == "ClientResponseError":  # of aiohttp: no whole HTTP answer
                return _BROKEN
            raise Unreachable("unparsable", f"the exchange failed ({type(error).__name__})") from None
        finally:
            _ASKING.reset(before)

    def throttle_for(self, prepared: PreparedQuestion) -> Throttle:
        """Return the throttle of the question's issuer."""
        (provider, endpoint, _, _), issuer_url = prepared.context, prepared.question.issuer_url
        key = (provider, issuer_url)
        if key not in self._gates:
            limit = (endpoint and endpoint.limit) or LIMIT if self._rate is None else (max(1.0, self._rate), 1.0)
            self._gates[key] = Throttle(
                f"{provider}{f' at {issuer_url}' if issuer_url else ''}",
                concurrency=self._concurrency or CONCURRENCY,
                limit=limit,
                patience=self._patience,
                notice=self._notice,
            )
        return self._gates[key]

    def _transport(self, url: str) -> httpx.AsyncBaseTransport:
        if self._given is not None:
            return self._given
        parts = urlsplit(url)
        route = parts.scheme, parts.netloc
        if route not in self._routes:
            proxy = _proxy(url)
            if proxy not in self._transports:
                self._transports[proxy] = self._made(proxy)
            self._routes[route] = self._transports[proxy]
        return self._routes[route]

    def _made(self, proxy: str | None) -> httpx.AsyncBaseTransport:
        try:
            if not self._bulk:
                return httpx.AsyncHTTPTransport(verify=trusted(), proxy=proxy)
            from idp_checks.live.aiohttp_transport import transport

            return transport(trusted(), proxy)
        except (ImportError, ValueError, httpx.InvalidURL):
            raise Unreachable("network", "the proxy is of a kind that is not supported") from None


for _name in (*(f"httpcore.{each}" for each in ("connection", "http11", "http2", "proxy", "socks")), "aiohttp.client"):
    logging.getLogger(_name).addFilter(_Silent())


def conclude_reply(prepared: PreparedQuestion, reply: IssuerReply) -> Introspection:
    """Compare an issuer's reply with the expectations of the question."""
    context, question = prepared.context, prepared.question
    result = conclude(
        context.provider,
        reply.reading,
        method=context.endpoint.kind if context.endpoint else None,
        asked_at=reply.asked_at,
        clients=question.expected_clients,
        subject=question.subject,
        exchanges=reply.exchanges,
    )
    return _hushed(result, prepared.redactor)


_NO_WAY = Reading(active=None, reason="not_stated", detail="the provider documents no way to ask about a token")
_NO_TOKEN = Reading(
    active=False, reason="malformed", detail="not printable ASCII, as every access token is (RFC 6749, appendix A.12)"
)


_is_token = re.compile(r"[\x20-\x7e]+").fullmatch
