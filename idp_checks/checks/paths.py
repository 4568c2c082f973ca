"""Read, change and iterate over paths in JSON values, and the meanings of fields."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from idp_checks.profiles.shape import Path

__all__ = [
    "MISSING",
    "collect_meanings",
    "get_path",
    "iterate_meanings",
    "iterate_strings",
    "leaf_strings",
    "remove_path",
    "set_path",
]

MISSING = msgspec.UNSET
"""The result of ``get_path`` for a path that does not exist; null is a value."""


def get_path(value: Any, path: Path) -> Any:
    """Return the value at a path, or ``MISSING``."""
    for step in path:
        is_index = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not is_index and not (isinstance(value, Mapping) and step in value):
            return MISSING
        value = value[step]
    return value


def set_path(value: Any, path: Path, new: object) -> Any:
    """Return a copy with another value at a path, creating missing parents."""
    if not path:
        return copy.deepcopy(new)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(value) if isinstance(value, list) else []
        items += [{} for _ in range(len(items), step + 1)]
        items[step] = set_path(items[step], rest, new)
        return items
    table = dict(value) if isinstance(value, Mapping) else {}
    table[step] = set_path(table.get(step), rest, new)
    return table


def remove_path(value: Any, path: Path) -> Any:
    """Return a copy without the value at a path."""
    parent = get_path(value, path[:-1])
    if isinstance(parent, Mapping) and path[-1] in parent:
        return set_path(value, path[:-1], {name: item for name, item in parent.items() if name != path[-1]})
    return value


def leaf_strings(value: Any) -> Iterator[str]:
    """Iterate over every string and number of a value, as strings."""
    for _, leaf in iterate_strings(value):
        yield leaf


def iterate_strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Iterate over every string and number of a value, as strings, with their paths."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from iterate_strings(item, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from iterate_strings(item, (*path, index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


def iterate_meanings(value: Any, model: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Iterate over a value's fields with a declared meaning: path and meaning."""
    yield from _iterate_meanings(value, msgspec.inspect.type_info(model), path)


def _iterate_meanings(value: Any, info: msgspec.inspect.Type, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(info, msgspec.inspect.Metadata):
        meaning = (info.extra or {}).get("means")
        if meaning is not None:
            yield path, meaning
        else:
            yield from _iterate_meanings(value, info.type, path)
    elif isinstance(info, msgspec.inspect.UnionType):
        for option in info.types:
            yield from _iterate_meanings(value, option, path)
    elif isinstance(info, msgspec.inspect.StructType) and isinstance(value, Mapping):
        for field in info.fields:
            if field.encode_name in value:
                yield from _iterate_meanings(value[field.encode_name], field.type, (*path, field.encode_name))
    elif isinstance(info, msgspec.inspect.ListType) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _iterate_meanings(item, info.item_type, (*path, index))


def collect_meanings(model: Any) -> frozenset[str]:
    """Return all meanings that a model declares for its fields."""
    return frozenset(_collect_meanings(msgspec.inspect.type_info(model)))


def _collect_meanings(info: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(info, msgspec.inspect.Metadata):
        meaning = (info.extra or {}).get("means")
        if meaning is not None:
            yield meaning
        yield from _collect_meanings(info.type)
    elif isinstance(info, msgspec.inspect.UnionType):
        for option in info.types:
            yield from _collect_meanings(option)
    elif isinstance(info, msgspec.inspect.StructType):
        for field in info.fields:
            yield from _collect_meanings(field.type)
    elif isinstance(info, msgspec.inspect.ListType):
        yield from _collect_meanings(info.item_type)
