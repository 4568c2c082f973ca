"""How an issuer is asked whether a token is good, without asking: requests are built and answers read, nothing is sent.

An ``Endpoint`` is a recipe. ``steps`` is a generator that yields each ``Request``, is handed its ``Response``, and
returns a ``Reading``; whoever drives it does the sending. So every answer of every issuer is tried from recordings and
generated data alone, and there is one client for all.

How an answer is read, in this order:

1. The refusals that the issuer documents (status and members of the body). Only these deny a token.
2. Throttling, redirects and server errors: nothing is known.
3. A good answer: the documented status and a body that fits the ``Answer`` model. Only this makes a token active.
4. Everything else is unparsable: nothing is known.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote, unquote, urlencode, urlsplit

import msgspec
from msgspec import Meta, Struct

from idp_checks import client_auth
from idp_checks.errors import ProfileError
from idp_checks.introspection import UNDECIDED, Method, Reading, Reason
from idp_checks.secret import Secret
from idp_checks.shape import Shape

__all__ = [
    "HOLE",
    "Answer",
    "Ask",
    "Endpoint",
    "Epoch",
    "HttpEndpoint",
    "IsoTime",
    "NumberText",
    "Recipe",
    "Refusal",
    "Request",
    "Response",
    "Seconds",
    "Steps",
    "Unreachable",
    "after",
    "at_epoch",
    "at_iso",
    "by_bearer",
    "by_form",
    "by_header",
    "by_json",
    "by_oauth1",
    "by_path",
    "by_query",
    "filled",
    "is_loopback",
    "place",
    "probe",
    "split_scopes",
]  # fmt: skip

Value: TypeAlias = str | Secret

Epoch = Annotated[int | float, Meta(extra={"means": "epoch"})]
"""Seconds since 1970; some servers write a float."""
EpochText = Annotated[int | float | str, Meta(extra={"means": "epoch"})]
"""The same at an issuer that writes numbers as texts."""
Seconds = Annotated[int | float, Meta(extra={"means": "seconds"})]
"""Seconds left."""
IsoTime = Annotated[str, Meta(extra={"means": "iso-time"})]
"""A time in ISO 8601 with its zone."""
NumberText: TypeAlias = int | float | str


class Request(Struct, frozen=True, kw_only=True):
    """A request as it is to be sent. Secrets stand in it as ``Secret`` and nowhere else; the address holds none.

    ``path`` holds what is filled into the holes of the address. At most one of ``form`` (sent as
    ``application/x-www-form-urlencoded``) and ``json`` is given. ``basic`` is the
    user and password of HTTP Basic. ``cacheable`` marks public documents (key sets, discovery) that one run asks for
    once; ``fresh`` asks for one of them anew, because what is held of it lacks something.
    """

    method: str
    url: str
    headers: Mapping[str, Value] = {}
    path: Mapping[str, Value] = {}
    query: Mapping[str, Value] = {}
    form: Mapping[str, Value] | None = None
    json: Mapping[str, Value] | None = None
    basic: tuple[str, Secret] | None = None
    cacheable: bool = False
    fresh: bool = False


class Response(Struct, frozen=True, dict=True):
    """An answer as it came: status, headers by lower-case name, body (capped, decompressed)."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        # An issuer may repeat the token in its answer.
        return f"Response(status={self.status}, {len(self.body)} bytes)"

    @cached_property
    def json(self) -> object:
        """The body as ``body_of`` reads it."""
        return body_of(self)


class Unreachable(Exception):  # noqa: N818 - no error of the toolkit: a step was not answered
    """Thrown into ``steps`` where a request got no answer."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Ask(Struct, frozen=True, kw_only=True):
    """One question: the token, who asks, and what is expected. ``at`` is the time of asking, in UTC."""

    token: Secret
    at: datetime
    client_id: str | None = None
    client_secret: Secret | None = None
    subject: str | None = None
    credentials: Mapping[str, Value] = {}
    issuer_url: str | None = None

    def credential(self, name: str) -> str | None:
        """What the caller holds under that name, revealed; None without it."""
        if name == "client_id":
            return self.client_id
        held = self.client_secret if name == "client_secret" else self.credentials.get(name)
        if name == "issuer" and held is None:
            return self.issuer_url
        return held.reveal() if isinstance(held, Secret) else held

    def url(self, documented: str) -> str:
        """The address to ask: the documented one, or the caller's own server with the documented path."""
        return place(documented, self.issuer_url)


Steps: TypeAlias = Generator[Request, Response, Reading]


class Answer(Struct):
    """A good answer of a debug endpoint: only the members that are read. What does not fit it is not good."""

    def reading(self, ask: Ask) -> Reading:
        """What the answer says."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented answer other than a good one, and its reason.

    Args:
        status: the HTTP status, or one of several; None for any.
        reason: why; a reason of the undecided kind makes the answer no verdict.
        body: members that the body must have: a mapping is compared member by member, a list element by element, a
            frozenset fits by one of its own, anything else for equality.
        header: a response header that must hold a text, as ``(name, text)``.
        bare: the same answer is given to those who may not ask.
        detail: the reason in words.
    """

    status: int | frozenset[int] | None
    reason: Reason
    body: Any = None
    header: tuple[str, str] | None = None
    bare: bool = False
    detail: str | None = None

    def fits(self, response: Response, body: object) -> bool:
        """Whether this is such an answer."""
        if self.status is not None and not _holds(response.status, self.status):
            return False
        if self.header is not None and self.header[1] not in response.headers.get(self.header[0].lower(), ""):
            return False
        return self.body is None or _holds(body, self.body)

    def reading(self) -> Reading:
        """What it says."""
        active = None if self.reason in UNDECIDED else False
        return Reading(active=active, reason=self.reason, bare=self.bare, detail=self.detail)


def _holds(body: object, wanted: object) -> bool:
    if isinstance(wanted, str | bool | int):
        return type(body) is type(wanted) and body == wanted
    if isinstance(wanted, Mapping):
        return isinstance(body, dict) and all(
            name in body and _holds(body[name], each) for name, each in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(body, list)
            and len(body) == len(wanted)
            and all(_holds(each, other) for each, other in zip(body, wanted, strict=True))
        )
    if isinstance(wanted, frozenset):
        return any(_holds(body, each) for each in wanted)
    return type(body) is type(wanted) and body == wanted


@dataclass(frozen=True, slots=True)
class Send:
    """Where in the request the tested token goes: ``place`` is query, form, json or header; ``form`` its exact form."""

    place: str
    name: str
    form: str = "{token}"


def by_bearer() -> Send:
    """In the Authorization header (RFC 6750, section 2.1)."""
    return Send("header", "Authorization", "Bearer {token}")


def by_header(name: str, form: str = "{token}") -> Send:
    """In a header of its own form."""
    return Send("header", name, form)


def by_query(name: str) -> Send:
    """In the query: only where the issuer takes it no other way."""
    return Send("query", name)


def by_form(name: str = "token") -> Send:
    """In a form body (RFC 7662, section 2.1)."""
    return Send("form", name)


def by_path(name: str) -> Send:
    """In the path of the address, at its hole of that name: only where the issuer takes it no other way."""
    return Send("path", name)


def by_oauth1() -> Send:
    """In a request signed by OAuth 1.0a (RFC 5849, section 3): needs the application's secret and the token's own.

    The token's secret is the credential ``access_token_secret``.
    """
    return Send("oauth1", "Authorization")


def by_json(name: str) -> Send:
    """In a JSON body."""
    return Send("json", name)


class Endpoint:
    """How an issuer says whether a token is good.

    Attributes:
        kind: how it is asked.
        needs: what the caller must hold besides the token (names of ``introspect``'s arguments and credentials).
        takes: the credentials that the caller may give as well, by name.
        tells: which of ``client``, ``subject``, ``scopes``, ``end`` its good answer states.
        source: where this is documented.
        limit: so many requests in so many seconds, where the issuer documents it for an application or an address.
    """

    kind: Method
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    tells: frozenset[str]
    source: str
    url: str
    limit: tuple[int, float] | None = None

    def steps(self, ask: Ask) -> Steps:
        """The questions, one after the other, and at last what the answers say."""
        raise NotImplementedError

    def described(self) -> dict[str, Any]:
        """The first request with ``{token}``, ``{client_id}`` and the like in place of what is sent: for people."""
        raise NotImplementedError

    def lacking(self, ask: Ask) -> tuple[str, ...]:
        """What the endpoint needs and the caller did not give; an address of the caller's own stands for a host."""
        lacks = [name for name in self.needs if not ask.credential(name)]
        if lacks and ask.issuer_url:
            host = urlsplit(self.url).netloc
            lacks = [name for name in lacks if f"{{{name}}}" not in host]
        return tuple(lacks)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a call with a token is put together, whatever it is for.

    Args:
        url: the address; ``{client_id}`` and the like are filled in, never with a secret.
        send: where the token goes.
        params: further parameters, sent where the token goes; ``{client_id}`` and the like are filled in, with the
            secret ones kept secret.
        as_json: whether the parameters go in a JSON body, where the token goes elsewhere.
        basic: whether the caller's client id and secret go as HTTP Basic.
        authentications: the methods of ``idp_checks.client_auth`` by which the issuer lets a client authenticate, where
            there is a choice; the caller's credentials decide. An assertion travels in the form.
        audience: what the issuer knows itself by, in an assertion; the address that is asked where it is empty, and the
            caller's own ``client_auth_audience`` or ``issuer`` comes first. RFC 7523, section 3, leaves the value open:
            RFC 9126, section 2, prefers the issuer, OpenID Connect Core 1.0, section 9, the token endpoint. It is one
            value, so that the assertion is good at one issuer alone.
        proofs: parameters that prove the client secret: the HMAC-SHA-256, in hex, of a text (``{token}``,
            ``{client_id}`` and the like filled in) under it.
        needs: what the caller must hold besides the token.
    """

    url: str
    send: Send
    method: str = "GET"
    needs: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    basic: bool = False
    authentications: tuple[str, ...] = ()
    audience: str = ""
    proofs: Mapping[str, str] = field(default_factory=dict)

    def request(self, ask: Ask) -> Request:
        """The call with the token of the question."""
        sent: dict[str, dict[str, Value]] = {"header": {}, "path": {}, "query": {}, "form": {}, "json": {}}
        sent["header"]["Accept"] = "application/json"
        for name, form in self.headers.items():
            sent["header"][name] = _fill(form, ask)
        where = "json" if self.as_json else "query" if self.method == "GET" else "form"
        if self.send.place in ("query", "form", "json"):
            where = self.send.place
        for name, form in self.params.items():
            sent[where][name] = _fill(form, ask)
        for name, form in self.proofs.items():
            sent[where][name] = _proof(name, form, ask)
        url = self.address(ask)
        basic = (ask.client_id or "", ask.client_secret or Secret("")) if self.basic else None
        if self.authentications:
            basic, own = self._authenticated(ask, url)
            sent["form"] |= own
        if self.send.place == "oauth1":
            sent["header"][self.send.name] = _signed(self.method, url, sent["query"], ask)
        else:
            sent[self.send.place][self.send.name] = Secret(self.send.form.replace("{token}", ask.token.reveal()))
        return Request(
            method=self.method,
            url=url,
            headers=sent["header"],
            path=sent["path"],
            query=sent["query"],
            form=sent["form"] or None,
            json=sent["json"] or None,
            basic=basic,
        )

    def address(self, ask: Ask) -> str:
        """The address that is asked."""
        return filled(self.url, ask)

    def known_as(self, ask: Ask, url: str) -> str:
        """The audience of an assertion for the address."""
        named = ask.credential("client_auth_audience") or ask.credentials.get("issuer")
        return _plain(named) if named else filled(self.audience, ask) if self.audience else url

    def _authenticated(self, ask: Ask, url: str) -> tuple[tuple[str, Secret] | None, dict[str, Value]]:
        """Our own credentials: as user and password of HTTP Basic, or as members of the form.

        Raises:
            Unreachable: what the caller gave cannot be used.
        """
        client, secret, key = ask.client_id or "", ask.client_secret or Secret(""), ask.credential("private_key")
        try:
            method = client_auth.choose(
                ask.credential("client_auth"), self.authentications, secret=bool(secret), key=bool(key)
            )
            if method == client_auth.POST:
                return None, {"client_id": client, "client_secret": secret}
            if method != client_auth.PRIVATE_KEY:
                return (client, secret), {}
            signed = client_auth.assertion(
                client,
                Secret(key or ""),
                audience=self.known_as(ask, url),
                at=ask.at,
                key_id=ask.credential("private_key_id"),
                algorithm=ask.credential("private_key_alg"),
            )
        except client_auth.Unusable as unusable:
            raise Unreachable("caller_rejected", str(unusable)) from None
        return None, {
            "client_id": client,
            "client_assertion_type": client_auth.ASSERTION_TYPE,
            "client_assertion": signed,
        }


@dataclass(frozen=True, kw_only=True)
class HttpEndpoint(Recipe, Endpoint):
    """An endpoint that is sent the token and answers about it.

    Args:
        answer: the model of a good answer; a ``Shape`` where the answer is the profile itself.
        unwrap: takes the JSON text out of an answer that wraps it.
        refusals: the documented answers that are not good, the first that fits counts.
        errors: the members that, filled, make a body an error whatever its status.
        profile: a call with the same token whose answer names the account, where the endpoint itself does not; made
            only when the caller expects an account.
    """

    kind: Method
    answer: type[Answer | Shape]
    source: str
    tells: frozenset[str] = frozenset()
    takes: tuple[str, ...] = ()
    unwrap: Callable[[str], str] | None = None
    refusals: tuple[Refusal, ...] = ()
    good: int = 200
    errors: tuple[str, ...] = ("error", "errors")
    profile: HttpEndpoint | None = None
    limit: tuple[int, float] | None = None
    note: str | None = None

    def described(self) -> dict[str, Any]:
        placeholders = Ask(
            token=Secret("{token}"),
            at=datetime.fromtimestamp(0, UTC),
            client_id="{client_id}",
            client_secret=Secret("{client_secret}"),
            credentials={name: f"{{{name}}}" for name in self.needs if name not in ("client_id", "client_secret")},
        )
        return described(self.request(placeholders))

    def lacking(self, ask: Ask) -> tuple[str, ...]:
        lacks = Endpoint.lacking(self, ask)
        if client_auth.PRIVATE_KEY not in self.authentications:
            return lacks
        key, named = ask.credential("private_key"), ask.credential("client_auth")
        if named != client_auth.PRIVATE_KEY and (named or not key):
            return lacks
        kept = tuple(name for name in lacks if name != "client_secret")
        return kept if key else (*kept, "private_key")

    def read(self, response: Response, ask: Ask) -> Reading:
        """What the answer says."""
        body = response.json if self.unwrap is None else body_of(response, self.unwrap)
        for refusal in self.refusals:
            if refusal.fits(response, body):
                return self._stated(refusal.reading(), body, ask)
        if (none := no_verdict(response, self.good)) is not None:
            return none
        return read_answer(self.answer, body, ask, self.errors)

    def _stated(self, refused: Reading, body: object, ask: Ask) -> Reading:
        """A refusal, with what its body states of the token in the form of a good answer."""
        if refused.active is None or refused.bare:
            return refused
        said = read_answer(self.answer, body, ask)
        told = {name: getattr(said, name) for name in STATED if getattr(said, name) is not None}
        return msgspec.structs.replace(refused, **told)

    def steps(self, ask: Ask) -> Steps:
        reading = self.read((yield self.request(ask)), ask)
        if reading.active is not True or reading.subject is not None or ask.subject is None or self.profile is None:
            return reading
        try:
            said = self.profile.read((yield self.profile.request(ask)), ask)
        except Unreachable:
            return reading
        return msgspec.structs.replace(reading, subject=said.subject) if said.active is True else reading


def probe(
    url: str,
    answer: type[Shape],
    *,
    source: str,
    refusals: tuple[Refusal, ...],
    send: Send | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    needs: tuple[str, ...] = (),
    errors: tuple[str, ...] = ("error", "errors"),
    limit: tuple[int, float] | None = None,
    note: str | None = None,
) -> HttpEndpoint:
    """The profile call as a probe: it shows that the token works and for whom, never for which application."""
    return HttpEndpoint(
        kind="userinfo-probe",
        method=method,
        url=url,
        answer=answer,
        send=send or by_bearer(),
        headers=headers or {},
        params=params or {},
        needs=needs,
        tells=frozenset({"subject"}),
        refusals=refusals,
        errors=errors,
        source=source,
        limit=limit,
        note=note,
    )


def body_of(response: Response, unwrap: Callable[[str], str] | None = None) -> object:
    """The body as a JSON value; as a text where it is none; members given twice or half a letter make it a text.

    Half of a surrogate pair is no text that anybody could write down again (RFC 7493, section 2.1).
    """
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        return None
    if unwrap is not None:
        text = unwrap(text)
    try:
        value = _decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text
    return value


def no_verdict(response: Response, good: int = 200) -> Reading | None:
    """The undecided reading of an answer that says nothing about the token, or None where it may be a good one."""
    status = response.status
    if status == good:
        return None
    if status == 429:  # noqa: PLR2004
        return Reading(active=None, reason="rate_limited", detail="the issuer asks to slow down")
    if 300 <= status < 400:  # noqa: PLR2004
        return Reading(active=None, reason="issuer_error", detail=f"redirected (HTTP {status}), which is not followed")
    if status >= 500 or status == 408:  # noqa: PLR2004
        return Reading(active=None, reason="issuer_error", detail=f"HTTP {status}")
    return Reading(active=None, reason="unparsable", detail=f"HTTP {status}, not an answer that the issuer documents")


STATED = ("client_id", "audience", "subject", "scopes", "expires_at", "issued_at", "issuer", "token_type")
"""What a reading states of a token."""


def read_answer(
    model: type[Answer | Shape], body: object, ask: Ask, errors: tuple[str, ...] = ("error", "errors")
) -> Reading:
    """What a body says that has to be a good answer; unparsable where it does not fit the model."""
    if not isinstance(body, dict):
        return Reading(active=None, reason="unparsable", detail="the answer is no JSON object")
    if any(body.get(name) for name in errors):
        return Reading(active=None, reason="unparsable", detail="an error that the issuer does not document")
    try:
        said = msgspec.convert(body, model)
        if isinstance(said, Answer):
            return said.reading(ask)
        subject = str(said.claims({}).id)
        if not subject.strip():
            return Reading(active=None, reason="unparsable", detail="the account is blank")
        return Reading(active=True, reason="ok", subject=subject)
    except msgspec.ValidationError as error:
        return Reading(active=None, reason="unparsable", detail=str(error).replace("`", ""))
    except ProfileError as error:
        return Reading(active=None, reason="unparsable", detail=f"{error.path}: {error.problem}")
    except (ValueError, OverflowError):
        return Reading(active=None, reason="unparsable", detail="a time that is none")


def at_epoch(seconds: NumberText | None) -> datetime | None:
    """A time from seconds since 1970, also as a float or a text of digits; a fraction is cut.

    Raises:
        ValueError: it is no time.
    """
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(int(float(seconds)), UTC)
    except (OverflowError, OSError):
        raise ValueError("no time") from None


def after(asked: datetime, seconds: NumberText | None) -> datetime | None:
    """The end of a token that has so many seconds left."""
    return None if seconds is None else asked + timedelta(seconds=int(float(seconds)))


def at_iso(text: str | None) -> datetime | None:
    """A time from ISO 8601 with a zone, in UTC.

    Raises:
        ValueError: it is no time, or has no zone.
    """
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no zone")
    return time.astimezone(UTC).replace(microsecond=0)


def split_scopes(text: str | None, separator: str = " ") -> tuple[str, ...] | None:
    """The scopes of a list written as one text; None where there is none."""
    return None if text is None else tuple(each for each in (part.strip() for part in text.split(separator)) if each)


@lru_cache(maxsize=256)
def is_loopback(url: str) -> bool:
    """Whether the address is of this machine."""
    import ipaddress

    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def may_be_asked(url: str) -> bool:
    """Whether a token may go to the address: https, or plain http on loopback; a host, no user and no fragment."""
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None or parts.fragment or parts.port == 0:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))


def place(documented: str, issuer_url: str | None) -> str:
    """The documented address with scheme and host replaced by ``issuer_url``, whose own path comes first."""
    if issuer_url is None:
        return documented
    parts = urlsplit(documented)
    query = f"?{parts.query}" if parts.query else ""
    return f"{issuer_url.rstrip('/')}{parts.path}{query}"


def described(request: Request) -> dict[str, Any]:
    """A request built from placeholders, as JSON."""
    shape: dict[str, Any] = {"method": request.method, "url": unquote(request.url)}
    for name, table in (
        ("headers", request.headers),
        ("query", request.query),
        ("form", request.form),
        ("json", request.json),
    ):
        if table:
            shape[name] = {
                each: value.reveal() if isinstance(value, Secret) else value for each, value in table.items()
            }
    if request.basic is not None:
        shape["basic"] = [request.basic[0], request.basic[1].reveal()]
    return shape


def _fill(form: str, ask: Ask) -> Value:
    """A form with ``{client_id}`` and the like filled in; secret as soon as a secret is in it."""
    if "{" not in form:
        return form
    secret = False
    for name in ("client_id", "client_secret", *ask.credentials):
        hole = "{" + name + "}"
        if hole in form:
            held = ask.credential(name) or ""
            secret = secret or isinstance(ask.credentials.get(name), Secret) or name == "client_secret"
            form = form.replace(hole, held)
    return Secret(form) if secret else form


def filled(url: str, ask: Ask) -> str:
    """The address to ask: ``{client_id}`` and the like filled in, never with a secret; see ``Ask.url``.

    What stands in the host must be a host name, so that nobody is led to another host by what was configured. The hole
    of the token stays, and those in the host where the caller's own server takes its place.

    Raises:
        Unreachable: a host name is none.
    """
    host = urlsplit(url).netloc
    for name in HOLE.findall(url):
        hole = f"{{{name}}}"
        if name == "token" or (hole in host and ask.issuer_url is not None):
            continue
        secret = isinstance(ask.credentials.get(name), Secret) or name == "client_secret"
        held = None if secret else ask.credential(name)
        if held == hole:
            continue
        if hole in host and not _is_host(held or ""):
            raise Unreachable("caller_rejected", f"{name} is no host name")
        if held is not None:
            url = url.replace(hole, held if hole in host else quote(held, safe=""))
    return ask.url(url)


HOLE = re.compile(r"\{(\w+)\}")
"""What is filled into an address or an issuer, by its name."""
_is_host = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*(?::\d{1,5})?", re.ASCII).fullmatch


def _proof(name: str, form: str, ask: Ask) -> Secret:
    """A proof of the client secret; see ``Recipe``."""
    if ask.client_id == "{client_id}":
        return Secret(f"{{{name}}}")
    told = _plain(_fill(form, ask)).replace("{token}", ask.token.reveal())
    return Secret(hmac.new((ask.credential("client_secret") or "").encode(), told.encode(), hashlib.sha256).hexdigest())


def _plain(value: Value) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _signed(method: str, url: str, query: Mapping[str, Value], ask: Ask) -> Secret:
    """The Authorization header of a request that is signed by OAuth 1.0a."""
    if ask.client_id == "{client_id}":
        return Secret('OAuth oauth_consumer_key="{client_id}", oauth_token="{token}", ...')
    from oauthlib.oauth1 import Client

    signer = Client(
        ask.client_id,
        client_secret=ask.credential("client_secret"),
        resource_owner_key=ask.token.reveal(),
        resource_owner_secret=ask.credential("access_token_secret"),
        timestamp=str(int(ask.at.timestamp())),
    )
    told = urlencode({name: _plain(value) for name, value in query.items()})
    _, headers, _ = signer.sign(url + (("&" if "?" in url else "?") + told if told else ""), http_method=method)
    return Secret(headers["Authorization"])


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(members)
    if len(table) != len(members):
        raise ValueError("a member is given twice")
    return table


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_decode = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse).decode
