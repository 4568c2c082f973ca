"""Verify the rows of a ledger: canonical form, hashes, chain, order, and the totals in the manifest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from idp_checks.errors import EvidenceError
from idp_checks.evidence import ledger
from idp_checks.evidence.problems import MAX_LISTED, Problem, ProblemList

__all__ = ["ChainCheck", "find_ledger_problems"]


def find_ledger_problems(folder: Path) -> tuple[Problem, ...]:
    """Verify a ledger that has no manifest yet, and return the problems."""
    problems = ProblemList()
    chain = ChainCheck(problems)
    chain.read(folder)
    chain.report_missing_rows(chain.highest_seq + 1)
    return tuple(problems.listed)


class ChainCheck:
    """Reads a ledger row by row and reports problems.

    Attributes:
        verdicts: the number of rows by verdict.
        highest_seq: the highest ``seq`` of all rows; -1 without rows.
    """

    def __init__(self, problems: ProblemList) -> None:
        self.verdicts: Counter[str] = Counter()
        self.highest_seq = -1
        self._problems = problems
        self._tree = ledger.MerkleTree()
        self._present: set[int] = set()
        self._last_seq = -1
        self._last_hash = ledger.FIRST_PREV

    def read(self, folder: Path) -> None:
        """Check every row of the folder's ledger."""
        with (folder / ledger.NAME).open("rb") as stream:
            for number, line in enumerate(stream):
                content = line.removesuffix(b"\n")
                self._tree.add(content)
                if content == line:
                    self._report("is truncated: its line break is missing", number)
                row = _parse_row(content)
                if row is None:
                    self._report("was changed: it is not a row in canonical form", number)
                    self._present.add(number)
                    self._last_seq, self._last_hash = -2, ""
                else:
                    self._check_row(row, content, number)

    def _check_row(self, row: Mapping[str, Any], content: bytes, number: int) -> None:
        self.verdicts[str(row.get("verdict"))] += 1
        seq = row["seq"]
        # In canonical form, removing the only "hash" field from the line gives the content that was hashed.
        hashed = content.replace(b'"hash":"' + row["hash"].encode() + b'",', b"", 1)
        if row["hash"] != hashlib.sha256(hashed).hexdigest():
            self._report("was changed: its hash does not match its content", seq)
        if seq in self._present:
            self._report("appears more than once", seq)
        elif seq < self.highest_seq:
            self._report(f"was moved to line {number + 1}", seq)
        elif seq == self._last_seq + 1 and row["prev"] != self._last_hash:
            self._report("does not follow the previous row: one of the two was replaced", seq)
        self._present.add(seq)
        self.highest_seq = max(self.highest_seq, seq)
        self._last_seq, self._last_hash = seq, row["hash"]

    def report_missing_rows(self, expected: object) -> None:
        """Report each row number below the expected row count that the ledger lacks."""
        count = expected if type(expected) is int else 0
        missing = (seq for seq in range(count) if seq not in self._present)
        for seq in islice(missing, MAX_LISTED):
            self._report("is missing", seq)

    def compare_totals(self, totals: Mapping[str, Any]) -> None:
        """Compare row count, last hash and Merkle root with those in the manifest."""
        count = totals.get("rows")
        self.report_missing_rows(count)
        if count != self._tree.leaf_count:
            self._report(f"has {self._tree.leaf_count} rows, but the manifest lists {count}")
        if totals.get("head") != self._last_hash:
            self._report("has a last hash that differs from the manifest")
        if totals.get("merkle_root") != self._tree.root.hex():
            self._report("has a Merkle root that differs from the manifest")

    def _report(self, problem: str, row: int | None = None) -> None:
        self._problems.add(ledger.NAME, problem, row)


def _parse_row(content: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(content)
        is_valid = (
            isinstance(row, dict)
            and isinstance(row.get("hash"), str)
            and isinstance(row.get("prev"), str)
            and type(row.get("seq")) is int
            and ledger.canonical_json(row) == content
        )
    except (ValueError, RecursionError, EvidenceError):
        return None
    return row if is_valid else None
