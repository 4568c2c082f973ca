"""JSON values as strings for people."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["printable_json"]


def printable_json(value: Any, limit: int | None = None, *, indent: int | None = None) -> str:
    """Return a value as JSON with all invisible and direction-changing characters escaped.

    Args:
        limit: cut the string after this many characters.
    """
    string = json.dumps(value, ensure_ascii=False, default=repr, indent=indent)
    string = "".join(letter if letter.isprintable() or letter == "\n" else f"\\u{ord(letter):04x}" for letter in string)
    return string if limit is None or len(string) <= limit else f"{string[:limit]}..."
