"""Historic bugs of profile parsing: a normalizer with one mistake, and responses that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from idp_checks.providers import normalize

__all__ = [
    "Example",
    "ProfileDict",
    "Raw",
    "WrongNormalizer",
    "bare_id",
    "historic_bug",
    "normalize_correctly",
    "registered_bugs",
    "uncatchable_bug",
    "with_id",
]

Raw: TypeAlias = Any
"""A raw profile: a JSON value."""
ProfileDict: TypeAlias = dict[str, Any]
"""A profile in Auth0's normalized shape."""
ProfileFunction: TypeAlias = Callable[..., ProfileDict]


@dataclass(frozen=True, slots=True)
class Example:
    """A response that shows a mistake. Its values are samples.

    Attributes:
        raw: the response; a string if it is not a JSON object.
        expected: correct standard properties, None for a property that must be absent; None instead of a mapping if
            the response is not a profile and must raise an error.
        also: the responses of additional calls.
    """

    raw: Raw
    expected: Mapping[str, Any] | None
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongNormalizer:
    """A normalizer with one mistake.

    Attributes:
        id: the number of the historic bug, or a rule and the name of the mistake.
        title: the bug in a few words; with the original provider in parentheses if we do not support it.
        provider: the provider that shows the bug.
        source: the URL of the change, report or page that describes the bug.
        function: the wrong normalizer; None if no normalizer can make the mistake.
        rules: the rules that must catch it, the most important first.
        examples: responses that show it.
        takes_text: whether the function accepts a response that is not a JSON object, as a string.
        why_not: why no rule catches it; None if a rule does.
    """

    id: str
    title: str
    provider: str
    source: str
    function: ProfileFunction | None = None
    rules: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    takes_text: bool = False
    why_not: str | None = None

    @property
    def mistake(self) -> str:
        """The name of the mistake; empty if no normalizer can make it."""
        return "" if self.function is None else self.function.__name__


_registry: list[WrongNormalizer] = []


def registered_bugs() -> tuple[WrongNormalizer, ...]:
    """Return all registered bugs, by number."""
    return tuple(sorted(_registry, key=lambda bug: bug.id))


def historic_bug(
    number: str,
    title: str,
    *examples: Example,
    provider: str,
    rule: str,
    source: str,
    takes_text: bool = False,
    why_not: str | None = None,
) -> Callable[[ProfileFunction], ProfileFunction]:
    """Register a function as a historic bug; ``rule`` contains the rules that must catch it, separated by spaces."""

    def register(function: ProfileFunction) -> ProfileFunction:
        _registry.append(
            WrongNormalizer(
                id=number,
                title=title,
                provider=provider,
                source=source,
                function=function,
                rules=tuple(rule.split()),
                examples=examples,
                takes_text=takes_text,
                why_not=why_not,
            )
        )
        return function

    return register


def uncatchable_bug(number: str, title: str, *, provider: str, source: str, why_not: str) -> None:
    """Register a historic bug that no normalizer can make, with the reason."""
    _registry.append(WrongNormalizer(id=number, title=title, provider=provider, source=source, why_not=why_not))


def normalize_correctly(provider: str, raw: Raw, *, also: Mapping[str, Any] | None = None) -> ProfileDict:
    """Return the correct profile, which every mistake starts from.

    Raises:
        ProfileError: the response is not a profile.
    """
    return normalize(provider, raw, also=also or {}).to_dict()


def bare_id(profile: ProfileDict) -> str:
    """Return the identifier of a correct profile, without the provider."""
    return str(profile["user_id"]).partition("|")[2]


def with_id(profile: ProfileDict, identifier: object) -> ProfileDict:
    """Return the profile with another identifier."""
    return {**profile, "user_id": f"{str(profile['user_id']).partition('|')[0]}|{identifier}"}
