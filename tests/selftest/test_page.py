"""The page about the self-test."""

from __future__ import annotations

from idp_checks.selftest.page import selftest_markdown
from idp_checks.selftest.result import BugResult


def test_page_contains_every_row():
    """Each row is in one table of the page, and a bar in a title does not break the table."""
    caught = BugResult(
        id="BUG-900",
        title="a | b",
        mistake="one",
        provider="github",
        source="https://example.com/1",
        caught_by=("N1", "N3"),
        how="generated",
    )
    uncaught = BugResult(
        id="BUG-901", title="c", mistake="", provider="github", source="https://example.com/2", why_not="So."
    )
    mistake = BugResult(
        id="N1 two", title="d", mistake="two", provider="github", source="", caught_by=("N1",), how="generated"
    )
    page = selftest_markdown([caught, uncaught, mistake])
    assert "| [BUG-900](https://example.com/1) | a \\| b | `one` | `github` | N1, N3 | generated |" in page
    assert "| [BUG-901](https://example.com/2) | c | So. |" in page
    assert "| `two` | d | `github` | N1 | generated |" in page
    assert "1 of 2 historic bugs are caught." in page
