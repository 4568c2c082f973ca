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

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from idp_checks.errors import ProfileError
from idp_checks.profiles.shape import Shape
from idp_checks.secret import Secret
from idp_checks.tokens import client_auth
from idp_checks.tokens.introspection import UNDECIDED, Method, Reading, Reason
from idp_checks.tokens.template import Ask, RequestTemplate, Send, by_bearer, described
from idp_checks.tokens.wire import Request, Response, Unreachable, decode_body

__all__ = [
    "ResponseModel",
    "Endpoint",
    "Epoch",
    "HttpEndpoint",
    "IsoTime",
    "NumberOrString",
    "Refusal",
    "Seconds",
    "Steps",
    "expiry_after",
    "parse_epoch",
    "parse_iso",
    "profile_probe",
    "split_scopes",
]


Epoch = Annotated[int | float, Meta(extra={"means": "epoch"})]
"""Seconds since 1970; some servers write a float."""
EpochOrString = Annotated[int | float | str, Meta(extra={"means": "epoch"})]
"""The same at an issuer that writes numbers as texts."""
Seconds = Annotated[int | float, Meta(extra={"means": "seconds"})]
"""Seconds left."""
IsoTime = Annotated[str, Meta(extra={"means": "iso-time"})]
"""A time in ISO 8601 with its zone."""
NumberOrString: TypeAlias = int | float | str


Steps: TypeAlias = Generator[Request, Response, Reading]


class ResponseModel(Struct):
    """A good answer of a debug endpoint: only the members that are read. What does not fit it is not good."""

    def read(self, ask: Ask) -> Reading:
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

    def matches(self, response: Response, body: object) -> bool:
        """Whether this is such an answer."""
        if self.status is not None and not _holds(response.status, self.status):
            return False
        if self.header is not None and self.header[1] not in response.headers.get(self.header[0].lower(), ""):
            return False
        return self.body is None or _holds(body, self.body)

    def to_reading(self) -> Reading:
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
    required_credentials: tuple[str, ...]
    optional_credentials: tuple[str, ...] = ()
    proves: frozenset[str]
    source: str
    url: str
    limit: tuple[int, float] | None = None

    def steps(self, ask: Ask) -> Steps:
        """The questions, one after the other, and at last what the answers say."""
        raise NotImplementedError

    def describe_request(self) -> dict[str, Any]:
        """The first request with ``{token}``, ``{client_id}`` and the like in place of what is sent: for people."""
        raise NotImplementedError

    def missing_credentials(self, ask: Ask) -> tuple[str, ...]:
        """What the endpoint needs and the caller did not give; an address of the caller's own stands for a host."""
        lacks = [name for name in self.required_credentials if not ask.credential(name)]
        if lacks and ask.issuer_url:
            host = urlsplit(self.url).netloc
            lacks = [name for name in lacks if f"{{{name}}}" not in host]
        return tuple(lacks)


@dataclass(frozen=True, kw_only=True)
class HttpEndpoint(RequestTemplate, Endpoint):
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
    response_model: type[ResponseModel | Shape]
    source: str
    proves: frozenset[str] = frozenset()
    optional_credentials: tuple[str, ...] = ()
    unwrap: Callable[[str], str] | None = None
    refusals: tuple[Refusal, ...] = ()
    good_status: int = 200
    error_fields: tuple[str, ...] = ("error", "errors")
    profile: HttpEndpoint | None = None
    limit: tuple[int, float] | None = None
    note: str | None = None

    def describe_request(self) -> dict[str, Any]:
        placeholders = Ask(
            token=Secret("{token}"),
            at=datetime.fromtimestamp(0, UTC),
            client_id="{client_id}",
            client_secret=Secret("{client_secret}"),
            credentials={name: f"{{{name}}}" for name in self.required_credentials if name not in ("client_id", "client_secret")},
        )
        return described(self.request(placeholders))

    def missing_credentials(self, ask: Ask) -> tuple[str, ...]:
        lacks = Endpoint.missing_credentials(self, ask)
        if client_auth.PRIVATE_KEY not in self.authentications:
            return lacks
        key, named = ask.credential("private_key"), ask.credential("client_auth")
        if named != client_auth.PRIVATE_KEY and (named or not key):
            return lacks
        kept = tuple(name for name in lacks if name != "client_secret")
        return kept if key else (*kept, "private_key")

    def read(self, response: Response, ask: Ask) -> Reading:
        """What the answer says."""
        body = response.json if self.unwrap is None else decode_body(response, self.unwrap)
        for refusal in self.refusals:
            if refusal.matches(response, body):
                return self._stated(refusal.to_reading(), body, ask)
        if (none := read_undecided(response, self.good_status)) is not None:
            return none
        return read_body(self.response_model, body, ask, self.error_fields)

    def _stated(self, refused: Reading, body: object, ask: Ask) -> Reading:
        """A refusal, with what its body states of the token in the form of a good answer."""
        if refused.active is None or refused.bare:
            return refused
        said = read_body(self.response_model, body, ask)
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


def profile_probe(
    url: str,
    response_model: type[Shape],
    *,
    source: str,
    refusals: tuple[Refusal, ...],
    send: Send | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    required_credentials: tuple[str, ...] = (),
    error_fields: tuple[str, ...] = ("error", "errors"),
    limit: tuple[int, float] | None = None,
    note: str | None = None,
) -> HttpEndpoint:
    """The profile call as a probe: it shows that the token works and for whom, never for which application."""
    return HttpEndpoint(
        kind="userinfo-probe",
        method=method,
        url=url,
        response_model=response_model,
        placement=send or by_bearer(),
        headers=headers or {},
        params=params or {},
        required_credentials=required_credentials,
        proves=frozenset({"subject"}),
        refusals=refusals,
        error_fields=error_fields,
        source=source,
        limit=limit,
        note=note,
    )


def read_undecided(response: Response, good: int = 200) -> Reading | None:
    """The undecided reading of an answer that says nothing about the token, or None where it may be a good one."""
    status = response.status
    if status == good:
        return None
    if status == 429:
        return Reading(active=None, reason="rate_limited", detail="the issuer asks to slow down")
    if 300 <= status < 400:
        return Reading(active=None, reason="issuer_error", detail=f"redirected (HTTP {status}), which is not followed")
    if status >= 500 or status == 408:
        return Reading(active=None, reason="issuer_error", detail=f"HTTP {status}")
    return Reading(active=None, reason="unparsable", detail=f"HTTP {status}, not an answer that the issuer documents")


STATED = ("client_id", "audience", "subject", "scopes", "expires_at", "issued_at", "issuer", "token_type")
"""What a reading states of a token."""


def read_body(
    model: type[ResponseModel | Shape], body: object, ask: Ask, errors: tuple[str, ...] = ("error", "errors")
) -> Reading:
    """What a body says that has to be a good answer; unparsable where it does not fit the model."""
    if not isinstance(body, dict):
        return Reading(active=None, reason="unparsable", detail="the answer is no JSON object")
    if any(body.get(name) for name in errors):
        return Reading(active=None, reason="unparsable", detail="an error that the issuer does not document")
    try:
        said = msgspec.convert(body, model)
        if isinstance(said, ResponseModel):
            return said.read(ask)
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


def parse_epoch(seconds: NumberOrString | None) -> datetime | None:
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


def expiry_after(asked: datetime, seconds: NumberOrString | None) -> datetime | None:
    """The end of a token that has so many seconds left."""
    return None if seconds is None else asked + timedelta(seconds=int(float(seconds)))


def parse_iso(text: str | None) -> datetime | None:
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
