"""The HTTP library of this package: other modules import it from here, so a switch changes one line."""

from __future__ import annotations

import httpx

__all__ = ["httpx"]
