"""Helpers for checks that are based on the issuer's response about a token."""

from __future__ import annotations

from typing import Any, NamedTuple

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, undecided
from idp_checks.checks.finding import Verdict, closed_reason
from idp_checks.providers.model import Provider
from idp_checks.tokens.introspection import Introspection

__all__ = [
    "StoredToken",
    "not_stated",
    "require_calibration",
    "require_response",
    "require_token",
    "response_facts",
    "undecided_response",
    "unknown_provider",
]


class StoredToken(NamedTuple):
    """An identity's access token in plain text, and its provider."""

    token: str
    provider: Provider


def unknown_provider() -> CheckOutcome:
    """Return the outcome of a check that requires a known provider."""
    return undecided("no_data", "The provider is unknown.")


def require_token(context: IdentityContext) -> StoredToken | CheckOutcome:
    """Return the token and its provider, or the outcome that one of them is missing."""
    if context.identity.access_token is None:
        return undecided("no_data", "The source contains no access token for this identity.")
    if context.provider is None:
        return unknown_provider()
    return StoredToken(context.identity.access_token.reveal(), context.provider)


def require_response(context: IdentityContext) -> Introspection | CheckOutcome:
    """Return the issuer's definite response, or the outcome for a missing one."""
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    introspection = context.introspection
    if introspection is None:
        if stored.provider.debug is None:
            return undecided("not_stated", "The provider documents no introspection method.")
        return undecided("no_data", "The issuer was not asked about the token.")
    if introspection.active is None:
        return undecided_response(introspection)
    return introspection


def undecided_response(introspection: Introspection) -> CheckOutcome:
    """Return the outcome of an undecided introspection, with the same reason."""
    return undecided(
        closed_reason(introspection.reason),
        "The introspection of the token was inconclusive.",
        **response_facts(introspection),
        why=introspection.detail,
    )


def response_facts(introspection: Introspection) -> dict[str, Any]:
    """Return the method, time and result of an introspection as facts."""
    return {
        "method": introspection.method,
        "asked_at": introspection.asked_at,
        "active": introspection.active,
        "answer": introspection.reason,
    }


def not_stated(context: IdentityContext, introspection: Introspection, detail: str) -> CheckOutcome:
    """Return the outcome of a response that omits a required value.

    A rejection without a reason is reported as ``not_permitted`` unless this client is known to be permitted.
    """
    if introspection.active is False and introspection.bare and not context.calibration.is_permitted:
        return undecided(
            "not_permitted",
            "The issuer rejected the token without a reason, as it also rejects callers without permission.",
            **response_facts(introspection),
        )
    return undecided("not_stated", detail, **response_facts(introspection))


def require_calibration(context: IdentityContext, outcome: CheckOutcome, *, is_rejection: bool = False) -> CheckOutcome:
    """Return the outcome, or ``uncalibrated`` if its response is unreliable.

    An acceptance counts if the endpoint rejected a random canary token. A rejection counts if the endpoint accepted
    the policy's canary, if there is one. Nothing counts if the endpoint misjudged either.
    """
    calibration = context.calibration
    if outcome.verdict is Verdict.PASS:
        is_reliable = calibration.rejects_invalid
    elif outcome.verdict is Verdict.FAIL:
        is_reliable = calibration.accepts_valid(context.connection) if is_rejection else not calibration.is_unreliable
    else:
        is_reliable = True
    if is_reliable:
        return outcome
    return undecided(
        "uncalibrated",
        "In this run the endpoint was not shown to distinguish valid from invalid tokens, so its response is not used.",
        **outcome.facts,
    )
