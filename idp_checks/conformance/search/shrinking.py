"""Shrinking of a counterexample: fields are removed and values simplified as long as the rule still objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from idp_checks.conformance.normalizers.normalizer import NormalizerCallError
from idp_checks.conformance.search.attempt import Attempt, Setup, UnsuitableSampleError
from idp_checks.conformance.search.observer import Observer
from idp_checks.conformance.search.pool import Sample
from idp_checks.strategies import values
from idp_checks.strategies.json_paths import get_at, list_paths, remove_at, replace_at

__all__ = ["shrink"]

MAX_ATTEMPTS = 600
"""Attempts to shrink one counterexample."""

_FAMILIES: tuple[tuple[Any, ...], ...] = (
    values.NAMES,
    values.USERNAMES,
    values.IDS,
    values.EMAILS,
    values.INVALID_EMAILS,
    values.URLS,
    values.INVALID_URLS,
    values.STRINGS,
)
"""Values of the same kind, simplest first."""


def shrink(attempt: Attempt, observer: Observer, setup: Setup) -> Attempt:
    """Return the failed attempt with the smallest and simplest samples that still break the rule."""
    remaining = MAX_ATTEMPTS
    parts: list[Any] = [setup.sample.raw, setup.sample.also, setup.partner.raw]
    for index in range(len(parts)):
        progress = True
        while progress:
            progress = False
            for value in _simpler_values(parts[index]):
                if (remaining := remaining - 1) < 0:
                    return attempt
                smaller = [*parts[:index], value, *parts[index + 1 :]]
                raw, also, partner = smaller
                simpler = setup._replace(sample=Sample(raw, also), partner=Sample(partner, setup.partner.also))
                with suppress(UnsuitableSampleError, NormalizerCallError):
                    candidate = simpler.run(observer)
                    if candidate.objections:
                        attempt, parts, progress = candidate, smaller, True
                        break
    return attempt


def _simpler_values(value: Any) -> Iterator[Any]:
    """Yield a JSON value without one of its parts, then with a part replaced by a simpler one."""
    paths = list_paths(value)
    for path in paths:
        yield _remove(value, path)
    for path in paths:
        for simpler in _simpler_scalars(get_at(value, path)):
            yield replace_at(value, path, simpler)


def _remove(value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(path[-1], str):
        return remove_at(value, path)
    items = get_at(value, path[:-1]) if path[:-1] else value
    rest = [item for index, item in enumerate(items) if index != path[-1]]
    return replace_at(value, path[:-1], rest) if path[:-1] else rest


def _simpler_scalars(value: Any) -> Iterator[Any]:
    """Yield simpler values of the same kind, so that the provider can still send the profile."""
    if isinstance(value, str):
        if value == "":
            return
        if value.isdigit():
            yield from (str(number) for number in values.NUMBERS if number < int(value))
            return
        family = next((group for group in _FAMILIES if value in group), ())
        yield from family[: family.index(value)][:4] if family else ()
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        yield from (number for number in values.NUMBERS if number < value)
