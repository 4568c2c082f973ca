"""The page of the documentation about hostile issuers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from idp_checks.issuers.hostile import GROUPS
from idp_checks.selftest.hostile.families import DESCRIPTIONS, EXPECTED_GOOD, EXPIRED, FAMILIES, TLS_BEHAVIORS
from idp_checks.selftest.hostile.servers import FamilyServers
from idp_checks.selftest.hostile.survey import (
    ASK_FUNCTIONS,
    MAX_DELAY,
    STALL_TIMEOUT,
    FamilyOutcomes,
    SurveyOutcome,
    survey_family,
)

__all__ = ["MAX_MEMORY", "family_cells", "hostile_markdown", "render_hostile_page"]

MAX_MEMORY = 64 << 20
"""Bytes by which all large responses together may make a client grow."""
NOT_APPLICABLE = "n/a"

_INTRODUCTION = f"""\
# Hostile issuers

How `idp_checks` reads the response of an issuer that misbehaves. Each row is asked over real sockets, for every family
of providers. The server is `idp_checks.issuers.hostile.HostileIssuer`; you can test your own validator against it.

Each behavior alters the response that says that the token is good, with current times. The unaltered response is read
as good, over HTTP and over TLS. For every row and every family the tests check:

- It is not read as good, unless the table says **good** (see below).
- It is not read as a denial, except for an expired token (`{EXPIRED}`).
- It raises no exception.
- It takes at most {MAX_DELAY:g} second longer than the deadline ({STALL_TIMEOUT:g} seconds if the issuer stalls).
- All large responses together make the asking process grow by at most {MAX_MEMORY >> 20} MiB.
- The server to which redirects lead is never contacted, and no token is sent over TLS that is not trusted.

A reader that trusts HTTP 200 and follows redirects fails the same tests.

Every row is asked twice: by `introspect`, over the transport of httpx, and by `introspect_many`, over httpx-aiohttp. A
cell shows the reason of the result, or two if `introspect_many` differs. A behavior may not apply to a family
({NOT_APPLICABLE}), for example because the response contains no expiry.

**good** is correct in these cells:
"""


def hostile_markdown() -> str:
    """Run the survey over all families and return its tables as Markdown."""
    cells = {}
    for name in FAMILIES:
        with FamilyServers(name) as servers:
            cells[name] = family_cells(survey_family(name, ask, servers=servers) for ask in ASK_FUNCTIONS)
    return render_hostile_page(cells)


def family_cells(surveys: Iterable[FamilyOutcomes]) -> dict[str, str]:
    """Return the cells of one family by behavior: the results of both clients, once if they agree."""
    surveys = tuple(surveys)
    cells = {}
    for behavior in DESCRIPTIONS:
        texts = dict.fromkeys(
            _render_cell(survey.altered[behavior]) for survey in surveys if behavior in survey.altered
        )
        cells[behavior] = " / ".join(texts) or NOT_APPLICABLE
    return cells


def render_hostile_page(cells: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page with the cells by family and behavior."""
    families_by_exception: dict[tuple[str, str], list[str]] = {}
    for (behavior, family), why in EXPECTED_GOOD.items():
        families_by_exception.setdefault((behavior, why), []).append(family)
    lines = [
        _INTRODUCTION,
        *(f"- `{name}` ({', '.join(families)}): {why}." for (name, why), families in families_by_exception.items()),
        "",
        "| family | provider | altered part |",
        "|---|---|---|",
        *(f"| {name} | `{family.provider}` | {family.altered} |" for name, family in FAMILIES.items()),
        "",
    ]
    for title, group in GROUPS.items():
        lines += _table(title, [behavior.name for behavior in group], cells)
    lines += _table("TLS, with the good response", list(TLS_BEHAVIORS), cells)
    return "\n".join(lines)


def _table(title: str, behaviors: Iterable[str], cells: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield f"| behavior | response | {' | '.join(FAMILIES)} |"
    yield "|---" * (len(FAMILIES) + 2) + "|"
    for name in behaviors:
        yield f"| `{name}` | {DESCRIPTIONS[name]} | {' | '.join(cells[family][name] for family in FAMILIES)} |"
    yield ""


def _render_cell(outcome: SurveyOutcome) -> str:
    return "**good**" if outcome.good else f"`{outcome.reason}`"
