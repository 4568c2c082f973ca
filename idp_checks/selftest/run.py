"""The tester, tested: normalisers and readers that are wrong on purpose, each of which the rules must catch.

Every historic bug is made again by one small function. A wrong normaliser is given what the suite itself tries: the
recorded profiles of the provider, and generated ones by the rules made for the mistake; beside them an example of its
own. The right normaliser goes through the same, and nothing may be objected to it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from msgspec import UnsetType

from idp_checks import providers, recordings
from idp_checks.conformance.normalizers.normalizer import named
from idp_checks.conformance.rules import RULES, Case, Normalizer, answer_of, golden, judged, raised, see
from idp_checks.conformance.search.search import search
from idp_checks.progress import Progress, ignore_progress
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording, Provenance
from idp_checks.selftest import historic_readers
from idp_checks.selftest.historic import Row
from idp_checks.selftest.historic_profiles import PROFILES, Example, Wrong, right
from idp_checks.selftest.mistakes import MISTAKES

__all__ = ["SelfTest", "caught", "markdown", "run"]

OWN = "its own example"
GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """How the suite stands to what it must catch.

    Attributes:
        rows: one for each wrong normaliser and reader, and for each bug that none can show.
        objections: what was said against the right ones; there must be none.
    """

    rows: tuple[Row, ...]
    objections: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every wrong one is caught, or its row says why not, and the right ones pass."""
        return bool(self.rows) and not self.objections and all(row.passed for row in self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is not there."""
        return {
            "passed": self.passed,
            "objections": list(self.objections),
            "rows": [
                {
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in asdict(row).items()
                    if value
                }
                for row in self.rows
            ],
        }


def run(progress: Progress | None = None, names: Sequence[str] = ()) -> SelfTest:
    """Hold the suite against all that it must catch, and against what is right.

    Args:
        progress: is told what is tried, how many are done, and of how many where that is known.
        names: the providers; all if not given.

    Raises:
        UnknownProvider: there is no provider of that name.
    """
    for name in names:
        providers.get(name)
    tell = progress or ignore_progress
    # Provider by provider, because what is generated for one is kept for a while.
    wrong = sorted((*PROFILES, *_without_history()), key=lambda each: each.provider)
    wrong = [each for each in wrong if not names or each.provider in names]
    tried = _Tried()
    rows = []
    for done, each in enumerate(wrong):
        tell(each.id, done, None)
        rows.append(caught(each, tried))
    readers = historic_readers.readers_caught(lambda name, done, _: tell(name, len(wrong) + done, None))
    rows += [row for row in readers if not names or row.provider in names]
    said = [
        f"{each.provider} {each.rule}: {each.what} ({each.how})"
        for each in historic_readers.right_reader_objections()
        if not names or each.provider in names
    ]
    objections = tuple(dict.fromkeys((*tried.objections(), *said)))
    tell("", len(rows), len(rows))
    return SelfTest(tuple(sorted(rows, key=_place)), objections)


def _place(row: Row) -> tuple[int, str]:
    """Historic bugs by number, then the mistakes without a history by rule."""
    rule = row.id.partition(" ")[0]
    return (list(RULES).index(rule) + 1 if rule in RULES else 0), row.id


def caught(wrong: Wrong, tried: _Tried | None = None) -> Row:
    """Whether and how one wrong normaliser is caught: the foremost rule that is made for it must be among those."""
    by = _found(wrong, tried or _Tried())
    foremost = by.get(wrong.rules[0]) if wrong.rules else None
    rules = () if foremost is None else tuple(rule for rule in RULES if rule in by)
    return Row(
        id=wrong.id,
        title=wrong.title,
        mistake=wrong.mistake,
        provider=wrong.provider,
        source=wrong.source,
        caught_by=rules,
        how=foremost or "",
        why_not=None if rules else wrong.why_not,
    )


def _found(wrong: Wrong, tried: _Tried) -> dict[str, str]:
    """The rules that object, each with what showed it: recorded, else generated, else its own example."""
    if wrong.function is None:
        return {}
    provider = providers.get(wrong.provider)
    normalizer = replace(named(wrong.function, wrong.mistake), takes_text=wrong.takes_text)
    by: dict[str, str] = {}
    for answer in _recorded(provider, texts=normalizer.takes_text):
        for rule, _ in tried.answer(normalizer, answer):
            by.setdefault(rule, answer.how)
    for rule in wrong.rules:
        if rule not in by and tried.search(normalizer, provider, rule):
            by[rule] = GENERATED
    for example in wrong.examples:
        for rule, _ in tried.answer(normalizer, _Answer.of(provider, example, wrong.id)):
            by.setdefault(rule, OWN)
    return by


@dataclass(frozen=True, slots=True)
class _Answer:
    """A provider's answer that is tried, and what is right: all or some standard properties, or None for an error."""

    provider: Provider
    how: str
    raw: Any
    also: Mapping[str, Any]
    expected: Mapping[str, Any] | None
    whole: bool = True

    @classmethod
    def of(cls, provider: Provider, example: Example, number: str) -> _Answer:
        """A bug's own example."""
        return cls(provider, f"example of {number}", example.raw, example.also, example.expected, whole=False)


def _recorded(provider: Provider, *, texts: bool) -> Iterator[_Answer]:
    """The recorded answers of a provider: JSON objects, and other texts where those are taken."""
    for each in recordings.profiles(provider.name):
        raw = answer_of(each.text)
        if texts or isinstance(raw, dict):
            expected = None if isinstance(each.normalized, UnsetType) else each.normalized
            yield _Answer(provider, f"recorded case {each.case}", raw, each.also, expected)


@dataclass(slots=True)
class _Tried:
    """What was tried with the wrong ones, so that the right one goes through the same."""

    answers: dict[tuple[str, str, str, bool], _Answer] = field(default_factory=dict)
    searches: dict[tuple[str, str, bool], None] = field(default_factory=dict)
    faults: dict[str, None] = field(default_factory=dict)

    def answer(self, normalizer: Normalizer, answer: _Answer) -> Iterator[tuple[str, str]]:
        """What is objected to what a normaliser makes of an answer: rule and objection."""
        takes_also = normalizer.takes_also
        self.answers[answer.provider.name, answer.how, json.dumps(answer.raw), takes_also] = answer
        also = answer.also if takes_also else {}
        case = Case.of(answer.provider, answer.raw, also)
        complete = bool(also) == bool(answer.also)
        if complete and answer.expected is None:
            case = Case(answer.provider, answer.raw, also, None, case.shape)
        seen = see(normalizer, case)
        for rule in RULES:
            try:
                said = judged(rule, normalizer, case, seen)
            except Exception as error:  # noqa: BLE001 - whatever a normaliser makes, a rule has an answer to it
                self.faults[f"{rule} cannot judge what {normalizer.name} makes: {raised(error)}"] = None
                continue
            for objection in said:
                yield rule, objection
        if not complete or answer.expected is None:
            return
        if seen.out is None:
            yield "N12", "a good profile was refused"
            return
        expected = answer.expected if answer.whole else {**seen.out, **answer.expected}
        recording = ProfileRecording(note="", provenance=_NOWHERE, raw=answer.raw, normalized=dict(expected))
        yield from golden(recording, seen)

    def search(self, normalizer: Normalizer, provider: Provider, rule: str) -> tuple[str, ...]:
        """What a rule objects to what a normaliser makes of generated answers."""
        self.searches[provider.name, rule, normalizer.takes_also] = None
        return search(rule, provider, normalizer).objections

    def objections(self) -> Iterator[str]:
        """What is objected to the right normaliser, and where a rule itself failed."""
        for (_, how, _, takes_also), answer in tuple(self.answers.items()):
            for rule, objection in self.answer(_RIGHT[takes_also], answer):
                yield f"{answer.provider.name} {rule}: {objection} ({how})"
        for name, rule, takes_also in self.searches:
            for objection in search(rule, providers.get(name), _RIGHT[takes_also]).objections:
                yield f"{name} {rule}: {objection} ({GENERATED})"
        yield from self.faults


_RIGHT: Mapping[bool, Normalizer] = {
    takes_also: Normalizer(right, "the right normaliser", takes_also=takes_also) for takes_also in (False, True)
}
_NOWHERE = Provenance("synthetic", "", "")


def _without_history() -> Iterator[Wrong]:
    """The mistakes that no report tells of."""
    for function, rule, provider in MISTAKES:
        title = (inspect.getdoc(function) or "").rstrip(".")
        number = f"{rule} {function.__name__}"
        yield Wrong(id=number, title=title, provider=provider, source="", function=function, rules=(rule,))


def markdown(rows: Iterable[Row]) -> str:
    """The table of what catches what, as a page of the documentation."""
    listed = list(rows)
    historic = [row for row in listed if row.id.startswith("BUG-")]
    others = [row for row in listed if not row.id.startswith("BUG-")]
    beyond = [row for row in historic if row.why_not]
    lines = [
        "# The self-test",
        "",
        "Bugs of sign-in code that once were, each made again by one small function that is wrong in just that way,",
        "and the rules of the conformance suite that catch it. Made by `python docs/make_selftest.py`;",
        "`idp-checks conform --self-test` holds the suite against all of it, and against what is right.",
        "",
        "*Shown by*: a recorded answer of the provider, one that was generated, or an example of the bug's own. Rules",
        "N and M are those of normalisers, rules T those of readers of an issuer's answer.",
        "",
        f"{len(historic)} bugs, of which {len(historic) - len(beyond)} are caught.",
        "",
        "| bug | what it was | mistake | provider | caught by | shown by |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| [{row.id}]({row.source}) | {_cell(row.title)} | `{row.mistake}` | `{row.provider}` | "
        f"{', '.join(row.caught_by)} | {_cell(row.how)} |"
        for row in historic
        if not row.why_not
    ]
    lines += ["", "## What no rule here can catch", "", "| bug | what it was | why not |", "|---|---|---|"]
    lines += [f"| [{row.id}]({row.source}) | {_cell(row.title)} | {_cell(row.why_not or '')} |" for row in beyond]
    lines += ["", "## Mistakes without a history", "", "| mistake | what it is | provider | caught by | shown by |"]
    lines += ["|---|---|---|---|---|"]
    lines += [
        f"| `{row.mistake}` | {_cell(row.title)} | `{row.provider}` | {', '.join(row.caught_by)} | {_cell(row.how)} |"
        for row in others
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
