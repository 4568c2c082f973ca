"""Checks of a token's revocation and renewal."""

from __future__ import annotations

from typing import Any

from idp_checks.checks.context import ConnectionContext, IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.finding import closed_reason
from idp_checks.checks.issuer_response import require_token, response_facts
from idp_checks.lifecycles.plan import missing_inputs
from idp_checks.lifecycles.values import Renewal
from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Introspection

__all__: list[str] = []


def _missing_inputs(context: IdentityContext, operation: Operation) -> tuple[str, ...]:
    """Return the inputs of an operation that the policy and the record lack."""
    question = context.connection.build_question(context.identity.access_token or Secret(""))
    return missing_inputs(operation, question, has_refresh_token=context.identity.refresh_token is not None)


def _remaining_seconds(context: IdentityContext, provider: Provider) -> int | float | None:
    """Return the seconds until the token expires; infinite if never, None if unknown."""
    introspection, documented = context.introspection, provider.token.lifetime
    if introspection is not None and introspection.active is not None:
        if introspection.expires_at is not None:
            return max(0, int((introspection.expires_at - introspection.asked_at).total_seconds()))
        if introspection.endless:
            return float("inf")
    return float("inf") if documented == 0 else documented


def _seconds_fact(seconds: float | None) -> int | str | None:
    """Return a number of seconds as a fact, which must not be a float."""
    return seconds if seconds is None or isinstance(seconds, int) else "endless"


@evaluates("IDP-LIF-001")
def check_revocable(context: IdentityContext) -> CheckOutcome:
    """Check that a revocation is documented and its inputs are available.

    Nothing is revoked (RFC 7009).
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    provider = stored.provider
    operation, maximum = provider.token.termination, context.connection.max_unrevocable_s
    remaining = _remaining_seconds(context, provider)
    facts: dict[str, Any] = {
        "sources": provider.token.sources,
        "maximum_s": maximum,
        "left_s": _seconds_fact(remaining),
    }
    if maximum is not None and remaining is not None and remaining <= maximum:
        return not_applicable(
            "The token expires within the time that the policy allows for tokens that cannot be revoked.", **facts
        )
    if not operation.is_documented:
        facts["documented"] = operation.note
        if maximum is None:
            return undecided(
                "no_policy",
                "The provider documents no revocation call, and the policy does not limit the lifetime of such tokens.",
                **facts,
            )
        if remaining is None:
            return undecided(
                "not_stated", "The provider documents no revocation call, and the token's expiry is unknown.", **facts
            )
        return failed(
            "The provider documents no revocation call, and the token lives longer than the policy allows.", **facts
        )
    facts |= {"method": operation.method, "address": operation.url}
    if operation.request is None:
        return undecided("not_stated", "A revocation is documented, but this package cannot send it.", **facts)
    if missing := _missing_inputs(context, operation):
        return undecided(
            "no_data", "A revocation is documented, but some of its inputs are missing.", **facts, lacking=missing
        )
    return passed("A revocation is documented, and all of its inputs are available.", **facts, ends=operation.ends)


@evaluates("IDP-LIF-002")
def check_revoked(context: ConnectionContext) -> CheckOutcome:
    """Check that an active token is inactive soon after its revocation.

    The response of the revocation endpoint proves nothing: a token that was never valid gets the same response
    (RFC 7009, section 2.2). A signature proves nothing, because it remains valid after the revocation. A rejection
    after the token's own expiry proves nothing, because the expiry explains it.
    """
    revocation = context.revocation
    if revocation is None:
        return not_applicable("No revocation is on record, and the policy designates no token for it.", named=False)
    before, after = revocation.before, revocation.after
    facts: dict[str, Any] = {
        "revoked_at": revocation.at,
        "accepted": revocation.accepted,
        "answer": revocation.reason,
        "before": _optional_facts(before),
        "after": tuple(map(_optional_facts, after)),
        "waited_s": revocation.waited_s,
    }
    if revocation.accepted is not True:
        return undecided(
            closed_reason(revocation.reason, "not_permitted"),
            "The revocation is not confirmed, so the token must be treated as valid.",
            **facts,
        )
    if before is None or before.active is not True:
        reason = closed_reason(None if before is None else before.reason, "no_data")
        return undecided(reason, "The token was not known to be valid before its revocation.", **facts)
    if not after:
        return undecided("no_data", "The issuer was not asked about any token that the revocation had to end.", **facts)
    if context.calibration.is_unreliable:
        return undecided(
            "uncalibrated",
            "The endpoint does not distinguish valid from invalid tokens, so its response is not used.",
            **facts,
        )
    if "signed-token" in (before.method, *(response.method for response in after)):
        return undecided(
            "not_stated", "Only the signature was checked, which remains valid after a revocation.", **facts
        )
    if any(response.active is True for response in after):
        return failed("The issuer still reports a revoked token as active.", **facts)
    for response in after:
        if response.active is None:
            return undecided(
                closed_reason(response.reason), "The introspection after the revocation was inconclusive.", **facts
            )
    ends = [response.expires_at for response in (before, *after) if response.expires_at is not None]
    if any(response.reason == "expired" for response in after) or any(end <= after[-1].asked_at for end in ends):
        return undecided("stale", "The token expired first, so the effect of its revocation cannot be seen.", **facts)
    return passed("The token was active before its revocation and inactive after it.", **facts)


def _optional_facts(introspection: Introspection | None) -> dict[str, Any] | None:
    return None if introspection is None else response_facts(introspection)


@evaluates("IDP-LIF-004")
def check_renewable(context: IdentityContext) -> CheckOutcome:
    """Check that a token can be renewed if access must last (RFC 6749, section 6)."""
    needs_offline = context.connection.needs_offline
    if needs_offline is None:
        return undecided("no_policy", "The policy does not state whether access must last.")
    if not needs_offline:
        return not_applicable("No renewal is required, because access need not outlast the token.", needs_offline=False)
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    provider = stored.provider
    operation, remaining = provider.token.renewal, _remaining_seconds(context, provider)
    threshold = context.connection.renew_before_s
    facts: dict[str, Any] = {
        "sources": provider.token.sources,
        "left_s": _seconds_fact(remaining),
        "near_s": threshold,
    }
    if context.renewal is not None:
        return _judge_renewal(context.renewal, facts)
    if remaining == float("inf"):
        return not_applicable("The token does not expire, so it need not be renewed.", **facts)
    if operation.is_documented:
        facts |= {"method": operation.method, "address": operation.url}
    else:
        facts["documented"] = operation.note
    missing = _missing_inputs(context, operation) if operation.request is not None else ()
    if operation.request is not None and not missing:
        return passed("A renewal is documented, and all of its inputs are available.", **facts)
    facts["lacking"] = missing or None
    if remaining is None:
        return undecided("not_stated", "The token cannot be renewed, and its expiry is unknown.", **facts)
    if threshold is None:
        return undecided(
            "no_policy",
            "The token cannot be renewed, and the policy does not state how early it must be renewable.",
            **facts,
        )
    if remaining <= threshold:
        return failed("The token is about to expire and cannot be renewed.", **facts)
    return undecided("no_data", "The token cannot be renewed, but does not expire soon.", **facts)


def _judge_renewal(renewal: Renewal, facts: dict[str, Any]) -> CheckOutcome:
    """Judge the renewal of this run.

    Only a new token that its issuer reports as active proves that renewal works.
    """
    after = renewal.after
    facts = {**facts, "answer": renewal.reason, "after": _optional_facts(after)}
    if renewal.outcome is False:
        return failed("The issuer refused the renewal.", **facts)
    if renewal.outcome is None:
        return undecided(closed_reason(renewal.reason), "The renewal had no definite result.", **facts)
    if after is None or after.active is None:
        reason = closed_reason(None if after is None else after.reason, "no_data")
        return undecided(reason, "The issuer returned a new token, but its introspection was inconclusive.", **facts)
    if not after.active:
        return undecided("contradiction", "The issuer returned a new token, but reports it as inactive.", **facts)
    return passed("The token was renewed, and the issuer reports the new token as active.", **facts)
