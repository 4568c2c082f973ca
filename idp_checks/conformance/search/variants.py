"""Variants of raw profiles for the metamorphic rules, which compare the results for two raw profiles.

Each function yields variants of a case. An experiment uses a variant only if the provider's model reads from it the
claims that the rule requires, so every variant is a profile that the provider can send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.conformance.search.pool import Sample
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.shape import Path
from idp_checks.providers.model import Provider
from idp_checks.strategies import models
from idp_checks.strategies.json_paths import get_at, remove_at, replace_at

__all__ = [
    "VARIANTS",
    "adjacent_identifiers",
    "claims_equal",
    "field_names",
    "nullable_string_paths",
    "replace_everywhere",
    "with_verified_email",
]

# The functions walk the models anew at each call; cached by model, they cost nothing.
field_names = cache(models.field_names)
nullable_string_paths = cache(models.nullable_string_paths)

Variants = Callable[[Provider, Case, Sample, int], Iterator[Sample]]
"""Yields variants of a case, given the provider, the case, a second sample and the number of the variation."""

NOT_TRUE = (False, None, "false", 0, "")
UNDOCUMENTED: Mapping[str, Any] = {
    "x_unknown": True,
    "x_email_verified": True,
    "\u00fc-nbekannt": "\u202e",
    "https://example.com/claim": {"email_verified": True, "email": "ida@example.com"},
    "__proto__": {"email_verified": True, "user_id": "github|1"},
    "constructor": "x",
    "a.b": [None],
    "": 0,
}
"""Fields that no provider documents."""
STANDARD_LOOKALIKES: Mapping[str, Any] = {
    "email_verified": True,
    "verified": True,
    "is_verified": True,
    "user_id": "auth0|1",
    "nickname": "ida",
    "picture": "https://img.example.com/ida.png",
    "identities": [{"provider": "auth0", "user_id": "1", "connection": "x", "isSocial": False}],
    "roles": ["admin"],
}
"""Fields with the names of standard properties, used at providers that do not document them."""
LARGE_IDENTIFIERS = (2**53, 2**53 + 2, 2**56, 2**63 - 1, 2**63, 10**17, 2**64 - 2)
"""Identifiers that equal the next integer when converted to a float."""


def claims_equal(left: Claims | None, right: Claims | None) -> bool:
    """Whether two cases have the same claims."""
    return left is not None and right is not None and left == right


def without_vouching(_provider: Provider, case: Case, _partner: Sample, variation: int) -> Iterator[Sample]:
    """Yield variants for M1: the vouching field is removed or set to a value that is not true."""
    path = None if case.shape is None else case.shape.vouched_by
    raw, also = case.raw, case.also
    if path is not None:
        yield Sample(remove_at(raw, path), also)
        yield Sample(replace_everywhere(raw, path, NOT_TRUE[variation % len(NOT_TRUE)]), also)
    if also:
        yield Sample(raw, {})
        yield Sample(raw, _true_to_false(also))


def with_verified_email(case: Case) -> Sample:
    """Return the profile with the provider vouching for its address, if the model has a field for that."""
    path = None if case.shape is None else case.shape.vouched_by
    return Sample(case.raw if path is None else replace_everywhere(case.raw, path, value=True), case.also)


def with_other_fields(_provider: Provider, case: Case, partner: Sample, _variation: int) -> Iterator[Sample]:
    """Yield the variant for M2: all fields of another profile, with the identifier of this one."""
    if case.claims is not None and case.shape is not None:
        yield Sample(replace_at(partner.raw, case.shape.subject, case.claims.id), partner.also)


def with_undocumented_fields(provider: Provider, case: Case, _partner: Sample, variation: int) -> Iterator[Sample]:
    """Yield the variant for M3: fields that the provider's model does not have are added."""
    if isinstance(case.raw, dict):
        documented = {name for shape in provider.profile.shapes for name in field_names(shape)} | set(case.raw)
        lookalikes = list(STANDARD_LOOKALIKES.items())
        few = lookalikes[variation % len(lookalikes) :][:2]
        added = {name: value for name, value in (*few, *UNDOCUMENTED.items()) if name not in documented}
        yield Sample({**added, **case.raw}, case.also)


def reordered(_provider: Provider, case: Case, _partner: Sample, _variation: int) -> Iterator[Sample]:
    """Yield variants for M4: fields in reverse order, first without and then with lists."""
    yield Sample(_reverse(case.raw, lists=False), _reverse(case.also, lists=False))
    yield Sample(_reverse(case.raw, lists=True), _reverse(case.also, lists=True))


def with_nulls_for_absent(_provider: Provider, case: Case, _partner: Sample, variation: int) -> Iterator[Sample]:
    """Yield variants for M5: null fields are removed, absent fields that the model reads are null."""
    yield Sample(_drop_nulls(case.raw), _drop_nulls(case.also))
    if isinstance(case.raw, dict) and case.shape is not None:
        absent = sorted(field_names(type(case.shape)) - set(case.raw))
        for number in range(min(2, len(absent))):
            yield Sample({**case.raw, absent[(variation + number) % len(absent)]: None}, case.also)


def adjacent_identifiers(case: Case, variation: int) -> tuple[Sample, Sample] | None:
    """Return two profiles for M6 whose identifiers are above 2^53 and differ by 1; None without a model."""
    if case.shape is None:
        return None
    number = LARGE_IDENTIFIERS[variation % len(LARGE_IDENTIFIERS)]
    use_strings = variation // len(LARGE_IDENTIFIERS) % 2 == 1
    first, second = ((str(value) if use_strings else value) for value in (number, number + 1))
    path = case.shape.subject
    return Sample(replace_at(case.raw, path, first), case.also), Sample(replace_at(case.raw, path, second), case.also)


VARIANTS: Mapping[str, Variants] = {
    "M1": without_vouching,
    "M2": with_other_fields,
    "M3": with_undocumented_fields,
    "M4": reordered,
    "M5": with_nulls_for_absent,
}
"""The variants by rule; those of M6 come in pairs (``adjacent_identifiers``)."""


def replace_everywhere(raw: Any, path: Path, value: object) -> Any:
    """Return the raw profile with a value at a path and, if the path is inside a list, in every element of the list."""
    index = next((number for number, step in enumerate(path) if isinstance(step, int)), None)
    if index is None:
        return replace_at(raw, path, value)
    items = get_at(raw, path[:index]) if index else raw
    for number in range(len(items) if isinstance(items, list) else 0):
        raw = replace_at(raw, (*path[:index], number, *path[index + 1 :]), value)
    return raw


def _true_to_false(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _true_to_false(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_true_to_false(item) for item in value]
    return False if value is True else value


def _reverse(value: Any, *, lists: bool) -> Any:
    if isinstance(value, Mapping):
        return {name: _reverse(item, lists=lists) for name, item in reversed(list(value.items()))}
    if isinstance(value, list):
        return [_reverse(item, lists=lists) for item in (reversed(value) if lists else value)]
    return value


def _drop_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _drop_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_drop_nulls(item) for item in value]
    return value
