"""Summary of a conformance run for the terminal, one line for each provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from idp_checks.conformance.results import Results

__all__ = ["Line", "render", "summary_lines"]


class Line(NamedTuple):
    """A line of the summary with its color; None for the terminal's default."""

    content: str
    color: Literal["red", "green", "yellow"] | None = None


def render(results: Results) -> str:
    """Return the summary without colors."""
    return "\n".join(line.content for line in summary_lines(results))


def summary_lines(results: Results) -> Iterator[Line]:
    """Return the outcome of each provider, the settings of the run and the next steps."""
    for provider in sorted(results.providers):
        yield _provider_line(results, provider)
    if results.run is not None:
        for name, reason in results.run.unclaimed.items():
            yield Line(f"not claimed: {name} ({reason})", "yellow")
        yield Line(f"depth {results.run.depth}, seed {results.run.seed}")
    if any(result.outcome == "violated" for result in results):
        yield Line("save failing profiles as recordings: --idp-save-failures DIR; write a report: --idp-html FILE")
        yield Line("skip a rule or property on purpose: --idp-not-claimed NAME, such as N10 or picture")


def _provider_line(results: Results, provider: str) -> Line:
    own_results = [result for result in results if result.provider == provider]
    violated = [result.rule for result in own_results if result.outcome == "violated"]
    unanswered = [result.rule for result in own_results if result.outcome == "error"]
    if violated or unanswered:
        parts = [f"failed {', '.join(violated)}"] if violated else []
        parts += [f"could not check {', '.join(unanswered)}"] if unanswered else []
        return Line(f"{provider}: {'; '.join(parts)}", "red")
    if not any(result.outcome == "passed" for result in own_results):
        return Line(f"{provider}: no rule was checked")
    claimed = " claimed" if any(result.outcome == "not_claimed" for result in own_results) else ""
    return Line(f"{provider}: every{claimed} rule passed", "green")
