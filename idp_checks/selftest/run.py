"""Runs the self-test: the rules must catch normalizers and readers that are wrong on purpose.

One small function reproduces each historic bug. A wrong normalizer is tried on the inputs of the conformance suite:
recorded profiles of the provider, and profiles generated for the rules that must catch it; and on its own examples.
The correct normalizer is tried on the same inputs, and no rule may object to it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from idp_checks import providers
from idp_checks.conformance.catalog import RULES
from idp_checks.progress import Progress, ignore_progress
from idp_checks.selftest import reader_bugs
from idp_checks.selftest.historic_profiles import PROFILE_BUGS, WrongNormalizer
from idp_checks.selftest.mistakes import MISTAKES
from idp_checks.selftest.normalizer_trials import NormalizerTrials, try_normalizer
from idp_checks.selftest.result import BugResult, SelfTest

__all__ = ["run"]


def run(progress: Progress | None = None, names: Sequence[str] = ()) -> SelfTest:
    """Try all wrong normalizers and readers, and the correct ones.

    Args:
        progress: called with the bug, the number of finished bugs, and their total if it is known.
        names: the providers; all if not given.

    Raises:
        UnknownProvider: a provider does not exist.
    """
    for name in names:
        providers.get(name)
    report = progress or ignore_progress
    # Sorted by provider, because generated responses of the last providers are cached.
    bugs = sorted((*PROFILE_BUGS, *_mistakes()), key=lambda bug: bug.provider)
    bugs = [bug for bug in bugs if not names or bug.provider in names]
    trials = NormalizerTrials()
    rows = []
    for count, bug in enumerate(bugs):
        report(bug.id, count, None)
        rows.append(try_normalizer(bug, trials))
    reader_rows = reader_bugs.try_readers(lambda name, count, _: report(name, len(bugs) + count, None))
    rows += [row for row in reader_rows if not names or row.provider in names]
    reader_objections = [
        f"{objection.provider} {objection.rule}: {objection.problem} ({objection.how})"
        for objection in reader_bugs.correct_reader_objections()
        if not names or objection.provider in names
    ]
    objections = tuple(dict.fromkeys((*trials.objections(), *reader_objections)))
    report("", len(rows), len(rows))
    return SelfTest(tuple(sorted(rows, key=_sort_key)), objections)


def _sort_key(row: BugResult) -> tuple[int, str]:
    """Sort historic bugs by number, then the other mistakes by rule."""
    rule = row.id.partition(" ")[0]
    return (list(RULES).index(rule) + 1 if rule in RULES else 0), row.id


def _mistakes() -> Iterator[WrongNormalizer]:
    """Yield the mistakes that do not come from a report."""
    for function, rule, provider in MISTAKES:
        title = (inspect.getdoc(function) or "").rstrip(".")
        number = f"{rule} {function.__name__}"
        yield WrongNormalizer(id=number, title=title, provider=provider, source="", function=function, rules=(rule,))
