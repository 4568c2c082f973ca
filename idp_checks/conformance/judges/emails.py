"""Judges of the email address: ``email`` (N6) and ``email_verified`` (N7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.conformance.claim_values import is_ambiguous_email, unambiguous_email
from idp_checks.profiles.profile import Claims

__all__ = ["judge_email", "judge_email_verified"]


def judge_email(_case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``email`` by N6."""
    email = profile.get("email")
    provider_email = (claims.email or "").strip()
    if email is not None and not isinstance(email, str):
        yield "email is not a string"
    elif unambiguous_email(claims):
        if email is None:
            yield "email is missing although the provider sends an address"
        elif email != provider_email:
            yield "email differs from the address that the provider sends"
    elif email and (email != provider_email or not is_ambiguous_email(provider_email)):
        yield "email is not a valid address" if provider_email else "email is present although the provider sends none"


def judge_email_verified(_case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``email_verified`` by N7."""
    verified = profile.get("email_verified")
    has_email = unambiguous_email(claims) or (is_ambiguous_email(claims.email) and profile.get("email"))
    expected = claims.email_verified if has_email else None
    if verified is not None and not isinstance(verified, bool):
        yield "email_verified is not a boolean"
    elif verified is True and not profile.get("email"):
        yield "email_verified is true although there is no email"
    elif verified is True and expected is not True:
        yield "email_verified is true although the provider does not vouch for this address"
    elif verified is False and expected is None:
        yield "email_verified is false although the provider does not state it; it must be absent"
    elif verified is not expected:
        yield "email_verified differs from the provider's statement about this address"
