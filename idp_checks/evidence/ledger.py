"""The ledger: one row for each verdict, in a chain. Everything else in a folder of evidence is drawn from it.

A row is one line of JSON in canonical form (RFC 8785) with the members

- ``seq``: its number, from 0;
- ``prev``: the ``hash`` of the row before, 64 zeros in the first;
- ``hash``: SHA-256, in hex, of the canonical form of the row without ``hash``;
- ``id``: a UUID made from check and subject (RFC 9562, version 5), the same in every run with the same key;
- ``at``: when the verdict was reached, in UTC;
- ``check``, ``verdict``, ``reason`` (only where indeterminate), ``detail``, ``subject``, ``facts``: the finding.

Over the rows stands a Merkle tree (RFC 6962, section 2.1; a leaf is a line without its end), so that one row can be
shown to belong to the ledger without showing the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid5

import rfc8785

from idp_checks.checks.finding import Finding
from idp_checks.errors import EvidenceError
from idp_checks.profiles.jsontext import whole

__all__ = ["NAME", "NAMESPACE", "Ledger", "Merkle", "canonical", "named", "rows", "stable_id"]

NAME = "ledger.jsonl"
FIRST = "0" * 64
"""``prev`` of the first row."""
EXACT = 2**53 - 1
"""The largest integer that every reader of JSON keeps exact (RFC 8785, section 3.2.2.3)."""
NAMESPACE = UUID("6f1d4a52-6a5e-5d5c-9d3c-0f3f6c1b7e10")
"""The namespace of all identifiers that are made from names here."""


def canonical(value: object) -> bytes:
    """The canonical form of a JSON value (RFC 8785).

    Raises:
        EvidenceError: it holds what the ledger does not: a float, an integer beyond 2**53 - 1, no JSON value.
    """
    try:
        if _plain(value):
            # Without floats, large integers and names that are not ASCII the standard library writes the same, faster.
            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise EvidenceError(f"not a value for evidence: {type(error).__name__}") from None


def named(*parts: str | None) -> str:
    """A UUID that the same parts give at every time (RFC 9562, version 5)."""
    return str(uuid5(NAMESPACE, json.dumps(parts)))


def stable_id(finding: Finding, occurrence: int = 0) -> str:
    """The identifier of a row; ``occurrence`` tells apart what stands in the sources more than once."""
    about = finding.subject
    more = (str(occurrence),) if occurrence else ()
    return named(finding.check, about.scope, about.provider, about.connection, about.record, about.identity, *more)


class Ledger:
    """Writes rows, one after the other; knows their number, the hash of the last, and the Merkle root."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._tree = Merkle()
        self.head = FIRST

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._tree.leaves

    @property
    def root(self) -> str:
        """The Merkle root over the rows, in hex."""
        return self._tree.root.hex()

    def add(self, finding: Finding, at: str, occurrence: int = 0) -> None:
        """Append a finding.

        Raises:
            EvidenceError: its facts hold what the ledger does not.
        """
        about = finding.subject
        row: dict[str, Any] = {
            "at": at,
            "check": finding.check,
            "detail": finding.detail,
            "facts": whole(finding.facts),
            "id": stable_id(finding, occurrence),
            "prev": self.head,
            "seq": self.rows,
            "subject": {name: value for name in about.__struct_fields__ if (value := getattr(about, name)) is not None},
            "verdict": finding.verdict.value,
        }
        if finding.reason is not None:
            row["reason"] = finding.reason
        try:
            bare = canonical(row)
        except EvidenceError as error:
            raise EvidenceError(f"{finding.check}: {error}") from None
        self.head = hashlib.sha256(bare).hexdigest()
        line = canonical({**row, "hash": self.head})
        self._tree.add(line)
        self._stream.write(line + b"\n")


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a ledger, as they stand there."""
    with (folder / NAME).open("rb") as stream:
        for line in stream:
            yield json.loads(line)


class Merkle:
    """The tree of RFC 6962, section 2.1, grown leaf by leaf: kept are only the roots of its full subtrees."""

    def __init__(self) -> None:
        self._roots: list[tuple[int, bytes]] = []
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        size, root = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._roots and self._roots[-1][0] == size:
            root = _node(self._roots.pop()[1], root)
            size *= 2
        self._roots.append((size, root))
        self.leaves += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves; of none, the hash of nothing."""
        if not self._roots:
            return hashlib.sha256(b"").digest()
        *before, (_, root) = self._roots
        for _, left in reversed(before):
            root = _node(left, root)
        return root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _plain(value: object) -> bool:
    """Whether all names in a value are ASCII; refuses what programs write differently.

    Raises:
        EvidenceError: it holds a float, or an integer that not every program keeps exact.
    """
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise EvidenceError("an integer beyond 2**53 - 1 is no value for evidence: give a text")
        return True
    if isinstance(value, Mapping):
        named = isinstance(value, dict) and all(isinstance(name, str) and name.isascii() for name in value)
        members = [_plain(each) for each in value.values()]  # all of them are looked at
        return named and all(members)
    if isinstance(value, list | tuple):
        members = [_plain(each) for each in value]
        return all(members)
    raise EvidenceError(f"a {type(value).__name__} is no value for evidence: give a text or an integer")
