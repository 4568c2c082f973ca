"""What an issuer says of a token, and what follows from it.

The vocabulary is that of RFC 7662, section 2.2. An issuer's answer is read into a ``Reading`` (what it says, nothing
more); ``conclude`` holds it against the time and against what the caller expects, and gives an ``Introspection``.
Only an issuer's positive, well-formed statement makes ``active`` true; only its documented refusal makes it false;
everything else is null, with the reason why nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Literal, get_args

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from idp_checks.clock import zulu
from idp_checks.tokens.explanation import explain, token_verdict

__all__ = ["DECIDED", "UNDECIDED", "Exchange", "Introspection", "Method", "Reading", "Reason", "conclude"]

Decided = Literal["ok", "expired", "revoked", "malformed", "unknown_token", "denied", "wrong_client", "wrong_subject"]
Undecided = Literal[
    "rate_limited",
    "issuer_error",
    "network",
    "caller_rejected",
    "not_permitted",
    "not_stated",
    "unparsable",
    "contradiction",
    "uncalibrated",
]
Reason = Decided | Undecided
Method = Literal["introspection", "tokeninfo", "debug-token", "check-token", "userinfo-probe", "signed-token"]

DECIDED: frozenset[str] = frozenset(get_args(Decided))
UNDECIDED: frozenset[str] = frozenset(get_args(Undecided))


class Exchange(Struct, frozen=True):
    """One question and its answer, as they may be kept: redacted, every token a fingerprint."""

    request: Mapping[str, Any]
    response: Mapping[str, Any] | None = None


class Reading(Struct, frozen=True, kw_only=True):
    """What an issuer's answer says. A member is None where the answer says nothing of it; ``scopes`` may be empty.

    ``client_id`` is the application that the token was issued to, ``audience`` the resource servers it is meant for:
    two data, never one for the other. ``bare`` marks a refusal that is also given to those who may not ask.
    ``endless`` says that the issuer declares the token to have no end. ``method`` says how the issuer was asked, where
    its endpoint leaves that open.
    """

    active: bool | None
    reason: Reason
    detail: str | None = None
    bare: bool = False
    client_id: str | None = None
    audience: tuple[str, ...] | None = None
    subject: str | None = None
    scopes: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    endless: bool = False
    issued_at: datetime | None = None
    issuer: str | None = None
    token_type: str | None = None
    method: Method | None = None


class Introspection(Struct, frozen=True, kw_only=True):
    """Whether a token is good, by its issuer's own word.

    Attributes:
        provider: the provider whose issuer was asked.
        active: true, the issuer vouches; false, the issuer denies; None, nothing is known (see ``reason``).
        reason: why, one of ``DECIDED`` or ``UNDECIDED``.
        detail: the same in words, where there is more to say; never a value of the answer.
        bare: the refusal carries no reason and is also given to those who may not ask (RFC 7662, section 2.2).
        client_id: the application that the token was issued to.
        audience: the resource servers that the token is meant for; another datum than the client.
        subject: the account that the token stands for, as the issuer names it.
        scopes: what the token opens.
        expires_at, issued_at: times in UTC.
        endless: the issuer states that the token does not end by time.
        issuer: who vouches, as the answer names it.
        token_type: the kind of token, as the answer names it.
        method: how the issuer was asked.
        asked_at: when, in UTC.
        unproven: what a caller may want proven and this answer does not prove: ``client``, ``subject``, ``end``.
        exchanges: the questions and answers, redacted.
    """

    provider: str
    active: bool | None
    reason: Reason
    method: Method | None
    asked_at: datetime
    detail: str | None = None
    bare: bool = False
    client_id: str | None = None
    audience: tuple[str, ...] | None = None
    subject: str | None = None
    scopes: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    endless: bool = False
    issued_at: datetime | None = None
    issuer: str | None = None
    token_type: str | None = None
    unproven: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @property
    def good(self) -> bool:
        """True only when the issuer vouches, the end is not past, and all that the caller expected is confirmed."""
        return self.active is True and self.reason == "ok"

    @property
    def decided(self) -> bool:
        """Whether the answer settles the question either way."""
        return self.reason in DECIDED

    @property
    def exchange(self) -> Exchange | None:
        """The question to the debug endpoint and its answer, redacted: the last of ``exchanges``."""
        return self.exchanges[-1] if self.exchanges else None

    def explain(self) -> str:
        """Two or three sentences: what was asked, what the issuer said, what that proves and does not, what to do."""
        return explain(self)

    def _repr_html_(self) -> str:
        """The same for notebooks."""
        word = token_verdict(self)
        colour = {"good": "#1a7f37", "not good": "#b42318", "undecided": "#9a6700"}[word]
        head = f"<strong style='color:{colour}'>{word.capitalize()}</strong> ({escape(self.reason)})"
        return f"<div>{head}<p style='max-width:48rem'>{escape(self.explain())}</p></div>"

    def to_dict(self) -> dict[str, Any]:
        """As JSON: absent members left out, times in UTC with ``Z``, ``good`` added."""
        shape = {name: _listed(value) for name, value in to_builtins(self).items() if value is not None}
        for name in ("expires_at", "issued_at", "asked_at"):
            if name in shape:
                shape[name] = zulu(getattr(self, name))
        for name in ("bare", "endless"):
            if not shape[name]:
                del shape[name]
        return {"good": self.good, "active": self.active, **shape}


def _said(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def conclude(
    provider: str,
    reading: Reading,
    *,
    method: Method | None,
    asked_at: datetime,
    clients: tuple[str, ...] = (),
    subject: str | None = None,
    exchanges: tuple[Exchange, ...] = (),
) -> Introspection:
    """Hold an issuer's answer against the time and against what the caller expects.

    Args:
        clients: the applications one of which the token must have been issued to; empty where the caller does not say.
        subject: the account that the token must stand for; None where the caller does not say.

    A blank client or subject is none. A past end beats ``active: true``. What the answer contradicts makes the token
    bad, what it does not state leaves the question open (``not_stated``).
    """
    stated = _said(reading.client_id), _said(reading.subject)
    if stated != (reading.client_id, reading.subject):
        reading = replace(reading, client_id=stated[0], subject=stated[1])
    active, reason, detail = reading.active, reading.reason, reading.detail
    if active is True:
        if reading.expires_at is not None and reading.expires_at <= asked_at:
            active, reason, detail = False, "expired", "the issuer calls it active, and its end is past"
        elif clients and reading.client_id is not None and reading.client_id not in clients:
            reason = "wrong_client"
        elif subject is not None and reading.subject is not None and reading.subject != subject:
            reason = "wrong_subject"
        elif clients and reading.client_id is None:
            reason, detail = "not_stated", "the issuer does not say to which application it was issued"
        elif subject is not None and reading.subject is None:
            reason, detail = "not_stated", "the issuer does not say for which account it was issued"
    unproven = tuple(
        what
        for what, known in (
            ("client", reading.client_id is not None),
            ("subject", reading.subject is not None),
            ("end", reading.expires_at is not None or reading.endless),
        )
        if not known
    )
    return Introspection(
        provider=provider,
        active=active,
        reason=reason,
        detail=detail,
        method=reading.method or method,
        asked_at=asked_at,
        bare=reading.bare,
        client_id=reading.client_id,
        audience=reading.audience,
        subject=reading.subject,
        scopes=reading.scopes,
        expires_at=reading.expires_at,
        endless=reading.endless,
        issued_at=reading.issued_at,
        issuer=reading.issuer,
        token_type=reading.token_type,
        unproven=unproven if active is True else (),
        exchanges=exchanges,
    )
