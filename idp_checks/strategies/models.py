"""Find fields of raw models by type and meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from idp_checks.profiles.shape import Path, Shape

__all__ = ["MAX_ELEMENTS", "field_names", "has_number_id", "id_paths", "nullable_string_paths"]

MAX_ELEMENTS = 3
"""Elements of a generated list."""


def field_names(shape: type[Shape]) -> frozenset[str]:
    """Return the names of the model's top-level fields."""
    return frozenset(field.encode_name for field in _struct_type(shape).fields)


def nullable_string_paths(shape: type[Shape]) -> tuple[Path, ...]:
    """Return the paths of all fields that are a string or None, in nested objects too."""
    return tuple(_find_nullable_strings(_struct_type(shape), ()))


def id_paths(shape: type[Shape]) -> tuple[Path, ...]:
    """Return the paths of all identifiers, in nested objects and list elements too."""
    return tuple(path for path, _ in _find_ids(_struct_type(shape), ()))


def has_number_id(shape: type[Any]) -> bool:
    """Return whether the identifier of a model is documented as an integer."""
    return any(meaning == "number-id" for _, meaning in _find_ids(_struct_type(shape), ()))


def _struct_type(model: type[Any]) -> inspect.StructType:
    struct = inspect.type_info(model)
    assert isinstance(struct, inspect.StructType), "a shape is a struct"  # noqa: S101
    return struct


def _fields(struct: inspect.StructType, prefix: Path) -> Iterator[tuple[Path, inspect.Field]]:
    """Yield the fields with their paths: by name, or by index in an array-like struct."""
    for index, field in enumerate(struct.fields):
        yield (*prefix, index if struct.array_like else field.encode_name), field


def _plain_types(field_type: inspect.Type, meaning: str | None = None) -> Iterator[tuple[inspect.Type, str | None]]:
    """Yield the alternatives of a union type, each with its meaning."""
    if isinstance(field_type, inspect.Metadata):
        yield from _plain_types(field_type.type, (field_type.extra or {}).get("means", meaning))
    elif isinstance(field_type, inspect.UnionType):
        for alternative in field_type.types:
            yield from _plain_types(alternative, meaning)
    else:
        yield field_type, meaning


def _find_nullable_strings(struct: inspect.StructType, prefix: Path) -> Iterator[Path]:
    for path, field in _fields(struct, prefix):
        types = [plain for plain, _ in _plain_types(field.type)]
        if {inspect.StrType, inspect.NoneType} <= set(map(type, types)):
            yield path
        for plain in types:
            if isinstance(plain, inspect.StructType):
                yield from _find_nullable_strings(plain, path)


def _find_ids(struct: inspect.StructType, prefix: Path) -> Iterator[tuple[Path, str]]:
    for path, field in _fields(struct, prefix):
        for plain, meaning in _plain_types(field.type):
            if meaning in ("id", "number-id"):
                yield path, meaning
            if isinstance(plain, inspect.StructType):
                yield from _find_ids(plain, path)
            elif isinstance(plain, inspect.ListType) and isinstance(plain.item_type, inspect.StructType):
                for index in range(MAX_ELEMENTS):
                    yield from _find_ids(plain.item_type, (*path, index))
