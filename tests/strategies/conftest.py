"""Draw many values from a strategy."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, seed, settings

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)


@pytest.fixture(scope="session")
def draw():
    """A function that draws values in rounds of ten, with Hypothesis's health checks enabled."""

    def draw_values(strategy, count=300):
        values = []

        def append(value):
            values.append(value)

        for turn in range(count // 10):
            seed(turn)(settings(FIXED, max_examples=10, phases=(Phase.generate,))(given(strategy)(append)))()
        return values

    return draw_values
