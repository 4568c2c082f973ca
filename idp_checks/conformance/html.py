"""How a normaliser stands, as one HTML page: a matrix of providers by rules, and the failures behind it.

The page holds everything that it needs, asks for nothing on the network, runs no script, and says in words and signs
what it says in colour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from idp_checks import providers
from idp_checks.conformance.results import Outcome, Result, Results
from idp_checks.conformance.rules import RULES

__all__ = ["SIGNS", "Judgement", "judged_page", "page"]

SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "passed": ("\u2713", "passed"),
    "violated": ("\u2717", "failed"),
    "error": ("?", "no answer"),
    "not_claimed": ("\u2013", "not claimed"),
    "not_applicable": ("\u00b7", "not applicable"),
}
"""Each outcome as a sign and in words."""
KINDS = {
    "theirs": "A bug of the normaliser",
    "ours": "A bug of these rules",
    "policy": "A difference of policy",
}


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


def page(
    results: Results,
    judgements: Mapping[tuple[str, str], Judgement | Sequence[Judgement]] | None = None,
    *,
    title: str | None = None,
    on: date | None = None,
) -> str:
    """The page.

    Args:
        judgements: by provider and rule, whose fault a failure is; one without is called unjudged. None: the page
            speaks of no judgements.
        on: the date that the page bears; today if not given.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"), autoescape=True, trim_blocks=True
    )
    placed = {(each.provider, each.rule): each for each in results}
    shown = [each for each in results if each.outcome in ("violated", "error")]
    return environment.get_template("conformance.html.j2").render(
        title=title or f"Conformance of {results.normalizer}",
        date=(on or datetime.now(UTC).date()).isoformat(),
        results=results,
        run=results.run,
        counts={SIGNS[outcome]: count for outcome, count in results.counts().items() if count},
        signs=SIGNS,
        rules=[RULES[name] for name in results.rules],
        rows=[(name, [placed.get((name, rule)) for rule in results.rules]) for name in results.providers],
        failures=[_failure(each, judgements) for each in shown],
        whys=_whys(results),
    )


def judged_page(results: Results) -> str:
    """The page of a normaliser; of a library that has an adapter, with what was judged of it."""
    from idp_checks.conformance import adapters
    from idp_checks.conformance.adapters import judgements

    if results.normalizer not in adapters.names():
        return page(results)
    known = judgements.of(results.normalizer)
    found = {
        (each.provider, each.rule): known.cell(each.rule, each.provider, each.objections)
        for each in results
        if each.outcome == "violated"
    }
    return page(results, found)


def _failure(
    result: Result, judgements: Mapping[tuple[str, str], Judgement | Sequence[Judgement]] | None
) -> dict[str, Any]:  # fmt: skip
    """All that is told of one failure."""
    rule = RULES[result.rule]
    found: Sequence[Judgement] = ()
    if judgements is not None:
        given = judgements.get((result.provider, result.rule), ())
        found = list(given) if isinstance(given, Sequence) else [given]
    expected, got = result.expected or {}, result.got or {}
    return {
        "result": result,
        "rule": rule,
        "sources": (rule.source, *_pages(result.provider)),
        "example": None if result.example is None else json.dumps(result.example, ensure_ascii=False, indent=1),
        "sides": [(name, _text(expected, name), _text(got, name)) for name in dict.fromkeys((*expected, *got))],
        "judgements": [(KINDS.get(each.kind, each.kind), each) for each in found],
        "unjudged": judgements is not None and not found and result.outcome == "violated",
    }


def _pages(provider: str) -> tuple[str, ...]:
    return providers.get(provider).profile.sources[:2]


def _text(side: Mapping[str, Any], name: str) -> str:
    return json.dumps(side[name], ensure_ascii=False, default=repr) if name in side else "(absent)"


def _whys(results: Results) -> list[tuple[str, str, list[str], str]]:
    """Why rules were not asked about: the rule, the outcome in words, the providers, the reason."""
    grouped: dict[tuple[str, Outcome, str], list[str]] = {}
    for each in results:
        if each.why is not None:
            grouped.setdefault((each.rule, each.outcome, each.why), []).append(each.provider)
    order = {rule: at for at, rule in enumerate(RULES)}
    found = [(rule, SIGNS[outcome][1], names, why) for (rule, outcome, why), names in grouped.items()]
    return sorted(found, key=lambda row: (order[row[0]], row[1], row[3]))
