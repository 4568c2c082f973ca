"""Asks issuers, live. The only module that sends a token anywhere.

What is asked and how an answer is read is the providers' matter (``idp_checks.endpoint``); here are the client, the
deadline, retries, limits, and the record of the exchange.

- One deadline over everything, waiting included.
- Retries only for answers and faults that may pass, with jitter, honouring ``Retry-After`` within the deadline.
- Redirects are not followed; no cookies; certificates are checked; plain http is for loopback alone.
- Bodies are capped after decompression.
- One question per distinct token, client and endpoint; public documents (key sets, discovery) are fetched once.
- Secrets are put into a request after it has left the client's own layers, so that no log, hook or error of theirs can
  show them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx

from idp_checks import providers
from idp_checks.endpoint import Ask, Request, Response, Unreachable, body_of, may_be_asked
from idp_checks.errors import UsageError
from idp_checks.introspection import Exchange, Introspection, Reading, conclude
from idp_checks.secret import Redactor, Secret, new_key

__all__ = ["Asker", "introspect", "introspect_sync"]

MAX_BODY = 1 << 20
"""Bytes of an answer that are read, after decompression."""
ATTEMPTS = 3
RETRIED = frozenset({429, 502, 503, 504})
KEPT_HEADERS = ("content-type", "retry-after", "www-authenticate", "date", "x-oauth-scopes", "x-ratelimit-remaining")
_PRINTABLE = frozenset(chr(code) for code in range(0x20, 0x7F))


async def introspect(
    provider: str,
    token: str | Secret,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    subject: str | None = None,
    issuer_url: str | None = None,
    credentials: Mapping[str, str | Secret] = {},  # noqa: B006 - never written to
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
        UsageError: ``issuer_url`` is no address that a token may be sent to.
    """
    token = Secret.of(token)
    client_secret = None if client_secret is None else Secret.of(client_secret)
    async with Asker(timeout=timeout) as asker:
        return await asker.ask(
            provider, token, client_id=client_id, client_secret=client_secret, subject=subject,
            issuer_url=issuer_url, credentials=credentials,
        )  # fmt: skip


def introspect_sync(
    provider: str,
    token: str | Secret,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    subject: str | None = None,
    issuer_url: str | None = None,
    credentials: Mapping[str, str | Secret] = {},  # noqa: B006 - never written to
    timeout: float = 10.0,
) -> Introspection:
    """``introspect`` for callers without an event loop; it also works inside one, such as in a notebook."""
    token = Secret.of(token)
    client_secret = None if client_secret is None else Secret.of(client_secret)
    question = introspect(
        provider, token, client_id=client_id, client_secret=client_secret, subject=subject, issuer_url=issuer_url,
        credentials=credentials, timeout=timeout,
    )  # fmt: skip
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(question)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, question).result()


class Asker:
    """Asks many questions with one client: bounded in number at a time and in rate, each question put once.

    Args:
        timeout: seconds for one question, everything together.
        redactor: what takes the secrets out of the record; one with a key of its own if not given.
        concurrency: questions under way at one issuer at a time.
        rate: questions per second to one issuer.
        transport: how requests are sent, in place of the network.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        redactor: Redactor | None = None,
        concurrency: int = 8,
        rate: float = 50.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.timeout = timeout
        self.redactor = redactor or Redactor(new_key())
        self._concurrency = concurrency
        self._rate = rate
        self._given = transport
        self._transports: dict[str | None, httpx.AsyncBaseTransport] = {}
        self._gates: dict[str, Any] = {}
        self._asked: dict[tuple[object, ...], asyncio.Task[Introspection]] = {}
        self._documents: dict[str, Response] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._asked.values():
            task.cancel()
        for transport in self._transports.values():
            await transport.aclose()

    async def ask(
        self,
        provider: str,
        token: Secret,
        *,
        client_id: str | None = None,
        client_secret: Secret | None = None,
        clients: tuple[str, ...] | None = None,
        subject: str | None = None,
        issuer_url: str | None = None,
        credentials: Mapping[str, str | Secret] = {},  # noqa: B006 - never written to
    ) -> Introspection:
        """Put a question, or give the answer to the same question put before.

        ``clients`` are the applications that the token may have been issued to, ``client_id`` alone if not given; the
        other arguments are those of ``introspect``.
        """
        if issuer_url is not None and not may_be_asked(issuer_url):
            raise UsageError(
                "not an address that a token may be sent to",
                where="issuer_url",
                remedy="give https://HOST, or http on loopback",
            )
        endpoint = providers.get(provider).debug
        at = datetime.now(UTC).replace(microsecond=0)
        self.redactor.learn(token, *([client_secret] if client_secret else []), *(each for each in credentials.values() if isinstance(each, Secret)))
        expected = clients if clients is not None else (client_id,) if client_id else ()
        if endpoint is None:
            none = Reading(active=None, reason="not_stated", detail="the provider documents no way to ask about a token")
            return conclude(provider, none, method=None, asked_at=at, clients=expected, subject=subject)
        if not token or not set(token.reveal()) <= _PRINTABLE:
            wrong = Reading(active=False, reason="malformed", detail="not printable ASCII, as every access token is (RFC 6749, appendix A.12)")
            return conclude(provider, wrong, method=endpoint.kind, asked_at=at)
        ask = Ask(
            token=token, at=at, client_id=client_id, client_secret=client_secret, subject=subject,
            credentials=credentials, issuer_url=issuer_url,
        )  # fmt: skip
        lacking = endpoint.lacking(ask)
        if lacking:
            none = Reading(active=None, reason="caller_rejected", detail=f"the issuer answers only with {' and '.join(lacking)}")
            return conclude(provider, none, method=endpoint.kind, asked_at=at)
        key = (provider, issuer_url, client_id, client_secret, token, subject, expected, tuple(sorted(credentials.items(), key=lambda each: each[0])))
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._conclude(provider, ask, expected))
        return await asyncio.shield(self._asked[key])

    async def _conclude(self, provider: str, ask: Ask, expected: tuple[str, ...]) -> Introspection:
        endpoint = providers.get(provider).debug
        assert endpoint is not None  # noqa: S101 - seen by the caller
        exchanges: list[Exchange] = []
        deadline = asyncio.get_running_loop().time() + self.timeout
        steps = endpoint.steps(ask)
        fault: Unreachable | None = None
        answer: Response | None = None
        try:
            while True:
                request = next(steps) if answer is None and fault is None else steps.throw(fault) if fault else steps.send(answer)  # type: ignore[arg-type]
                answer = fault = None
                try:
                    answer = await self._send(request, deadline, provider)
                except Unreachable as unreachable:
                    fault = unreachable
                exchanges.append(self._kept(request, answer))
        except StopIteration as stop:
            reading: Reading = stop.value
        except Unreachable as unreachable:
            reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
        return conclude(
            provider, reading, method=endpoint.kind, asked_at=ask.at, clients=expected, subject=ask.subject,
            exchanges=tuple(exchanges),
        )  # fmt: skip

    async def _send(self, request: Request, deadline: float, provider: str) -> Response:
        if request.cacheable and request.url in self._documents:
            return self._documents[request.url]
        if not may_be_asked(request.url):
            raise Unreachable("issuer_error", "an address that a token may not be sent to")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(deadline), self._gate(provider):
                for attempt in range(1, ATTEMPTS + 1):
                    pause: float | None = None
                    try:
                        response = await self._once(request)
                    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ReadError):
                        response = None
                    if response is not None and response.status not in RETRIED:
                        break
                    pause = _pause(response, attempt)
                    if attempt == ATTEMPTS or loop.time() + pause >= deadline:
                        break
                    await asyncio.sleep(pause)
        except TimeoutError:
            raise Unreachable("network", f"no answer within {self.timeout:g} seconds") from None
        except httpx.TransportError as error:
            raise Unreachable("network", _fault(error)) from None
        except _TooLarge:
            raise Unreachable("unparsable", f"the answer is larger than {MAX_BODY} bytes") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ValueError, zlib.error) as error:
            raise Unreachable("unparsable", f"the exchange failed ({type(error).__name__})") from None
        if response is None:
            raise Unreachable("network", "the issuer could not be reached")
        if request.cacheable and response.status == 200:  # noqa: PLR2004
            self._documents[request.url] = response
        return response

    @contextlib.asynccontextmanager
    async def _gate(self, provider: str) -> AsyncIterator[None]:
        if provider not in self._gates:
            from aiolimiter import AsyncLimiter

            self._gates[provider] = (asyncio.Semaphore(self._concurrency), AsyncLimiter(max(1.0, self._rate), 1.0))
        places, pace = self._gates[provider]
        async with places, pace:
            yield

    async def _once(self, request: Request) -> Response:
        sent = _http(request)
        transport = self._transport(sent.url)
        response = await transport.handle_async_request(sent)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, await _body(response))
        finally:
            await response.aclose()

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        if self._given is not None:
            return self._given
        from urllib.request import getproxies, proxy_bypass

        found = getproxies()
        proxy = None if proxy_bypass(url.host) else found.get(url.scheme) or found.get("all")
        if proxy not in self._transports:
            self._transports[proxy] = httpx.AsyncHTTPTransport(proxy=proxy, retries=0)
        return self._transports[proxy]

    def _kept(self, request: Request, response: Response | None) -> Exchange:
        redact = self.redactor
        question: dict[str, Any] = {"method": request.method, "url": redact.text(request.url)}
        for name, table in (("headers", request.headers), ("query", request.query), ("form", request.form), ("json", request.json)):
            if table:
                question[name] = {each: _shown(value, redact) for each, value in table.items()}
        if request.basic is not None:
            question["basic"] = [request.basic[0], _shown(request.basic[1], redact)]
        if response is None:
            return Exchange(question)
        answer: dict[str, Any] = {
            "status": response.status,
            "headers": {name: redact.text(response.headers[name]) for name in KEPT_HEADERS if name in response.headers},
        }
        body = body_of(response)
        if isinstance(body, dict | list):
            answer["json"] = body if request.cacheable else redact.answer(body)
        else:
            answer["body_bytes"] = len(response.body)
        return Exchange(question, answer)


class _TooLarge(Exception):  # noqa: N818 - never leaves this module
    pass


def _http(request: Request) -> httpx.Request:
    """The request as it goes out, secrets and all."""
    headers = {"User-Agent": "idp-checks", "Accept-Encoding": "gzip, deflate", **{name: _plain(value) for name, value in request.headers.items()}}
    content = b""
    if request.json is not None:
        content = json.dumps({name: _plain(value) for name, value in request.json.items()}).encode()
        headers["Content-Type"] = "application/json"
    elif request.form is not None:
        content = urlencode({name: _plain(value) for name, value in request.form.items()}).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if request.basic is not None:
        import base64
        from urllib.parse import quote_plus

        # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote_plus(request.basic[0])}:{quote_plus(request.basic[1].reveal())}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    url = request.url
    if request.query:
        url += ("&" if urlsplit(url).query else "?") + urlencode({name: _plain(value) for name, value in request.query.items()})
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), None)
    return httpx.Request(request.method, url, headers=headers, content=content, extensions={"timeout": timeouts})


async def _body(response: httpx.Response) -> bytes:
    """The body, decompressed, up to the cap."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    unpack = zlib.decompressobj(wbits=47) if coding in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and coding not in ("identity", ""):
        raise ValueError("a content coding that was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk if unpack is None else unpack.decompress(chunk, MAX_BODY + 1 - len(body))
        if len(body) > MAX_BODY or (unpack is not None and unpack.unconsumed_tail):
            raise _TooLarge
    if unpack is not None and not unpack.eof:
        raise ValueError("the compressed body is cut short")
    return bytes(body)


def _pause(response: Response | None, attempt: int) -> float:
    """Seconds to wait before the next attempt."""
    stated = response.headers.get("retry-after") if response is not None else None
    if stated is not None:
        try:
            return max(0.0, float(stated))
        except ValueError:
            with contextlib.suppress(ValueError, TypeError):
                return max(0.0, (parsedate_to_datetime(stated) - datetime.now(UTC)).total_seconds())
    return random.uniform(0.1, 0.4) * 2 ** (attempt - 1)  # noqa: S311 - jitter


def _fault(error: httpx.TransportError) -> str:
    if "certificate" in str(error).lower():
        return "the issuer's certificate could not be verified"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return f"the issuer could not be reached ({type(error).__name__})"


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _shown(value: str | Secret, redact: Redactor) -> str:
    if isinstance(value, Secret):
        shown = redact.text(value.reveal())
        return shown if "[hmac-" in shown else f"[{value.fingerprint(redact.key)}]"
    return redact.text(value)
