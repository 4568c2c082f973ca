"""Asks issuers, live. The only module that sends a token anywhere.

What is asked and how an answer is read is the providers' matter (``idp_checks.endpoint``); here are the client, the
deadline, retries, limits, and the record of the exchange.

- One deadline over everything, pauses included. Where many questions are put, it runs from a question's turn.
- Retries only for answers and faults that may pass, with jitter, honouring ``Retry-After`` within the deadline.
- Redirects are not followed; no cookies; certificates are checked; plain http is for loopback alone.
- Bodies are capped after decompression.
- One question per distinct token and client; public documents (key sets, discovery) are fetched once, and once more
  where one lacks a key, but not twice in ``REFRESH`` seconds.
- What an issuer says to one question of its limits holds for all; one that is down is not asked on (``gate``).
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
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx
from msgspec.structs import replace

from idp_checks import providers
from idp_checks.errors import UsageError
from idp_checks.live.exchange import _hushed, _kept, _told
from idp_checks.live.loop import driven
from idp_checks.live.throttle import Gate, left_alone
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
from idp_checks.tokens.introspection import Exchange, Introspection, Reading, conclude
from idp_checks.tokens.template import Ask
from idp_checks.tokens.urls import may_be_asked
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
_TELLING = re.compile(r"secret|token(?!_endpoint)|key(?!s_uri|_id|_alg)|password|assertion", re.IGNORECASE).search
"""Names of credentials that are secret also when they are handed over as plain texts."""


async def introspect(
    provider: str,
    token: str | Secret,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    subject: str | None = None,
    issuer_url: str | None = None,
    credentials: Mapping[str, str | Secret] = {},
    timeout: float = 10.0,  # noqa: ASYNC109 - the deadline is the caller's
) -> Introspection:
    """Ask a token's issuer whether the token is good.

    Args:
        provider: the provider's name, such as ``facebook``.
        token: the access token. It leaves for its issuer and appears nowhere else.
        client_id: the application that the token must have been issued to; also the asker, where the endpoint wants
            one.
        client_secret: the asker's secret, where the endpoint wants one.
        subject: the account that the token must stand for, as the provider identifies it.
        issuer_url: another server than the documented one: scheme, host and a path that comes before the documented
            path. For ``oidc`` it is the issuer, where discovery starts; for ``oauth2`` the endpoint is this address and
            ``/introspect``.
        credentials: what an issuer needs beyond client id and secret, by name.
        timeout: seconds for everything together.

    Returns:
        What the issuer says. A failure to ask is no exception: ``active`` is None then, and ``reason`` says why.

    Raises:
        UnknownProvider: there is no provider of that name.
        UsageError: ``issuer_url`` is no address that a token may be sent to, or ``timeout`` is no time.
    """
    token, client_secret, credentials = sealed(token, client_secret, credentials)
    async with Asker(timeout=timeout) as asker:
        return await asker.ask(
            provider,
            token,
            client_id=client_id,
            client_secret=client_secret,
            subject=subject,
            issuer_url=issuer_url,
            credentials=credentials,
        )


def introspect_sync(
    provider: str,
    token: str | Secret,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    subject: str | None = None,
    issuer_url: str | None = None,
    credentials: Mapping[str, str | Secret] = {},
    timeout: float = 10.0,
) -> Introspection:
    """``introspect`` for callers without an event loop; it also works inside one, such as in a notebook."""
    token, client_secret, credentials = sealed(token, client_secret, credentials)
    question = introspect(
        provider,
        token,
        client_id=client_id,
        client_secret=client_secret,
        subject=subject,
        issuer_url=issuer_url,
        credentials=credentials,
        timeout=timeout,
    )
    return driven(question)


class Heard(NamedTuple):
    """What came of a question, before it is held against anybody's expectations."""

    reading: Reading
    at: datetime
    exchanges: tuple[Exchange, ...] = ()


class Standing(NamedTuple):
    """What all questions of one asker to one issuer have in common.

    Attributes:
        endpoint: None where nobody is asked.
        redactor: what takes the asker's own secrets out of the record.
        fingerprint: what tells the asker and the issuer from others, without holding a secret.
    """

    provider: str
    endpoint: Endpoint | None
    redactor: Redactor
    fingerprint: bytes


class Inquiry(NamedTuple):
    """A question made ready: what is sent, and what is taken out of the record.

    ``heard`` says why nobody is asked, where nobody is.
    """

    standing: Standing
    ask: Ask
    clients: tuple[str, ...]
    redactor: Redactor
    heard: Heard | None

    @property
    def fingerprint(self) -> bytes:
        """What tells the question from others, without holding a secret."""
        told = _told(self.ask.token.reveal(), self.ask.subject)
        return hashlib.blake2b(told, key=self.standing.fingerprint, digest_size=16).digest()


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
        self._gates: dict[tuple[str, str | None], Gate] = {}
        self._asked: dict[bytes, asyncio.Task[Heard]] = {}
        self._documents: OrderedDict[str, Response] = OrderedDict()
        self._refreshed: dict[str, float] = {}
        self._fetching: dict[str, asyncio.Lock] = {}
        self._standings: OrderedDict[tuple[object, ...], Standing] = OrderedDict()

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

    async def ask(
        self,
        provider: str,
        token: str | Secret,
        *,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        clients: tuple[str, ...] | None = None,
        subject: str | None = None,
        issuer_url: str | None = None,
        credentials: Mapping[str, str | Secret] = {},
    ) -> Introspection:
        """Put a question, or give the answer to the same question put before.

        ``clients`` are the applications that the token may have been issued to, ``client_id`` alone if not given; the
        other arguments are those of ``introspect``.
        """
        token, client_secret, credentials = sealed(token, client_secret, credentials)
        inquiry = self.inquiry(
            provider,
            token,
            client_id=client_id,
            client_secret=client_secret,
            clients=clients,
            subject=subject,
            issuer_url=issuer_url,
            credentials=credentials,
        )
        self.redactor.learn(token)
        heard = inquiry.heard
        if heard is None:
            name = inquiry.fingerprint
            if name not in self._asked:
                self._asked[name] = asyncio.create_task(self.hear(inquiry))
            heard = await asyncio.shield(self._asked[name])
        return said(inquiry, heard)

    async def calibrated(self, provider: str, token: str | Secret, **asked: Any) -> Introspection:
        """``ask``, and ask about a made-up token too, with the same credentials.

        Where the endpoint vouches for the made-up one nothing that it says counts, and where it does not refuse it its
        good word does not: the reason is ``uncalibrated`` then.
        """
        from idp_checks.live.calibration import made_up, weighed

        found = await self.ask(provider, token, **asked)
        return weighed(found, await self.ask(provider, made_up(providers.get(provider)), **{**asked, "subject": None}))

    def inquiry(
        self,
        provider: str,
        token: Secret,
        *,
        client_id: str | None = None,
        client_secret: Secret | None = None,
        clients: tuple[str, ...] | None = None,
        subject: str | None = None,
        issuer_url: str | None = None,
        credentials: Mapping[str, str | Secret] = {},
    ) -> Inquiry:
        """A question made ready. What must not show is given as ``Secret``.

        Raises:
            UnknownProvider: there is no provider of that name.
            UsageError: ``issuer_url`` is no address that a token may be sent to.
        """
        standing = self._standing(provider, client_id, client_secret, issuer_url, credentials)
        endpoint = standing.endpoint
        if clients is None:
            clients = (client_id,) if client_id else ()
        ask = Ask(
            token=token,
            at=_now(),
            client_id=client_id,
            client_secret=client_secret,
            subject=subject,
            credentials=credentials,
            issuer_url=issuer_url,
        )
        heard = None
        if endpoint is None:
            heard = Heard(_NO_WAY, ask.at)
        elif not _is_token(token.reveal()):
            heard = Heard(_NO_TOKEN, ask.at)
        elif lacking := endpoint.lacking(ask):
            wanted = f"the issuer answers only with {' and '.join(lacking)}"
            heard = Heard(Reading(active=None, reason="caller_rejected", detail=wanted), ask.at)
        return Inquiry(standing, ask, clients, standing.redactor.besides(token), heard)

    def _standing(
        self,
        provider: str,
        client_id: str | None,
        client_secret: Secret | None,
        issuer_url: str | None,
        credentials: Mapping[str, str | Secret],
    ) -> Standing:
        key = provider, client_id, client_secret, issuer_url, frozenset(credentials.items())
        found = self._standings.get(key)
        if found is None:
            if issuer_url is not None and not may_be_asked(issuer_url):
                raise UsageError(
                    "not an address that a token may be sent to",
                    where="issuer_url",
                    remedy="give https://HOST, or http on loopback",
                )
            pair = _pair(client_id, client_secret) if client_id and client_secret else None
            secrets = [each for each in (client_secret, pair, *credentials.values()) if isinstance(each, Secret)]
            self.redactor.learn(*secrets)
            secret = None if client_secret is None else client_secret.reveal()
            named = sorted((name, type(value).__name__, _plain(value)) for name, value in credentials.items())
            told = _told(provider, client_id, secret, issuer_url, *(part for each in named for part in each))
            found = self._standings[key] = Standing(
                provider,
                providers.get(provider).debug,
                Redactor(self.redactor.key, secrets),
                hmac.digest(self.redactor.key, told, "sha256"),
            )
            if len(self._standings) > HELD_STANDINGS:
                self._standings.popitem(last=False)
        return found

    async def hear(self, inquiry: Inquiry) -> Heard:
        """Ask when it is the question's turn."""
        endpoint, ask, redactor = inquiry.standing.endpoint, inquiry.ask, inquiry.redactor
        assert endpoint is not None, "where nobody is asked, the inquiry says why"  # noqa: S101
        gate = self.gate(inquiry)
        async with gate.places:
            if (refused := await gate.turn()) is not None:
                return Heard(refused, _now())
            ask = replace(ask, at=_now())
            exchanges: list[Exchange] = []
            deadline = asyncio.get_running_loop().time() + self.timeout
            try:
                reading = await self._steps(endpoint, ask, deadline, gate, exchanges, redactor)
            except Unreachable as unreachable:
                reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
            except AssertionError:
                raise  # of whoever plays the network: a statement about the test, not about the token
            except Exception as error:  # noqa: BLE001 - whatever fails, nothing is known of the token
                failed = f"the answer could not be read ({type(error).__name__})"
                reading = Reading(active=None, reason="unparsable", detail=failed)
            except BaseException:
                gate.dropped()
                raise
            gate.heard(reading)
            return Heard(reading, ask.at, tuple(exchanges))

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
        self.redactor.learn(*(each for table in tables for each in table.values() if isinstance(each, Secret)))
        if request.basic is not None:
            self.redactor.learn(request.basic[1], _pair(*request.basic))
        answer, why = None, Reading(active=None, reason="not_stated")
        try:
            if not may_be_asked(request.url):
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
            self.redactor.learn(*learned(answer))
        return answer, why, _kept(request, answer, self.redactor)

    async def _steps(
        self,
        endpoint: Endpoint,
        ask: Ask,
        deadline: float,
        gate: Gate,
        exchanges: list[Exchange],
        redactor: Redactor,
    ) -> Reading:
        steps = endpoint.steps(ask)
        try:
            request = next(steps)
            while True:
                try:
                    answer = await self._send(request, deadline, gate, first=not exchanges)
                except Unreachable as unreachable:
                    exchanges.append(_kept(request, None, redactor))
                    request = steps.throw(unreachable)
                else:
                    exchanges.append(_kept(request, answer, redactor))
                    request = steps.send(answer)
        except StopIteration as stop:
            reading: Reading = stop.value
            return reading

    async def _send(self, request: Request, deadline: float, gate: Gate, *, first: bool) -> Response:
        if not may_be_asked(request.url):
            raise Unreachable("issuer_error", "an address that a token may not be sent to")
        if not request.cacheable:
            return await self._attempts(request, deadline, gate, first=first)
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
                held = await self._attempts(request, deadline, gate, first=first)
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

    async def _attempts(self, request: Request, deadline: float, gate: Gate, *, first: bool) -> Response:
        """Ask until there is an answer to keep; when the time is over, the last one that came."""
        answer: Response | None = None
        fault = f"no answer within {self.timeout:g} seconds"
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in range(1, ATTEMPTS + 1):
                    if (attempt > 1 or not first) and (left := await gate.pace(deadline)):
                        if attempt == 1:
                            raise Unreachable("rate_limited", left_alone(left))
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
                        gate.hold(pause)
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

    def gate(self, inquiry: Inquiry) -> Gate:
        """The door of the issuer that the question is put to."""
        (provider, endpoint, _, _), issuer_url = inquiry.standing, inquiry.ask.issuer_url
        key = (provider, issuer_url)
        if key not in self._gates:
            limit = (endpoint and endpoint.limit) or LIMIT if self._rate is None else (max(1.0, self._rate), 1.0)
            self._gates[key] = Gate(
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


def said(inquiry: Inquiry, heard: Heard) -> Introspection:
    """What was heard, held against what the question expects."""
    endpoint = inquiry.standing.endpoint
    found = conclude(
        inquiry.standing.provider,
        heard.reading,
        method=endpoint.kind if endpoint else None,
        asked_at=heard.at,
        clients=inquiry.clients,
        subject=inquiry.ask.subject,
        exchanges=heard.exchanges,
    )
    return _hushed(found, inquiry.redactor)


_NO_WAY = Reading(active=None, reason="not_stated", detail="the provider documents no way to ask about a token")
_NO_TOKEN = Reading(
    active=False, reason="malformed", detail="not printable ASCII, as every access token is (RFC 6749, appendix A.12)"
)


def sealed(
    token: str | Secret, client_secret: str | Secret | None, credentials: Mapping[str, str | Secret]
) -> tuple[Secret, Secret | None, Mapping[str, str | Secret]]:
    """What is secret as ``Secret``."""
    return (
        Secret.of(token),
        None if client_secret is None else Secret.of(client_secret),
        {name: Secret.of(value) if _TELLING(name) else value for name, value in credentials.items()},
    )


_is_token = re.compile(r"[\x20-\x7e]+").fullmatch


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
