"""Places in JSON values: reading, changing and naming them, and what the members of a raw model mean."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from idp_checks.profiles.shape import Path

__all__ = ["MISSING", "get_path", "leaf_strings", "collect_meanings", "iterate_meanings", "iterate_strings", "set_path", "remove_path"]

MISSING = msgspec.UNSET
"""What ``dig`` gives where there is nothing, not even null."""


def get_path(value: Any, path: Path) -> Any:
    """What stands at a place."""
    for step in path:
        listed = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not listed and not (isinstance(value, Mapping) and step in value):
            return MISSING
        value = value[step]
    return value


def set_path(value: Any, path: Path, new: object) -> Any:
    """A copy of the value with something else at that place; what is missing on the way is made."""
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
    """A copy of the value with nothing at that place."""
    parent = get_path(value, path[:-1])
    if isinstance(parent, Mapping) and path[-1] in parent:
        return set_path(value, path[:-1], {name: each for name, each in parent.items() if name != path[-1]})
    return value


def leaf_strings(value: Any) -> Iterator[str]:
    """Every text and every number of a value, as texts."""
    for _, leaf in iterate_strings(value):
        yield leaf


def iterate_strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text and every number of a value, as texts, with their places."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from iterate_strings(each, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from iterate_strings(each, (*path, at))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


def iterate_meanings(value: Any, model: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The members of a value that have a meaning in its model, with their places."""
    yield from _meant(value, msgspec.inspect.type_info(model), path)


def _meant(value: Any, known: msgspec.inspect.Type, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(known, msgspec.inspect.Metadata):
        meaning = (known.extra or {}).get("means")
        if meaning is not None:
            yield path, meaning
        else:
            yield from _meant(value, known.type, path)
    elif isinstance(known, msgspec.inspect.UnionType):
        for each in known.types:
            yield from _meant(value, each, path)
    elif isinstance(known, msgspec.inspect.StructType) and isinstance(value, Mapping):
        for member in known.fields:
            if member.encode_name in value:
                yield from _meant(value[member.encode_name], member.type, (*path, member.encode_name))
    elif isinstance(known, msgspec.inspect.ListType) and isinstance(value, list):
        for at, each in enumerate(value):
            yield from _meant(each, known.item_type, (*path, at))


def collect_meanings(model: Any) -> frozenset[str]:
    """All meanings that members of a model have."""
    return frozenset(_meanings(msgspec.inspect.type_info(model)))


def _meanings(known: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(known, msgspec.inspect.Metadata):
        meaning = (known.extra or {}).get("means")
        if meaning is not None:
            yield meaning
        yield from _meanings(known.type)
    elif isinstance(known, msgspec.inspect.UnionType):
        for each in known.types:
            yield from _meanings(each)
    elif isinstance(known, msgspec.inspect.StructType):
        for member in known.fields:
            yield from _meanings(member.type)
    elif isinstance(known, msgspec.inspect.ListType):
        yield from _meanings(known.item_type)
