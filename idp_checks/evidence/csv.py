"""``results.csv``: one line for each row of the ledger, for spreadsheets.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from idp_checks.tokens.reasons import REASON_TEXTS

__all__ = ["COLUMNS", "NAME", "write"]

NAME = "results.csv"
COLUMNS = (
    "check",
    "title",
    "severity",
    "verdict",
    "reason",
    "detail",
    "remedy",
    "scope",
    "connection",
    "provider",
    "identity",
    "record",
    "controls",
    "at",
    "seq",
    "id",
    "hash",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the file."""
    checks = {each["id"]: each for each in run["checks"]}
    with (folder / NAME).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        for row in rows:
            check, subject = checks.get(row["check"], {}), row["subject"]
            reason = row.get("reason", "")
            cells = {
                **row,
                **subject,
                "reason": reason,
                "title": check.get("title", ""),
                "severity": check.get("severity", ""),
                "remedy": REASON_TEXTS[reason].remedy
                if reason
                else check.get("remedy", "")
                if row["verdict"] == "fail"
                else "",
                "controls": "; ".join(f"{each['framework']} {each['id']}" for each in check.get("controls", ())),
            }
            table.writerow([_harmless(str(cells.get(name, ""))) for name in COLUMNS])


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
