"""Checks of the run: reliability of the issuers' responses, and the evidence."""

from __future__ import annotations

from typing import Any

from idp_checks.checks.catalog import CHECKS, Scope
from idp_checks.checks.context import ConnectionContext, RunContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.finding import closed_reason
from idp_checks.checks.issuer_response import response_facts, unknown_provider
from idp_checks.tokens.introspection import Introspection

__all__: list[str] = []


@evaluates("IDP-HYG-002")
def check_no_secret_written(context: RunContext) -> CheckOutcome:
    """Check that the search of all written files found no secret and no personal data."""
    search = context.leak_search
    if search is None or search.files == 0:
        return undecided("no_data", "No written file was searched.")
    facts = {"files": search.files}
    if search.leaks:
        return failed("A written file contains a secret or personal data.", **facts, found=search.leaks)
    if search.unreadable:
        return undecided("no_data", "A written file could not be read back.", **facts, unread=search.unreadable)
    return passed("The written files contain no secret and no personal data.", **facts)


@evaluates("IDP-HYG-003")
def check_complete(context: RunContext) -> CheckOutcome:
    """Check that the counts of records and verdicts are consistent."""
    counts = context.counts
    skipped = sum(counts.skipped.values())
    expected = counts.identities * _count_evaluated("identity") + counts.connections * _count_evaluated("connection")
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
        return failed("A record or verdict was counted twice.", **facts)
    if counts.expected is not None and counts.read > counts.expected:
        return failed("More records were read than the source states.", **facts)
    if not context.complete:
        return undecided("no_data", "The run was stopped before it finished.", **facts)
    if context.rows < expected or counts.checked + skipped < counts.read:
        return failed("A record was read but has no verdict.", **facts)
    if counts.expected is None:
        return undecided("no_data", "The source does not state its number of records.", **facts)
    if counts.read < counts.expected:
        return failed("Fewer records were read than the source contains.", **facts)
    return passed("All counts are consistent.", **facts)


def _count_evaluated(scope: Scope) -> int:
    """Return the number of verdicts about each subject of that scope."""
    return sum(check.evaluated and check.scope == scope for check in CHECKS)


@evaluates("IDP-HYG-004")
def check_integrity(context: RunContext) -> CheckOutcome:
    """Check that the ledger and its signature verify from the files."""
    integrity = context.integrity
    if integrity is None:
        return undecided("no_data", "The ledger was not verified.")
    if integrity.problems:
        return failed("The ledger does not verify.", problems=integrity.problems)
    if not integrity.is_signed:
        return undecided("no_data", "The ledger verifies, but the run is not signed.", signed=False)
    if not integrity.has_key:
        return undecided("no_data", "The ledger verifies, but there is no key to verify the signature.", signed=True)
    return passed("The ledger and its signature verify.", signed=True)


@evaluates("IDP-HYG-006")
def check_calibration(context: ConnectionContext) -> CheckOutcome:
    """Check that the endpoint judged the canary tokens correctly.

    It must reject the token made up for the run, and accept the policy's canary if there is one.
    """
    provider, calibration = context.provider, context.calibration
    if provider is None:
        return unknown_provider()
    if provider.debug is None:
        return not_applicable("The provider documents no introspection method.", docs=provider.docs)
    negative, positive = calibration.negative, calibration.positive
    has_canary = context.connection.canary is not None
    facts = {"made_up": _canary_facts(negative), "canary": _canary_facts(positive), "canary_given": has_canary}
    if negative is not None and negative.active is True:
        return failed("The issuer accepted the random canary token.", **facts)
    if positive is not None and positive.active is False:
        return failed("The issuer rejected the known valid token.", **facts)
    if negative is None:
        return undecided("uncalibrated", "The issuer was not asked about a random canary token.", **facts)
    if negative.active is None:
        return undecided(
            closed_reason(negative.reason),
            "The issuer's response about the random canary token is inconclusive.",
            **facts,
        )
    if positive is None and has_canary:
        return undecided("uncalibrated", "The issuer was not asked about the known valid token.", **facts)
    if positive is not None and positive.active is None:
        return undecided(
            closed_reason(positive.reason),
            "The issuer's response about the known valid token is inconclusive.",
            **facts,
        )
    if negative.bare and not calibration.is_permitted:
        return undecided(
            "not_permitted",
            "The issuer rejected the random canary token as it rejects callers without permission.",
            **facts,
        )
    return passed("The issuer distinguishes a random canary token from a valid token.", **facts)


def _canary_facts(introspection: Introspection | None) -> dict[str, Any] | None:
    if introspection is None:
        return None
    return {**response_facts(introspection), "bare": introspection.bare}
