"""Judges of account identifiers: ``user_id`` (N1) and ``identities`` (N11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.profiles.profile import Claims

__all__ = ["judge_identities", "judge_user_id"]


def judge_user_id(case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``user_id`` by N1."""
    user_id = profile.get("user_id")
    if not isinstance(user_id, str):
        yield "user_id is not a string"
        return
    expected = str(claims.id)
    provider, bar, identifier = user_id.partition("|")
    if not bar or provider != case.provider.name:
        yield "user_id does not start with the provider's name and a bar"
    elif identifier != expected:
        yield f"user_id does not contain the provider's identifier: {_describe_difference(identifier, expected)}"


def _describe_difference(identifier: str, expected: str) -> str:
    if identifier.casefold() == expected.casefold():
        return "the letter case was changed"
    if _as_number(identifier) is not None and _as_number(identifier) == _as_number(expected):
        return "digits were lost or rewritten"
    if expected in identifier or identifier in expected:
        return "characters were added or removed"
    return "it contains another value"


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def judge_identities(case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``identities`` by N11."""
    if "identities" not in profile:
        return
    identities = profile["identities"]
    if (
        not isinstance(identities, list | tuple)
        or not identities
        or not all(isinstance(identity, Mapping) for identity in identities)
    ):
        yield "identities is not a nonempty list of objects"
        return
    accounts = [identity for identity in identities if identity.get("provider") == case.provider.name]
    if not accounts:
        yield "identities contains no account of this provider"
    for account in accounts:
        identifier = account.get("user_id")
        if isinstance(identifier, bool) or not isinstance(identifier, str | int) or str(identifier) != str(claims.id):
            yield "identities: user_id is not the bare identifier"
        if not isinstance(account.get("connection"), str) or not account["connection"]:
            yield "identities: connection is not a nonempty string"
        if not isinstance(account.get("isSocial"), bool):
            yield "identities: isSocial is not a boolean"
