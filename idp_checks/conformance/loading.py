"""Normalizers by name: the built-in one, ``MODULE:FUNCTION``, a library's adapter, or a command."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from idp_checks import providers
from idp_checks.conformance import adapters
from idp_checks.conformance.normalizers.command import command_normalizer
from idp_checks.conformance.normalizers.normalizer import OUTPUT_SHAPES, Normalizer, normalizer_from, parse_unclaimed
from idp_checks.errors import UsageError

__all__ = ["builtin_normalizer", "load", "load_adapter", "select_normalizer"]

SPEC_REMEDY = "use MODULE:FUNCTION, such as myapp.auth:profile"


def builtin_normalizer() -> Normalizer:
    """Return ``idp_checks.normalize`` as a normalizer under test."""
    return Normalizer(providers.normalize, "idp_checks.normalize", takes_also=True, takes_text=True, is_builtin=True)


def load(spec: str, folder: Path | None = None) -> Normalizer:
    """Return the normalizer ``MODULE:FUNCTION``, or the adapter of that name.

    Args:
        folder: a folder that is added to the module search path.

    Raises:
        UsageError: the module, attribute or adapter does not exist, is not callable, or fails on import.
    """
    if ":" not in spec and (adapter := load_adapter(spec)) is not None:
        return adapter
    module_name, _, attribute = spec.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), *attribute.split("."))):
        raise UsageError(f"{spec!r} is not a function", remedy=SPEC_REMEDY)
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    value: Any = _import(module_name, spec)
    path = module_name
    for part in attribute.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise UsageError(f"{path} has no attribute {part!r}", where=spec, remedy=SPEC_REMEDY) from None
        path = f"{path}.{part}"
    if value is providers.normalize:
        return builtin_normalizer()
    if not callable(value):
        raise UsageError(f"{attribute} is a {type(value).__name__}, not a function", where=spec, remedy=SPEC_REMEDY)
    return normalizer_from(value, spec)


def _import(name: str, spec: str) -> Any:
    try:
        return import_module(name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise UsageError(
                f"no module named {error.name!r}", where=spec, remedy="add its folder to PYTHONPATH"
            ) from None
        details = "".join(traceback.format_exception(error))
        raise UsageError(f"importing the module {name!r} failed\n{details}", where=spec) from error


def load_adapter(name: str) -> Normalizer | None:
    """Return the adapter of that name as a normalizer; None for any other name.

    Raises:
        UsageError: its library is not installed.
    """
    if name not in adapters.names():
        return None
    adapter = adapters.get(name)
    return Normalizer(
        adapter.function,
        adapter.name,
        takes_also=adapter.takes_also,
        unclaimed=adapter.unclaimed,
        providers=adapter.providers,
        version=f"{adapter.distribution} {adapter.version}",
        can_read=adapter.can_read,
    )


def select_normalizer(
    spec: str | None = None,
    *,
    command: str | None = None,
    shape: str | None = None,
    unclaimed: Iterable[str] = (),
    folder: Path | None = None,
) -> Normalizer:
    """Return the normalizer that the options select; the built-in one by default.

    Args:
        spec: ``MODULE:FUNCTION`` or the name of an adapter.
        command: a command line that normalizes (``idp_checks.conformance.normalizers.command``).
        shape: the shape of its profiles, ``auth0`` or ``oidc``.
        unclaimed: rules and properties to skip, in addition to those that the normalizer declares.
        folder: a folder that is added to the module search path.

    Raises:
        UsageError: the normalizer cannot be loaded, or an option is invalid.
    """
    if spec and command:
        raise UsageError("MODULE:FUNCTION and a command are mutually exclusive", remedy="pass one of them")
    chosen_shape = next((name for name in OUTPUT_SHAPES if name == shape), None)
    if shape and chosen_shape is None:
        raise UsageError(f"unknown shape {shape!r}", where="shape", remedy=f"choose {' or '.join(OUTPUT_SHAPES)}")
    normalizer = builtin_normalizer()
    if command:
        normalizer = command_normalizer(command)
    elif spec:
        normalizer = load(spec, folder)
    return normalizer.with_options(shape=chosen_shape, unclaimed=parse_unclaimed(tuple(unclaimed), "not claimed"))
