"""JSON values are read and changed by path, without modifying the input."""

from __future__ import annotations

from idp_checks.strategies.json_paths import get_at, remove_at, replace_at


def test_json_paths_leave_the_input_unchanged():
    """A value at a path is read, replaced and removed in a copy; a missing path changes nothing."""
    raw = {"a": {"b": [{"c": 1}]}}
    assert get_at(raw, ("a", "b", 0, "c")) == 1
    assert replace_at(raw, ("a", "b", 0, "c"), 2) == {"a": {"b": [{"c": 2}]}}
    assert remove_at(raw, ("a", "b")) == {"a": {}}
    assert get_at(raw, ("x", "y")) is None
    assert replace_at(raw, ("x", "y"), 1) == remove_at(raw, ("x", "y")) == raw == {"a": {"b": [{"c": 1}]}}
