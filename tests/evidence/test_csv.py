"""The CSV file contains every row and no formula."""

from __future__ import annotations

import csv
import json

import pytest

from idp_checks.checks.finding import Subject
from idp_checks.evidence.csv import COLUMNS


def test_csv_has_a_line_for_each_row(folder, read_lines):
    """results.csv lists every ledger row with its hash, and indeterminate rows with reason and remedy."""
    with (folder / "results.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert tuple(table[0]) == COLUMNS
    assert [line["hash"] for line in table] == [json.loads(line)["hash"] for line in read_lines(folder)]
    indeterminate = [line for line in table if line["verdict"] == "indeterminate"]
    assert all(line["reason"] and line["remedy"] for line in indeterminate)


@pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cell_is_never_a_formula(tmp_path, write_evidence, make_finding, prefix):
    """A cell that a spreadsheet would evaluate starts with an apostrophe."""
    formula = f"{prefix}cmd|' /C calc'!A0"
    subject = Subject(scope="identity", connection=formula, provider=formula, identity="x", record="y")
    write_evidence(tmp_path / "out", [make_finding(detail=formula, subject=subject)])
    with (tmp_path / "out" / "results.csv").open(newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert [line[name] for name in ("detail", "connection", "provider")] == ["'" + formula] * 3
