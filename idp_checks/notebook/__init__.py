"""Notebook widgets: ask an issuer about a token and explain the response."""

from __future__ import annotations

from idp_checks.notebook.page import Explanation, explain, known
from idp_checks.notebook.panel import TokenPanel

__all__ = ["Explanation", "TokenPanel", "explain", "known"]
