"""A normaliser as the suite calls it: any callable, sync or async, with what it claims and in which shape it answers.

A normaliser answers in Auth0's normalised shape, or in claims of OpenID Connect (Core 1.0, section 5.1). What it does
not claim (it gives no picture, say) is named in one place, by rule or by property, and is not judged.
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

from idp_checks.errors import IdpChecksError, UsageError
from idp_checks.profiles.profile import STANDARD

__all__ = ["SHAPES", "NoAnswer", "Normalizer", "Shape", "named", "not_claimed", "takes_also"]

Shape: TypeAlias = Literal["auth0", "oidc"]
"""The shape of a normaliser's answers."""
SHAPES: tuple[Shape, ...] = get_args(Shape)
PROPERTIES = (*STANDARD, "identities")
"""What a normaliser may not claim, beside whole rules."""
_NO_REASON = "switched off by name"


class NoAnswer(IdpChecksError):  # noqa: N818 - no fault of anybody
    """The normaliser could not be asked: it is neither right nor wrong. The message holds no secret."""


@dataclass(frozen=True)
class Normalizer:
    """A normaliser as the rules call it.

    Args:
        function: ``f(provider, raw)``; what it returns is a mapping or has ``to_dict``, or is awaited and gives that.
        name: how it is called in reports.
        takes_also: whether it takes the answers of further calls, by the keyword ``also``.
        takes_text: whether it also takes an answer as it came, a text, where that is no JSON object.
        ours: whether it is this package's own, which must raise ``ProfileError`` with the path of the member at fault.
        shape: the shape of what it returns.
        unclaimed: rules and properties that are not claimed, each with the reason.
        providers: the providers that it is for; None for all.
        version: of the library that it belongs to, with its name, such as ``django-allauth 65.0``.
        reads: whether it may be asked about an answer of this form: ``reads(provider, raw)``; None where about any.
    """

    function: Callable[..., Any]
    name: str
    takes_also: bool = False
    takes_text: bool = False
    ours: bool = False
    shape: Shape = "auth0"
    unclaimed: Mapping[str, str] = field(default_factory=dict, hash=False)
    providers: tuple[str, ...] | None = None
    version: str | None = None
    reads: Callable[[str, Any], bool] | None = None

    def may_be_asked(self, provider: str, raw: Any) -> bool:
        """Whether it is to be asked about this raw profile."""
        return self.reads is None or self.reads(provider, raw)

    def returned(self, provider: str, raw: Any, also: Mapping[str, Any]) -> Any:
        """What the function returns, awaited where it is to be awaited."""
        given = self.function(provider, raw, **({"also": also} if self.takes_also else {}))
        return _awaited(given) if inspect.isawaitable(given) else given

    def __call__(self, provider: str, raw: Any, *, also: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Profile as a dictionary, in the normaliser's own shape."""
        from idp_checks.conformance.rules import mapping_of

        return dict(mapping_of(self.returned(provider, raw, also or {})))

    @property
    def unclaimed_properties(self) -> tuple[str, ...]:
        """The standard properties that are not claimed."""
        return tuple(name for name in self.unclaimed if name in STANDARD)

    def with_options(self, *, shape: Shape | None = None, unclaimed: Mapping[str, str] | None = None) -> Normalizer:
        """The same normaliser, in another shape or claiming less."""
        return replace(self, shape=shape or self.shape, unclaimed={**self.unclaimed, **(unclaimed or {})})


def named(function: Callable[..., Any], name: str | None = None) -> Normalizer:
    """The normaliser of a callable; its attribute ``idp_not_claimed`` names what it does not claim.

    Its attribute ``idp_takes_text`` is true where it takes the text of an answer that is no JSON object, such as a JWT.

    Raises:
        UsageError: the attribute names something else than rules and properties.
    """
    if isinstance(function, Normalizer):
        return function
    called = name or str(getattr(function, "__qualname__", type(function).__name__))
    unclaimed = not_claimed(getattr(function, "idp_not_claimed", ()), f"{called}.idp_not_claimed")
    takes_text = getattr(function, "idp_takes_text", False) is True
    return Normalizer(function, called, takes_also=takes_also(function), takes_text=takes_text, unclaimed=unclaimed)


def not_claimed(names: Mapping[str, str] | Iterable[str], where: str) -> dict[str, str]:
    """What is not claimed, with the reasons, held against what there is.

    Raises:
        UsageError: a name is neither a rule nor a property.
    """
    from idp_checks.conformance.rules import RULES

    given = names if isinstance(names, Mapping) else dict.fromkeys(names, _NO_REASON)
    for name in given:
        if name not in RULES and name not in PROPERTIES:
            raise UsageError(
                f"there is no rule or property {name!r}",
                where=where,
                remedy=f"there are {', '.join(RULES)}, {', '.join(PROPERTIES)}",
            )
    return dict(given)


def takes_also(function: object) -> bool:
    """Whether a callable takes the answers of further calls."""
    try:
        parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return "also" in parameters


def _awaited(given: Awaitable[Any]) -> Any:
    """What an awaitable gives; every one in the same loop, as in an application."""

    async def waiting() -> Any:
        return await given

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _runner().run(waiting())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, waiting()).result()


@cache
def _runner() -> asyncio.Runner:
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner
