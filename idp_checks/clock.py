"""Read and format times."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utc_now", "zulu"]


def utc_now(*, precise: bool = False) -> datetime:
    """Return the current time in UTC, in whole seconds unless ``precise``."""
    now = datetime.now(UTC)
    return now if precise else now.replace(microsecond=0)


def zulu(time: datetime) -> str:
    """Format a UTC time as ``2026-01-02T03:04:05Z``."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
