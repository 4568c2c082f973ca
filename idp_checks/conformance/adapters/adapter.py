"""A library's parsing code as a normalizer under test, and the errors of adapters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from idp_checks.conformance.normalizers.normalizer import NormalizerCallError

__all__ = ["Adapter", "AdapterError", "Library", "UnsupportedFormError", "guard", "is_adapter_fault"]

_PACKAGE = __name__.rpartition(".")[0]


class AdapterError(NormalizerCallError):
    """The adapter could not run the library on this input, which says nothing about the library."""


class UnsupportedFormError(AdapterError):
    """The library does not make the call whose responses have this form."""


@dataclass(frozen=True, slots=True)
class Library:
    """An installed library, configured and ready to run.

    Attributes:
        function: ``f(provider, raw, *, also={}) -> dict`` in Auth0's shape. Errors of the library propagate unchanged.
        providers: our names of the providers that the library supports, as installed and configured.
        unclaimed: rules (``N10``) and properties (``picture``) that the library does not claim, with the reasons.
        can_read: ``can_read(provider, raw)`` is true if a call of the library can return a response of this form.
        project: the settings module of the Django project that applies; None outside a project.
    """

    function: Callable[..., dict[str, Any]]
    providers: tuple[str, ...]
    unclaimed: Mapping[str, str]
    can_read: Callable[[str, Any], bool]
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A library as a normalizer.

    Attributes:
        name: the name on the command line.
        title: the name of the library.
        distribution, version: the installed distribution.
        function: as in ``Library``, except that errors of the adapter are raised as ``AdapterError``.
        takes_also: whether the library reads the responses of additional calls.
    """

    name: str
    title: str
    distribution: str
    version: str
    function: Callable[..., dict[str, Any]]
    providers: tuple[str, ...]
    unclaimed: Mapping[str, str]
    can_read: Callable[[str, Any], bool]
    takes_also: bool = True
    project: str | None = None


def guard(function: Callable[..., dict[str, Any]], title: str) -> Callable[..., dict[str, Any]]:
    """Return the function with errors of the adapter distinguished from errors of the library."""

    @wraps(function)
    def guarded(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        try:
            return function(provider, raw, also=also)
        except Exception as error:
            if not isinstance(error, NormalizerCallError) and is_adapter_fault(error):
                raise AdapterError(f"the adapter for {title} failed at {provider}: {type(error).__name__}") from error
            raise

    return guarded


def is_adapter_fault(error: BaseException) -> bool:
    """Whether an error was raised by an adapter rather than by the library or the project.

    The innermost frame outside Python's standard library decides.
    """
    is_ours = False
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.partition(".")[0] not in sys.stdlib_module_names:
            is_ours = f"{module}.".startswith(f"{_PACKAGE}.")
        trace = trace.tb_next
    return is_ours
