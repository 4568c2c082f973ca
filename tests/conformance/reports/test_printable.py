"""Values are shown as JSON without invisible characters."""

from __future__ import annotations

import pytest

from idp_checks.conformance.reports.printable import printable_json


@pytest.mark.parametrize(
    ("value", "string"),
    [({"a": "\u202e\x00"}, '{"a": "\\u202e\\u0000"}'), ("é", '"é"'), (None, "null")],
)
def test_printable_json_escapes_invisible_characters(value, string):
    """Control and direction characters are escaped, all others are unchanged."""
    assert printable_json(value) == string


def test_printable_json_cuts_after_limit():
    """A string that exceeds the limit is cut."""
    assert printable_json("abcdef", 4) == '"abc...'
