"""Redaction of values that the suite shows: secrets by field name, and the canary that the search plants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.secret import SECRET_NAMES

__all__ = ["CANARY", "redact", "redact_canary"]

CANARY = "gho_CanaryCanaryCanaryCanaryCanary0042"
"""The invented secret that the search plants in raw profiles."""
_MASK = "[secret]"


def redact(value: Any) -> Any:
    """Return a JSON value with secret fields and the canary masked."""
    if isinstance(value, Mapping):
        return {
            name: _MASK if str(name).lower() in SECRET_NAMES and isinstance(item, str) else redact(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return redact_canary(value) if isinstance(value, str) else value


def redact_canary(text: str) -> str:
    """Return a string with the canary masked."""
    return text.replace(CANARY, _MASK)
