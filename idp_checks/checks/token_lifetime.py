"""Checks of a token's expiry and lifetime, stated or documented."""

from __future__ import annotations

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.issuer_response import (
    not_stated,
    require_calibration,
    require_response,
    require_token,
    response_facts,
)
from idp_checks.tokens.introspection import Introspection

__all__: list[str] = []


@evaluates("IDP-TOK-007")
def check_expiry(context: IdentityContext) -> CheckOutcome:
    """Check that the token expires.

    The issuer must state the expiry, or document a limited lifetime and state the issue time.
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    introspection = context.introspection
    if introspection is not None and introspection.active is not None and introspection.expires_at is not None:
        is_future = introspection.expires_at > introspection.asked_at
        detail = (
            "The issuer states when the token expires."
            if is_future
            else "The issuer states an expiry, which is in the past."
        )
        facts = {**response_facts(introspection), "expires_at": introspection.expires_at}
        return require_calibration(context, passed(detail, **facts))
    if (exception := _find_exception(context)) is not None:
        return exception
    if introspection is not None and introspection.active is True and introspection.endless:
        never = failed(
            "The issuer states that the token does not expire.", **response_facts(introspection), endless=True
        )
        return require_calibration(context, never)
    if (missing := _missing_expiry(context)) is not None:
        return missing
    lifetime = stored.provider.token.lifetime
    documented = {"documented_lifetime_s": lifetime, "sources": stored.provider.token.sources}
    if lifetime is None:
        return undecided("not_stated", "Neither the issuer nor its documentation states when the token expires.")
    if lifetime == 0:
        return failed("The provider documents that its tokens do not expire.", **documented)
    if introspection is None or introspection.issued_at is None:
        return undecided(
            "not_stated",
            "The provider documents a limited lifetime, but the issuer does not state when the token was issued.",
            **documented,
        )
    return require_calibration(
        context,
        passed(
            "The provider documents a limited lifetime, and the issuer states when the token was issued.",
            **documented,
            issued_at=introspection.issued_at,
        ),
    )


@evaluates("IDP-TOK-008")
def check_lifetime(context: IdentityContext) -> CheckOutcome:
    """Check that the token lifetime is at most the policy's maximum.

    The lifetime is measured, else documented. If only the expiry is known, the remaining time is a lower bound of the
    lifetime.
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    if (exception := _find_exception(context)) is not None:
        return exception
    maximum = context.connection.max_lifetime_s
    if maximum is None:
        return undecided("no_policy", "The policy sets no maximum token lifetime.")
    introspection = context.introspection
    if introspection is not None and introspection.active is not None:
        if introspection.active and introspection.endless:
            never = failed(
                "The token does not expire.", **response_facts(introspection), endless=True, maximum_s=maximum
            )
            return require_calibration(context, never)
        if (measured := _compare_measured(context, introspection, maximum)) is not None:
            return measured
    if (missing := _missing_expiry(context)) is not None:
        return missing
    lifetime = stored.provider.token.lifetime
    facts = {"documented_lifetime_s": lifetime, "maximum_s": maximum, "sources": stored.provider.token.sources}
    if lifetime is None:
        return undecided(
            "not_stated", "Neither the issuer nor its documentation states the token lifetime.", maximum_s=maximum
        )
    if lifetime == 0:
        return failed("The provider documents that its tokens do not expire.", **facts)
    if lifetime > maximum:
        return failed("The documented lifetime exceeds the maximum.", **facts)
    return passed("The documented lifetime is within the maximum.", **facts)


def _compare_measured(context: IdentityContext, introspection: Introspection, maximum: int) -> CheckOutcome | None:
    """Compare the measured lifetime; None if the issuer's times do not decide it."""
    if introspection.expires_at is None:
        return None
    facts = {
        **response_facts(introspection),
        "issued_at": introspection.issued_at,
        "expires_at": introspection.expires_at,
        "maximum_s": maximum,
    }
    if introspection.issued_at is None:
        remaining = int((introspection.expires_at - introspection.asked_at).total_seconds())
        if remaining <= maximum:
            return None
        exceeded = failed("The remaining lifetime exceeds the maximum.", **facts, left_s=remaining)
        return require_calibration(context, exceeded)
    lifetime = int((introspection.expires_at - introspection.issued_at).total_seconds())
    facts["lifetime_s"] = lifetime
    if lifetime < 0:
        return undecided("contradiction", "By the issuer's own times the token expires before it is issued.", **facts)
    if lifetime > maximum:
        return require_calibration(context, failed("The measured lifetime exceeds the maximum.", **facts))
    return require_calibration(context, passed("The measured lifetime is within the maximum.", **facts))


def _find_exception(context: IdentityContext) -> CheckOutcome | None:
    """Return the policy's exception for tokens without a stated expiry."""
    exception = context.connection.allow_unbounded
    has_expiry = context.introspection is not None and context.introspection.expires_at is not None
    if exception is None or has_expiry:
        return None
    return not_applicable("The policy allows tokens of this connection that do not expire.", exception=exception)


def _missing_expiry(context: IdentityContext) -> CheckOutcome | None:
    """Return the outcome of a missing expiry that the documentation cannot replace.

    That is the case if the issuer states the expiry of every valid token.
    """
    introspection = context.introspection
    debug = context.provider.debug if context.provider is not None else None
    proves_end = debug is not None and "end" in debug.proves
    if not proves_end or (introspection is not None and introspection.active is True):
        return None
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        return response
    return not_stated(context, response, "The issuer does not state when the token expires.")
