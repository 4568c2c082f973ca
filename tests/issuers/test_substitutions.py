"""Substitution of times and identifiers in recorded responses."""

from __future__ import annotations

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from idp_checks.issuers.substitutions import alternative_id, replace_ids, shift_times
from idp_checks.tokens.response_model import Epoch, IsoTime


class Model(Struct):
    exp: Epoch | None = None
    until: IsoTime | None = None
    millis: Annotated[int, Meta(extra={"means": "epoch-millis"})] | None = None
    seconds: int | None = None
    nested: list[Inner] = []


class Inner(Struct):
    exp: Epoch


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"exp": 1_800_000_000}, {"exp": 1_800_000_060}),
        ({"exp": 0}, {"exp": 0}),
        ({"exp": -1}, {"exp": -1}),
        ({"until": "2026-01-01T00:00:00Z"}, {"until": "2026-01-01T00:01:00Z"}),
        ({"millis": 1_800_000_000_000}, {"millis": 1_800_000_060_000}),
        ({"millis": 1_800_000_000}, {"millis": 1_800_000_060}),
        ({"seconds": 3600, "other": 1_800_000_000}, {"seconds": 3600, "other": 1_800_000_000}),
        ({"nested": [{"exp": 1_800_000_000}]}, {"nested": [{"exp": 1_800_000_060}]}),
    ],
    ids=repr,
)
def test_shift_times_moves_only_times(value, expected):
    """Only fields that the model declares as times move, in their own unit and format; 0 and -1 mean no expiry."""
    assert shift_times(value, 60, Model) == expected


@pytest.mark.parametrize("identifier", ["42", "app-7", "user-2-b", "mia"])
def test_alternative_id_differs(identifier):
    """The alternative of an identifier differs from it, and has the same length if it contains a digit."""
    alternative = alternative_id(identifier)
    assert alternative != identifier
    assert len(alternative) == len(identifier) or not any(character.isdigit() for character in identifier)


def test_replace_ids_replaces_whole_values_and_url_ends():
    """Identifiers are replaced as whole strings, as numbers and at the end of a URL, but not inside other strings."""
    value = {"id": 42, "sub": "42", "url": "https://example.com/users/42", "text": "42 users", "flag": True}
    assert replace_ids(value, {"42": "43"}) == {
        "id": 43,
        "sub": "43",
        "url": "https://example.com/users/43",
        "text": "42 users",
        "flag": True,
    }
