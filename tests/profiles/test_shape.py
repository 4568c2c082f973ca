"""Tests of the building blocks of raw models."""

from __future__ import annotations

import pytest

from idp_checks.profiles.shape import bool_or_none, first_nonblank, pick_email, string_flag


@pytest.mark.parametrize(
    ("value", "boolean", "flag"),
    [
        (True, True, True),
        (False, False, False),
        ("true", None, True),
        ("false", None, False),
        ("True", None, None),
        (1, None, None),
        (0, None, None),
        ("", None, None),
        (None, None, None),
        ([True], None, None),
    ],
)
def test_flags_accept_documented_values_only(value, boolean, flag):
    """Only booleans are flags; a string flag may also be exactly ``true`` or ``false``."""
    assert bool_or_none(value) is boolean
    assert string_flag(value) is flag


def test_first_nonblank_skips_blank_strings():
    """None, empty and blank strings are skipped."""
    assert first_nonblank(None, "", " \t", " a ", "b") == " a "
    assert first_nonblank(None, " ") is None
    assert first_nonblank() is None


A, B, C = "a@example.com", "b@example.com", "c@example.com"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], (None, None)),
        ([(None, True, True), ("", True, True), ("invalid", True, True)], (None, None)),
        ([(A, False, None), (B, False, True), (C, True, True)], (C, True)),
        ([(A, False, None), (B, False, True), (C, True, False)], (B, True)),
        ([(A, False, None), (B, True, False), (C, False, False)], (B, False)),
        ([(A, False, None), (B, False, False)], (A, None)),
        ([(A, False, True), (B, False, True)], (A, True)),
        ([("invalid", True, True), (f" {B} ", False, None)], (B, None)),
    ],
)
def test_pick_email_prefers_primary_and_verified(entries, expected):
    """The order is primary and verified, verified, primary, first; the flag is that of the picked address."""
    assert pick_email(entries) == expected
    assert pick_email(iter(entries)) == expected
