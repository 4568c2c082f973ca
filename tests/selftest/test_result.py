"""The result of the self-test."""

from __future__ import annotations

from dataclasses import replace

from idp_checks.selftest.result import BugResult, SelfTest

RESULT = BugResult("BUG-1", "a bug", "mistake", "oidc", "https://example.com/1")


def test_result_passes_if_caught_or_explained():
    """A bug must be either caught or explained, and not both."""
    assert not RESULT.passed
    assert replace(RESULT, caught_by=("T1",)).passed
    assert replace(RESULT, why_not="It is about a window.").passed
    assert not replace(RESULT, caught_by=("T1",), why_not="It is about a window.").passed


def test_selftest_passes_only_without_objections():
    """The self-test passes if all rows do and nothing is objected to the correct code; it needs at least one row."""
    caught = replace(RESULT, caught_by=("T1",))
    assert SelfTest((caught,)).passed
    assert not SelfTest((caught, RESULT)).passed
    assert not SelfTest((caught,), ("apple N8: wrong",)).passed
    assert not SelfTest(()).passed
