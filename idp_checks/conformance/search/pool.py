"""The raw profiles that are tried: generated once for each provider, depth and seed, and shared by all rules."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from hypothesis import HealthCheck, Phase, Verbosity, configuration, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

from idp_checks import recordings, strategies
from idp_checks.conformance.rules import Case, Normalizer, Seen, see
from idp_checks.conformance.search.depth import Depth
from idp_checks.providers.model import Provider

__all__ = ["Bench", "Pool", "Sent", "bench", "pool"]

Sent: TypeAlias = tuple[Any, Mapping[str, Any]]
"""A raw profile, and the answers of further calls."""

ROUND = 10
"""After so many examples hypothesis turns to variations of what it has tried; short rounds keep them apart."""
KEPT = 32
"""Pools that are kept: tests of one provider may come between those of another."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What is tried at one provider.

    Attributes:
        sent: profiles, the same ones for every rule and normaliser.
        recorded: the provider's recorded profiles.
        strangers: what is no profile.
        seed: the number by which they were drawn.
    """

    provider: Provider
    depth: Depth
    seed: int
    sent: tuple[Sent, ...]
    recorded: tuple[Sent, ...]
    strangers: tuple[Any, ...]


class Bench:
    """One normaliser at one pool: what it made of each profile is looked at once, and judged by every rule."""

    def __init__(self, normalizer: Normalizer, pool: Pool) -> None:
        self.normalizer = normalizer
        self.pool = pool
        self.provider = pool.provider
        self._known: dict[int, tuple[Case, Seen] | None] = {}
        self.sent = tuple(self._asked(pool.sent))
        self.recorded = tuple(each for each in self._asked(pool.recorded) if self.case(each).claims is not None)
        # These live as long as the bench does, so no other value takes their place in memory.
        self._known.update(dict.fromkeys(map(id, (*self.sent, *self.recorded))))

    def _asked(self, sent: Iterable[Sent]) -> Iterator[Sent]:
        """Those that the normaliser may be asked about, with the further answers where it takes them."""
        for raw, also in sent:
            if self.normalizer.may_be_asked(self.provider.name, raw):
                yield raw, (also if self.normalizer.takes_also else {})

    def seen(self, sent: Sent) -> tuple[Case, Seen]:
        """A raw profile, and what is made of it; those of the pool are looked at once."""
        if (known := self._known.get(id(sent))) is not None:
            return known
        case = self.case(sent)
        found = case, see(self.normalizer, case)
        if id(sent) in self._known:
            self._known[id(sent)] = found
        return found

    def case(self, sent: Sent) -> Case:
        """A raw profile by the provider's own model."""
        known = self._known.get(id(sent))
        return known[0] if known is not None else Case.of(self.provider, *sent)


_latest: list[Bench] = []


def bench(normalizer: Normalizer, provider: Provider, depth: Depth, number: int) -> Bench:
    """The bench of a normaliser at a provider; the one asked for last is kept."""
    wanted = pool(provider, depth, number)
    if not (_latest and _latest[0].normalizer is normalizer and _latest[0].pool is wanted):
        _latest[:] = [Bench(normalizer, wanted)]
    return _latest[0]


def pool(provider: Provider, depth: Depth, number: int) -> Pool:
    """What is tried at a provider, drawn once."""
    return _pool(_Key(provider), depth, number)


@dataclass(frozen=True)
class _Key:
    """A provider by its identity: it holds mappings, which have no hash."""

    provider: Provider

    def __hash__(self) -> int:
        return id(self.provider)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.provider is self.provider


@lru_cache(maxsize=KEPT)
def _pool(key: _Key, depth: Depth, number: int) -> Pool:
    provider = key.provider
    sent = st.tuples(strategies.raw_profiles(provider), strategies.further_answers(provider))
    strangers = strategies.not_profiles(provider)
    start = f"{number} {provider.name}"
    with _no_files():
        return Pool(
            provider,
            depth,
            number,
            tuple(_drawn(sent, depth.profiles, f"{start} sent")) if provider.profile.shapes else (),
            tuple((each.raw, each.also) for each in recordings.profiles(provider.name) if isinstance(each.raw, dict)),
            (*strategies.ERROR_BODIES, *_drawn(strangers, depth.strangers, f"{start} strangers")),
        )


def _drawn(strategy: SearchStrategy[Any], count: int, start: str) -> list[Any]:
    values: list[Any] = []

    def drawn(value: Any) -> None:
        values.append(value)

    for turn in range(-(-count // ROUND)):
        size = settings(_SETTINGS, max_examples=min(ROUND, count - turn * ROUND))
        with suppress(Unsatisfiable):
            seed(zlib.crc32(f"{start} {turn}".encode()))(size(given(strategy)(drawn)))()
    return values[:count]


class FromStrategies(HypothesisProvider):
    """Hypothesis's own way to draw, but for one thing: it also draws constants that it finds in the user's modules.

    Then a result would depend on what has been imported, and on the worker that runs the test.
    """

    def _maybe_draw_constant(self, *_given: Any, **_named: Any) -> None:
        return None


BACKEND = "idp-checks"
AVAILABLE_PROVIDERS[BACKEND] = FromStrategies

_SETTINGS = settings(
    backend=BACKEND,
    max_examples=ROUND,
    database=None,
    derandomize=True,
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def _no_files() -> Iterator[None]:
    """Keep hypothesis from leaving its folder where the tests are run."""
    before = vars(configuration).get("__hypothesis_home_directory")
    with TemporaryDirectory(prefix="idp-checks-", ignore_cleanup_errors=True) as scratch:
        configuration.set_hypothesis_home_dir(scratch)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
