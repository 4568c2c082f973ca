"""The results as one HTML page: a matrix of providers and rules, and the details of each failure.

The page is self-contained: it loads nothing and runs no script. Outcomes are marked by sign, color and description.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from idp_checks import providers
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.analysis import OUTCOME_SIGNS, FailureAnalysis, analyze_failures, anchor_of
from idp_checks.conformance.reports.printable import printable_json
from idp_checks.conformance.results import Result, Results

__all__ = ["render", "render_page"]

MAX_PRINTED_FAILURES = 40
"""With more failures than this, their details are not printed on paper."""
MAX_STRING = 120
"""Characters of a string in an example that are shown."""
MAX_EXAMPLE = 2000
"""Characters of an example that are shown."""


def render(results: Results, *, title: str | None = None) -> str:
    """Return the page; for a library with an adapter, with the known causes of its failures."""
    return render_page(analyze_failures(results), title=title)


def render_page(analysis: FailureAnalysis, *, title: str | None = None, on: date | None = None) -> str:
    """Return the page.

    Args:
        title: the title; by default the name of the normalizer.
        on: the date of the page; today by default.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
    )
    results = analysis.results
    failures = [result for result in results if result.outcome in ("violated", "error")]
    return environment.get_template("conformance.html.j2").render(
        title=title or f"Conformance of {results.normalizer}",
        date=(on or datetime.now(UTC).date()).isoformat(),
        results=results,
        run=results.run,
        facts=analysis.facts,
        counts=[(outcome, *OUTCOME_SIGNS[outcome], count) for outcome, count in results.counts().items() if count],
        legend=list(analysis.legend()),
        rules=[RULES[name] for name in results.rules],
        rows=analysis.rows(),
        cause_groups=analysis.cause_groups(),
        anchor_of=anchor_of,
        failures=_group_failures(analysis, failures),
        is_short=len(failures) <= MAX_PRINTED_FAILURES,
        skipped=analysis.skipped(),
    )


def _group_failures(analysis: FailureAnalysis, failures: list[Result]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the details of the failures by provider."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for result in failures:
        groups.setdefault(result.provider, []).append(_describe_failure(analysis, result))
    return list(groups.items())


def _describe_failure(analysis: FailureAnalysis, result: Result) -> dict[str, Any]:
    rule = RULES[result.rule]
    expected, actual = result.expected or {}, result.got or {}
    example = None if result.example is None else printable_json(_shorten(result.example), indent=1)
    excess = 0 if example is None else max(0, len(example) - MAX_EXAMPLE)
    return {
        "result": result,
        "rule": rule,
        "cell": analysis.cell(result),
        "causes": [(cause, analysis.describe_kind(cause.kind)) for cause in analysis.causes_of(result)],
        "sources": (rule.source, *providers.get(result.provider).profile.sources[:2]),
        "example": example[:MAX_EXAMPLE] if example is not None else None,
        "excess": excess,
        "comparison": [
            (name, _shorten_property(expected, name), _shorten_property(actual, name))
            for name in {**expected, **actual}
        ],
    }


def _shorten_property(properties: Mapping[str, Any], name: str) -> str:
    return printable_json(_shorten(properties[name])) if name in properties else "(absent)"


def _shorten(value: Any) -> Any:
    """Cut long strings at any depth, and note in each how much was cut."""
    if isinstance(value, Mapping):
        return {_shorten(name): _shorten(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shorten(item) for item in value]
    if isinstance(value, str) and len(value) > MAX_STRING:
        return f"{value[:MAX_STRING]}... (cut: {len(value) - MAX_STRING} more characters)"
    return value
