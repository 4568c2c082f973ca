"""Group ledger rows into the sections of the HTML report.

Rows of one check with the same verdict, reason and detail form one entry, with the number of accounts and the first of
them. Failed rows have an entry for each connection. The report states the total wherever it shows only part of a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from idp_checks.evidence.ledger import Row
from idp_checks.tokens.reasons import REASON_WORDING

__all__ = ["MAX_ENTRIES", "MAX_SUBJECTS", "build_view", "control_state", "format_count"]

MAX_ENTRIES = 400
"""Entries shown per verdict."""
MAX_SUBJECTS = 20
"""Accounts listed per entry."""

VERDICT_LABELS = {
    "pass": "passed",
    "fail": "failed",
    "indeterminate": "indeterminate",
    "not_applicable": "not applicable",
}
SEVERITIES = ("critical", "high", "medium", "low")


class Entry(Struct):
    """Rows of one check that differ in their accounts; ``row`` and ``facts`` are those of the first row."""

    check: Mapping[str, Any]
    reason: str | None
    detail: str
    remedy: str
    row: int
    facts: Mapping[str, Any]
    count: int = 0
    connections: list[str] = field(default_factory=list)
    subjects: list[Mapping[str, Any]] = field(default_factory=list)


class _Groups:
    """Counts verdicts and groups rows into entries."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        self.checks = {check["id"]: check for check in run["checks"]}
        self.by_check: dict[str, Counter[str]] = {name: Counter() for name in self.checks}
        self.by_connection: dict[str, Counter[str]] = {
            connection["name"]: Counter() for connection in run["connections"]
        }
        self.entries: dict[str, dict[tuple[str, ...], Entry]] = {"fail": {}, "indeterminate": {}, "not_applicable": {}}
        self.dropped: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        verdict, subject = row["verdict"], row["subject"]
        connection = subject.get("connection", "")
        self.by_check[row["check"]][verdict] += 1
        if connection:
            self.by_connection.setdefault(connection, Counter())[verdict] += 1
        if verdict == "pass":
            return
        entry = self._entry(row, connection)
        if entry is None:
            self.dropped[verdict] += 1
            return
        entry.count += 1
        if connection and connection not in entry.connections:
            entry.connections.append(connection)
        if "identity" in subject and len(entry.subjects) < MAX_SUBJECTS:
            entry.subjects.append({"identity": subject["identity"], "row": row["seq"]})

    def _entry(self, row: Row, connection: str) -> Entry | None:
        """Return the entry of a row, creating it if needed; None if there is no room for a new entry."""
        table = self.entries[row["verdict"]]
        reason = row.get("reason")
        key = (row["check"], connection if row["verdict"] == "fail" else "", reason or "", row["detail"])
        if key not in table:
            if len(table) >= MAX_ENTRIES:
                return None
            check = self.checks[row["check"]]
            remedy = REASON_WORDING[reason].remedy if reason else check.get("remedy") or ""
            table[key] = Entry(check, reason, row["detail"], remedy, row["seq"], row["facts"])
        return table[key]

    def sorted_entries(self, verdict: str) -> list[Entry]:
        """Return the entries of a verdict, the most severe first."""
        return sorted(
            self.entries[verdict].values(),
            key=lambda entry: (
                SEVERITIES.index(entry.check["severity"]),
                entry.check["id"],
                entry.connections,
                -entry.count,
            ),
        )


def build_view(run: Mapping[str, Any], rows: Iterable[Row]) -> dict[str, Any]:
    """Return the variables of the report's template."""
    groups = _Groups(run)
    for row in rows:
        groups.add(row)
    by_check = groups.by_check
    return {
        "run": run,
        "labels": VERDICT_LABELS,
        "reasons": REASON_WORDING,
        "max_subjects": MAX_SUBJECTS,
        "total": sum(run["verdicts"].values()),
        "headline": _build_headline(run),
        "connections": [
            {**connection, "verdicts": groups.by_connection[connection["name"]]} for connection in run["connections"]
        ],
        "checks": [{**check, "verdicts": by_check[check["id"]]} for check in run["checks"]],
        "failed": groups.sorted_entries("fail"),
        "indeterminate": groups.sorted_entries("indeterminate"),
        "not_applicable": groups.sorted_entries("not_applicable"),
        "dropped": groups.dropped,
        "frameworks": _build_frameworks(run["checks"], by_check),
        "checks_without_verdict": [check for check in run["checks"] if not by_check[check["id"]]],
        "connections_without_token": [connection for connection in run["connections"] if not connection["with_token"]],
        "checks_without_policy": _find_checks_without_policy(groups.entries["indeterminate"].values()),
    }


def _build_headline(run: Mapping[str, Any]) -> dict[str, str]:
    """Return the result of the run: a pass only if every applicable verdict is a pass."""
    verdicts = run["verdicts"]
    if verdicts["fail"]:
        noun = "verdict" if verdicts["fail"] == 1 else "verdicts"
        return {"verdict": "fail", "text": f"{format_count(verdicts['fail'])} {noun} failed"}
    if verdicts["indeterminate"]:
        count = format_count(verdicts["indeterminate"])
        noun = "verdict is" if verdicts["indeterminate"] == 1 else "verdicts are"
        return {"verdict": "indeterminate", "text": f"No verdict failed, but {count} {noun} indeterminate"}
    if run["state"] != "complete":
        return {"verdict": "indeterminate", "text": "No verdict failed, but the run is incomplete"}
    if not verdicts["pass"]:
        return {"verdict": "indeterminate", "text": "No check was applicable"}
    return {"verdict": "pass", "text": "All applicable verdicts passed"}


def _build_frameworks(
    checks: Iterable[Mapping[str, Any]], by_check: Mapping[str, Counter[str]]
) -> list[dict[str, Any]]:
    """Group the verdicts by framework and control. Checks never satisfy a control; they support it in part."""
    table: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for check in checks:
        for control in check["controls"]:
            parts = table.setdefault(control["framework"], {}).setdefault(control["id"], [])
            parts.append({"check": check, "why": control["why"], "verdicts": by_check[check["id"]]})
    return [
        {
            "name": framework,
            "controls": [
                _summarize_control(control, parts)
                for control, parts in sorted(controls.items(), key=lambda item: _natural_key(item[0]))
            ],
        }
        for framework, controls in sorted(table.items())
    ]


def _summarize_control(control: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    verdicts: Counter[str] = Counter()
    for part in parts:
        verdicts.update(part["verdicts"])
    without_verdict = sum(not part["verdicts"] for part in parts)
    return {"id": control, "parts": parts, "verdicts": verdicts, "state": control_state(verdicts, without_verdict)}


def control_state(verdicts: Counter[str], checks_without_verdict: int) -> dict[str, str]:
    """Return the state of a control: the verdict that sets its color, and a label."""
    if verdicts["fail"]:
        return {"verdict": "fail", "text": "contradicted"}
    if verdicts["indeterminate"]:
        return {"verdict": "indeterminate", "text": "open"}
    if verdicts["pass"] and checks_without_verdict:
        return {"verdict": "indeterminate", "text": "open: some checks did not run"}
    if verdicts["pass"]:
        return {"verdict": "pass", "text": "evidenced in part"}
    return {"verdict": "not_applicable", "text": "not evidenced"}


def _find_checks_without_policy(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the checks whose policy setting is missing, with their connections."""
    table: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.reason == "no_policy":
            item = table.setdefault(entry.check["id"], {"check": entry.check, "connections": [], "count": 0})
            item["count"] += entry.count
            item["connections"] += [name for name in entry.connections if name not in item["connections"]]
    return [table[name] for name in sorted(table)]


def _natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts ``2.10`` after ``2.9``."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def format_count(number: int) -> str:
    """Return an integer with narrow no-break spaces between groups of digits."""
    return f"{number:,}".replace(",", "\u202f")
