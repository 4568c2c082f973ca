"""Judges of names: ``name`` (N3), ``nickname`` (N4), ``given_name`` and ``family_name`` (N8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.conformance.claim_values import has_text, is_ambiguous_email, unambiguous_email
from idp_checks.profiles.jsontext import replace_surrogates
from idp_checks.profiles.profile import Claims

__all__ = ["judge_name", "judge_name_parts", "judge_nickname"]


def judge_name(_case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``name`` by N3."""
    parts = [part.strip() for part in (claims.given_name, claims.family_name) if part and part.strip()]
    expected: tuple[str | None, ...]
    if has_text(claims.name):
        source, expected = "the provider's full name", (claims.name,)
    elif parts:
        source, expected = "the given and family name", (" ".join(parts), f"{claims.given_name} {claims.family_name}")
    elif has_text(claims.username):
        source, expected = "the username", (claims.username,)
    else:
        source, expected = _last_fallback(claims)
    if not _is_one_of(profile.get("name"), expected):
        yield f"name is not {source}"


def judge_nickname(_case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``nickname`` by N4."""
    expected: tuple[object, ...]
    if has_text(claims.username):
        source, expected = "the username", (claims.username,)
    elif unambiguous_email(claims) or is_ambiguous_email(claims.email):
        source, expected = _last_fallback(claims)
        if not unambiguous_email(claims):
            expected = (*expected, profile.get("name"))
    else:
        source, expected = "the name", (profile.get("name"),)
    if not _is_one_of(profile.get("nickname"), expected):
        yield f"nickname is not {source}"


def judge_name_parts(_case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``given_name`` and ``family_name`` by N8."""
    for name in ("given_name", "family_name"):
        provider_value, value = getattr(claims, name), profile.get(name)
        if value is not None and not isinstance(value, str):
            yield f"{name} is not a string"
        elif has_text(provider_value):
            if not _is_one_of(value, (provider_value,)):
                yield f"{name} is not the provider's value"
        elif value:
            yield f"{name} is present although the provider sends none"


def _last_fallback(claims: Claims) -> tuple[str, tuple[str, ...]]:
    """Return the source of the last fallback for a name, in words, and its allowed values."""
    local = (claims.email or "").strip().rpartition("@")[0]
    if unambiguous_email(claims):
        return "the local part of the email address", (local,)
    if is_ambiguous_email(claims.email):
        return "the local part of the email address or the identifier", (local, str(claims.id))
    return "the identifier", (str(claims.id),)


def _is_one_of(value: object, expected: tuple[object, ...]) -> bool:
    """Whether a string is one of the expected ones; a lone surrogate may be kept or replaced."""
    return isinstance(value, str) and any(
        isinstance(text, str) and replace_surrogates(value.strip()) == text.strip() for text in expected
    )
