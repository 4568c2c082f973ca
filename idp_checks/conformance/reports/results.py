"""The results of a conformance run: one for each provider and rule, as a value, as JSON and as JUnit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args
from xml.etree import ElementTree as ET

__all__ = ["OUTCOMES", "PROPERTY", "Outcome", "Result", "Results", "Run", "gathered", "visible"]

PROPERTY = "idp_conformance"
"""The name under which a test leaves its result in ``user_properties``, as JSON."""

Outcome: TypeAlias = Literal["passed", "violated", "error", "not_claimed", "not_applicable"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_RANK: Mapping[Outcome, int] = {"not_applicable": 0, "passed": 1, "not_claimed": 2, "error": 3, "violated": 4}
"""Of several tests that asked about one rule the worst answer counts."""
NOT_RUN = "the run did not answer this"
RECORDED = "test_recorded"
"""How the names of the tests of recordings begin."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was run, so that it can be run again.

    Attributes:
        tool: this package with its version; ``libraries`` are what else the result depends on, with their versions.
        seed: the number by which the profiles were drawn.
        unclaimed: the rules and properties that were switched off, with the reasons.
        library: the library that the normaliser belongs to, with its version.
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
        """As JSON, without what is not there."""
        shape = asdict(self)
        shape["libraries"] = list(self.libraries)
        return {name: value for name, value in shape.items() if value is not None}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Run:
        """Read from JSON."""
        return cls(**{**told, "libraries": tuple(told.get("libraries", ()))})


@dataclass(frozen=True, slots=True)
class Result:
    """How a normaliser stands to one rule at one provider.

    Attributes:
        outcome: ``passed``; ``violated``; ``error``, the question could not be answered, so it is no pass;
            ``not_claimed`` and ``not_applicable``, it was not asked, and ``why`` says the reason.
        objections: what was wrong, in words that hold no value.
        example: the smallest raw profile found that shows it, without the secrets planted in it; None if there is none.
        expected, got: the properties that the rule speaks of, as they should be and as they were.
        recording: the recording that shows it, or the one that it was saved as.
        recordings: of objections that the example does not show, by objection, a recording that does.
        test: the test that found it.
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
        """As JSON, without what is not there."""
        shape = asdict(self)
        shape["objections"] = list(self.objections)
        return {name: value for name, value in shape.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Results:
    """How a normaliser stands: one result for each provider and rule, in order."""

    normalizer: str
    results: tuple[Result, ...]
    run: Run | None = None

    @property
    def passed(self) -> bool:
        """Whether every rule that is claimed and applies was judged and holds at every provider, and one did at all."""
        outcomes = {each.outcome for each in self.results}
        return "passed" in outcomes and outcomes <= {"passed", "not_claimed", "not_applicable"}

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers, in order."""
        return tuple(dict.fromkeys(each.provider for each in self.results))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, in order."""
        return tuple(dict.fromkeys(each.rule for each in self.results))

    def counts(self) -> dict[Outcome, int]:
        """How many results there are of each outcome."""
        return {outcome: sum(each.outcome == outcome for each in self.results) for outcome in OUTCOMES}

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "normalizer": self.normalizer,
            "passed": self.passed,
            **({"run": self.run.to_dict()} if self.run else {}),
            "results": [each.to_dict() for each in self.results],
        }

    def junit(self) -> str:
        """As JUnit XML: a suite for each provider, a test case for each rule.

        What is violated is a failure, what was not answered an error, what was not asked is skipped.
        """
        root = ET.Element("testsuites", name=f"conformance of {self.normalizer}")
        for provider in self.providers:
            own = [each for each in self.results if each.provider == provider]
            states = [_JUNIT.get(each.outcome) for each in own]
            suite = ET.SubElement(
                root,
                "testsuite",
                name=provider,
                tests=str(len(own)),
                failures=str(states.count("failure")),
                errors=str(states.count("error")),
                skipped=str(states.count("skipped")),
            )
            properties = ET.SubElement(suite, "properties")
            for name, value in (self.run.to_dict() if self.run else {}).items():
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                ET.SubElement(properties, "property", name=name, value=_legal(text))
            for each in own:
                case = ET.SubElement(suite, "testcase", classname=provider, name=f"{each.rule} {each.title}")
                if (state := _JUNIT.get(each.outcome)) is not None:
                    said = "; ".join(each.objections) or each.why or each.outcome
                    told = ET.SubElement(case, state, message=_legal(said))
                    if state != "skipped":
                        told.text = _legal(json.dumps(each.to_dict(), ensure_ascii=False, indent=1))
        ET.indent(root)
        return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def visible(value: Any, most: int | None = None, *, indent: int | None = None) -> str:
    """As JSON, in which nothing is invisible and nothing turns the line around; cut after ``most`` characters."""
    text = json.dumps(value, ensure_ascii=False, default=repr, indent=indent)
    text = "".join(each if each.isprintable() or each == "\n" else f"\\u{ord(each):04x}" for each in text)
    return text if most is None or len(text) <= most else f"{text[:most]}..."


_JUNIT = {"violated": "failure", "error": "error", "not_claimed": "skipped", "not_applicable": "skipped"}


def _legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold (section 2.2)."""
    return "".join(each if each.isprintable() or each in "\n\t" or ord(each) >= 0xA0 else "\ufffd" for each in text)


def _joined(before: Result, result: Result) -> Result:
    """A failure, and another one of the same rule: the first example stays, every objection counts."""
    new = [each for each in result.objections if each not in before.objections]
    same = len(new) < len(result.objections)
    elsewhere = {each: result.recording for each in new if result.recording is not None}
    return replace(
        before,
        objections=(*before.objections, *new),
        recording=before.recording or (result.recording if same else None),
        recordings={**(before.recordings or {}), **elsewhere} or None,
    )


def gathered(
    told: Iterable[tuple[str, Mapping[str, Any]]], normalizer: str, names: Sequence[str] | None = None
) -> Results:
    """The results of a run from what its tests left: the name of each, and its JSON.

    Args:
        names: the providers that were asked about; what the run did not answer of them is an ``error``.
    """
    from idp_checks.conformance.rules import RULES

    found: dict[tuple[str, str], Result] = {}
    unjudged: dict[tuple[str, str], Result] = {}
    run: Run | None = None
    # Whatever the order in which workers answer: what was searched for and made small first, then the recordings.
    for test, each in sorted(told, key=lambda one: (one[0].startswith(RECORDED), one[0])):
        run = run or (Run.of(each["run"]) if "run" in each else None)
        for rule, said in each["rules"].items():
            result = Result(
                each["provider"],
                rule,
                RULES[rule].title,
                said["outcome"],
                tuple(said.get("objections", ())),
                said.get("example"),
                test,
                said.get("expected"),
                said.get("got"),
                said.get("recording"),
                why=said.get("why"),
            )
            key = result.provider, rule
            before = found.get(key)
            if said.get("unjudged"):
                unjudged.setdefault(key, result)
            elif before is None or _RANK[result.outcome] > _RANK[before.outcome]:
                found[key] = result
            elif result.outcome == before.outcome == "violated":
                found[key] = _joined(before, result)
    # No profile came back there: what has judged the rule elsewhere counts.
    found = {**unjudged, **found}
    asked = names if names is not None else dict.fromkeys(provider for provider, _ in found)
    whole = names is not None
    results = tuple(
        found.get((name, rule.id)) or Result(name, rule.id, rule.title, "error", (NOT_RUN,))
        for name in asked
        for rule in RULES.values()
        if whole or (name, rule.id) in found
    )
    return Results(normalizer, results, run)
