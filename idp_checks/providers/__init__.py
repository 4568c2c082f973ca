"""The provider registry: one module in this folder per provider, and the providers of other packages.

The module is named like the provider, with ``_`` for ``-``, and is imported on first use. Another package adds
providers by entry points of the group ``idp_checks.providers``: the entry point is named like the provider and refers
to a ``Provider``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from idp_checks.errors import IdpChecksError, UnknownProvider
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.providers.model import Provider

__all__ = ["GROUP", "all_providers", "get", "names", "names_with_recordings", "normalize"]

GROUP = "idp_checks.providers"
"""The entry point group by which other packages add providers."""
INFRASTRUCTURE = frozenset({"describe", "model", "operations", "sdk"})
"""The modules of this folder that are not providers, beside those with a leading underscore."""
_loaded: dict[str, Provider] = {}


def normalize(
    provider: str,
    raw: bytes | str | Mapping[str, Any],
    *,
    also: Mapping[str, Any] = {},
    connection: str | None = None,
) -> NormalizedProfile:
    """Normalize a provider's raw profile to the shape that all providers share.

    Args:
        provider: the provider's name, such as ``github``.
        raw: the provider's response: JSON as bytes or str, or the parsed object. It is not modified.
        also: the responses to the provider's additional calls, each under the last segment of the URL path without
            extension, such as ``emails``.
        connection: the name of the connection; the provider's name by default.

    Raises:
        ProfileError: the input is not a profile of this provider; ``path`` names the invalid field.
        UnknownProvider: there is no provider of that name.
    """
    return (_loaded.get(provider) or get(provider)).normalize(raw, also=also, connection=connection)


def get(name: str) -> Provider:
    """Return the provider of that name.

    Raises:
        UnknownProvider: there is no provider of that name; the error suggests similar names.
    """
    provider = _loaded.get(name)
    if provider is None:
        provider = _loaded[name] = _load(name)
    return provider


def names() -> tuple[str, ...]:
    """Return the names of all providers, sorted."""
    return tuple(sorted({*_module_names(), *_entry_points()}))


@cache
def names_with_recordings() -> tuple[str, ...]:
    """Return the names of the providers with their own recordings: those with a known profile that are not variants."""
    return tuple(
        provider.name for provider in all_providers() if provider.variant_of is None and provider.profile.shapes
    )


def all_providers() -> Iterator[Provider]:
    """Return all providers, in the order of their names."""
    return map(get, names())


def _load(name: str) -> Provider:
    if name in _module_names():
        provider = import_module(f"{__name__}.{name.replace('-', '_')}").PROVIDER
    elif name in _entry_points():
        provider = _entry_points()[name].load()
    else:
        from difflib import get_close_matches

        raise UnknownProvider(name, tuple(get_close_matches(str(name), names(), n=2)))
    if not isinstance(provider, Provider) or provider.name != name:
        raise IdpChecksError(f"provider {name!r}: its module or entry point does not define a Provider of that name")
    return provider


@cache
def _module_names() -> frozenset[str]:
    from pkgutil import iter_modules

    return frozenset(
        module.name.replace("_", "-")
        for module in iter_modules(__path__)
        if not module.name.startswith("_") and module.name not in INFRASTRUCTURE
    )


@cache
def _entry_points() -> Mapping[str, EntryPoint]:
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in points or point.name in _module_names():
            raise IdpChecksError(f"provider {point.name!r} is defined twice: again by entry point {point.value!r}")
        points[point.name] = point
    return points
