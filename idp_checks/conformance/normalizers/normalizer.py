"""A normalizer as the suite calls it: any callable, sync or async, with its output shape and its unclaimed rules.

A normalizer returns Auth0's normalized profile or claims of OpenID Connect (Core 1.0, section 5.1). Rules and
properties that it does not claim, such as a picture, are named in one place and are not judged.
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

from idp_checks.conformance.catalog import PROPERTIES, RULES
from idp_checks.errors import IdpChecksError, UsageError
from idp_checks.profiles.profile import STANDARD

__all__ = [
    "OUTPUT_SHAPES",
    "Normalizer",
    "NormalizerCallError",
    "NotAMappingError",
    "OutputShape",
    "as_mapping",
    "normalizer_from",
    "parse_unclaimed",
    "takes_also",
]

OutputShape: TypeAlias = Literal["auth0", "oidc"]
"""The shape of a normalizer's output."""
OUTPUT_SHAPES: tuple[OutputShape, ...] = get_args(OutputShape)
_DEFAULT_REASON = "excluded by name"


class NormalizerCallError(IdpChecksError):
    """The normalizer could not be called, so nothing is known about its correctness. The message has no secrets."""


class NotAMappingError(Exception):
    """The normalizer returned something that is not a mapping and has no ``to_dict``; the message is its type."""


@dataclass(frozen=True)
class Normalizer:
    """A normalizer under test.

    Args:
        function: ``f(provider, raw)``; returns a mapping or an object with ``to_dict``, or an awaitable of either.
        name: the name in reports.
        takes_also: whether the function accepts the responses of additional calls as keyword ``also``.
        takes_text: whether the function accepts a response that is not a JSON object, as a string.
        is_builtin: whether this is the package's own normalizer, which must raise ``ProfileError`` with a field path.
        shape: the shape of the output.
        unclaimed: rules and properties that are not claimed, with the reasons.
        providers: the supported providers; None for all.
        version: name and version of the library that contains the normalizer, such as ``django-allauth 65.0``.
        can_read: whether the normalizer supports a response of this form, ``can_read(provider, raw)``; None if any.
    """

    function: Callable[..., Any]
    name: str
    takes_also: bool = False
    takes_text: bool = False
    is_builtin: bool = False
    shape: OutputShape = "auth0"
    unclaimed: Mapping[str, str] = field(default_factory=dict, hash=False)
    providers: tuple[str, ...] | None = None
    version: str | None = None
    can_read: Callable[[str, Any], bool] | None = None

    def accepts(self, provider: str, raw: Any) -> bool:
        """Whether the normalizer supports a raw profile of this form."""
        return self.can_read is None or self.can_read(provider, raw)

    def call(self, provider: str, raw: Any, also: Mapping[str, Any]) -> Any:
        """Return the function's result, awaited if it is awaitable."""
        value = self.function(provider, raw, **({"also": also} if self.takes_also else {}))
        return _wait_for(value) if inspect.isawaitable(value) else value

    def __call__(self, provider: str, raw: Any, *, also: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the profile as a dictionary, in the normalizer's shape."""
        return dict(as_mapping(self.call(provider, raw, also or {})))

    @property
    def unclaimed_properties(self) -> tuple[str, ...]:
        """The standard properties that are not claimed."""
        return tuple(name for name in self.unclaimed if name in STANDARD)

    def with_options(
        self, *, shape: OutputShape | None = None, unclaimed: Mapping[str, str] | None = None
    ) -> Normalizer:
        """Return a copy with another shape or with further rules and properties excluded."""
        return replace(self, shape=shape or self.shape, unclaimed={**self.unclaimed, **(unclaimed or {})})


def normalizer_from(function: Callable[..., Any], name: str | None = None) -> Normalizer:
    """Build a normalizer from a callable and its optional attributes.

    ``idp_not_claimed`` names the rules and properties that the callable does not claim. ``idp_takes_text`` is true if
    it accepts a response that is not a JSON object, such as a JWT, as a string.

    Raises:
        UsageError: ``idp_not_claimed`` contains an unknown rule or property.
    """
    if isinstance(function, Normalizer):
        return function
    label = name or str(getattr(function, "__qualname__", type(function).__name__))
    unclaimed = parse_unclaimed(getattr(function, "idp_not_claimed", ()), f"{label}.idp_not_claimed")
    takes_text = getattr(function, "idp_takes_text", False) is True
    return Normalizer(function, label, takes_also=takes_also(function), takes_text=takes_text, unclaimed=unclaimed)


def parse_unclaimed(names: Mapping[str, str] | Iterable[str], source: str) -> dict[str, str]:
    """Return the unclaimed rules and properties with their reasons.

    Raises:
        UsageError: a name is not a rule or property.
    """
    reasons = names if isinstance(names, Mapping) else dict.fromkeys(names, _DEFAULT_REASON)
    for name in reasons:
        if name not in RULES and name not in PROPERTIES:
            raise UsageError(
                f"unknown rule or property {name!r}",
                where=source,
                remedy=f"choose from {', '.join(RULES)}, {', '.join(PROPERTIES)}",
            )
    return dict(reasons)


def takes_also(function: object) -> bool:
    """Whether a callable accepts the responses of additional calls."""
    try:
        parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return "also" in parameters


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a returned profile as a mapping.

    Raises:
        NotAMappingError: the value is not a mapping and has no ``to_dict``.
    """
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if not isinstance(value, Mapping):
        raise NotAMappingError(type(value).__name__)
    return value


def _wait_for(awaitable: Awaitable[Any]) -> Any:
    """Return an awaitable's result; all run in the same event loop, as in an application."""

    async def wait() -> Any:
        return await awaitable

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _runner().run(wait())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, wait()).result()


@cache
def _runner() -> asyncio.Runner:
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner
