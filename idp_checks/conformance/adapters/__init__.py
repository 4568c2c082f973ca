"""Adapters: the parsing code of well-known libraries as normalizers for the conformance suite.

``idp-checks conform python-social-auth`` and ``idp-checks conform django-allauth`` run the installed library. Its HTTP
requests are answered from recordings and generated profiles without opening a socket, and its result is converted to
Auth0's shape without corrections. In a Django project (``DJANGO_SETTINGS_MODULE`` is set, or settings are configured)
the settings and overrides of the project apply.

No library is imported before ``get``.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from idp_checks.conformance.adapters.adapter import Adapter, Library, guard
from idp_checks.errors import UsageError

__all__ = ["Adapter", "get", "names", "title"]


class _Entry(NamedTuple):
    title: str
    distribution: str
    extra: str
    module: str


_ADAPTERS: Mapping[str, _Entry] = {
    "django-allauth": _Entry("django-allauth", "django-allauth", "allauth", "django_allauth"),
    "python-social-auth": _Entry("Python Social Auth", "social-auth-core", "social-auth", "python_social_auth"),
}
"""For each adapter: title, distribution, the extra of this package that installs it, and the module here."""


def names() -> tuple[str, ...]:
    """Return the names of all adapters, in order, whether or not their libraries are installed."""
    return tuple(sorted(_ADAPTERS))


def title(name: str) -> str:
    """Return the name of an adapter's library, which need not be installed."""
    return _ADAPTERS[name].title


@cache
def get(name: str) -> Adapter:
    """Return an adapter, ready to run.

    Raises:
        LookupError: no adapter has that name.
        UsageError: its library is not installed, or the Django project cannot be set up.
    """
    if name not in _ADAPTERS:
        raise LookupError(f"unknown adapter {name!r}: choose {' or '.join(names())}")
    entry = _ADAPTERS[name]
    try:
        installed = version(entry.distribution)
    except PackageNotFoundError:
        raise UsageError(
            f"{entry.distribution} is not installed", where=name, remedy=f"run: pip install 'idp-checks[{entry.extra}]'"
        ) from None
    with warnings.catch_warnings():
        # Deprecation warnings of a library's own imports are not the caller's problem.
        warnings.simplefilter("ignore")
        library: Library = import_module(f"{__name__}.{entry.module}").load_library()
    return Adapter(
        name=name,
        title=entry.title,
        distribution=entry.distribution,
        version=installed,
        function=guard(library.function, entry.title),
        providers=library.providers,
        unclaimed=library.unclaimed,
        can_read=library.can_read,
        project=library.project,
    )
