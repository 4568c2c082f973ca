"""Fixtures of the tests of ``idp_checks.live``."""

from __future__ import annotations

import pytest

from idp_checks.live import sender


@pytest.fixture
def no_jitter(monkeypatch):
    """Retry without a noticeable delay."""
    monkeypatch.setattr(sender.random, "uniform", lambda low, high: 0.001)
