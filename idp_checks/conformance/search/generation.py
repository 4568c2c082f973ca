"""Reproducible generation of values from Hypothesis strategies, without a database and without files."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, configuration, given, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

__all__ = ["generate_values", "temporary_hypothesis_home"]

ROUND_SIZE = 10
"""Values to generate at once. In longer rounds Hypothesis varies earlier values instead of drawing independent ones."""


class _StrategyProvider(HypothesisProvider):
    """Hypothesis's default provider, except that it draws no constants from the user's modules.

    With such constants, a result would depend on the imported modules, and so on the worker that runs the test.
    """

    def _maybe_draw_constant(self, *_args: Any, **_kwargs: Any) -> None:
        return None


BACKEND = "idp-checks"
AVAILABLE_PROVIDERS[BACKEND] = _StrategyProvider

_SETTINGS = settings(
    backend=BACKEND,
    max_examples=ROUND_SIZE,
    database=None,
    derandomize=True,
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def generate_values(strategy: SearchStrategy[Any], count: int, seed_text: str) -> list[Any]:
    """Return values of a strategy, always the same ones for the same seed text."""
    values: list[Any] = []

    def collect(value: Any) -> None:
        values.append(value)

    for number in range(-(-count // ROUND_SIZE)):
        round_settings = settings(_SETTINGS, max_examples=min(ROUND_SIZE, count - number * ROUND_SIZE))
        with suppress(Unsatisfiable):
            seed(zlib.crc32(f"{seed_text} {number}".encode()))(round_settings(given(strategy)(collect)))()
    return values[:count]


@contextmanager
def temporary_hypothesis_home() -> Iterator[None]:
    """Keep Hypothesis from creating its directory in the current one."""
    home = vars(configuration).get("__hypothesis_home_directory")
    with TemporaryDirectory(prefix="idp-checks-", ignore_cleanup_errors=True) as scratch:
        configuration.set_hypothesis_home_dir(scratch)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(home)
