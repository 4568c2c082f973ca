"""The result of asking an issuer about a token.

``conclude`` compares a ``Reading`` with the current time and the caller's expectations, and returns an
``Introspection``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from idp_checks.clock import zulu
from idp_checks.tokens.explanation import explain, token_verdict
from idp_checks.tokens.reading import DECIDED, Method, Reading, Reason

__all__ = ["Exchange", "Introspection", "conclude"]

_VERDICT_COLORS = {"good": "#1a7f37", "not good": "#b42318", "undecided": "#9a6700"}


class Exchange(Struct, frozen=True):
    """One request and its response in redacted form: every token is replaced with a fingerprint."""

    request: Mapping[str, Any]
    response: Mapping[str, Any] | None = None


STATEMENT_FIELDS = ("client_id", "audience", "subject", "scopes", "issued_at", "expires_at", "issuer", "token_type")
"""Fields of a result that the issuer states about the token."""


class Introspection(Struct, frozen=True, kw_only=True):
    """Whether a token is good, according to its issuer.

    Attributes:
        provider: the provider whose issuer was asked.
        active: true if the issuer accepts the token, false if it denies it, None if undecided (see ``reason``).
        reason: one of ``DECIDED`` or ``UNDECIDED``.
        detail: the reason in words; never a value from the response.
        method: how the token was checked.
        asked_at: the time of asking, in UTC.
        reading: the content of the issuer's response; its fields are also attributes of the introspection.
        unproven: the facts that a good response leaves open: ``client``, ``subject``, ``end``.
        exchanges: the requests and responses, redacted.
    """

    provider: str
    active: bool | None
    reason: Reason
    detail: str | None = None
    method: Method | None
    asked_at: datetime
    reading: Reading
    unproven: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether the refusal has no reason, and clients without permission get the same one."""
        return self.reading.bare

    @property
    def client_id(self) -> str | None:
        """The application that the token was issued to."""
        return self.reading.client_id

    @property
    def audience(self) -> tuple[str, ...] | None:
        """The resource servers that the token is meant for; not the client."""
        return self.reading.audience

    @property
    def subject(self) -> str | None:
        """The account that the token belongs to, as the issuer identifies it."""
        return self.reading.subject

    @property
    def scopes(self) -> tuple[str, ...] | None:
        """The granted scopes; None if the response does not state them."""
        return self.reading.scopes

    @property
    def expires_at(self) -> datetime | None:
        """The end of the token, in UTC."""
        return self.reading.expires_at

    @property
    def endless(self) -> bool:
        """Whether the issuer states that the token does not expire."""
        return self.reading.endless

    @property
    def issued_at(self) -> datetime | None:
        """The time of issue, in UTC."""
        return self.reading.issued_at

    @property
    def issuer(self) -> str | None:
        """The issuer's name in the response."""
        return self.reading.issuer

    @property
    def token_type(self) -> str | None:
        """The type of token in the response."""
        return self.reading.token_type

    @property
    def good(self) -> bool:
        """Whether the issuer accepts the token, it has not expired, and everything expected was stated and matched."""
        return self.active is True and self.reason == "ok"

    @property
    def decided(self) -> bool:
        """Whether the response settles the question either way."""
        return self.reason in DECIDED

    @property
    def exchange(self) -> Exchange | None:
        """The last exchange."""
        return self.exchanges[-1] if self.exchanges else None

    def explain(self, title: str | None = None) -> str:
        """Explain the result in two or three sentences: the response, its meaning, and the next step.

        Args:
            title: the provider's display name; its short name if None.
        """
        return explain(self, title)

    def _repr_html_(self) -> str:
        """Return the explanation as HTML for notebooks."""
        verdict = token_verdict(self)
        head = f"<strong style='color:{_VERDICT_COLORS[verdict]}'>{verdict.capitalize()}</strong>"
        return f"<div>{head} ({escape(self.reason)})<p style='max-width:48rem'>{escape(self.explain())}</p></div>"

    def statements(self) -> dict[str, str]:
        """Return the issuer's statements about the token for display, by field name."""
        fields = self.to_dict()
        statements = {
            name: ", ".join(fields[name]) or "none" if isinstance(fields[name], list) else fields[name]
            for name in STATEMENT_FIELDS
            if name in fields
        }
        if self.endless:
            statements["expires_at"] = "never"
        return statements

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data: missing fields omitted, times in UTC with ``Z``."""
        reading = self.reading
        fields = {
            "provider": self.provider,
            "reason": self.reason,
            "method": self.method,
            "asked_at": zulu(self.asked_at),
            "detail": self.detail,
            "bare": reading.bare or None,
            "client_id": reading.client_id,
            "audience": _list_or_none(reading.audience),
            "subject": reading.subject,
            "scopes": _list_or_none(reading.scopes),
            "expires_at": _zulu_or_none(reading.expires_at),
            "endless": reading.endless or None,
            "issued_at": _zulu_or_none(reading.issued_at),
            "issuer": reading.issuer,
            "token_type": reading.token_type,
            "unproven": list(self.unproven),
            "exchanges": [to_builtins(exchange) for exchange in self.exchanges],
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return {"good": self.good, "active": self.active, **present}


def _list_or_none(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _zulu_or_none(time: datetime | None) -> str | None:
    return None if time is None else zulu(time)


def _blank_to_none(value: str | None) -> str | None:
    return value if value and not value.isspace() else None


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
    """Compare a reading with the time and the caller's expectations.

    An end in the past overrides ``active: true``. A contradiction makes the token not good (``wrong_client``,
    ``wrong_subject``); a missing client or subject leaves it undecided (``not_stated``). A blank client or subject
    counts as missing.

    Args:
        clients: the applications one of which the token must be issued to; empty if any application will do.
        subject: the account that the token must belong to; None if any account will do.
    """
    client_id, account = _blank_to_none(reading.client_id), _blank_to_none(reading.subject)
    if (client_id, account) != (reading.client_id, reading.subject):
        reading = replace(reading, client_id=client_id, subject=account)
    active, reason, detail = reading.active, reading.reason, reading.detail
    if active is True:
        if reading.expires_at is not None and reading.expires_at <= asked_at:
            active, reason, detail = False, "expired", "reported as active, but its end has passed"
        elif clients and client_id is not None and client_id not in clients:
            reason = "wrong_client"
        elif subject is not None and account is not None and account != subject:
            reason = "wrong_subject"
        elif clients and client_id is None:
            reason, detail = "not_stated", "the response does not name the application"
        elif subject is not None and account is None:
            reason, detail = "not_stated", "the response does not name the account"
    return Introspection(
        provider=provider,
        active=active,
        reason=reason,
        detail=detail,
        method=reading.method or method,
        asked_at=asked_at,
        reading=reading,
        unproven=_list_unproven(reading) if active is True else (),
        exchanges=exchanges,
    )


def _list_unproven(reading: Reading) -> tuple[str, ...]:
    """Return the facts that an active reading leaves open."""
    is_proven = {
        "client": reading.client_id is not None,
        "subject": reading.subject is not None,
        "end": reading.expires_at is not None or reading.endless,
    }
    return tuple(fact for fact, proven in is_proven.items() if not proven)
