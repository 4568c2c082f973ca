"""The results as a Markdown page: run, matrix of providers and rules, and causes of the failures.

The documentation's league pages are written in this form. The HTML page has the details of each failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.analysis import CauseGroup, FailureAnalysis, analyze_failures
from idp_checks.conformance.results import Results

__all__ = ["render", "render_page"]


def render(results: Results, *, title: str | None = None) -> str:
    """Return the page; for a library with an adapter, with the known causes of its failures."""
    return render_page(analyze_failures(results), title=title)


def render_page(analysis: FailureAnalysis, *, title: str | None = None) -> str:
    """Return the page.

    Args:
        title: the title; by default the name of the normalizer.
    """
    results = analysis.results
    lines = [f"# {_escape(title or f'Conformance of {results.normalizer}')}", ""]
    lines += _fact_lines(analysis)
    lines += ["## Providers and rules", ""]
    lines += [", ".join(f"{cell.sign} {_escape(cell.description)}" for cell in analysis.legend()), ""]
    header = ["provider", *results.rules]
    rows = [[name, *("" if cell is None else cell.sign for cell in cells)] for name, cells in analysis.rows()]
    lines += [*_table_lines(header, rows), ""]
    for group in analysis.cause_groups():
        lines += [*_cause_lines(group), ""]
    if skipped := analysis.skipped():
        rows = [[rule, outcome, why, ", ".join(names)] for rule, outcome, names, why in skipped]
        lines += ["## Skipped rules", "", *_table_lines(["rule", "outcome", "reason", "providers"], rows), ""]
    rules = [[name, RULES[name].title, RULES[name].reason] for name in results.rules]
    lines += ["## Rules", "", *_table_lines(["rule", "title", "reason"], rules)]
    return "\n".join(lines) + "\n"


def _fact_lines(analysis: FailureAnalysis) -> Iterator[str]:
    run = analysis.results.run
    if run is not None:
        yield f"- normalizer: {_escape(run.library or run.normalizer)}"
        yield f"- depth {run.depth}, seed {run.seed}"
        yield f"- versions: {_escape(', '.join((run.tool, *run.libraries)))}"
        for name, reason in run.unclaimed.items():
            yield f"- not claimed: {_escape(name)} ({_escape(reason)})"
    for name, fact in analysis.facts.items():
        yield f"- {_escape(name)}: {_escape(fact)}"
    yield ""


def _cause_lines(group: CauseGroup) -> Iterator[str]:
    yield f"## {_escape(group.heading)}"
    yield ""
    for name, consequence, cells in group.causes:
        places = ", ".join(f"{provider} {rule}" for provider, rule in cells)
        yield f"- **{_escape(name[:1].upper() + name[1:])}.** {_escape(consequence)} ({places})"


def _table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cell if cell == '---' else _escape(cell) for cell in row)} |"


def _escape(string: str) -> str:
    """Escape the characters that Markdown or a table would interpret."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in " ".join(string.split()))
