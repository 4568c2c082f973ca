"""The page of the documentation about the self-test."""

from __future__ import annotations

from collections.abc import Iterable

from idp_checks.selftest.result import BugResult

__all__ = ["selftest_markdown"]

_INTRODUCTION = """\
# Self-test

Known bugs of sign-in code, and the rules of the conformance suite that catch them. One small function reproduces each
bug. `idp-checks conform --self-test` runs all of them, and checks that no rule objects to the correct code.

*Shown by*: a recorded response of the provider, a generated response, or an example of this bug. Rules N and M judge
normalizers. Rules T judge readers of an issuer's response.
"""


def selftest_markdown(rows: Iterable[BugResult]) -> str:
    """Return the tables of known bugs and the rules that catch them, as Markdown."""
    listed = list(rows)
    historic = [row for row in listed if row.id.startswith("BUG-")]
    mistakes = [row for row in listed if not row.id.startswith("BUG-")]
    caught = [row for row in historic if not row.why_not]
    uncaught = [row for row in historic if row.why_not]
    lines = [_INTRODUCTION, f"{len(caught)} of {len(historic)} historic bugs are caught.", ""]
    lines += ["| bug | description | mistake | provider | caught by | shown by |", "|---|---|---|---|---|---|"]
    lines += [
        f"| [{row.id}]({row.source}) | {_escape_bars(row.title)} | `{row.mistake}` | `{row.provider}` | "
        f"{', '.join(row.caught_by)} | {_escape_bars(row.how)} |"
        for row in caught
    ]
    lines += ["", "## Bugs that no rule can catch", "", "| bug | description | reason |", "|---|---|---|"]
    lines += [
        f"| [{row.id}]({row.source}) | {_escape_bars(row.title)} | {_escape_bars(row.why_not or '')} |"
        for row in uncaught
    ]
    lines += ["", "## Mistakes without a report", "", "| mistake | description | provider | caught by | shown by |"]
    lines += ["|---|---|---|---|---|"]
    lines += [
        f"| `{row.mistake}` | {_escape_bars(row.title)} | `{row.provider}` | "
        f"{', '.join(row.caught_by)} | {_escape_bars(row.how)} |"
        for row in mistakes
    ]
    return "\n".join(lines) + "\n"


def _escape_bars(text: str) -> str:
    return text.replace("|", "\\|")
