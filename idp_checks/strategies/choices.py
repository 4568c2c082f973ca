"""Strategies that choose from given values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["choose", "choose_mostly", "with_short_repr"]


def choose(*groups: Iterable[Any]) -> SearchStrategy[Any]:
    """Return a strategy for any of the values; the first is the simplest.

    Unlike ``sampled_from``, its repr stays short if the values are long.
    """
    values = [value for group in groups for value in group]
    return st.integers(0, len(values) - 1).map(lambda index: values[index])


def choose_mostly(frequent: Sequence[Any], *rare: Sequence[Any]) -> SearchStrategy[Any]:
    """Return a strategy for mostly the frequent values, and sometimes a rare value or None."""
    return choose(frequent, frequent, frequent, *rare, [None] * max(1, len(frequent) // 2))


def with_short_repr(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Return the strategy with a short repr, because Hypothesis warns of the long repr of a large model."""

    @st.composite
    def generate(draw: st.DrawFn) -> Any:
        return draw(strategy)

    return generate()
