"""Observation of one normalizer over one pool: every raw profile is observed once and judged by every rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idp_checks.conformance.case import Case
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import Observation, observe
from idp_checks.conformance.search.depth import Depth
from idp_checks.conformance.search.pool import Pool, Sample, get_pool
from idp_checks.providers.model import Provider

__all__ = ["Observer", "get_observer"]


class Observer:
    """Observes a normalizer and caches its observations of the samples in a pool.

    Attributes:
        samples: the generated raw profiles that the normalizer accepts.
        recordings: the recorded raw profiles that the normalizer accepts and that are profiles.
    """

    def __init__(self, normalizer: Normalizer, pool: Pool) -> None:
        self.normalizer = normalizer
        self.pool = pool
        self.provider = pool.provider
        self._cache: dict[int, tuple[Case, Observation] | None] = {}
        self.samples = tuple(self._accepted(pool.samples))
        self.recordings = tuple(
            sample for sample in self._accepted(pool.recordings) if self.case(sample).claims is not None
        )
        # The samples live as long as the observer, so no other object can have their ids.
        self._cache.update(dict.fromkeys(map(id, (*self.samples, *self.recordings))))

    def _accepted(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            if self.normalizer.accepts(self.provider.name, sample.raw):
                yield sample if self.normalizer.takes_also else Sample(sample.raw, {})

    def observe(self, sample: Sample) -> tuple[Case, Observation]:
        """Return a sample's case and observation; samples of the pool are observed only once."""
        if (cached := self._cache.get(id(sample))) is not None:
            return cached
        case = self.case(sample)
        result = case, observe(self.normalizer, case)
        if id(sample) in self._cache:
            self._cache[id(sample)] = result
        return result

    def case(self, sample: Sample) -> Case:
        """Return a sample's case."""
        cached = self._cache.get(id(sample))
        return cached[0] if cached is not None else Case.from_raw(self.provider, *sample)


_latest: list[Observer] = []


def get_observer(normalizer: Normalizer, provider: Provider, depth: Depth, seed: int) -> Observer:
    """Return the observer of a normalizer at a provider; only the latest one is cached."""
    pool = get_pool(provider, depth, seed)
    if not (_latest and _latest[0].normalizer is normalizer and _latest[0].pool is pool):
        _latest[:] = [Observer(normalizer, pool)]
    return _latest[0]
