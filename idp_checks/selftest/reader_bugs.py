"""Tries the wrong readers, and the correct reader."""

from __future__ import annotations

from collections.abc import Sequence

from idp_checks.progress import Progress, ignore_progress
from idp_checks.selftest.historic_readers import UNCATCHABLE_BUGS, WRONG_READERS, WrongReader
from idp_checks.selftest.readers.reader import read_correctly
from idp_checks.selftest.readers.scenario import simulated_providers
from idp_checks.selftest.readers.trial import Objection
from idp_checks.selftest.readers.trials import find_objections
from idp_checks.selftest.result import BugResult

__all__ = ["correct_reader_objections", "try_readers"]


def try_readers(progress: Progress | None = None) -> tuple[BugResult, ...]:
    """Return whether each wrong reader is caught, together with the uncatchable bugs, by number.

    Args:
        progress: called with the bug, the number of finished bugs, and their total.
    """
    report = progress or ignore_progress
    results = list(UNCATCHABLE_BUGS)
    for count, reader in enumerate(WRONG_READERS):
        report(reader.id, count, len(WRONG_READERS))
        results.append(_try_reader(reader))
    report("", len(WRONG_READERS), len(WRONG_READERS))
    return tuple(sorted(results, key=lambda result: result.id))


def correct_reader_objections() -> tuple[Objection, ...]:
    """Return the objections to this package's own reader at all providers, normally empty."""
    return tuple(
        objection
        for provider in simulated_providers()
        for objection in find_objections(lambda: read_correctly, provider)
    )


def _try_reader(wrong: WrongReader) -> BugResult:
    """Return whether a wrong reader is caught: the rule that must catch it must object."""
    objections = tuple(find_objections(wrong.make_reader, wrong.provider))
    rules = sorted({objection.rule for objection in objections}, key=lambda rule: int(rule[1:]))
    is_caught = wrong.rule in rules
    return BugResult(
        id=wrong.id,
        title=wrong.title,
        mistake=wrong.mistake,
        provider=wrong.provider,
        source=wrong.source,
        caught_by=tuple(rules) if is_caught else (),
        how=_choose_how([objection.how for objection in objections if objection.rule == wrong.rule]),
    )


def _choose_how(descriptions: Sequence[str]) -> str:
    """Return the source of the rule's objection: a recorded case if there is one, else a generated scenario."""
    return min(descriptions, key=lambda how: not how.startswith("recorded"), default="")
