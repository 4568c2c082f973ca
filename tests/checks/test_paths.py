"""Paths in JSON values."""

from __future__ import annotations

import copy

import pytest

from idp_checks.checks import paths

VALUE = {"a": [{"b": None, "c": True, "d": 7}], "e": "x"}


@pytest.fixture(autouse=True)
def _unchanged_value():
    before = copy.deepcopy(VALUE)
    yield
    assert before == VALUE


def test_iterate_strings_skips_null_and_booleans():
    """Strings and numbers are returned as strings, with their paths."""
    assert list(paths.iterate_strings(VALUE)) == [(("a", 0, "d"), "7"), (("e",), "x")]


def test_get_path_distinguishes_null_from_missing():
    """Null is a value; a path that does not exist is missing."""
    assert paths.get_path(VALUE, ("a", 0, "b")) is None
    assert {paths.get_path(VALUE, path) for path in (("a", 1), ("a", "b"), ("e", 0), ("z",))} == {paths.MISSING}


def test_set_path_creates_missing_parents():
    """Setting a path returns a copy, and creates list elements and objects."""
    assert paths.set_path(VALUE, ("a", 1, "f"), 1)["a"] == [VALUE["a"][0], {"f": 1}]


def test_remove_path_returns_a_copy():
    """Removing a path returns a copy without it; removing a missing path changes nothing."""
    assert paths.remove_path(VALUE, ("a", 0, "b"))["a"] == [{"c": True, "d": 7}]
    assert paths.remove_path(VALUE, ("e", "x")) == VALUE
