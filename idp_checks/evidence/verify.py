"""Is a folder of evidence whole and unaltered? Told from its files alone; every problem is named.

What this shows: no file and no row was changed, lost, added or moved since the folder was written. What it cannot show
by itself: that nobody wrote the whole folder anew. For that, compare the digest of the manifest with the one that was
noted when the run ended (``digest``), or sign the manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from msgspec import Struct

from idp_checks.errors import EvidenceError, UsageError
from idp_checks.evidence import ledger, manifest

__all__ = ["Problem", "Verification", "ledger_problems", "verify"]

RUN = "run.json"
SHOWN = 1000
"""Problems that are listed; the others are counted."""


class Problem(Struct, frozen=True):
    """What is wrong, and where: a file, and the number of a row in it."""

    file: str
    problem: str
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}" if self.row is None else f"{self.file}, row {self.row}: {self.problem}"


class Verification(Struct, frozen=True, kw_only=True):
    """The result.

    Args:
        problems: what is wrong; empty where everything is whole and unaltered.
        more: problems beyond those listed.
        notes: what was not part of the question.
        digest: the SHA-256 of the manifest as it is; None without one.
    """

    folder: str
    problems: tuple[Problem, ...]
    more: int = 0
    rows: int = 0
    files: int = 0
    digest: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def exit_code(self) -> int:
        """0, whole and unaltered; 1, not."""
        return 0 if self.whole else 1

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "folder": self.folder,
            "whole": self.whole,
            "rows": self.rows,
            "files": self.files,
            "digest": self.digest,
            "problems": [
                {"file": each.file, "problem": each.problem} | ({} if each.row is None else {"row": each.row})
                for each in self.problems
            ],
            "more_problems": self.more,
            "notes": list(self.notes),
        }


def verify(folder: str | PathLike[str], *, digest: str | None = None) -> Verification:
    """Verify a folder of evidence.

    Args:
        digest: the SHA-256 of the manifest as it was noted when the run ended; compared where given.

    Raises:
        UsageError: there is no such folder.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UsageError("is no folder", where=str(place), remedy="name the folder that the audit wrote")
    found = _Problems()
    held = {each.name for each in place.iterdir()}
    stated = _stated(place, found)
    own = _hash(place / manifest.NAME) if stated is not None else None
    counted = _rows(place, stated, found) if ledger.NAME in held else Counter()
    if stated is not None:
        _files(place, held, stated, found)
        _run(place, stated, counted, found)
        if digest is not None and digest.strip().lower().removeprefix("sha256:") != own:
            found.add(manifest.NAME, "its digest is not the one that was noted: the folder was written anew")
    elif not held:
        found.add(ledger.NAME, "is missing: the folder is empty")
    notes = ["the digest of the manifest was not compared with a noted one"] if digest is None else []
    notes += [f"{name} is there and was not checked" for name in manifest.SEALS if name in held]
    return Verification(
        folder=str(place),
        problems=tuple(found.listed),
        more=found.more,
        rows=sum(counted.values()),
        files=len(held),
        digest=own,
        notes=tuple(notes),
    )


def ledger_problems(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the rows of a ledger that has no manifest yet."""
    found = _Problems()
    _rows(folder, None, found)
    return tuple(found.listed)


class _Problems:
    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.more = 0

    def add(self, file: str, problem: str, row: int | None = None) -> None:
        if len(self.listed) < SHOWN:
            self.listed.append(Problem(file, problem, row))
        else:
            self.more += 1


def _stated(place: Path, found: _Problems) -> dict[str, Any] | None:
    """The manifest, where there is one that can be read."""
    stated = _json(place, manifest.NAME, found)
    if stated is None:
        return None
    files, head = stated.get("files"), stated.get("ledger")
    if (
        stated.get("form") != manifest.FORM
        or set(stated) != {"form", "run", "files", "ledger"}
        or not isinstance(head, dict)
        or not isinstance(files, list)
        or not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in files)
    ):
        found.add(manifest.NAME, "is no manifest of this form")
        return None
    return stated


def _json(place: Path, name: str, found: _Problems) -> dict[str, Any] | None:
    """A file that has to be one JSON object in canonical form."""
    try:
        content = (place / name).read_bytes()
    except FileNotFoundError:
        found.add(name, "is missing")
        return None
    except OSError as error:
        found.add(name, f"cannot be read ({error.strerror})")
        return None
    try:
        value = json.loads(content)
        written = ledger.canonical(value)
    except (ValueError, RecursionError, EvidenceError):
        value, written = None, b""
    if not isinstance(value, dict):
        found.add(name, "is no JSON object of this form")
        return None
    if written != content:
        found.add(name, "is not in canonical form: it was changed")
    return value


def _files(place: Path, held: set[str], stated: dict[str, Any], found: _Problems) -> None:
    """Every file that is stated is there and unaltered, and no other is there."""
    names = [each["name"] for each in stated["files"]]
    for name in sorted({each for each in names if names.count(each) > 1}):
        found.add(manifest.NAME, f"lists {name} twice")
    for name in (ledger.NAME, RUN):
        if name not in names:
            found.add(manifest.NAME, f"does not list {name}")
    for each in stated["files"]:
        name = each["name"]
        if name not in held:
            found.add(name, "is missing")
        elif not (place / name).is_file():
            found.add(name, "is no file")
        elif manifest.entry(place / name) != each:
            found.add(name, "was changed: size or digest is not the one in the manifest")
    for name in sorted(held - set(names) - {manifest.NAME, *manifest.SEALS}):
        found.add(name, "does not belong to the evidence: the manifest does not list it")


def _rows(place: Path, stated: dict[str, Any] | None, found: _Problems) -> Counter[str]:
    """The rows are canonical, each has its hash, and the chain is unbroken; counts the verdicts."""
    name = ledger.NAME
    tree, verdicts = ledger.Merkle(), Counter[str]()
    seen: set[int] = set()
    highest, before, last = -1, -1, ledger.FIRST
    with (place / name).open("rb") as stream:
        for number, line in enumerate(stream):
            content = line.removesuffix(b"\n")
            tree.add(content)
            if content == line:
                found.add(name, "is cut short: its line has no end", number)
            row = _row(content)
            if row is None:
                found.add(name, "was changed: it is no row in canonical form", number)
                seen.add(number)
                before, last = -2, ""
                continue
            verdicts[str(row.get("verdict"))] += 1
            seq = row["seq"]
            # In canonical form the row without its hash is the line without that member, which stands there once.
            bare = content.replace(b'"hash":"' + row["hash"].encode() + b'",', b"", 1)
            if row["hash"] != hashlib.sha256(bare).hexdigest():
                found.add(name, "was changed: its hash is not that of its content", seq)
            if seq in seen:
                found.add(name, "stands there more than once", seq)
            elif seq < highest:
                found.add(name, f"was moved: it stands at place {number}", seq)
            elif seq == before + 1 and row["prev"] != last:
                found.add(name, "does not follow the row before it: one of the two was replaced", seq)
            seen.add(seq)
            highest, before, last = max(highest, seq), seq, row["hash"]
    head = stated["ledger"] if stated is not None else {"rows": highest + 1}
    wanted = head.get("rows")
    missing = (seq for seq in range(wanted if type(wanted) is int else 0) if seq not in seen)
    for seq in islice(missing, SHOWN):
        found.add(name, "is missing", seq)
    if stated is not None:
        if wanted != tree.leaves:
            found.add(name, f"has {tree.leaves} rows where the manifest states {wanted}")
        if head.get("head") != last:
            found.add(name, "does not end in the row that the manifest states")
        if head.get("merkle_root") != tree.root.hex():
            found.add(name, "does not have the Merkle root that the manifest states")
    return verdicts


def _row(content: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(content)
        good = (
            isinstance(row, dict)
            and isinstance(row.get("hash"), str)
            and isinstance(row.get("prev"), str)
            and type(row.get("seq")) is int
            and ledger.canonical(row) == content
        )
    except (ValueError, RecursionError, EvidenceError):
        return None
    return row if good else None


def _run(place: Path, stated: dict[str, Any], counted: Counter[str], found: _Problems) -> None:
    """The facts of the run fit manifest and ledger, and the run came to its end."""
    if not (place / RUN).is_file():
        return
    run = _json(place, RUN, found)
    if run is None:
        return
    if run.get("run") != stated["run"]:
        found.add(RUN, "is of another run than the manifest")
    if run.get("verdicts") != {**dict.fromkeys(("pass", "fail", "indeterminate", "not_applicable"), 0), **counted}:
        found.add(RUN, "counts other verdicts than the ledger holds")
    if run.get("state") != "complete":
        left = run.get("left_undone")
        found.add(
            RUN, "the run is partial" + (f": {'; '.join(map(str, left))}" if isinstance(left, list) and left else "")
        )


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
