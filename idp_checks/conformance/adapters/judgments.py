"""Examined differences between a library and the rules: the responsible side and the effect on an application.

A TOML file for each library lists the causes, and the version at which they were examined. An entry covers one cause at
all providers where it occurs. It is selected by rule, provider and, if a rule has several causes, by a regular
expression on the objection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from idp_checks.errors import RecordingError

__all__ = ["ANY_PROVIDER", "Judgment", "Judgments", "load_judgments"]

ANY_PROVIDER = "*"
"""Matches every provider; entries that name the provider take precedence."""


class Judgment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One cause of differences.

    Attributes:
        kind: ``library_bug``, ``rule_bug`` (a bug of this package), or ``policy`` (a deliberate difference).
        rules: the rules that reveal it.
        providers: the providers where it occurs.
        name: the cause, or the policy, in a few words.
        consequence: the effect on an application, in one sentence.
        objection: a regular expression that matches the objections it explains; if empty, all objections of the rule.
    """

    kind: Literal["library_bug", "rule_bug", "policy"]
    rules: tuple[str, ...]
    providers: tuple[str, ...]
    name: str
    consequence: str
    objection: str = ""

    def explains(self, rule: str, provider: str, objection: str) -> bool:
        """Whether this is the cause of an objection."""
        if rule not in self.rules or not {provider, ANY_PROVIDER} & set(self.providers):
            return False
        return re.search(self.objection, objection) is not None


class Judgments(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All examined causes of a library, with the version and date of the examination."""

    version: str
    date: str
    judgment: tuple[Judgment, ...]

    def cause(self, rule: str, provider: str, objection: str) -> Judgment | None:
        """Return the cause of an objection; None if it is not examined yet."""
        matches = [entry for entry in self.judgment if entry.explains(rule, provider, objection)]
        return min(matches, key=lambda entry: ANY_PROVIDER in entry.providers, default=None)

    def causes(self, rule: str, provider: str, objections: Iterable[str]) -> tuple[Judgment, ...]:
        """Return the causes of several objections without duplicates; unexplained objections are left out."""
        causes = (self.cause(rule, provider, objection) for objection in objections)
        return tuple(dict.fromkeys(cause for cause in causes if cause is not None))

    def unexplained(self, rule: str, provider: str, objections: Iterable[str]) -> tuple[str, ...]:
        """Return the objections that no entry explains."""
        return tuple(objection for objection in objections if self.cause(rule, provider, objection) is None)


@cache
def load_judgments(library: str) -> Judgments:
    """Return the examined causes of a library, by the name of its adapter.

    Raises:
        RecordingError: the file is missing or invalid.
    """
    path = Path(__file__).with_name(f"{library}.toml")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Judgments)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise RecordingError(f"{path.name}: {error}") from None
