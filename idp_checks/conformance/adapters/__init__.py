"""Adapters: the parsing code of well-known libraries, as normalisers that the conformance suite can judge.

``idp-checks conform python-social-auth`` and ``idp-checks conform django-allauth`` run the library that is installed:
its own requests are answered from recordings and generated profiles, no socket is opened, and what it makes of the
answers is written in Auth0's shape, mistakes and all. Inside a Django project (``DJANGO_SETTINGS_MODULE`` is set, or
settings are configured) the project's settings and its own overrides count.

Nothing of a library is imported before ``get``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from idp_checks.conformance.normalizers.normalizer import NoAnswer
from idp_checks.errors import UsageError

__all__ = ["Adapter", "OtherForm", "Unanswered", "get", "names", "raised_here", "title"]


class Unanswered(NoAnswer):
    """The library asked for something that nothing is recorded of: what follows says nothing about it."""


class OtherForm(Unanswered):
    """The library makes another call than the one that answers in this form: it is not to be asked about it."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A library as a normaliser.

    Args:
        name: the name on the command line.
        title: the library's name.
        distribution, version: what is installed.
        function: ``f(provider, raw, *, also={}) -> dict`` in Auth0's shape. What the library raises leaves as it is;
            ``Unanswered`` is raised where it cannot be asked, ``OtherForm`` where it is not to be.
        providers: the names of our providers that the library supports, as installed and configured.
        unclaimed: rules (``N10``) and properties (``picture``) that it does not claim, each with the reason.
        takes_also: whether it takes the answers of further calls.
        reads: whether the library's own call can give an answer of this form: ``reads(provider, raw)``.
        project: the settings of the Django project that count; None outside one.
    """

    name: str
    title: str
    distribution: str
    version: str
    function: Callable[..., dict[str, Any]]
    providers: tuple[str, ...]
    unclaimed: Mapping[str, str]
    reads: Callable[[str, Any], bool]
    takes_also: bool = True
    project: str | None = field(default=None)


_ADAPTERS: Mapping[str, tuple[str, str, str, str]] = {
    "django-allauth": ("django-allauth", "django-allauth", "allauth", "django_allauth"),
    "python-social-auth": ("Python Social Auth", "social-auth-core", "social-auth", "python_social_auth"),
}
"""Title, distribution, our extra that brings it, and the module here, by name."""


def names() -> tuple[str, ...]:
    """The names of the adapters, in order; their libraries may be missing."""
    return tuple(sorted(_ADAPTERS))


def title(name: str) -> str:
    """The name of the library that an adapter is for, which may be missing."""
    return _ADAPTERS[name][0]


@cache
def get(name: str) -> Adapter:
    """The adapter of that name, ready to run.

    Raises:
        LookupError: there is none of that name.
        UsageError: its library is not installed, or the Django project cannot be set up.
    """
    if name not in _ADAPTERS:
        raise LookupError(f"no adapter {name!r}: there are {', '.join(names())}")
    called, distribution, extra, module = _ADAPTERS[name]
    try:
        installed = version(distribution)
    except PackageNotFoundError:
        raise UsageError(
            f"{distribution} is not installed", where=name, remedy=f"pip install 'idp-checks[{extra}]' brings it"
        ) from None
    with warnings.catch_warnings():
        # What a library deprecates in its own imports is not the caller's to mend.
        warnings.simplefilter("ignore")
        made = import_module(f"{__name__}.{module}").library()
    made["function"] = _told_apart(made["function"], called)
    return Adapter(name=name, title=called, distribution=distribution, version=installed, **made)


def _told_apart(function: Callable[..., dict[str, Any]], title: str) -> Callable[..., dict[str, Any]]:
    """The function, whose own failures are no finding about the library."""

    @wraps(function)
    def guarded(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        try:
            return function(provider, raw, also=also)
        except Exception as error:
            if not isinstance(error, NoAnswer) and raised_here(error):
                raise Unanswered(f"the adapter for {title} failed at {provider}: {type(error).__name__}") from error
            raise

    return guarded


def raised_here(error: BaseException) -> bool:
    """Whether an error was raised by an adapter, and not by the library or the project that it runs.

    The innermost frame that is not of Python's own library tells.
    """
    ours = False
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.partition(".")[0] not in sys.stdlib_module_names:
            ours = f"{module}.".startswith(f"{__name__}.")
        trace = trace.tb_next
    return ours
