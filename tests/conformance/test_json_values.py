"""Tests of the functions over JSON values."""

from __future__ import annotations

from idp_checks.conformance.json_values import copy_json, json_equal, scalars_in, strings_in


def test_json_equal_distinguishes_types():
    """True, 1 and 1.0 differ; the order of fields does not matter, the order of elements does."""
    assert json_equal({"a": 1, "b": [True]}, {"b": [True], "a": 1})
    assert not json_equal({"a": True}, {"a": 1})
    assert not json_equal([1], [1.0])
    assert not json_equal([1, 2], [2, 1])
    assert not json_equal({"a": None}, {})


def test_copy_json_is_deep():
    """A change of a copy does not change the original."""
    value = {"a": [{"b": 1}]}
    copy = copy_json(value)
    copy["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}


def test_strings_and_scalars():
    """Strings include field names; scalars include integers but neither booleans nor empty strings."""
    value = {"id": 42, "names": ["Mia", ""], "ok": True}
    assert list(strings_in(value)) == ["id", "names", "Mia", "", "ok"]
    assert list(scalars_in(value)) == ["42", "Mia"]
