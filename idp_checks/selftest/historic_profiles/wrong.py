"""A wrong normaliser: one historic mistake made again, on top of the right profile, with the answer that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from idp_checks import normalize

__all__ = ["Example", "Profile", "Raw", "Wrong", "beyond", "ident", "right", "under", "written", "wrong"]

Raw: TypeAlias = Any
"""A raw profile: a JSON value."""
Profile: TypeAlias = dict[str, Any]
"""A profile in Auth0's normalised shape."""
Function: TypeAlias = Callable[..., Profile]


@dataclass(frozen=True, slots=True)
class Example:
    """What a provider sends that shows a mistake. Its values are made up.

    Attributes:
        raw: the answer; a text where it is no JSON object.
        expected: standard properties that are right, None for those that must be absent; None where the answer is no
            profile and must be refused.
        also: the answers of further calls.
    """

    raw: Raw
    expected: Mapping[str, Any] | None
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """One historic bug.

    Attributes:
        id: the bug's number.
        title: the bug in a few words; with the place where it was, where that is no provider of ours.
        provider: the provider of ours that shows it.
        source: the change, report or page that tells of it.
        function: the normaliser that makes the mistake again; None where no normaliser can.
        rules: the rules that are made for it, the foremost first.
        examples: answers that show it.
        takes_text: whether it takes the text of an answer that is no JSON object.
        why_not: why no rule catches it; None where one does.
    """

    id: str
    title: str
    provider: str
    source: str
    function: Function | None = None
    rules: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    takes_text: bool = False
    why_not: str | None = None

    @property
    def mistake(self) -> str:
        """The name of the mistake; empty where no normaliser makes it."""
        return "" if self.function is None else self.function.__name__


_written: list[Wrong] = []


def written() -> tuple[Wrong, ...]:
    """All that was registered, by number."""
    return tuple(sorted(_written, key=lambda each: each.id))


def wrong(
    number: str,
    title: str,
    *examples: Example,
    provider: str,
    rule: str,
    source: str,
    takes_text: bool = False,
    why_not: str | None = None,
) -> Callable[[Function], Function]:
    """Register a function as the mistake of a historic bug; ``rule`` names the rules made for it, by blanks."""

    def registered(function: Function) -> Function:
        _written.append(
            Wrong(
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

    return registered


def beyond(number: str, title: str, *, provider: str, source: str, why_not: str) -> None:
    """Register a historic bug that no normaliser shows, and why."""
    _written.append(Wrong(id=number, title=title, provider=provider, source=source, why_not=why_not))


def right(provider: str, raw: Raw, *, also: Mapping[str, Any] | None = None) -> Profile:
    """The right profile: what every mistake is built on.

    Raises:
        ProfileError: the answer is no profile.
    """
    return normalize(provider, raw, also=also or {}).to_dict()


def ident(out: Profile) -> str:
    """The bare identifier of a right profile."""
    return str(out["user_id"]).partition("|")[2]


def under(out: Profile, identifier: object) -> Profile:
    """The profile under another identifier."""
    return {**out, "user_id": f"{str(out['user_id']).partition('|')[0]}|{identifier}"}
