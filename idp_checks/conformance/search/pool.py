"""The pool of raw profiles to try: generated once for each provider, depth and seed, and shared by all rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from idp_checks import recordings, strategies
from idp_checks.conformance.search.depth import Depth
from idp_checks.conformance.search.generation import generate_values, temporary_hypothesis_home
from idp_checks.providers.model import Provider
from idp_checks.strategies import values

__all__ = ["Pool", "Sample", "build_pool", "get_pool"]

CACHE_SIZE = 32
"""Pools to keep, because the tests of several providers may alternate."""


class Sample(NamedTuple):
    """A raw profile and the responses of additional calls by name."""

    raw: Any
    also: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The input to try at one provider.

    Attributes:
        samples: generated raw profiles, the same ones for every rule and normalizer.
        recordings: the provider's recorded raw profiles.
        non_profiles: responses that are not profiles.
        seed: the seed of the generated values.
    """

    provider: Provider
    depth: Depth
    seed: int
    samples: tuple[Sample, ...]
    recordings: tuple[Sample, ...]
    non_profiles: tuple[Any, ...]


def get_pool(provider: Provider, depth: Depth, seed: int) -> Pool:
    """Return the pool for a provider, from the cache if possible."""
    return _cached_pool(_ProviderKey(provider), depth, seed)


def build_pool(provider: Provider, depth: Depth, seed: int) -> Pool:
    """Generate the pool for a provider."""
    samples = st.tuples(strategies.raw_profiles(provider), strategies.further_answers(provider))
    non_profiles = strategies.not_profiles(provider)
    # These seeds determine the generated values: changing a word in them changes every result.
    seed_prefix = f"{seed} {provider.name}"
    with temporary_hypothesis_home():
        has_model = bool(provider.profile.shapes)
        generated = generate_values(samples, depth.profiles, f"{seed_prefix} sent") if has_model else []
        return Pool(
            provider,
            depth,
            seed,
            tuple(map(Sample._make, generated)),
            _recorded_samples(provider),
            (
                *values.ERROR_BODIES,
                *generate_values(non_profiles, depth.non_profiles, f"{seed_prefix} strangers"),
            ),
        )


def _recorded_samples(provider: Provider) -> tuple[Sample, ...]:
    profiles = recordings.load_profiles(provider.name)
    return tuple(Sample(recording.raw, recording.also) for recording in profiles if isinstance(recording.raw, dict))


@dataclass(frozen=True)
class _ProviderKey:
    """A provider, hashed by identity because it contains unhashable mappings."""

    provider: Provider

    def __hash__(self) -> int:
        return id(self.provider)

    def __eq__(self, value: object) -> bool:
        return isinstance(value, _ProviderKey) and value.provider is self.provider


@lru_cache(maxsize=CACHE_SIZE)
def _cached_pool(key: _ProviderKey, depth: Depth, seed: int) -> Pool:
    return build_pool(key.provider, depth, seed)
