"""Models of good responses and the functions that read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from idp_checks.errors import ProfileError
from idp_checks.profiles.shape import Shape
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.wire import Response

__all__ = [
    "TOKEN_FIELDS",
    "Epoch",
    "EpochOrString",
    "IsoTime",
    "NumberOrString",
    "ResponseModel",
    "Seconds",
    "expiry_after",
    "parse_epoch",
    "parse_iso",
    "read_body",
    "read_undecided",
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


class ResponseModel(Struct):
    """A good answer of a debug endpoint: only the members that are read. What does not fit it is not good."""

    def read(self, question: Question) -> Reading:
        """What the answer says."""
        raise NotImplementedError


TOKEN_FIELDS = ("client_id", "audience", "subject", "scopes", "expires_at", "issued_at", "issuer", "token_type")
"""What a reading states of a token."""


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


def read_body(
    model: type[ResponseModel | Shape], body: object, question: Question, errors: tuple[str, ...] = ("error", "errors")
) -> Reading:
    """What a body says that has to be a good answer; unparsable where it does not fit the model."""
    if not isinstance(body, dict):
        return Reading(active=None, reason="unparsable", detail="the answer is no JSON object")
    if any(body.get(name) for name in errors):
        return Reading(active=None, reason="unparsable", detail="an error that the issuer does not document")
    try:
        said = msgspec.convert(body, model)
        if isinstance(said, ResponseModel):
            return said.read(question)
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
