"""The wrong readers are caught, and the correct reader is not."""

from __future__ import annotations

import pytest

from idp_checks.selftest.historic_readers import UNCATCHABLE_BUGS, WRONG_READERS
from idp_checks.selftest.reader_bugs import try_readers
from idp_checks.selftest.readers.rules import READER_RULES


@pytest.mark.slow
def test_try_readers_returns_one_row_per_bug():
    """There is one row per bug, in order; each names the rules and the input, or the reason. Every rule catches one."""
    calls = []
    rows = try_readers(lambda *call: calls.append(call))
    assert [row.id for row in rows] == sorted(bug.id for bug in (*WRONG_READERS, *UNCATCHABLE_BUGS))
    assert all(row.passed for row in rows)
    assert {row.id for row in rows if row.why_not} == {bug.id for bug in UNCATCHABLE_BUGS}
    assert all(row.how.startswith(("recorded case ", "generated: ")) for row in rows if row.caught_by)
    assert [count for _, count, _ in calls] == list(range(len(WRONG_READERS) + 1))
    assert {rule for row in rows for rule in row.caught_by} == set(READER_RULES)
