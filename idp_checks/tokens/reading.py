"""The content of one issuer response about a token, before it is compared with the time and the caller's expectations.

Field names follow RFC 7662, section 2.2. Only a positive, well-formed response makes ``active`` true; only a documented
refusal makes it false; in all other cases it is None, and ``reason`` explains why the token is undecided.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

__all__ = ["DECIDED", "UNDECIDED", "Method", "Reading", "Reason"]

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
"""Reasons that settle whether the token is good."""
UNDECIDED: frozenset[str] = frozenset(get_args(Undecided))
"""Reasons that leave it open whether the token is good."""


class Reading(Struct, frozen=True, kw_only=True):
    """The content of an issuer's response; a field is None if the response does not state it.

    Attributes:
        active: true if the issuer accepts the token, false if it denies it, None if neither.
        reason: one of ``DECIDED`` or ``UNDECIDED``.
        detail: the reason in words; never a value from the response.
        bare: the refusal has no reason, and clients without permission get the same one (RFC 7662, section 2.2).
        client_id: the application that the token was issued to.
        audience: the resource servers that the token is meant for; not the client.
        subject: the account that the token belongs to, as the issuer identifies it.
        scopes: the granted scopes; may be empty.
        expires_at, issued_at: times in UTC.
        endless: the issuer states that the token does not expire.
        issuer: the issuer's name in the response.
        token_type: the type of token in the response.
        method: how the token was checked, if the endpoint can do it in several ways.
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
