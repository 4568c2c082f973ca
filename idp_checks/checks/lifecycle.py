"""Checks of a token's life: whether it can be ended and renewed, and whether one that was ended is dead."""

from __future__ import annotations

from typing import Any

from idp_checks.checks.context import ConnectionContext, IdentityContext, Renewal
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.finding import REASONS
from idp_checks.checks.policy import Connection
from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.template import HOLE

__all__ = ["missing_inputs"]


def missing_inputs(way: Operation, connection: Connection, *, refresh: bool) -> tuple[str, ...]:
    """What the call of a way takes and the connection does not give; a host of its own need not be named.

    Args:
        refresh: whether a refresh token is held.
    """
    url, manner = way.url or "", way.manner
    if connection.issuer_url is not None and "://" in url:
        url = url.partition("://")[2].partition("/")[2]
    filled = manner.placement.name if manner is not None and manner.placement.place == "path" else "token"
    wanted = [*(manner.required_credentials if manner is not None else ()), *(each for each in HOLE.findall(url) if each != filled)]
    found = [each for each in dict.fromkeys(wanted) if not _given(connection, each)]
    if manner is not None and manner.token == "refresh" and not refresh:
        found.append("refresh_token")
    return tuple(found)


def _given(connection: Connection, name: str) -> bool:
    """Whether the connection holds what the documentation calls by that name."""
    if name == "client_id":
        return bool(connection.client_ids)
    if name == "client_secret":
        return bool(connection.client_secret)
    return bool(connection.credentials.get(name) or (name == "issuer" and connection.issuer_url))


def _lacking(context: IdentityContext, way: Operation) -> tuple[str, ...]:
    return missing_inputs(way, context.connection, refresh=context.identity.refresh_token is not None)


def _left(context: IdentityContext, provider: Provider) -> int | float | None:
    """Seconds that the token may still live; infinite, it does not end by time; None, nobody says."""
    said, documented = context.introspection, provider.token.lifetime
    if said is not None and said.active is not None:
        if said.expires_at is not None:
            return max(0, int((said.expires_at - said.asked_at).total_seconds()))
        if said.endless:
            return float("inf")
    return float("inf") if documented == 0 else documented


def _seconds(left: float | None) -> int | str | None:
    """What is left of a life as a fact: facts hold no floats."""
    return left if left is None or isinstance(left, int) else "endless"


@evaluates("IDP-LIF-001")
def revocable(context: IdentityContext) -> CheckOutcome:
    """A way to end the token is documented, and what it takes is held. Nothing is revoked for it (RFC 7009)."""
    if context.identity.access_token is None:
        return undecided("no_data", "The source shows no access token of this identity.")
    provider = context.provider
    if provider is None:
        return undecided("no_data", "Nothing is known of the provider.")
    way, maximum, left = provider.token.termination, context.connection.max_unrevocable_s, _left(context, provider)
    facts: dict[str, Any] = {"sources": provider.token.sources, "maximum_s": maximum, "left_s": _seconds(left)}
    if maximum is not None and left is not None and left <= maximum:
        return not_applicable("The token ends within the time that the policy allows to tokens without a way.", **facts)
    if not way.is_documented:
        facts["documented"] = way.note
        if maximum is None:
            return undecided(
                "no_policy",
                "No call is documented, and the policy does not say how long such a token may live.",
                **facts,
            )
        if left is None:
            return undecided("not_stated", "No call is documented, and nobody says when the token ends.", **facts)
        return failed("No call is documented, and the token lives longer than the policy allows.", **facts)
    facts |= {"method": way.method, "address": way.url}
    if way.manner is None:
        return undecided("not_stated", "A way is documented, and not what its call takes.", **facts)
    if missing := _lacking(context, way):
        return undecided("no_data", "A way is documented, and not all that it takes is held.", **facts, lacking=missing)
    return passed("A way is documented, and what it takes is held.", **facts, ends=way.manner.ends)


@evaluates("IDP-LIF-002")
def dead(context: ConnectionContext) -> CheckOutcome:
    """A token that was good, and was revoked, is called inactive by its issuer in time.

    The answer of the revocation endpoint proves nothing: a token that was never good gets the same (RFC 7009, section
    2.2). Nor does a signature, which outlives the revocation; nor does a denial once the token's own end is past.
    """
    tried = context.revocation
    if tried is None:
        return not_applicable("No revocation is on record, and no token was named for one.", named=False)
    before, after = tried.before, tried.after
    facts: dict[str, Any] = {
        "revoked_at": tried.at,
        "accepted": tried.accepted,
        "answer": tried.reason,
        "before": _told(before),
        "after": tuple(map(_told, after)),
        "waited_s": tried.waited_s,
    }
    if tried.accepted is not True:
        reason = tried.reason if tried.reason in REASONS else "not_permitted"
        return undecided(reason, "The token was not revoked for certain, and has to be taken for alive.", **facts)
    if before is None or before.active is not True:
        reason = before.reason if before is not None and before.reason in REASONS else "no_data"
        return undecided(reason, "The token was not known to be good before its revocation.", **facts)
    if not after:
        return undecided("no_data", "Nobody asked about a token that had to end with it.", **facts)
    if context.calibration.is_unreliable:
        return undecided(
            "uncalibrated", "The endpoint does not tell good from bad, so its word does not count.", **facts
        )
    if "signed-token" in (before.method, *(each.method for each in after)):
        return undecided("not_stated", "Only the signature was checked, which outlives a revocation.", **facts)
    if any(each.active is True for each in after):
        return failed("The issuer still calls active what has been revoked.", **facts)
    for each in after:
        if each.active is None:
            reason = each.reason if each.reason in REASONS else "unparsable"
            return undecided(reason, "The issuer gave no verdict after the revocation.", **facts)
    ends = [each.expires_at for each in (before, *after) if each.expires_at is not None]
    if any(each.reason == "expired" for each in after) or any(end <= after[-1].asked_at for end in ends):
        return undecided("stale", "The token's own end came first, so that its revocation does not show.", **facts)
    return passed("Good before, revoked, and inactive after.", **facts)


def _told(said: Introspection | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"method": said.method, "asked_at": said.asked_at, "active": said.active, "answer": said.reason}


@evaluates("IDP-LIF-004")
def renewable(context: IdentityContext) -> CheckOutcome:
    """Where access must last, a way to renew is documented and what it takes is held (RFC 6749, section 6)."""
    wanted = context.connection.needs_offline
    if wanted is None:
        return undecided("no_policy", "The policy does not say whether access must last.")
    if not wanted:
        return not_applicable("The policy says that access need not last.", needs_offline=False)
    if context.identity.access_token is None:
        return undecided("no_data", "The source shows no access token of this identity.")
    provider = context.provider
    if provider is None:
        return undecided("no_data", "Nothing is known of the provider.")
    way, left, near = provider.token.renewal, _left(context, provider), context.connection.renew_before_s
    facts: dict[str, Any] = {"sources": provider.token.sources, "left_s": _seconds(left), "near_s": near}
    if context.renewal is not None:
        return _renewed(context.renewal, facts)
    if left == float("inf"):
        return not_applicable("The token does not end by time, so that there is nothing to renew.", **facts)
    facts |= {"method": way.method, "address": way.url} if way.is_documented else {"documented": way.note}
    missing = _lacking(context, way) if way.manner is not None else ()
    if way.manner is not None and not missing:
        return passed("A way is documented, and what it takes is held.", **facts)
    facts["lacking"] = missing or None
    if left is None:
        return undecided("not_stated", "What would renew it is not held, and nobody says when the token ends.", **facts)
    if near is None:
        return undecided(
            "no_policy", "What would renew it is not held; the policy does not say how early it must be.", **facts
        )
    if left <= near:
        return failed("The token is about to end, and what would renew it is not held.", **facts)
    return undecided("no_data", "What would renew it is not held; its end is not near.", **facts)


def _renewed(tried: Renewal, facts: dict[str, Any]) -> CheckOutcome:
    """What the renewal of this run shows: only a new token that its issuer vouches for shows that it works."""
    facts = {**facts, "answer": tried.reason, "after": _told(tried.after)}
    if tried.outcome is False:
        return failed("The issuer refused to renew with what is held.", **facts)
    if tried.outcome is None:
        reason = tried.reason if tried.reason in REASONS else "unparsable"
        return undecided(reason, "The renewal got no definite answer.", **facts)
    if tried.after is None or tried.after.active is None:
        reason = tried.after.reason if tried.after is not None and tried.after.reason in REASONS else "no_data"
        return undecided(reason, "A new token came, and the issuer gave no verdict on it.", **facts)
    if not tried.after.active:
        return undecided("contradiction", "A new token came, and the issuer denies it.", **facts)
    return passed("It was renewed, and the issuer calls the new token active.", **facts)
