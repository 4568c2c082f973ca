"""What the command line shows a person: tables and pages, in colour only on a terminal.

The ``*_row`` and ``*_page`` functions give the same facts as JSON values; the ``show_*`` functions draw them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from idp_checks.tokens.explanation import verdict

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from idp_checks.audits.result import AuditResult
    from idp_checks.cli.demo import Shown
    from idp_checks.conformance import Results
    from idp_checks.evidence.verify import Verification
    from idp_checks.issuers.serve import Served
    from idp_checks.lifecycles.values import Lifecycle, Planned
    from idp_checks.providers.model import Provider
    from idp_checks.providers.operations import Way
    from idp_checks.selftest.run import SelfTest
    from idp_checks.tokens.introspection import Introspection

__all__ = ["Progress", "provider_page", "provider_row", "providers_markdown"]

VERDICT_STYLES = {"good": "bold green", "not good": "bold red", "undecided": "bold yellow"}
STYLES = {"pass": "green", "fail": "bold red", "indeterminate": "yellow", "not_applicable": "dim"}
"""Indeterminate is never green."""
VALUE, EXAMPLE, MOST_OBJECTIONS = 100, 800, 3
"""Characters of a value and of an example, and objections to one rule, that are shown."""


class Progress:
    """Progress of long work on standard error; shows nothing where quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """So much of the work of that name is done."""
        if self._bar is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(what, total=total)
        self._bar.update(self._task, description=what, completed=done, total=total)


def provider_row(provider: Provider) -> dict[str, Any]:
    """One provider in a line: what it is, and what can be proven with it."""
    token, debug = provider.token, provider.debug
    return {
        "name": provider.name,
        "title": provider.title,
        "kind": provider.kind,
        "protocol": provider.protocol,
        "status": provider.status,
        "debug": debug.kind if debug else None,
        "proves_client": bool(debug and "client" in debug.tells),
        "lifetime_s": token.lifetime,
        "renewable": token.renewal.possible,
        "revocable": token.termination.possible,
        "vouches_for_email": provider.profile.vouching is not None,
    }


def provider_page(provider: Provider) -> dict[str, Any]:
    """All that is known of a provider."""
    token, debug, facts = provider.token, provider.debug, provider.profile
    return {
        **provider_row(provider),
        "status_note": provider.status_note,
        "aliases": dict(provider.aliases),
        "profile": {
            "call": f"{facts.call.method} {facts.call.url}" if facts.call else None,
            "further_calls": {name: f"{each.call.method} {each.call.url}" for name, each in facts.also.items()},
            "vouching": facts.vouching,
            "identifier_unique_within": facts.subject_scope,
            "quirks": list(facts.quirks),
        },
        "token": {
            "form": token.form,
            "contents": token.contents,
            "validity": token.validity,
            "renewal": _way(token.renewal),
            "termination": _way(token.termination),
            "uses": _way(token.uses),
        },
        "scopes": {
            "separator": provider.scopes.separator,
            "profile": list(provider.scopes.profile),
            "email": list(provider.scopes.email),
            "adding": provider.scopes.adding,
        },
        "validation": {
            "kind": debug.kind,
            "request": debug.described(),
            "needs": list(debug.needs),
            "tells": sorted(debug.tells),
            "note": getattr(debug, "note", None),
            "source": debug.source,
        }
        if debug
        else None,
        "uncertain": list(provider.uncertain),
        "docs": list(provider.docs),
        "sources": list(dict.fromkeys((*facts.sources, *token.sources, *provider.scopes.sources))),
    }


def show_providers(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """All providers as a table."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (
        "name",
        "title",
        "kind",
        "protocol",
        "debug endpoint",
        "client?",
        "lifetime",
        "renew?",
        "revoke?",
        "e-mail?",
    ):
        table.add_column(title, overflow="fold", no_wrap=title == "name")
    for row in rows:
        table.add_row(
            row["name"],
            titled(row),
            row["kind"],
            row["protocol"] or "-",
            row["debug"] or "-",
            _yes(row["proves_client"]),
            lifetime(row["lifetime_s"]),
            _yes(row["renewable"]),
            _yes(row["revocable"]),
            _yes(row["vouches_for_email"]),
        )
    console.print(table)
    console.print(
        f"\n{len(rows)} providers. client?: the answer names the application that the token was issued to. "
        "e-mail?: the provider vouches for addresses.\n`idp-checks providers NAME` shows all that is known of one.",
        style="dim",
    )


def show_provider(console: Console, page: Mapping[str, Any]) -> None:
    """All that is known of one provider."""
    console.print(f"{page['title']} ({page['name']})", style="bold")
    console.print(
        f"{page['kind']}, {page['protocol'] or 'no protocol'}, {page['status']}"
        + (f": {page['status_note']}" if page["status_note"] else "")
    )
    profile, token, scopes, validation = page["profile"], page["token"], page["scopes"], page["validation"]
    _section(
        console,
        "Profile",
        {
            "call": profile["call"] or "none: the claims of an ID token",
            **{f"further call {name}": call for name, call in profile["further_calls"].items()},
            "identifier unique within": profile["identifier_unique_within"],
            "vouches for e-mail": profile["vouching"] or "no: email_verified is never true",
            "quirks": profile["quirks"],
        },
    )
    _section(console, "Token", token)
    _section(
        console,
        "Scopes",
        {
            "profile": " ".join(scopes["profile"]) or "none needed",
            "e-mail": " ".join(scopes["email"]) or "none",
            "separator": repr(scopes["separator"]),
            "adding more": scopes["adding"],
        },
    )
    if validation is None:
        _section(console, "Validation", {"endpoint": "none: the issuer offers no way to ask about a token"})
    else:
        request = validation["request"]
        _section(
            console,
            "Validation",
            {
                "kind": validation["kind"],
                "request": f"{request['method']} {request['url']}",
                "needs besides the token": ", ".join(validation["needs"]) or "nothing",
                "a good answer tells": ", ".join(validation["tells"]) or "only that the token works",
                "note": validation["note"],
            },
        )
    if page["uncertain"]:
        _section(console, "Unsure", {"": page["uncertain"]})
    _section(console, "Documentation", {"": page["docs"]})


def show_introspection(console: Console, result: Introspection, provider: Provider) -> None:
    """A verdict, what it rests on, and what is known of such tokens."""
    word = verdict(result)
    console.print(word.upper(), style=VERDICT_STYLES[word], end="")
    console.print(f"  ({result.reason})")
    console.print(result.explain())
    stated = result.to_dict()
    names = ("client_id", "audience", "subject", "scopes", "issued_at", "expires_at", "issuer", "token_type")
    facts: dict[str, Any] = {
        name: ", ".join(stated[name]) if isinstance(stated[name], list) else stated[name]
        for name in names
        if name in stated
    }
    if result.endless:
        facts["expires_at"] = "never, by time"
    if facts:
        _section(console, "The issuer states", facts)
    page = provider_page(provider)["token"]
    _section(
        console,
        f"Tokens of {provider.title}",
        {name: page[name] for name in ("contents", "validity", "renewal", "termination", "uses")},
    )
    console.print(f"\nAsked at {stated['asked_at']} by {result.method or 'nobody'}.", style="dim")


STEP_STYLES = {
    **dict.fromkeys(("good", "worked", "renewed", "dead"), "green"),
    **dict.fromkeys(("not_good", "refused", "alive"), "bold red"),
    **dict.fromkeys(("undecided", "left_out"), "yellow"),
}
"""An accepted revocation is not green: it proves nothing."""


def announcement(plan: Sequence[Planned], *, kept: Path | None) -> str:
    """What is about to be changed at the issuer, with a warning where something may be lost by it; empty for nothing.

    Args:
        kept: the file that takes the new tokens; None, they are kept nowhere.
    """
    lines = []
    for each in plan:
        if each.allowed and each.possible:
            lines.append(f"will {each.what}: {each.method} {each.address}: {each.effect}")
            if each.what == "renew" and kept is not None:
                lines.append(f"the new tokens go to {kept}")
            elif each.what == "renew":
                lines.append("warning: the new tokens are kept nowhere; --renewed-to FILE keeps them")
    return "".join(f"{line}\n" for line in lines)


def show_lifecycle(console: Console, result: Lifecycle, provider: Provider) -> None:
    """The steps with their times, what could be done as well, and what the checks say."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title=f"{provider.title}", title_justify="left")
    for title in ("seconds", "step", "token", "outcome", "asked", "why"):
        table.add_column(title, justify="right" if title == "seconds" else "left", overflow="fold")
    for each in result.steps:
        why = ": ".join(part for part in (each.reason, each.detail) if part)
        outcome = Text(each.outcome.replace("_", " "), style=STEP_STYLES.get(each.outcome, ""))
        asked = f"{each.times} times" if each.times > 1 else ""
        table.add_row(f"{each.seconds:.2f}", each.name, each.token, outcome, asked, Text(why))
    console.print(table)
    left = [each for each in result.plan if not each.allowed]
    if left:
        _section(console, "Not done", {each.what: _planned(each) for each in left})
        if any(each.possible for each in left):
            console.print("--yes allows it; --no-renew and --no-revoke leave one of them out.", style="dim")
    if result.renewed is not None:
        held = "replaced" if result.renewed.rotated else "the same" if result.renewed.refresh_token else "none"
        console.print(f"\nRenewed: a new access token; refresh token: {held}.")
    console.print("\nFindings", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for finding in result.findings:
        reason = f"{finding.detail} ({finding.reason})" if finding.reason else finding.detail
        table.add_row(finding.check, Text(finding.verdict.value, style=STYLES[finding.verdict]), Text(reason))
    console.print(table)


def _planned(planned: Planned) -> list[str]:
    """What a step would do, or why it cannot."""
    if planned.method is None:
        return [f"there is no way: {planned.note}"]
    lines = [f"{planned.method} {planned.address}"]
    lines += [planned.effect] if planned.effect else [f"not put together by this program: {planned.note}"]
    return [*lines, f"not given: {', '.join(planned.lacking)}"] if planned.lacking else lines


def titled(row: Mapping[str, Any]) -> str:
    """The title, with the status where it is not live."""
    return row["title"] if row["status"] == "live" else f"{row['title']} ({row['status']})"


def providers_markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """The table of all providers as a page of the documentation."""
    lines = [
        "# Providers",
        "",
        "What each provider's issuer can prove. Made by `python docs/make_providers.py`.",
        "",
        "*Client*: the answer names the application that the token was issued to. *E-mail*: the provider vouches for",
        "addresses, so `email_verified` may be true. `idp-checks providers NAME` shows all that is known of one.",
        "",
        "| name | title | kind | protocol | debug endpoint | client | lifetime | renewable | revocable | e-mail |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            f"`{row['name']}`",
            titled(row),
            row["kind"],
            row["protocol"] or "-",
            row["debug"] or "-",
            _yes(row["proves_client"]),
            lifetime(row["lifetime_s"]),
            _yes(row["renewable"]),
            _yes(row["revocable"]),
            _yes(row["vouches_for_email"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def lifetime(seconds: int | None) -> str:
    """A lifetime for people: ``1 h``, ``60 d``."""
    if seconds is None:
        return "not documented"
    if seconds == 0:
        return "no end"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _section(console: Console, title: str, rows: Mapping[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(f"\n{title}", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        if value is None:
            continue
        lines: Iterable[str] = [value] if isinstance(value, str) else [str(each) for each in value]
        for at, line in enumerate(lines):
            table.add_row(Text(name if at == 0 else ""), Text(line))
    console.print(table)


def _way(way: Way) -> str:
    return f"{way.method} {way.url}: {way.note}" if way.url else way.note


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def show_demo(console: Console, shown: Shown) -> None:
    """What the demonstration came to: what was planted, what was found, where the evidence is."""
    from rich.table import Table

    run = shown.result.run
    console.print(
        f"{shown.providers} simulated issuers on loopback, {run['population']['identities']} identities, "
        f"{run['population']['questions']} questions asked, {shown.seconds:.1f} s\n"
    )
    table = Table(box=None, pad_edge=False, header_style="bold", title="Planted, and found", title_justify="left")
    for title in ("provider", "what was planted", "check", "verdict"):
        table.add_column(title, no_wrap=title != "what was planted", overflow="fold")
    for planted, found in shown.caught:
        style = STYLES.get(found, "bold red")
        as_planned = "" if found == planted.verdict else f" (expected {planted.verdict})"
        table.add_row(planted.provider, planted.story, planted.check, f"[{style}]{found}[/]{as_planned}")
    console.print(table)
    console.print(f"\nGood tokens confirmed as good by their issuers: {shown.good} of {shown.providers}.")
    for name in shown.wrongly:
        console.print(f"{name}: a good token was called bad", style="bold red")
    if shown.open:
        console.print(f"Undecided, since the issuer does not tell good from bad: {', '.join(shown.open)}.")
    console.print()
    show_audit(console, shown.result, brief=True)


def show_audit(console: Console, result: AuditResult, *, brief: bool = False) -> None:
    """What an audit came to, and where its evidence is."""
    from rich.table import Table

    verdicts = "   ".join(f"[{STYLES[name]}]{name} {count}[/]" for name, count in result.verdicts.items())
    console.print(f"Verdicts:  {verdicts}")
    if not brief:
        worst: dict[tuple[str, str, str | None], int] = {}
        for finding in result.findings:
            if finding.verdict in ("fail", "indeterminate"):
                key = (finding.check, finding.verdict.value, finding.reason)
                worst[key] = worst.get(key, 0) + 1
        if worst:
            titles = {each["id"]: each["title"] for each in result.run["checks"]}
            table = Table(box=None, pad_edge=False, header_style="bold")
            for title in ("check", "", "verdict", "reason", "times"):
                table.add_column(title, overflow="fold")
            for (check, verdict, reason), count in sorted(worst.items(), key=lambda each: (each[0][1], each[0][0])):
                shown = f"[{STYLES[verdict]}]{verdict}[/]"
                table.add_row(check, titles.get(check, ""), shown, reason or "", str(count))
            console.print()
            console.print(table)
    if not result.complete:
        console.print("The run is partial: not every identity was accounted for.", style="bold red")
    if result.out is not None:
        console.print(f"\nEvidence:  {result.out}")
        console.print(f"  read it:    {result.out}/report.html")
        console.print(f"  verify it:  idp-checks verify {result.out}")
        console.print(f"  manifest:   sha256 {result.digest}", style="dim")


def show_verification(console: Console, result: Verification) -> None:
    """Whether evidence is whole and unaltered, with every problem."""
    if result.whole:
        console.print("WHOLE AND UNALTERED", style="bold green", end="")
        console.print(f"  {result.rows} rows, {result.files} files, manifest sha256 {result.digest}")
    else:
        console.print("NOT WHOLE, OR ALTERED", style="bold red")
        for problem in result.problems:
            console.print(f"  {problem}", markup=False)
        if result.more:
            console.print(f"  and {result.more} more")
    for note in result.notes:
        console.print(f"Note: {note}", style="dim", markup=False)


def show_conformance(console: Console, found: Results) -> None:
    """How a normaliser stands to each rule at each provider."""
    from rich.table import Table

    from idp_checks.conformance.reports.results import visible
    from idp_checks.conformance.rules import RULES

    results = found.results
    placed = {(each.provider, each.rule): each for each in results}
    marks = {
        "passed": "[green]ok[/]",
        "violated": "[bold red]NO[/]",
        "error": "[yellow]?[/]",
        "not_claimed": "[dim]--[/]",
        "not_applicable": "",
    }
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("provider", no_wrap=True)
    for rule in found.rules:
        table.add_column(rule, justify="center")
    for name in found.providers:
        cells = (placed.get((name, rule)) for rule in found.rules)
        table.add_row(name, *("" if each is None else marks[each.outcome] for each in cells))
    console.print(table)
    unanswered: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in results:
        if each.outcome == "error":
            unanswered.setdefault((each.provider, each.objections), []).append(each.rule)
        if each.outcome != "violated":
            continue
        console.print(f"\n{each.provider} {each.rule} violated: {each.title}", style="bold", markup=False)
        _show_objections(console, each.objections)
        rule_ = RULES[each.rule]
        console.print(f"  why: {rule_.reason}", markup=False)
        if rule_.attack:
            console.print(f"  an attacker: {rule_.attack}", markup=False)
        console.print(f"  source: {rule_.source}", markup=False)
        expected, got = each.expected or {}, each.got or {}
        for name in dict.fromkeys((*expected, *got)):
            sides = [visible(side[name], VALUE) if name in side else "(absent)" for side in (expected, got)]
            console.print(f"  {name}: expected {sides[0]}, got {sides[1]}", markup=False)
        if each.example is not None:
            console.print(f"  for example: {visible(each.example, EXAMPLE)}", markup=False, style="dim")
        if each.recording is not None:
            console.print(f"  recording: {each.recording}", markup=False, style="dim")
    for (name, objections), rules in unanswered.items():
        console.print(f"\n{name} {', '.join(rules)} not answered", style="bold", markup=False)
        _show_objections(console, objections)
    counts = found.counts()
    left = {
        "violated": "do not (NO)",
        "error": "not answered (?)",
        "not_claimed": "not claimed (--)",
        "not_applicable": "not applicable",
    }
    said = "".join(f", {counts[outcome]} {words}" for outcome, words in left.items() if counts[outcome])  # type: ignore[index]
    plural = "" if len(found.providers) == 1 else "s"
    size = f"{len(found.providers)} provider{plural}, {len(found.rules)} rules"
    console.print(f"\n{size}: {counts['passed']} of {len(results)} hold{said}.")
    if found.run is not None:
        for name, why in found.run.unclaimed.items():
            console.print(f"not claimed: {name} ({why})", markup=False)
        console.print(f"depth {found.run.depth}, seed {found.run.seed}; {found.run.tool}", markup=False, style="dim")


def _show_objections(console: Console, objections: Sequence[str]) -> None:
    for objection in objections[:MOST_OBJECTIONS]:
        console.print(f"  {objection}", markup=False)
    if len(objections) > MOST_OBJECTIONS:
        console.print(f"  and {len(objections) - MOST_OBJECTIONS} more; --json gives all", markup=False)


def show_selftest(console: Console, found: SelfTest) -> None:
    """Which historic bugs the suite catches, and by which rules."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("bug", "caught by", "what it was"):
        table.add_column(column)
    for row in found.rows:
        by = ", ".join(row.caught_by) if row.caught_by else "[dim]--[/]" if row.why_not else "[bold red]NOT CAUGHT[/]"
        table.add_row(row.id, by, row.title if row.caught_by else f"{row.title} ({row.why_not or 'no rule objects'})")
    console.print(table)
    caught = sum(bool(row.caught_by) for row in found.rows)
    told = sum(not row.caught_by and bool(row.why_not) for row in found.rows)
    console.print(f"\n{caught} of {len(found.rows)} historic bugs are caught; {told} cannot be, and it is said why.")
    console.print("The tester passes." if found.passed else "The tester does not pass.", style="bold")


def show_issuers(console: Console, served: Served, rows: Sequence[Mapping[str, Any]]) -> None:
    """Where the simulated issuers are, and the made-up tokens to ask about."""
    from rich.table import Table

    console.print(f"Simulated issuers at {served.base_url}/PROVIDER", style="bold", soft_wrap=True)
    console.print(f"client secret: {served.client_secret}   refresh token: {served.refresh_token}\n", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("provider", "case", "client id", "token"):
        table.add_column(title, no_wrap=title in ("provider", "case"), overflow="ellipsis", max_width=44)
    for row in rows:
        table.add_row(row["provider"], row["case"], row["client_id"], row["token"])
    console.print(table)
    console.print(
        f"\nTry:  echo TOKEN | idp-checks introspect google-oauth2 --issuer-url {served.base_url}/google-oauth2\n"
        "`--json` prints every token whole. Ctrl-C ends.",
        style="dim",
        soft_wrap=True,
    )
