"""Notebook widgets."""

from __future__ import annotations

from idp_checks.notebook.panel import TokenPanel, explain, known

__all__ = ["TokenPanel", "explain", "known"]
