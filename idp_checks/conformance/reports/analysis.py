"""Results with the known causes of their failures: the content that the HTML and Markdown pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

from idp_checks.conformance import adapters
from idp_checks.conformance.adapters import judgments
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.results import Outcome, Result, Results

__all__ = ["OUTCOME_SIGNS", "Cause", "CauseGroup", "Cell", "FailureAnalysis", "Judgment", "Kind", "analyze_failures"]

Kind: TypeAlias = Literal["library_bug", "rule_bug", "unjudged", "policy"]
"""The kind of a cause; ``unjudged`` means that nobody has examined the failure yet."""

OUTCOME_SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "passed": ("\u2713", "passed"),
    "violated": ("\u2717", "failed"),
    "error": ("?", "not checked"),
    "not_claimed": ("\u2013", "not claimed"),
    "not_applicable": ("\u00b7", "not applicable"),
}
"""Sign and description of each outcome."""
_KINDS: Mapping[Kind, tuple[str, str, str]] = {
    "library_bug": ("\u2717", "bug in {}", "Bugs in {}"),
    "rule_bug": ("!", "bug in these rules", "Bugs in these rules"),
    "unjudged": ("\u2717?", "not yet examined", "Not yet examined"),
    "policy": ("\u2260", "policy difference", "Policy differences"),
}
"""Sign, description and heading of each kind, most serious first."""

RuleKey: TypeAlias = tuple[str, str]
"""Provider and rule."""


class Judgment(Protocol):
    """The examined cause of a failure."""

    @property
    def kind(self) -> Kind:
        """Whose bug it is, or that it is a difference of policy."""

    @property
    def name(self) -> str:
        """The cause in a few words."""

    @property
    def consequence(self) -> str:
        """The effect on an application, in one sentence."""


class Cause(NamedTuple):
    """A cause with its sign and description; of an unexamined failure, the objection."""

    kind: Kind
    name: str
    consequence: str = ""


class Cell(NamedTuple):
    """A cell of the matrix of providers and rules.

    ``anchor`` identifies the details of a failure; None without details.
    """

    style: str
    sign: str
    description: str
    anchor: str | None = None


class CauseGroup(NamedTuple):
    """All causes of one kind.

    ``cells`` is the number of cells of this kind; ``causes`` lists name, consequence and cells of each cause.
    """

    kind: Kind
    sign: str
    heading: str
    cells: int
    causes: list[tuple[str, str, list[RuleKey]]]


@dataclass(frozen=True)
class FailureAnalysis:
    """Results with the causes of their failures.

    Attributes:
        causes: the causes by provider and rule; None if the failures of this normalizer are not examined at all.
        library: the name of the normalizer in descriptions.
        facts: additional facts for the head of a page.
    """

    results: Results
    causes: Mapping[RuleKey, Sequence[Judgment]] | None = None
    library: str = "the normalizer"
    facts: Mapping[str, str] = field(default_factory=dict)

    def causes_of(self, result: Result) -> tuple[Cause, ...]:
        """Return the causes of a failure; empty if failures are not examined."""
        if self.causes is None or result.outcome != "violated":
            return ()
        causes = self.causes.get((result.provider, result.rule), ())
        if not causes:
            return (Cause("unjudged", "; ".join(result.objections)),)
        return tuple(Cause(cause.kind, cause.name, cause.consequence) for cause in causes)

    def describe_kind(self, kind: Kind) -> str:
        """Return a description such as "bug in django-allauth"."""
        return _KINDS[kind][1].format(self.library)

    def cell(self, result: Result) -> Cell:
        """Return the cell of a result; of several causes it shows the most serious kind."""
        sign, description = OUTCOME_SIGNS[result.outcome]
        if result.outcome not in ("violated", "error"):
            return Cell(result.outcome, sign, description)
        kind = _most_serious(self.causes_of(result))
        if kind is None:
            return Cell(result.outcome, sign, description, anchor_of(result.provider, result.rule))
        description = f"{description}: {self.describe_kind(kind)}"
        return Cell(kind, _KINDS[kind][0], description, anchor_of(result.provider, result.rule))

    def rows(self) -> list[tuple[str, list[Cell | None]]]:
        """Return the matrix: for each provider a cell for each rule, None without a result."""
        cells = {(result.provider, result.rule): self.cell(result) for result in self.results}
        return [
            (provider, [cells.get((provider, rule)) for rule in self.results.rules])
            for provider in self.results.providers
        ]

    def legend(self) -> Iterator[Cell]:
        """Return a sample of each cell that occurs, for the legend of the matrix."""
        kinds = {_most_serious(self.causes_of(result)) for result in self.results}
        for outcome, (sign, description) in OUTCOME_SIGNS.items():
            if outcome != "violated" or self.causes is None:
                yield Cell(outcome, sign, description)
                continue
            for kind, (kind_sign, _, _) in _KINDS.items():
                if kind in kinds:
                    yield Cell(kind, kind_sign, f"{description}: {self.describe_kind(kind)}")

    def cause_groups(self) -> list[CauseGroup]:
        """Return the causes by kind, each with the cells in which it occurs; exploitable causes first."""
        counts: dict[Kind, int] = dict.fromkeys(_KINDS, 0)
        groups: dict[Kind, dict[tuple[str, str], list[RuleKey]]] = {}
        for result in self.results:
            causes = self.causes_of(result)
            if (most_serious := _most_serious(causes)) is not None:
                counts[most_serious] += 1
            for cause in causes:
                cells = groups.setdefault(cause.kind, {}).setdefault((cause.name, cause.consequence), [])
                cells.append((result.provider, result.rule))
        return [
            CauseGroup(
                kind,
                sign,
                heading.format(self.library),
                counts[kind],
                [
                    (name, consequence, cells)
                    for (name, consequence), cells in sorted(groups[kind].items(), key=lambda entry: _rank(entry[1]))
                ],
            )
            for kind, (sign, _, heading) in _KINDS.items()
            if kind in groups
        ]

    def skipped(self) -> list[tuple[str, str, list[str], str]]:
        """Return the skipped rules: rule, outcome, providers and reason."""
        groups: dict[tuple[str, Outcome, str], list[str]] = {}
        for result in self.results:
            if result.why is not None:
                groups.setdefault((result.rule, result.outcome, result.why), []).append(result.provider)
        order = {rule: index for index, rule in enumerate(RULES)}
        rows = [(rule, OUTCOME_SIGNS[outcome][1], names, why) for (rule, outcome, why), names in groups.items()]
        return sorted(rows, key=lambda row: (order[row[0]], row[1], row[3]))


def analyze_failures(results: Results) -> FailureAnalysis:
    """Add the causes of the failures, if the normalizer is the adapter of a library."""
    if results.normalizer not in adapters.names():
        return FailureAnalysis(results)
    library = judgments.load_judgments(results.normalizer)
    causes: dict[RuleKey, list[Judgment]] = {}
    for result in results:
        if result.outcome == "violated":
            key = result.rule, result.provider, result.objections
            causes[result.provider, result.rule] = [
                *library.causes(*key),
                *(Cause("unjudged", objection) for objection in library.unexplained(*key)),
            ]
    facts = {"failures examined": f"at version {library.version}, on {library.date}"}
    return FailureAnalysis(results, causes, adapters.title(results.normalizer), facts)


def anchor_of(provider: str, rule: str) -> str:
    """Return the anchor of the details of a failure."""
    return f"{provider}-{rule}"


def _most_serious(causes: Sequence[Cause]) -> Kind | None:
    kinds = {cause.kind for cause in causes}
    return next((kind for kind in _KINDS if kind in kinds), None)


def _rank(cells: Sequence[RuleKey]) -> tuple[bool, int]:
    """Sort exploitable causes first, then the most frequent ones."""
    return not any(RULES[rule].attack for _, rule in cells), -len(cells)
