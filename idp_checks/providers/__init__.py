"""The providers, by name: one module each in this folder, and those of other packages.

A module's file name is the provider's name with ``_`` for ``-``; it is imported when the provider is first asked for.
Names behind which nobody can be asked stand in ``_named``.
Another package adds providers by entry points of the group ``idp_checks.providers``: the name of the entry point is the
provider's, its object a ``Provider``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from idp_checks.errors import IdpChecksError, UnknownProvider
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.providers._named import NAMED
from idp_checks.providers.model import Provider

__all__ = ["GROUP", "all_providers", "get", "names", "names_with_recordings", "normalize"]

GROUP = "idp_checks.providers"
"""The entry point group by which other packages add providers."""
INFRASTRUCTURE = frozenset({"describe", "model", "operations", "sdk"})
"""Modules of this folder that are not providers."""
_loaded: dict[str, Provider] = {}


def normalize(
    provider: str,
    raw: bytes | str | Mapping[str, Any],
    *,
    also: Mapping[str, Any] = {},
    connection: str | None = None,
) -> NormalizedProfile:
    """A provider's raw profile in the one shape that all providers share.

    Args:
        provider: the provider's name, such as ``github``.
        raw: the provider's answer: JSON as bytes or text, or the object already parsed. It is not changed.
        also: the answers of the provider's further calls, each under the last segment of the call's path without
            extension, such as ``emails``.
        connection: the name of the connection; the provider's name if not given.

    Raises:
        ProfileError: the input is no profile of this provider; ``path`` names the member at fault.
        UnknownProvider: there is no provider of that name.
    """
    return (_loaded.get(provider) or get(provider)).normalize(raw, also=also, connection=connection)


def get(name: str) -> Provider:
    """The provider of that name.

    Raises:
        UnknownProvider: there is none; names like it are offered.
    """
    found = _loaded.get(name)
    if found is None:
        found = _loaded[name] = _load(name)
    return found


def names() -> tuple[str, ...]:
    """The names of all providers, in order."""
    return tuple(sorted({*_modules(), *NAMED, *_foreign()}))


@cache
def names_with_recordings() -> tuple[str, ...]:
    """The names of the providers that have recordings of their own: no other name of another, and still known."""
    return tuple(each.name for each in all_providers() if each.variant_of is None and each.profile.shapes)


def all_providers() -> Iterator[Provider]:
    """All providers, in the order of their names."""
    return map(get, names())


def _load(name: str) -> Provider:
    if name in _modules():
        provider = import_module(f"{__name__}.{name.replace('-', '_')}").PROVIDER
    elif name in NAMED:
        provider = NAMED[name]
    elif name in _foreign():
        provider = _foreign()[name].load()
    else:
        from difflib import get_close_matches

        raise UnknownProvider(name, tuple(get_close_matches(str(name), names(), n=2)))
    if not isinstance(provider, Provider) or provider.name != name:
        raise IdpChecksError(f"provider {name!r}: its module or entry point does not hold a Provider of that name")
    return provider


@cache
def _modules() -> frozenset[str]:
    from pkgutil import iter_modules

    return frozenset(
        module.name.replace("_", "-")
        for module in iter_modules(__path__)
        if not module.name.startswith("_") and module.name not in INFRASTRUCTURE
    )


@cache
def _foreign() -> Mapping[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in found or point.name in _modules() or point.name in NAMED:
            raise IdpChecksError(f"provider {point.name!r} is there twice: entry point {point.value!r} brings it again")
        found[point.name] = point
    return found
