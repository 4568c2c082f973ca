"""Fields of raw models are found by type."""

from __future__ import annotations

import msgspec

from idp_checks.profiles.shape import Id, Name, Shape, Url
from idp_checks.strategies.models import nullable_string_paths


class Inner(msgspec.Struct):
    url: Url = None


class Sample(Shape):
    id: Id
    given: Name = msgspec.field(default=None, name="givenName")
    inner: Inner | Url = None


def test_nullable_strings_are_found_in_nested_objects():
    """Nullable strings are found by their JSON names, in nested objects too; identifiers are not nullable."""
    assert {("givenName",), ("inner",), ("inner", "url")} <= set(nullable_string_paths(Sample))
    assert ("id",) not in nullable_string_paths(Sample)
