"""The options, plan, steps and record of a token's lifecycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field, to_builtins

from idp_checks.clock import zulu
from idp_checks.errors import UsageError
from idp_checks.progress import Progress, ignore_progress
from idp_checks.providers.model import Provider
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.question import Question

__all__ = [
    "ASK_INTERVAL",
    "REVOCATION_TIMEOUT",
    "LifecycleCallbacks",
    "LifecycleOptions",
    "LifecycleRecord",
    "Planned",
    "Renewal",
    "Renewed",
    "Revocation",
    "Step",
    "StepName",
    "StepOutcome",
    "TokenRole",
]

ASK_INTERVAL = 2.0
"""Seconds between two questions about a revoked token."""
REVOCATION_TIMEOUT = 60.0
"""Seconds for which a revoked token may still work; RFC 7009, section 2.1, wants the delay to be small."""

StepName: TypeAlias = Literal["ask", "use", "renew", "ask-renewed", "revoke", "ask-until-dead"]
TokenRole: TypeAlias = Literal["given", "renewed"]
"""The caller's token, or the token from the renewal."""
StepOutcome: TypeAlias = Literal[
    "good", "not_good", "worked", "renewed", "accepted", "refused", "dead", "alive", "undecided", "left_out"
]


class LifecycleOptions(Struct, frozen=True, kw_only=True):
    """The permissions and times of a lifecycle.

    Args:
        renew: allow the request that obtains a new token.
        revoke: allow the request that revokes the token.
        patience: seconds after which a revoked token must be inactive.
        every: seconds between two questions about a revoked token.

    Raises:
        UsageError: ``patience`` or ``every`` is not a valid number of seconds.
    """

    renew: bool = False
    revoke: bool = False
    patience: float = REVOCATION_TIMEOUT
    every: float = ASK_INTERVAL

    def __post_init__(self) -> None:
        for name, seconds, minimum in (("patience", self.patience, 0.0), ("every", self.every, 0.001)):
            if not minimum <= seconds < float("inf"):
                raise UsageError("invalid number of seconds", where=name, remedy=f"pass at least {minimum:g}")


def _discard(_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class LifecycleCallbacks:
    """The functions that a lifecycle calls while it runs.

    Args:
        progress: receives the name of each step.
        keep: receives the new tokens immediately after a renewal, before another request can fail.
        announce: receives the plan before anything is changed.
    """

    progress: Progress = ignore_progress
    keep: Callable[[Renewed], None] = _discard
    announce: Callable[[tuple[Planned, ...]], None] = _discard


class Planned(Struct, frozen=True, kw_only=True):
    """A step that changes the token at the issuer, and whether it can be done.

    Args:
        action: the step.
        allowed: whether the caller allowed it.
        possible: whether the provider documents a request and all of its inputs are available.
        method: the HTTP method of the request.
        address: the URL of the request; it contains no secret.
        sends: which of the user's tokens the request contains.
        effect: the change at the issuer, in words.
        missing: the inputs that the caller did not pass, by the names of arguments and credentials.
        note: the provider's documentation of the step.
    """

    action: Literal["renew", "revoke"] = field(name="what")
    allowed: bool
    possible: bool
    note: str
    method: str | None = None
    address: str | None = None
    sends: Literal["access", "refresh"] | None = None
    effect: str | None = None
    missing: tuple[str, ...] = field(default=(), name="lacking")


class Step(Struct, frozen=True, kw_only=True):
    """One step.

    Args:
        token: the token that the step is about.
        at: the time of the step, in UTC; for ``ask-until-dead``, the time of the first of the final rejections, or of
            the last question.
        seconds: seconds since the start of the run.
        reason: the reason, from the reasons of an introspection; None if there is nothing to explain.
        times: the number of questions asked.
        exchange: the request and its response, redacted.
        introspection: the result of the question, if one was asked.
    """

    name: StepName
    token: TokenRole
    at: datetime
    seconds: float
    outcome: StepOutcome
    reason: str | None = None
    detail: str | None = None
    times: int = 1
    exchange: Exchange | None = None
    introspection: Introspection | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the step as JSON, without absent fields, with times in UTC with ``Z``."""
        shape: dict[str, Any] = {
            name: value for name, value in to_builtins(self).items() if value is not None and name != "introspection"
        }
        shape["at"] = zulu(self.at)
        if self.introspection is not None:
            shape["introspection"] = self.introspection.to_dict()
        return shape


class Renewed(Struct, frozen=True, kw_only=True):
    """The tokens after a renewal.

    Args:
        refresh_token: the refresh token that is valid from now on: a new one, or still the old one.
        rotated: whether the issuer replaced the refresh token.
        expires_in: seconds from the renewal to the access token's expiry, if the issuer states them.
    """

    access_token: Secret
    refresh_token: Secret | None = None
    rotated: bool = False
    expires_in: int | None = None


class Renewal(Struct, frozen=True, kw_only=True):
    """The result of a renewal attempted in this run.

    Args:
        outcome: whether the issuer returned a new token; None if that is unknown.
        reason: the reason of a failure, from the reasons of an introspection.
        after: the introspection of the new token.
    """

    outcome: bool | None
    reason: str = "ok"
    after: Introspection | None = None


class Revocation(Struct, frozen=True, kw_only=True):
    """The result of a revocation attempted in this run.

    Args:
        at: the time of the request, in UTC.
        accepted: whether the issuer reported success, which proves nothing; None if that is unknown.
        reason: the reason of a failure, from the reasons of an introspection.
        before: the introspection of the token immediately before.
        after: the last introspection of each token that the revocation had to end.
        waited_s: the seconds from the revocation to the last introspection.
    """

    at: datetime
    accepted: bool | None
    reason: str = "ok"
    before: Introspection | None = None
    after: tuple[Introspection, ...] = ()
    waited_s: int = 0


class LifecycleRecord(Struct, frozen=True, kw_only=True):
    """The record of one token's lifecycle.

    Args:
        provider: the provider, with the operations that discovery found.
        question: the question about the caller's token, with the endpoints that discovery found as credentials.
        introspection: the first introspection of the caller's token.
        renewed: the new tokens; None if the token was not renewed.
        renewal: the result of the renewal; None if none was attempted.
        revocation: the result of the revocation; None if none was attempted.
    """

    provider: Provider
    question: Question
    started: datetime
    steps: tuple[Step, ...]
    plan: tuple[Planned, ...]
    introspection: Introspection
    renewed: Renewed | None = None
    renewal: Renewal | None = None
    revocation: Revocation | None = None
