"""Format times."""

from __future__ import annotations

from datetime import datetime


def zulu(time: datetime) -> str:
    """A UTC time in the form ``2026-01-02T03:04:05Z``."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
