"""``results.csv``: one line for each row of the ledger, for spreadsheets.

A cell that a spreadsheet would evaluate as a formula is prefixed with an apostrophe (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from idp_checks.evidence.ledger import Row
from idp_checks.tokens.reasons import REASON_WORDING

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
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write the file."""
    checks = {check["id"]: check for check in run["checks"]}
    with (folder / NAME).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in rows:
            cells = _build_cells(row, checks.get(row["check"], {}))
            writer.writerow([_escape_formula(str(cells.get(name, ""))) for name in COLUMNS])


def _build_cells(row: Row, check: Mapping[str, Any]) -> dict[str, Any]:
    reason = row.get("reason", "")
    remedy = check.get("remedy", "") if row["verdict"] == "fail" else ""
    if reason:
        remedy = REASON_WORDING[reason].remedy
    return {
        **row,
        **row["subject"],
        "reason": reason,
        "title": check.get("title", ""),
        "severity": check.get("severity", ""),
        "remedy": remedy,
        "controls": "; ".join(f"{control['framework']} {control['id']}" for control in check.get("controls", ())),
    }


def _escape_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_PREFIXES) else cell
