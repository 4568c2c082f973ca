"""Substitutes times and identifiers in recorded responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.inspect import ListType, Metadata, StructType, Type, UnionType

__all__ = ["alternative_id", "replace_ids", "shift_times"]

MILLISECONDS = 10**11
"""A number that may be seconds or milliseconds since 1970 is in milliseconds from here on."""


def shift_times(value: Any, seconds: int, model: Any) -> Any:
    """Return a recorded response with its times moved; the model tells which fields are times."""
    return _shift(value, seconds, msgspec.inspect.type_info(model))


def _shift(value: Any, seconds: int, type_info: Type) -> Any:
    meaning = None
    while isinstance(type_info, Metadata):
        meaning = (type_info.extra or {}).get("means", meaning)
        type_info = type_info.type
    if meaning is not None:
        return _shift_time(value, seconds, meaning)
    if isinstance(type_info, UnionType):
        shifted = (_shift(value, seconds, item) for item in type_info.types)
        return next((item for item in shifted if item != value), value)
    if isinstance(type_info, StructType) and isinstance(value, Mapping):
        types = {item.encode_name: item.type for item in type_info.fields}
        return {name: _shift(item, seconds, types[name]) if name in types else item for name, item in value.items()}
    if isinstance(type_info, ListType) and isinstance(value, list):
        return [_shift(item, seconds, type_info.item_type) for item in value]
    return value


def _shift_time(value: Any, seconds: int, meaning: str) -> Any:
    """Move a value of a documented meaning; a value that is not a time stays as it is."""
    if meaning == "epoch" and value not in (0, None, -1):
        if isinstance(value, str):
            return str(int(value) + seconds)
        return value + seconds if isinstance(value, int | float) else value
    if meaning == "epoch-millis" and isinstance(value, int) and value > 0:
        return value + seconds * (1000 if value >= MILLISECONDS else 1)
    if meaning == "iso-time" and isinstance(value, str) and value:
        time = datetime.fromtimestamp(datetime.fromisoformat(value).timestamp() + seconds, UTC).replace(microsecond=0)
        return time.isoformat().replace("+00:00", "Z")
    return value


def alternative_id(identifier: str) -> str:
    """Return another identifier: its last digit differs, or ``-2`` is appended if it has no digit."""
    digits = "0123456789"
    for position in range(len(identifier) - 1, -1, -1):
        if identifier[position] in digits:
            digit = digits[(int(identifier[position]) + 5) % 10]
            return f"{identifier[:position]}{digit}{identifier[position + 1 :]}"
    return f"{identifier}-2"


def replace_ids(value: Any, replacements: Mapping[str, str]) -> Any:
    """Return a JSON value with identifiers replaced: whole strings and numbers, and the last part of a URL."""
    if isinstance(value, Mapping):
        return {name: replace_ids(item, replacements) for name, item in value.items()}
    if isinstance(value, list):
        return [replace_ids(item, replacements) for item in value]
    if isinstance(value, str):
        last = re.split("[/:]", value)[-1]
        return replacements.get(value) or (
            value.removesuffix(last) + replacements[last] if last in replacements else value
        )
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in replacements:
        return int(replacements[str(value)])
    return value
