"""Tests of search depths."""

from __future__ import annotations

import pytest

from idp_checks import providers
from idp_checks.conformance.search.depth import DEPTHS, get_depth
from idp_checks.conformance.search.pool import get_pool
from idp_checks.errors import UsageError


@pytest.mark.parametrize("name", ["quick", "default"])
def test_depth_sets_the_size_of_the_pool(name):
    """A pool has as many samples as its depth states, and at least as many responses that are not profiles."""
    depth = get_depth(name)
    pool = get_pool(providers.get("github"), depth, 0)
    assert len(pool.samples) == depth.profiles
    assert len(pool.non_profiles) >= depth.non_profiles


def test_depths_increase():
    """Every count of a depth is larger than that of the depth before it."""
    counts = [(depth.profiles, depth.non_profiles, depth.variations) for depth in DEPTHS.values()]
    assert counts == sorted(counts)
    assert all(len({row[column] for row in counts}) == len(counts) for column in range(3))


def test_unknown_depth_is_a_usage_error():
    """An unknown depth is rejected, with the list of valid names."""
    with pytest.raises(UsageError, match="unknown depth 'deep'; choose from quick, default, audit"):
        get_depth("deep")
