"""Tests of reading and formatting times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from idp_checks.clock import utc_now, zulu


def test_utc_now_is_in_whole_seconds_unless_precise():
    """The time is in UTC, and without microseconds unless they are asked for."""
    assert utc_now().microsecond == 0
    assert utc_now().tzinfo is UTC
    assert any(utc_now(precise=True).microsecond for _ in range(3))
    assert abs(utc_now(precise=True) - datetime.now(UTC)) < timedelta(minutes=1)


def test_zulu_cuts_fractions_of_seconds():
    """A UTC time is written with Z and without a fraction."""
    assert zulu(datetime(2026, 9, 21, 14, 13, 20, 999_999, tzinfo=UTC)) == "2026-09-21T14:13:20Z"
