"""Write the tables of the documentation from the code, when the documentation is built.

The pages go to ``docs/generated/``, which is not tracked. The tag ``fast`` (``sphinx-build -t fast``) leaves out the
pages that take more than a few seconds: the league and the hostile issuers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from idp_checks.conformance.reports.analysis import Cause
    from idp_checks.conformance.results import Result, Results


GENERATED = Path(__file__).parent / "generated"
EXTRA = GENERATED / "extra"
"""Files that are copied to the root of the site as they are."""
LEAGUE = """# League

The conformance suite at its default depth against the parsing code of well-known libraries, each at the release that
was installed when this page was built. Each difference is classified: a bug of the library, a bug of these rules, or a
difference of policy.
"""


def providers_page() -> str:
    """Return the table of all providers."""
    from idp_checks import providers
    from idp_checks.cli.views.provider import providers_markdown
    from idp_checks.providers.describe import provider_row

    return providers_markdown(map(provider_row, providers.all_providers()))


def checks_page() -> str:
    """Return the table of all checks with the controls that they are mapped to."""
    from idp_checks.checks.catalog import CHECKS

    lines = [
        "# Checks",
        "",
        "Every check of an audit, with its severity and the controls for which its verdict is evidence. A check covers",
        "part of a control. It never shows that a control is satisfied.",
        "",
        "| id | title | severity | controls |",
        "|---|---|---|---|",
    ]
    for check in CHECKS:
        controls = ", ".join(f"{control.framework} {control.id}" for control in check.controls)
        lines.append(f"| `{check.id}` | {check.title} | {check.severity} | {controls} |")
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return the conformance rules with their reasons and sources."""
    from idp_checks.conformance.catalog import RULES

    lines = [
        "# Conformance rules",
        "",
        "The rules N1 to N13 judge the result for one raw profile. The rules M1 to M6 compare the results for two",
        "related raw profiles.",
    ]
    for rule in RULES.values():
        lines += ["", f"## {rule.id}: {rule.title}", "", rule.statement, "", f"Reason\n: {rule.reason}"]
        lines += ["", f"An attacker\n: {rule.attack}"] if rule.attack else []
        lines += ["", f"Variations\n: {' '.join(rule.variations)}"] if rule.variations else []
        lines += ["", f"Source\n: {rule.source}"]
    return "\n".join(lines) + "\n"


def selftest_page() -> str:
    """Return the table of known bugs and the rules that catch them."""
    from idp_checks.selftest.page import selftest_markdown
    from idp_checks.selftest.run import run

    return selftest_markdown(run())


def hostile_issuers_page() -> str:
    """Return the table of hostile responses and how they are read, from a run over loopback sockets."""
    from idp_checks.selftest.hostile.page import hostile_markdown

    return hostile_markdown()


def write_league() -> None:
    """Write the league: the conformance suite against each library that has an adapter."""
    from sphinx.util.logging import getLogger

    from idp_checks.conformance import adapters, conform
    from idp_checks.conformance.reports import html, markdown
    from idp_checks.errors import UsageError

    logger = getLogger(__name__)
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # a project's settings are not part of the library
    index = [LEAGUE, "```{toctree}", ":hidden:", ""]
    links = []
    with ThreadPoolExecutor() as pool:  # each suite runs in its own process
        runs = {name: pool.submit(conform, name) for name in adapters.names()}
    for name, run in runs.items():
        try:
            results = run.result()
        except UsageError as error:
            write(f"league_{name}", f"# {name}\n\nNot available in this build: {error}.\n")
        else:
            for result, cause in find_unjudged(results):
                logger.warning("league: %s %s %s is not examined: %s", name, result.provider, result.rule, cause.name)
            library = results.run.library if results.run is not None and results.run.library else results.normalizer
            title = f"{adapters.title(name)} by the rules: {library}"
            page = markdown.render(results, title=title)
            details = f"<a href='../league/{name}.html'>Every failure in detail</a>\n"
            head, blank, rest = page.partition("\n\n")
            write(f"league_{name}", f"{head}{blank}{details}\n{rest}")
            (EXTRA / "league" / f"{name}.html").write_text(html.render(results, title=title), encoding="utf-8")
        index.append(f"league_{name}")
        links.append(f"- {{doc}}`league_{name}`")
    write("league", "\n".join([*index, "```", "", *links]) + "\n")


def find_unjudged(results: Results) -> list[tuple[Result, Cause]]:
    """Return the failures of a library that nobody has examined yet."""
    from idp_checks.conformance.reports.analysis import analyze_failures

    analysis = analyze_failures(results)
    return [
        (result, cause)
        for result in analysis.results
        for cause in analysis.causes_of(result)
        if cause.kind == "unjudged"
    ]


def write(name: str, text: str) -> None:
    """Write a generated page unless it is already the same, so that Sphinx rebuilds only what changed."""
    GENERATED.mkdir(exist_ok=True)
    path = GENERATED / f"{name}.md"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


QUICK: dict[str, Callable[[], str]] = {
    "providers": providers_page,
    "checks": checks_page,
    "rules": rules_page,
    "selftest": selftest_page,
}


def generate(app: Sphinx) -> None:
    """Write every generated page."""
    for name, page in QUICK.items():
        write(name, page())
    for page in GENERATED.glob("league_*.md"):  # of an earlier build
        page.unlink()
    if app.tags.has("fast"):
        for name in ("hostile_issuers", "league"):
            write(name, f"# {name.replace('_', ' ').capitalize()}\n\nNot built (tag `fast`).\n")
        return
    write("hostile_issuers", hostile_issuers_page())
    write_league()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True}
