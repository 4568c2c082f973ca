"""Strategies for the types of raw models, as ``msgspec.inspect`` describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import inspect

from idp_checks.strategies.choices import choose
from idp_checks.strategies.meanings import MEANINGS
from idp_checks.strategies.models import MAX_ELEMENTS
from idp_checks.strategies.values import ALPHABET, BLANKS, JSON_VALUES, LONG_STRING, NAMES, STRINGS

__all__ = ["strategy_for_model", "strategy_for_type"]

_cache: dict[Any, SearchStrategy[Any]] = {}
"""Strategies by type and meaning. Models share most types, and Hypothesis is slow to prepare a strategy."""


def strategy_for_model(model: type[Any]) -> SearchStrategy[Any]:
    """Return a strategy for the JSON values of a model."""
    return strategy_for_type(inspect.type_info(model))


def strategy_for_type(field_type: inspect.Type, meaning: str | None = None) -> SearchStrategy[Any]:
    """Return a strategy for the values of a type.

    A field with a meaning gets the values of that meaning that its type allows, unless the type has a pattern.
    """
    if isinstance(field_type, inspect.Metadata):
        return strategy_for_type(field_type.type, (field_type.extra or {}).get("means", meaning))
    # Structs are identified by their class. Other types are not hashable, so their repr serves as the key.
    key = (field_type.cls if isinstance(field_type, inspect.StructType) else repr(field_type), meaning)
    if key not in _cache:
        _cache[key] = _build_strategy(field_type, meaning)
    return _cache[key]


def _build_strategy(field_type: inspect.Type, meaning: str | None) -> SearchStrategy[Any]:
    if meaning is not None and meaning in MEANINGS and getattr(field_type, "pattern", None) is None:
        return MEANINGS[meaning].filter(lambda value: _is_instance(value, field_type))
    for kind, build in _BUILDERS.items():
        if isinstance(field_type, kind):
            return build(field_type)
    raise NotImplementedError(
        f"no strategy for {type(field_type).__name__}: give the field a meaning (a type of idp_checks.profiles.shape)"
    )


def _is_instance(value: object, field_type: inspect.Type) -> bool:
    """Return whether a value of ``MEANINGS`` is valid for a type."""
    if isinstance(field_type, inspect.Metadata):
        return _is_instance(value, field_type.type)
    if isinstance(field_type, inspect.UnionType):
        return any(_is_instance(value, alternative) for alternative in field_type.types)
    if isinstance(field_type, inspect.AnyType):
        return True
    if isinstance(field_type, inspect.FloatType):
        return isinstance(value, int | float) and not isinstance(value, bool)
    python_type = _PYTHON_TYPES.get(type(field_type))
    return python_type is not None and type(value) is python_type


_PYTHON_TYPES: Mapping[type[inspect.Type], type] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.BoolType: bool,
    inspect.NoneType: type(None),
    inspect.ListType: list,
    inspect.DictType: dict,
}


def _structs(field_type: inspect.StructType) -> SearchStrategy[Any]:
    fields = [(field.encode_name, strategy_for_type(field.type), field.required) for field in field_type.fields]
    # One bit per field says whether it is present. The union of two draws includes three of four optional fields.
    bits = st.integers(0, 2 ** len(fields) - 1)

    @st.composite
    def struct(draw: st.DrawFn) -> Any:
        tag = {} if field_type.tag_field is None else {field_type.tag_field: field_type.tag}
        if field_type.array_like:
            return [*tag.values(), *(draw(strategy) for _, strategy, _ in fields)]
        present = draw(bits) | draw(bits)
        return tag | {
            name: draw(strategy)
            for index, (name, strategy, required) in enumerate(fields)
            if required or present >> index & 1
        }

    return struct()


def _strings(field_type: inspect.StrType) -> SearchStrategy[Any]:
    if field_type.pattern is not None:
        return st.from_regex(field_type.pattern, alphabet=ALPHABET)
    shortest, longest = field_type.min_length or 0, field_type.max_length or len(LONG_STRING)
    return choose(STRINGS, NAMES, BLANKS).filter(lambda string: shortest <= len(string) <= longest)


def _integers(field_type: inspect.IntType) -> SearchStrategy[Any]:
    low = field_type.ge if field_type.ge is not None else field_type.gt + 1 if field_type.gt is not None else 0
    high = field_type.le if field_type.le is not None else field_type.lt - 1 if field_type.lt is not None else 2**64
    return st.integers(low, high)


_BUILDERS: Mapping[type[inspect.Type], Callable[[Any], SearchStrategy[Any]]] = {
    inspect.StructType: _structs,
    inspect.UnionType: lambda union: st.one_of([strategy_for_type(alternative) for alternative in union.types]),
    inspect.ListType: lambda array: st.lists(
        strategy_for_type(array.item_type),
        min_size=array.min_length or 0,
        max_size=min(array.max_length or MAX_ELEMENTS, MAX_ELEMENTS),
    ),
    inspect.VarTupleType: lambda array: st.lists(
        strategy_for_type(array.item_type), min_size=array.min_length or 0, max_size=MAX_ELEMENTS
    ),
    inspect.TupleType: lambda array: st.tuples(*map(strategy_for_type, array.item_types)).map(list),
    inspect.DictType: lambda table: st.dictionaries(
        strategy_for_type(table.key_type), strategy_for_type(table.value_type), max_size=3
    ),
    inspect.LiteralType: lambda literal: st.sampled_from(literal.values),
    inspect.StrType: _strings,
    inspect.IntType: _integers,
    inspect.FloatType: lambda _: choose((0.0, 1.5, 1e9, -1.0, 42)),
    inspect.BoolType: lambda _: st.booleans(),
    inspect.NoneType: lambda _: st.none(),
    inspect.AnyType: lambda _: choose(JSON_VALUES),
    inspect.RawType: lambda _: choose(JSON_VALUES),
}
