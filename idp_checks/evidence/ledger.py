"""The hash-chained ledger of verdicts. All other files of an evidence folder are derived from it.

Each row is one line of canonical JSON (RFC 8785) with these fields:

- ``seq``: the row number, from 0;
- ``prev``: the ``hash`` of the previous row; 64 zeros in the first row;
- ``hash``: the SHA-256, in hex, of the canonical row without ``hash``;
- ``id``: a UUID derived from check and subject (RFC 9562, version 5), equal in all runs with the same key;
- ``at``: the time of the verdict, in UTC;
- ``check``, ``verdict``, ``reason`` (only if indeterminate), ``detail``, ``subject``, ``facts``: the finding.

The rows are also the leaves of a Merkle tree (RFC 6962, section 2.1; a leaf is a line without its line break). It can
prove that a row is part of the ledger without disclosing the other rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from uuid import UUID, uuid5

import rfc8785

from idp_checks.checks.finding import Finding
from idp_checks.errors import EvidenceError
from idp_checks.profiles.jsontext import replace_surrogates

__all__ = [
    "FIRST_PREV",
    "NAME",
    "NAMESPACE",
    "Ledger",
    "MerkleTree",
    "Row",
    "canonical_json",
    "derive_uuid",
    "read_rows",
    "row_id",
]

Row: TypeAlias = Mapping[str, Any]
"""A row of the ledger as parsed JSON."""

NAME = "ledger.jsonl"
FIRST_PREV = "0" * 64
"""``prev`` of the first row."""
MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that all JSON parsers read exactly (RFC 8785, section 3.2.2.3)."""
NAMESPACE = UUID("6f1d4a52-6a5e-5d5c-9d3c-0f3f6c1b7e10")
"""The namespace of all UUIDs derived from names in this package."""


def canonical_json(value: object) -> bytes:
    """Return the canonical form of a JSON value (RFC 8785).

    Raises:
        EvidenceError: the value contains a float, an integer beyond 2**53 - 1, or a type without a JSON form.
    """
    try:
        if _has_ascii_names(value):
            # Without floats, large integers and non-ASCII names, the standard library returns the same bytes, faster.
            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise EvidenceError(f"a value has no canonical JSON form ({type(error).__name__})") from None


def derive_uuid(*parts: str | None) -> str:
    """Return a UUID that depends only on the parts (RFC 9562, version 5)."""
    return str(uuid5(NAMESPACE, json.dumps(parts)))


def row_id(finding: Finding, occurrence: int = 0) -> str:
    """Return the ``id`` of a finding's row.

    Args:
        occurrence: how often the same subject appeared in the sources before; makes the ids of duplicates distinct.
    """
    subject = finding.subject
    suffix = (str(occurrence),) if occurrence else ()
    return derive_uuid(
        finding.check,
        subject.scope,
        subject.provider,
        subject.connection,
        subject.record,
        subject.identity,
        *suffix,
    )


class Ledger:
    """Appends rows to a stream and tracks their number, the last hash and the Merkle root."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._tree = MerkleTree()
        self.head = FIRST_PREV

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return self._tree.leaf_count

    @property
    def merkle_root(self) -> str:
        """The Merkle root of all rows, in hex."""
        return self._tree.root.hex()

    def summary(self) -> dict[str, Any]:
        """Return the values that identify the ledger: row count, last hash and Merkle root."""
        return {"rows": self.row_count, "head": self.head, "merkle_root": self.merkle_root}

    def add(self, finding: Finding, at: str, occurrence: int = 0) -> None:
        """Append a finding.

        Raises:
            EvidenceError: the facts contain a value that canonical JSON cannot represent exactly.
        """
        subject = finding.subject
        row: dict[str, Any] = {
            "at": at,
            "check": finding.check,
            "detail": finding.detail,
            "facts": replace_surrogates(finding.facts),
            "id": row_id(finding, occurrence),
            "prev": self.head,
            "seq": self.row_count,
            "subject": {
                name: value for name in subject.__struct_fields__ if (value := getattr(subject, name)) is not None
            },
            "verdict": finding.verdict.value,
        }
        if finding.reason is not None:
            row["reason"] = finding.reason
        try:
            content = canonical_json(row)
        except EvidenceError as error:
            raise EvidenceError(f"{finding.check}: {error}") from None
        self.head = hashlib.sha256(content).hexdigest()
        line = canonical_json({**row, "hash": self.head})
        self._tree.add(line)
        self._stream.write(line + b"\n")


def read_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a folder's ledger, without verifying them."""
    with (folder / NAME).open("rb") as stream:
        for line in stream:
            yield json.loads(line)


class MerkleTree:
    """The Merkle tree of RFC 6962, section 2.1, built incrementally from the roots of its complete subtrees."""

    def __init__(self) -> None:
        self._subtrees: list[tuple[int, bytes]] = []
        self.leaf_count = 0

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        size, root = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._subtrees and self._subtrees[-1][0] == size:
            root = _hash_node(self._subtrees.pop()[1], root)
            size *= 2
        self._subtrees.append((size, root))
        self.leaf_count += 1

    @property
    def root(self) -> bytes:
        """The root of all leaves; the hash of the empty string if the tree is empty."""
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        *previous, (_, root) = self._subtrees
        for _, left in reversed(previous):
            root = _hash_node(left, root)
        return root


def _hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _has_ascii_names(value: object) -> bool:
    """Return whether all object names in a JSON value are ASCII, after checking its types.

    Raises:
        EvidenceError: the value contains a float, an integer beyond 2**53 - 1, or a type without a JSON form.
    """
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if abs(value) > MAX_EXACT_INTEGER:
            raise EvidenceError("evidence cannot contain an integer beyond 2**53 - 1; use a string")
        return True
    if isinstance(value, Mapping):
        is_ascii = isinstance(value, dict) and all(isinstance(name, str) and name.isascii() for name in value)
        children = [_has_ascii_names(child) for child in value.values()]  # a list, so that every child is checked
        return is_ascii and all(children)
    if isinstance(value, list | tuple):
        children = [_has_ascii_names(child) for child in value]
        return all(children)
    raise EvidenceError(f"evidence cannot contain a value of type {type(value).__name__}; use a string or an integer")
