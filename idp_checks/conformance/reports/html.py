"""How a normaliser stands, as one HTML page: a matrix of providers by rules, and the failures behind it.

The page holds everything that it needs, asks for nothing on the network, runs no script, and says in words and signs
what it says in colour. Where disagreements were judged it says of each whose fault it is, and what follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from idp_checks import providers
from idp_checks.conformance.reports.results import Outcome, Result, Results, visible
from idp_checks.conformance.rules import RULES

__all__ = ["SIGNS", "UNJUDGED", "Judgement", "judged_page", "page"]

SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "passed": ("\u2713", "passed"),
    "violated": ("\u2717", "failed"),
    "error": ("?", "no answer"),
    "not_claimed": ("\u2013", "not claimed"),
    "not_applicable": ("\u00b7", "not applicable"),
}
"""Each outcome as a sign and in words."""
UNJUDGED = "unjudged"
"""The kind of a disagreement that nobody has looked at yet."""
_KINDS: Mapping[str, tuple[str, str, str]] = {
    "theirs": ("\u2717", "A bug of {}", "Bugs of {}"),
    "ours": ("!", "A bug of these rules", "Bugs of these rules"),
    UNJUDGED: ("\u2717?", "Unjudged", "Unjudged"),
    "policy": ("\u2260", "A difference of policy", "Differences of policy"),
}
"""Each kind of judgement as a sign, in words, and as a heading; of several in one cell the first counts."""
FEW = 40
"""Up to so many failures are printed with all that is behind them."""
LONGEST_TEXT = 120
"""Characters of one text in an example that are shown."""
LONGEST_EXAMPLE = 2000
"""Characters of an example that are shown."""


class Judgement(Protocol):
    """What was found of a disagreement: whose fault it is, and what follows."""

    @property
    def kind(self) -> str:
        """``theirs``, ``ours`` or ``policy``."""

    @property
    def name(self) -> str:
        """The cause in a few words."""

    @property
    def consequence(self) -> str:
        """What follows from it, in one sentence."""


@dataclass(frozen=True, slots=True)
class _Unjudged:
    """Stands for what no judgement explains: the objections."""

    name: str
    consequence: str = ""
    kind: str = UNJUDGED


def page(
    results: Results,
    judgements: Mapping[tuple[str, str], Judgement | Sequence[Judgement]] | None = None,
    *,
    title: str | None = None,
    on: date | None = None,
    called: str = "the normaliser",
    facts: Mapping[str, str] | None = None,
) -> str:
    """The page.

    Args:
        judgements: by provider and rule, whose fault a failure is; one without is called unjudged. None: the page
            speaks of no judgements.
        on: the date that the page bears; today if not given.
        called: what the normaliser is called in the judgements.
        facts: what else is told at the top, by name.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
    )
    placed = {(each.provider, each.rule): each for each in results}
    found = {key: _judged(each, judgements) for key, each in placed.items() if each.outcome == "violated"}
    kinds = {name: (sign, words.format(called), many.format(called)) for name, (sign, words, many) in _KINDS.items()}
    return environment.get_template("conformance.html.j2").render(
        title=title or f"Conformance of {results.normalizer}",
        date=(on or datetime.now(UTC).date()).isoformat(),
        results=results,
        run=results.run,
        facts=facts or {},
        counts=[(outcome, *SIGNS[outcome], count) for outcome, count in results.counts().items() if count],
        legend=list(_legend(kinds, None if judgements is None else {_kind(each) for each in found.values()})),
        rules=[RULES[name] for name in results.rules],
        rows=[
            (name, [_cell(placed.get((name, rule)), found, kinds) for rule in results.rules])
            for name in results.providers
        ],
        causes=_causes(found, kinds),
        failures=_failures(results, found, kinds),
        few=sum(each.outcome in ("violated", "error") for each in results) <= FEW,
        whys=_whys(results),
    )


def judged_page(results: Results, *, title: str | None = None, on: date | None = None) -> str:
    """The page of a normaliser; of a library that has an adapter, with what was judged of it."""
    from idp_checks.conformance import adapters
    from idp_checks.conformance.adapters import judgements

    if results.normalizer not in adapters.names():
        return page(results, title=title, on=on)
    known = judgements.of(results.normalizer)
    found: dict[tuple[str, str], list[Judgement]] = {}
    for each in results:
        if each.outcome == "violated":
            left = known.unjudged(each.rule, each.provider, each.objections)
            causes: list[Judgement] = [*known.cell(each.rule, each.provider, each.objections), *map(_Unjudged, left)]
            found[each.provider, each.rule] = causes
    name = adapters.title(results.normalizer)
    told = {"disagreements judged": f"at version {known.version}, on {known.date}"}
    return page(results, found, title=title, on=on, called=name, facts=told)


def _judged(
    result: Result, judgements: Mapping[tuple[str, str], Judgement | Sequence[Judgement]] | None
) -> tuple[Judgement, ...]:
    """What was judged of a failure; empty where the page speaks of no judgements."""
    if judgements is None:
        return ()
    given = judgements.get((result.provider, result.rule), ())
    found = tuple(given) if isinstance(given, Sequence) else (given,)
    return found or (_Unjudged("; ".join(result.objections)),)


def _kind(judged: Sequence[Judgement]) -> str | None:
    """The kind that counts of several."""
    kinds = {each.kind for each in judged}
    return next((kind for kind in _KINDS if kind in kinds), None)


def _cell(
    result: Result | None,
    found: Mapping[tuple[str, str], Sequence[Judgement]],
    kinds: Mapping[str, tuple[str, str, str]],
) -> tuple[str, str, str, str | None] | None:
    """A cell of the matrix: its class, its sign, what it says in words, and where more is told."""
    if result is None:
        return None
    sign, words = SIGNS[result.outcome]
    if result.outcome not in ("violated", "error"):
        return result.outcome, sign, words, None
    kind = _kind(found.get((result.provider, result.rule), ()))
    if kind is None:
        return result.outcome, sign, words, _anchor(result.provider, result.rule)
    sign, said, _ = kinds[kind]
    return kind, sign, f"{words}: {said[0].lower()}{said[1:]}", _anchor(result.provider, result.rule)


def _legend(
    kinds: Mapping[str, tuple[str, str, str]], judged: Collection[str | None] | None
) -> Iterator[tuple[str, str, str]]:
    """Class, sign and words of the cells; of failures by their kinds, where they were judged."""
    for outcome, (sign, words) in SIGNS.items():
        if outcome != "violated" or judged is None:
            yield outcome, sign, words
            continue
        for kind, (other, said, _) in kinds.items():
            if kind in judged:
                yield kind, other, f"{words}: {said[0].lower()}{said[1:]}"


def _causes(
    found: Mapping[tuple[str, str], Sequence[Judgement]], kinds: Mapping[str, tuple[str, str, str]]
) -> list[dict[str, Any]]:
    """The causes of failures by kind, each with the cells in which it shows."""
    by_kind: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for (provider, rule), judged in found.items():
        for each in judged:
            by_kind.setdefault(each.kind, {}).setdefault((each.name, each.consequence), []).append((provider, rule))
    return [
        {
            "kind": kind,
            "sign": kinds[kind][0],
            "heading": kinds[kind][2],
            "cells": sum(_kind(judged) == kind for judged in found.values()),
            "causes": [
                (name, consequence, [(*cell, _anchor(*cell)) for cell in cells])
                for (name, consequence), cells in sorted(by_kind[kind].items(), key=lambda cause: _weight(cause[1]))
            ],
        }
        for kind in _KINDS
        if kind in by_kind
    ]


def _weight(cells: Sequence[tuple[str, str]]) -> tuple[bool, int]:
    """What an attacker gains by comes first, then what shows at most places."""
    return not any(RULES[rule].attack for _, rule in cells), -len(cells)


def _failures(
    results: Results, found: Mapping[tuple[str, str], Sequence[Judgement]], kinds: Mapping[str, tuple[str, str, str]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """All that is told of the failures, by provider."""
    shown = [each for each in results if each.outcome in ("violated", "error")]
    told: dict[str, list[dict[str, Any]]] = {}
    for each in shown:
        judged = found.get((each.provider, each.rule), ())
        named = [(item.kind, kinds[item.kind][1], item) for item in judged]
        told.setdefault(each.provider, []).append(
            {**_failure(each), "cell": _cell(each, found, kinds), "judgements": named}
        )
    return list(told.items())


def _failure(result: Result) -> dict[str, Any]:
    """All that is told of one failure, but for the judgements."""
    rule = RULES[result.rule]
    expected, got = result.expected or {}, result.got or {}
    example = None if result.example is None else visible(_shortened(result.example), indent=1)
    over = 0 if example is None else len(example) - LONGEST_EXAMPLE
    return {
        "result": result,
        "rule": rule,
        "sources": (rule.source, *providers.get(result.provider).profile.sources[:2]),
        "example": example if over <= 0 or example is None else example[:LONGEST_EXAMPLE],
        "cut": max(over, 0),
        "sides": [(name, _text(expected, name), _text(got, name)) for name in dict.fromkeys((*expected, *got))],
    }


def _anchor(provider: str, rule: str) -> str:
    return f"{provider}-{rule}"


def _text(side: Mapping[str, Any], name: str) -> str:
    return visible(_shortened(side[name])) if name in side else "(absent)"


def _shortened(value: Any) -> Any:
    """The same with long texts cut, and how much is cut told in them."""
    if isinstance(value, Mapping):
        return {_shortened(name): _shortened(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(each) for each in value]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}... (cut: {len(value) - LONGEST_TEXT} more characters)"
    return value


def _whys(results: Results) -> list[tuple[str, str, list[str], str]]:
    """Why rules were not asked about: the rule, the outcome in words, the providers, the reason."""
    grouped: dict[tuple[str, Outcome, str], list[str]] = {}
    for each in results:
        if each.why is not None:
            grouped.setdefault((each.rule, each.outcome, each.why), []).append(each.provider)
    order = {rule: at for at, rule in enumerate(RULES)}
    found = [(rule, SIGNS[outcome][1], names, why) for (rule, outcome, why), names in grouped.items()]
    return sorted(found, key=lambda row: (order[row[0]], row[1], row[3]))
