"""Results of a conformance run: one outcome for each provider and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from idp_checks.conformance.catalog import RULES

__all__ = ["OUTCOMES", "Outcome", "Result", "Results", "Run", "collect_results"]

Outcome: TypeAlias = Literal["passed", "violated", "error", "not_claimed", "not_applicable"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NOT_RUN = "no test of this run reported on the rule"

_SEVERITY: Mapping[Outcome, int] = {"not_applicable": 0, "passed": 1, "not_claimed": 2, "error": 3, "violated": 4}
"""If several tests judge one rule, the most severe outcome counts."""
_RECORDED_TEST = "test_recorded"
"""Prefix of the names of the tests that use recordings."""

RuleKey: TypeAlias = tuple[str, str]
"""Provider and rule."""


@dataclass(frozen=True, slots=True)
class Run:
    """The settings and versions of a run, from which it can be repeated.

    Attributes:
        tool: this package with its version.
        seed: the seed of the generated profiles.
        unclaimed: rules and properties that were switched off, with the reasons.
        library: the library that the normalizer belongs to, with its version.
        libraries: other packages that the result depends on, with their versions.
    """

    normalizer: str
    tool: str = ""
    depth: str = "default"
    seed: int = 0
    shape: str = "auth0"
    unclaimed: Mapping[str, str] = field(default_factory=dict)
    library: str | None = None
    libraries: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object without the absent fields."""
        fields = asdict(self)
        fields["libraries"] = list(self.libraries)
        return {name: value for name, value in fields.items() if value is not None}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Run:
        """Read the JSON object that ``to_dict`` returns."""
        return cls(**{**fields, "libraries": tuple(fields.get("libraries", ()))})


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one rule at one provider.

    Attributes:
        outcome: ``passed``; ``violated``; ``error`` if the rule could not be judged, which does not count as passed;
            ``not_claimed`` or ``not_applicable`` if it was skipped, with the reason in ``why``.
        objections: the problems, without any value of a profile.
        example: the smallest raw profile that shows the problem, with secrets redacted; None without an example.
        expected, got: the properties that the rule covers, as they should be and as the normalizer returned them.
        recording: the recording that shows the problem, or the file to which the example was saved.
        recordings: for each objection that the example does not show, a recording that does.
        test: the test that reported the outcome.
    """

    provider: str
    rule: str
    title: str
    outcome: Outcome
    objections: tuple[str, ...] = ()
    example: Any = None
    test: str | None = None
    expected: Mapping[str, Any] | None = None
    got: Mapping[str, Any] | None = None
    recording: str | None = None
    recordings: Mapping[str, str] | None = None
    why: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object without the absent fields."""
        fields = asdict(self)
        fields["objections"] = list(self.objections)
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Results:
    """All results of a run, in order of provider and rule."""

    normalizer: str
    results: tuple[Result, ...]
    run: Run | None = None

    @property
    def passed(self) -> bool:
        """Whether every applicable and claimed rule was judged and passed, and at least one rule was judged."""
        outcomes = {result.outcome for result in self.results}
        return "passed" in outcomes and outcomes <= {"passed", "not_claimed", "not_applicable"}

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers, in order."""
        return tuple(dict.fromkeys(result.provider for result in self.results))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, in order."""
        return tuple(dict.fromkeys(result.rule for result in self.results))

    def counts(self) -> dict[Outcome, int]:
        """Count the results of each outcome."""
        return {outcome: sum(result.outcome == outcome for result in self.results) for outcome in OUTCOMES}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "normalizer": self.normalizer,
            "passed": self.passed,
            **({"run": self.run.to_dict()} if self.run else {}),
            "results": [result.to_dict() for result in self.results],
        }


def collect_results(
    reports: Iterable[tuple[str, Mapping[str, Any]]], normalizer: str, names: Sequence[str] | None = None
) -> Results:
    """Merge the reports of the tests of a run into one result for each provider and rule.

    Args:
        reports: for each test, its name and the value of its property (``reports.junit``).
        normalizer: the name of the normalizer under test.
        names: the expected providers, whose unreported rules become an ``error``. None: the reported providers.
    """
    results: dict[RuleKey, Result] = {}
    unjudged: dict[RuleKey, Result] = {}
    run: Run | None = None
    # Independent of the order in which workers finish: minimized examples first, then recordings.
    for test, report in sorted(reports, key=lambda entry: (entry[0].startswith(_RECORDED_TEST), entry[0])):
        if run is None and "run" in report:
            run = Run.from_dict(report["run"])
        for rule, outcome in report["rules"].items():
            result = _read_outcome(report["provider"], rule, test, outcome)
            key = result.provider, rule
            if outcome.get("unjudged"):
                unjudged.setdefault(key, result)
            else:
                results[key] = _merge(results.get(key), result)
    # A test without a profile to judge counts only if no other test judged the rule.
    results = {**unjudged, **results}
    expected = names if names is not None else dict.fromkeys(provider for provider, _ in results)
    return Results(
        normalizer,
        tuple(
            results.get((name, rule.id)) or Result(name, rule.id, rule.title, "error", (NOT_RUN,))
            for name in expected
            for rule in RULES.values()
            if names is not None or (name, rule.id) in results
        ),
        run,
    )


def _read_outcome(provider: str, rule: str, test: str, outcome: Mapping[str, Any]) -> Result:
    return Result(
        provider,
        rule,
        RULES[rule].title,
        outcome["outcome"],
        tuple(outcome.get("objections", ())),
        outcome.get("example"),
        test,
        outcome.get("expected"),
        outcome.get("got"),
        outcome.get("recording"),
        why=outcome.get("why"),
    )


def _merge(existing: Result | None, result: Result) -> Result:
    """Return the more severe result; two violations are combined."""
    if existing is None or _SEVERITY[result.outcome] > _SEVERITY[existing.outcome]:
        return result
    if result.outcome == existing.outcome == "violated":
        return _combine_violations(existing, result)
    return existing


def _combine_violations(existing: Result, result: Result) -> Result:
    """Keep the first example and all objections."""
    new = [objection for objection in result.objections if objection not in existing.objections]
    shares_objection = len(new) < len(result.objections)
    elsewhere = {objection: result.recording for objection in new if result.recording is not None}
    return replace(
        existing,
        objections=(*existing.objections, *new),
        recording=existing.recording or (result.recording if shares_objection else None),
        recordings={**(existing.recordings or {}), **elsewhere} or None,
    )
