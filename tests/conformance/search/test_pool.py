"""Tests of the pool of raw profiles."""

from __future__ import annotations

from idp_checks import providers
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.pool import build_pool, get_pool

GITHUB = providers.get("github")
QUICK = DEPTHS["quick"]


def test_seed_determines_the_samples():
    """The same seed generates the same samples, and another seed generates others."""
    first, second, changed = (build_pool(GITHUB, QUICK, seed) for seed in (0, 0, 1))
    assert first.samples == second.samples
    assert first.samples != changed.samples


def test_deeper_pool_starts_with_the_same_samples():
    """The first samples of a deeper search are those of a shallow search."""
    assert build_pool(GITHUB, DEPTHS["default"], 0).samples[:10] == build_pool(GITHUB, QUICK, 0).samples[:10]


def test_pool_is_cached():
    """The pool of a provider, depth and seed is generated once."""
    assert get_pool(GITHUB, QUICK, 0) is get_pool(GITHUB, QUICK, 0)
