"""Metamorphic properties: how the answers to two raw profiles must stand to each other, whatever each of them is.

Each function gives variants of a raw profile. A variant is used only where the provider's own model reads it as the
relation wants it, so that no variant is one that the provider cannot send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from idp_checks import strategies
from idp_checks.conformance.rules import Case
from idp_checks.conformance.search.pool import Sent
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.shape import Path
from idp_checks.providers.model import Provider

__all__ = ["VARIANTS", "beyond", "everywhere", "members", "same_claims", "texts_of", "vouched_for"]

# Models are walked anew at each call; asked once for each, they cost nothing.
members = cache(strategies.members)
texts_of = cache(strategies.texts_of)

Variants = Callable[[Provider, Case, Sent, int], Iterator[Sent]]
"""Variants of a case: the provider, the case, another thing that the provider sent, and the number of the try."""

ADDRESS = "mia.chen@example.com"
TAKEN_AWAY = (False, None, "false", 0, "")
STRANGE: Mapping[str, Any] = {
    "x_unknown": True,
    "x_email_verified": True,
    "\u00fc-nbekannt": "\u202e",
    "https://example.com/claim": {"email_verified": True, "email": "ida@example.com"},
    "__proto__": {"email_verified": True, "user_id": "github|1"},
    "constructor": "x",
    "a.b": [None],
    "": 0,
}
"""Members that no provider documents."""
TEMPTING: Mapping[str, Any] = {
    "email_verified": True,
    "verified": True,
    "is_verified": True,
    "user_id": "auth0|1",
    "nickname": "ida",
    "picture": "https://img.example.com/ida.png",
    "identities": [{"provider": "auth0", "user_id": "1", "connection": "x", "isSocial": False}],
    "roles": ["admin"],
}
"""Members that bear the names of standard properties; used where a provider's model does not know them."""
BEYOND = (2**53, 2**53 + 2, 2**56, 2**63 - 1, 2**63, 10**17, 2**64 - 2)
"""Identifiers whose neighbours a float does not tell apart."""


def same_claims(one: Claims | None, other: Claims | None) -> bool:
    """Whether two answers say the same."""
    return one is not None and other is not None and one == other


def without_the_word(provider: Provider, case: Case, _other: Sent, turn: int) -> Iterator[Sent]:  # noqa: ARG001
    """M1: the member by which the provider vouches for an address, gone or turned to something that is no yes."""
    path = None if case.shape is None else case.shape.vouched_by
    raw, also = case.raw, case.also
    if path is not None:
        yield strategies.without(raw, path), also
        yield everywhere(raw, path, TAKEN_AWAY[turn % len(TAKEN_AWAY)]), also
    if also:
        yield raw, {}
        yield raw, _no_yes(also)


def vouched_for(case: Case) -> Sent:
    """The same profile with the provider's word for its address, where its model has a place for that."""
    path = None if case.shape is None else case.shape.vouched_by
    return (case.raw if path is None else everywhere(case.raw, path, True)), case.also  # noqa: FBT003 - a value


def all_but_the_identifier(provider: Provider, case: Case, other: Sent, turn: int) -> Iterator[Sent]:  # noqa: ARG001
    """M2: everything that another profile says, under the identifier of this one."""
    if case.claims is not None and case.shape is not None:
        yield strategies.placed(other[0], case.shape.subject, case.claims.id), other[1]


def with_strange_members(provider: Provider, case: Case, _other: Sent, turn: int) -> Iterator[Sent]:
    """M3: members that the provider's model does not know."""
    if isinstance(case.raw, dict):
        known = {name for shape in provider.profile.shapes for name in members(shape)} | set(case.raw)
        tempting = list(TEMPTING.items())
        few = tempting[turn % len(tempting) :][:2]
        added = {name: value for name, value in (*few, *STRANGE.items()) if name not in known}
        yield {**added, **case.raw}, case.also


def in_another_order(provider: Provider, case: Case, _other: Sent, turn: int) -> Iterator[Sent]:  # noqa: ARG001
    """M4: members the other way round; lists too, where the model reads the same."""
    yield _turned(case.raw, lists=False), _turned(case.also, lists=False)
    yield _turned(case.raw, lists=True), _turned(case.also, lists=True)


def null_for_absent(provider: Provider, case: Case, _other: Sent, turn: int) -> Iterator[Sent]:  # noqa: ARG001
    """M5: every null left out, and every absent member that the model reads set to null."""
    yield _without_nulls(case.raw), _without_nulls(case.also)
    if isinstance(case.raw, dict) and case.shape is not None:
        absent = sorted(members(type(case.shape)) - set(case.raw))
        for count in range(min(2, len(absent))):
            yield {**case.raw, absent[(turn + count) % len(absent)]: None}, case.also


def beyond(case: Case, turn: int) -> tuple[Sent, Sent] | None:
    """M6: two profiles of which one has the identifier that follows the other's, beyond 2^53."""
    if case.shape is None:
        return None
    number = BEYOND[turn % len(BEYOND)]
    as_text = turn // len(BEYOND) % 2 == 1
    first, second = ((str(each) if as_text else each) for each in (number, number + 1))
    path = case.shape.subject
    return (strategies.placed(case.raw, path, first), case.also), (strategies.placed(case.raw, path, second), case.also)


VARIANTS: Mapping[str, Variants] = {
    "M1": without_the_word,
    "M2": all_but_the_identifier,
    "M3": with_strange_members,
    "M4": in_another_order,
    "M5": null_for_absent,
}
"""The variants of each rule; those of M6 come in pairs (``beyond``)."""


def everywhere(raw: Any, path: Path, word: object) -> Any:
    """A word at a place, and at the same place of every other element where the place is inside a list."""
    at = next((number for number, step in enumerate(path) if isinstance(step, int)), None)
    if at is None:
        return strategies.placed(raw, path, word)
    listed = strategies.at(raw, path[:at]) if at else raw
    for number in range(len(listed) if isinstance(listed, list) else 0):
        raw = strategies.placed(raw, (*path[:at], number, *path[at + 1 :]), word)
    return raw


def _no_yes(value: Any) -> Any:
    """The value with every true turned to false."""
    if isinstance(value, Mapping):
        return {name: _no_yes(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_no_yes(each) for each in value]
    return False if value is True else value


def _turned(value: Any, *, lists: bool) -> Any:
    if isinstance(value, Mapping):
        return {name: _turned(each, lists=lists) for name, each in reversed(list(value.items()))}
    if isinstance(value, list):
        return [_turned(each, lists=lists) for each in (reversed(value) if lists else value)]
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
