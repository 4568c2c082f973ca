"""Models of good responses, and the functions that read them."""

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
"""Seconds since 1970 from an issuer that writes numbers as strings."""
Seconds = Annotated[int | float, Meta(extra={"means": "seconds"})]
"""Seconds left until the token expires."""
IsoTime = Annotated[str, Meta(extra={"means": "iso-time"})]
"""A time in ISO 8601 with a UTC offset."""
NumberOrString: TypeAlias = int | float | str

TOKEN_FIELDS = ("client_id", "audience", "subject", "scopes", "expires_at", "issued_at", "issuer", "token_type")
"""The fields of a reading that describe the token."""

_MAX_RETRY_DIGITS = 6


class ResponseModel(Struct):
    """The fields of an endpoint's good response that are used. A body that does not fit the model is not good."""

    def read(self, question: Question) -> Reading:
        """Return the reading of the response."""
        raise NotImplementedError


def read_undecided(response: Response, good_status: int = 200) -> Reading | None:
    """Return the undecided reading of a response that is not about the token; None if it may be good."""
    status = response.status
    if status == good_status:
        return None
    if status == 429:
        return Reading(active=None, reason="rate_limited", detail=_describe_rate_limit(response))
    if 300 <= status < 400:
        return Reading(active=None, reason="issuer_error", detail=f"HTTP {status}; redirects are not followed")
    if status >= 500 or status == 408:
        return Reading(active=None, reason="issuer_error", detail=f"HTTP {status}")
    return Reading(active=None, reason="unparsable", detail=f"HTTP {status}, an undocumented response")


def _describe_rate_limit(response: Response) -> str:
    seconds = response.headers.get("retry-after", "").strip()
    if seconds.isascii() and seconds.isdigit() and len(seconds) <= _MAX_RETRY_DIGITS:
        return f"HTTP 429, retry after {int(seconds)} s"
    return "HTTP 429"


def read_body(
    model: type[ResponseModel | Shape],
    body: object,
    question: Question,
    error_fields: tuple[str, ...] = ("error", "errors"),
) -> Reading:
    """Read a body that must be a good response; it is unparsable if it does not fit the model."""
    if not isinstance(body, dict):
        return Reading(active=None, reason="unparsable", detail="the response is not a JSON object")
    if any(body.get(name) for name in error_fields):
        return Reading(active=None, reason="unparsable", detail="an undocumented error")
    try:
        content = msgspec.convert(body, model)
        if isinstance(content, ResponseModel):
            return content.read(question)
        subject = str(content.claims({}).id)
        if not subject.strip():
            return Reading(active=None, reason="unparsable", detail="the account identifier is blank")
        return Reading(active=True, reason="ok", subject=subject)
    except msgspec.ValidationError as error:
        return Reading(active=None, reason="unparsable", detail=str(error).replace("`", ""))
    except ProfileError as error:
        return Reading(active=None, reason="unparsable", detail=f"{error.path}: {error.problem}")
    except (ValueError, OverflowError):
        return Reading(active=None, reason="unparsable", detail="invalid timestamp")


def parse_epoch(seconds: NumberOrString | None) -> datetime | None:
    """Parse seconds since 1970, also as a float or a string of digits; fractions are cut.

    Raises:
        ValueError: the value is not a time.
    """
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(int(float(seconds)), UTC)
    except (OverflowError, OSError):
        raise ValueError("timestamp out of range") from None


def expiry_after(start: datetime, seconds: NumberOrString | None) -> datetime | None:
    """Return the end of a token that has this many seconds left."""
    return None if seconds is None else start + timedelta(seconds=int(float(seconds)))


def parse_iso(value: str | None) -> datetime | None:
    """Parse an ISO 8601 time with a UTC offset into UTC.

    Raises:
        ValueError: the value is not a time, or has no offset.
    """
    if value is None:
        return None
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("the time has no UTC offset")
    return time.astimezone(UTC).replace(microsecond=0)


def split_scopes(scopes: str | None, separator: str = " ") -> tuple[str, ...] | None:
    """Split a list of scopes written as a string; None stays None."""
    if scopes is None:
        return None
    return tuple(scope for scope in (part.strip() for part in scopes.split(separator)) if scope)
