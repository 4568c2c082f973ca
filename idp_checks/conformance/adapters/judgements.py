"""What has been found of the disagreements between a library and the rules: whose fault each is, and what follows.

One file for each library beside this module says for which version it was judged. An entry covers one cause, at all the
providers where it shows; it is chosen by rule, provider and, where a rule objects for several causes, by the words of
the objection.
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

__all__ = ["EVERY", "Judgement", "Judgements", "of"]

EVERY = "*"
"""Stands for every provider; entries that name one come before."""


class Judgement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One cause of disagreement.

    Attributes:
        kind: ``theirs``, a fault of the library; ``ours``, one of this package; ``policy``, a choice that differs.
        rules: the rules by which it shows.
        providers: the providers at which it shows.
        name: the cause, or the policy, in a few words.
        consequence: what follows from it for an application, in one sentence.
        objection: a regular expression found in the objections that it explains; all of the rule if empty.
    """

    kind: Literal["theirs", "ours", "policy"]
    rules: tuple[str, ...]
    providers: tuple[str, ...]
    name: str
    consequence: str
    objection: str = ""

    def explains(self, rule: str, provider: str, objection: str) -> bool:
        """Whether this is the cause of an objection."""
        if rule not in self.rules or not {provider, EVERY} & set(self.providers):
            return False
        return re.search(self.objection, objection) is not None


class Judgements(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that was judged of a library: at which version, on which day."""

    version: str
    date: str
    judgement: tuple[Judgement, ...]

    def why(self, rule: str, provider: str, objection: str) -> Judgement | None:
        """The cause of an objection; None where it is not judged yet."""
        found = [each for each in self.judgement if each.explains(rule, provider, objection)]
        return min(found, key=lambda each: EVERY in each.providers, default=None)

    def cell(self, rule: str, provider: str, objections: Iterable[str]) -> tuple[Judgement, ...]:
        """The causes of all objections of a rule at a provider, each once; what is not judged is left out."""
        found = (self.why(rule, provider, each) for each in objections)
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def unjudged(self, rule: str, provider: str, objections: Iterable[str]) -> tuple[str, ...]:
        """The objections that no entry explains."""
        return tuple(each for each in objections if self.why(rule, provider, each) is None)


@cache
def of(library: str) -> Judgements:
    """What was judged of a library, by the name of its adapter.

    Raises:
        RecordingError: the file is missing, or does not have the form of such files.
    """
    path = Path(__file__).with_name(f"{library}.toml")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Judgements)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise RecordingError(f"{path.name}: {error}") from None
