"""Checks of how the run was made: whether the issuer can be believed, and the evidence itself."""

from __future__ import annotations

from typing import Any

from idp_checks.checks.catalog import CHECKS, Scope
from idp_checks.checks.context import ConnectionContext, RunContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.finding import REASONS
from idp_checks.tokens.introspection import Introspection

__all__: list[str] = []


@evaluates("IDP-HYG-002")
def no_secret_written(context: RunContext) -> CheckOutcome:
    """The search through everything that was written found nothing."""
    searched = context.leak_search
    if searched is None or searched.files == 0:
        return undecided("no_data", "Nothing that was written was searched.")
    facts = {"files": searched.files}
    if searched.leaks:
        return failed("What was written holds something that must not be there.", **facts, found=searched.leaks)
    if searched.unreadable:
        return undecided("no_data", "A written file could not be read back.", **facts, unread=searched.unreadable)
    return passed("Nothing that must not be there was found.", **facts)


@evaluates("IDP-HYG-003")
def all_accounted_for(context: RunContext) -> CheckOutcome:
    """Records and verdicts add up."""
    counts = context.counts
    skipped = sum(counts.skipped.values())
    expected = counts.identities * _evaluated("identity") + counts.connections * _evaluated("connection")
    facts: dict[str, Any] = {
        "stated": counts.expected,
        "read": counts.read,
        "checked": counts.checked,
        "skipped": counts.skipped,
        "identities": counts.identities,
        "connections": counts.connections,
        "verdicts": context.rows,
        "verdicts_expected": expected,
        "complete": context.complete,
    }
    if context.rows > expected or counts.checked + skipped > counts.read:
        return failed("Something was counted twice.", **facts)
    if counts.expected is not None and counts.read > counts.expected:
        return failed("More was read than the source says that it holds.", **facts)
    if not context.complete:
        return undecided("no_data", "The run was stopped before its end.", **facts)
    if context.rows < expected or counts.checked + skipped < counts.read:
        return failed("Something was read and has no verdict.", **facts)
    if counts.expected is None:
        return undecided("no_data", "The source does not say how much it holds.", **facts)
    if counts.read < counts.expected:
        return failed("Less was read than the source holds.", **facts)
    return passed("All counts add up.", **facts)


def _evaluated(scope: Scope) -> int:
    """How many verdicts there are about each of that scope."""
    return sum(each.evaluated and each.scope == scope for each in CHECKS)


@evaluates("IDP-HYG-004")
def intact(context: RunContext) -> CheckOutcome:
    """The ledger verifies from its files, and its signature with it."""
    seen = context.integrity
    if seen is None:
        return undecided("no_data", "The ledger was not verified.")
    if seen.problems:
        return failed("The ledger does not verify.", problems=seen.problems)
    if not seen.is_signed:
        return undecided("no_data", "The ledger verifies, and the run is not signed.", signed=False)
    if not seen.has_key:
        return undecided("no_data", "The ledger verifies, and the key of the signature is not at hand.", signed=True)
    return passed("The ledger and its signature verify.", signed=True)


@evaluates("IDP-HYG-006")
def calibrated(context: ConnectionContext) -> CheckOutcome:
    """A made-up token was refused, and the canary, where there is one, accepted."""
    provider, calibration = context.provider, context.calibration
    if provider is None:
        return undecided("no_data", "Nothing is known of the provider.")
    if provider.debug is None:
        return not_applicable("The provider documents no way to ask about a token.", docs=provider.docs)
    negative, positive = calibration.negative, calibration.positive
    facts = {
        "made_up": _told(negative),
        "canary": _told(positive),
        "canary_given": context.connection.canary is not None,
    }
    if negative is not None and negative.active is True:
        return failed("A made-up token was accepted.", **facts)
    if positive is not None and positive.active is False:
        return failed("The known good token was refused.", **facts)
    if negative is None:
        return undecided("uncalibrated", "The issuer was not asked about a made-up token.", **facts)
    if negative.active is None:
        return undecided(_reason(negative), "The issuer gave no verdict on a made-up token.", **facts)
    if positive is None and context.connection.canary is not None:
        return undecided("uncalibrated", "The issuer was not asked about the known good token.", **facts)
    if positive is not None and positive.active is None:
        return undecided(_reason(positive), "The issuer gave no verdict on the known good token.", **facts)
    if negative.bare and not calibration.is_permitted:
        return undecided(
            "not_permitted", "The made-up token was refused in the way in which those are who may not ask.", **facts
        )
    return passed("The issuer tells a made-up token from a good one.", **facts)


def _told(said: Introspection | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "method": said.method,
        "asked_at": said.asked_at,
        "active": said.active,
        "answer": said.reason,
        "bare": said.bare,
    }


def _reason(said: Introspection) -> str:
    return said.reason if said.reason in REASONS else "unparsable"
