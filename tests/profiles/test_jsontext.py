"""Tests of strict JSON reading."""

from __future__ import annotations

import pytest

from idp_checks import ProfileError
from idp_checks.profiles.jsontext import decode_text, drop_secrets, parse_json, replace_surrogates


def test_decode_text_removes_the_byte_order_mark():
    """Bytes are decoded as UTF-8, and a leading byte order mark is removed."""
    assert decode_text(b"\xef\xbb\xbf{}") == "{}"
    assert decode_text("\ufeff{}") == "{}"
    assert decode_text("é".encode()) == "é"


@pytest.mark.parametrize(("raw", "problem"), [(b"ab\xff", "not UTF-8 (byte 2)"), (5, "expected JSON as bytes or str")])
def test_decode_text_rejects_other_input(raw, problem):
    """Other encodings and types raise ``ProfileError``."""
    with pytest.raises(ProfileError) as caught:
        decode_text(raw)
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18446744073709551617", 18446744073709551617),
        ("1e999", "1e999"),
        ("1.5", 1.5),
        ('"bad\\ud83dname"', "bad\ufffdname"),
        ('{"\\ude00": ["\\ud83d\\ude00"]}', {"\ufffd": ["\U0001f600"]}),
    ],
)
def test_parse_json_is_exact(text, value):
    """Numbers keep every digit, and lone surrogates are replaced."""
    assert parse_json(text) == value


def test_parse_json_keeps_numbers_of_any_length():
    """A number with more digits than Python converts stays a string."""
    digits = "7" * 10_000
    assert parse_json(digits) == digits


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "not JSON (character 1)"), ("NaN", "not JSON"), ("[" * 100_000, "nested too deeply")],
    ids=["truncated", "NaN", "deep"],
)
def test_parse_json_reports_the_position(text, problem):
    """Invalid JSON raises ``ProfileError`` with the position, if it is known."""
    with pytest.raises(ProfileError) as caught:
        parse_json(text)
    assert caught.value.problem == problem


def test_replace_surrogates_visits_every_string():
    """Names, items and nested values are repaired; other values are unchanged."""
    assert replace_surrogates({"a\ud800": ("\udc00", 1, None, True)}) == {"a\ufffd": ["\ufffd", 1, None, True]}


def test_drop_secrets_removes_named_credentials():
    """Credential names are compared without case at every level; numbers and booleans under them are kept."""
    value = {"Access_Token": "x", "deep": [{"password": {"a": 1}, "kept": 1}], "token": 5, "secret": None}
    assert drop_secrets(value) == {"deep": [{"kept": 1}], "token": 5, "secret": None}
