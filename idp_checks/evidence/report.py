"""``report.html``: the evidence for reading, in one file that needs nothing from elsewhere.

What is alike is told once: rows of one check with the same verdict, reason and words are one entry, with the number of
accounts and the first of them. Every cut is announced with its total.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from idp_checks.tokens.reasons import REASON_TEXTS

__all__ = ["ENTRIES", "NAME", "SUBJECTS", "write"]

NAME = "report.html"
ENTRIES = 400
"""Entries that are shown of each verdict."""
SUBJECTS = 20
"""Accounts that are named in one entry."""

WORDS = {"pass": "passed", "fail": "failed", "indeterminate": "undecided", "not_applicable": "does not apply"}
SEVERITIES = ("critical", "high", "medium", "low")

Row = Mapping[str, Any]


class Entry(Struct):
    """Rows of one check that say the same; ``row`` and ``facts`` are those of the first."""

    check: Mapping[str, Any]
    connection: str
    reason: str | None
    detail: str
    remedy: str
    row: int
    facts: Mapping[str, Any]
    count: int = 0
    subjects: list[Mapping[str, Any]] = field(default_factory=list)


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write the file."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("idp_checks.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = _count
    environment.filters["time"] = lambda text: text.replace("T", " ").replace("Z", " UTC")
    environment.filters["fact"] = _fact
    template = environment.get_template("report.html.j2")
    view = _view(run, rows)
    with (folder / NAME).open("w", encoding="utf-8") as stream:
        stream.writelines(template.generate(**view))


def _view(run: Mapping[str, Any], rows: Iterable[Row]) -> dict[str, Any]:
    checks = {each["id"]: each for each in run["checks"]}
    by_check: dict[str, Counter[str]] = {each: Counter() for each in checks}
    by_connection: dict[str, Counter[str]] = {each["name"]: Counter() for each in run["connections"]}
    entries: dict[str, dict[tuple[str, ...], Entry]] = {"fail": {}, "indeterminate": {}}
    exceptions: dict[tuple[str, ...], Entry] = {}
    dropped: Counter[str] = Counter()
    for row in rows:
        verdict, about = row["verdict"], row["subject"]
        connection = about.get("connection", "")
        by_check[row["check"]][verdict] += 1
        if connection:
            by_connection.setdefault(connection, Counter())[verdict] += 1
        if verdict == "pass":
            continue
        table = entries.get(verdict, exceptions)
        reason = row.get("reason")
        key = (row["check"], connection, reason or "", row["detail"])
        if key not in table:
            if len(table) >= ENTRIES:
                dropped[verdict] += 1
                continue
            check = checks[row["check"]]
            remedy = REASON_TEXTS[reason].remedy if reason else check.get("remedy") or ""
            table[key] = Entry(check, connection, reason, row["detail"], remedy, row["seq"], row["facts"])
        entry = table[key]
        entry.count += 1
        if "identity" in about and len(entry.subjects) < SUBJECTS:
            entry.subjects.append({"identity": about["identity"], "row": row["seq"]})
    return {
        "run": run,
        "words": WORDS,
        "reasons": REASON_TEXTS,
        "subjects_shown": SUBJECTS,
        "total": sum(run["verdicts"].values()),
        "headline": _headline(run),
        "connections": [{**each, "verdicts": by_connection[each["name"]]} for each in run["connections"]],
        "checks": [{**each, "verdicts": by_check[each["id"]]} for each in run["checks"]],
        "failed": _sorted(entries["fail"]),
        "open": _sorted(entries["indeterminate"]),
        "exceptions": _sorted(exceptions),
        "dropped": dropped,
        "frameworks": _frameworks(run["checks"], by_check),
        "silent": [each for each in run["checks"] if not by_check[each["id"]]],
        "without_tokens": [each for each in run["connections"] if not each["with_token"]],
        "without_policy": _without_policy(entries["indeterminate"]),
    }


def _headline(run: Mapping[str, Any]) -> dict[str, str]:
    """What the run comes to; good only where everything that applies was decided and passed."""
    verdicts = run["verdicts"]
    if verdicts["fail"]:
        many = verdicts["fail"] != 1
        return {"verdict": "fail", "text": f"{_count(verdicts['fail'])} {'verdicts' if many else 'verdict'} failed"}
    if run["state"] != "complete" or verdicts["indeterminate"] or not verdicts["pass"]:
        if not verdicts["indeterminate"]:
            return {"verdict": "indeterminate", "text": "Nothing failed, but the run does not settle it"}
        return {"verdict": "indeterminate", "text": f"Nothing failed, {_count(verdicts['indeterminate'])} undecided"}
    return {"verdict": "pass", "text": "Every verdict that applies passed"}


def _sorted(entries: Mapping[tuple[str, ...], Entry]) -> list[Entry]:
    return sorted(
        entries.values(),
        key=lambda each: (SEVERITIES.index(each.check["severity"]), each.check["id"], each.connection, -each.count),
    )


def _frameworks(checks: Iterable[Mapping[str, Any]], by_check: Mapping[str, Counter[str]]) -> list[dict[str, Any]]:
    """Framework, control, checks, verdicts. A control is never satisfied by checks: it is evidenced in part at most."""
    table: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for check in checks:
        for control in check["controls"]:
            of = table.setdefault(control["framework"], {}).setdefault(control["id"], [])
            of.append({"check": check, "why": control["why"], "verdicts": by_check[check["id"]]})
    made = []
    for framework, controls in sorted(table.items()):
        listed = []
        for name, parts in sorted(controls.items(), key=lambda each: _natural(each[0])):
            verdicts: Counter[str] = Counter()
            for each in parts:
                verdicts.update(each["verdicts"])
            silent = sum(not each["verdicts"] for each in parts)
            listed.append({"id": name, "parts": parts, "verdicts": verdicts, "state": _state(verdicts, silent)})
        made.append({"name": framework, "controls": listed})
    return made


def _state(verdicts: Counter[str], silent: int) -> dict[str, str]:
    if verdicts["fail"]:
        return {"verdict": "fail", "text": "contradicted"}
    if verdicts["indeterminate"]:
        return {"verdict": "indeterminate", "text": "left open"}
    if verdicts["pass"]:
        return (
            {"verdict": "indeterminate", "text": "left open: checks without a verdict"}
            if silent
            else {"verdict": "pass", "text": "evidenced in part"}
        )
    return {"verdict": "not_applicable", "text": "not evidenced"}


def _without_policy(entries: Mapping[tuple[str, ...], Entry]) -> list[dict[str, Any]]:
    """The checks that found nothing stated to judge by, with the connections where that is so."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries.values():
        if entry.reason == "no_policy":
            held = found.setdefault(entry.check["id"], {"check": entry.check, "connections": [], "count": 0})
            held["count"] += entry.count
            if entry.connection and entry.connection not in held["connections"]:
                held["connections"].append(entry.connection)
    return [found[each] for each in sorted(found)]


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key by which ``2.10`` comes after ``2.9``."""
    import re

    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _fact(value: object) -> str:
    """A fact in a line."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
