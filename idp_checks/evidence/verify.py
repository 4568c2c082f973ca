"""Verify that an evidence folder is complete and unaltered, using only its files.

A successful verification proves that no file or row was changed, removed, added or moved since the folder was written.
It cannot detect a folder that was written again from scratch. To detect that, pass the manifest's digest recorded at
the end of the run (``digest``), or sign the manifest.
"""

from __future__ import annotations

import json
from collections import Counter
from os import PathLike
from pathlib import Path
from typing import Any

from msgspec import Struct

from idp_checks.errors import EvidenceError, UsageError
from idp_checks.evidence import ledger, manifest
from idp_checks.evidence.chain import ChainCheck
from idp_checks.evidence.problems import Problem, ProblemList

__all__ = ["Problem", "Verification", "verify"]

VERDICTS = ("pass", "fail", "indeterminate", "not_applicable")
NO_DIGEST_NOTE = "compare the digest of the manifest with the digest that the audit printed; this was not done here"


class Verification(Struct, frozen=True, kw_only=True):
    """The result of a verification.

    Args:
        problems: the problems; empty if the evidence is complete and unaltered.
        more: the number of further problems that are not listed.
        rows: the number of ledger rows.
        files: the number of files in the folder.
        digest: the SHA-256 of the manifest; None without a valid manifest.
        notes: checks that were not part of this verification.
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
        """Whether the evidence is complete and unaltered."""
        return not self.problems

    @property
    def exit_code(self) -> int:
        """0 if the evidence is complete and unaltered, else 1."""
        return 0 if self.whole else 1

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "folder": self.folder,
            "whole": self.whole,
            "rows": self.rows,
            "files": self.files,
            "digest": self.digest,
            "problems": [
                {"file": problem.file, "problem": problem.problem}
                | ({} if problem.row is None else {"row": problem.row})
                for problem in self.problems
            ],
            "more_problems": self.more,
            "notes": list(self.notes),
        }


def verify(folder: str | PathLike[str], *, digest: str | None = None) -> Verification:
    """Verify an evidence folder.

    Args:
        digest: the SHA-256 of the manifest as recorded at the end of the run; None skips the comparison.

    Raises:
        UsageError: the folder does not exist.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UsageError("is not a folder", where=str(place), remedy="pass the folder that the audit wrote")
    problems = ProblemList()
    names = {file.name for file in place.iterdir()}
    content = _read_manifest(place, problems)
    actual_digest = manifest.sha256_of(place / manifest.NAME) if content is not None else None
    chain = ChainCheck(problems)
    if ledger.NAME in names:
        chain.read(place)
        if content is None:
            chain.report_missing_rows(chain.highest_seq + 1)
        else:
            chain.compare_totals(content["ledger"])
    if content is not None:
        _check_files(place, names, content, problems)
        _check_run(place, content, chain.verdicts, problems)
        if digest is not None and digest.strip().lower().removeprefix("sha256:") != actual_digest:
            problems.add(manifest.NAME, "does not have the expected digest: the evidence was written again")
    elif not names:
        problems.add(ledger.NAME, "is missing: the folder is empty")
    notes = [NO_DIGEST_NOTE] if digest is None else []
    notes += [f"{name} exists but was not verified" for name in manifest.SEAL_NAMES if name in names]
    return Verification(
        folder=str(place),
        problems=tuple(problems.listed),
        more=problems.more,
        rows=sum(chain.verdicts.values()),
        files=len(names),
        digest=actual_digest,
        notes=tuple(notes),
    )


def _read_manifest(folder: Path, problems: ProblemList) -> dict[str, Any] | None:
    content = _read_canonical(folder, manifest.NAME, problems)
    if content is None:
        return None
    files, totals = content.get("files"), content.get("ledger")
    if (
        content.get("form") != manifest.FORMAT
        or set(content) != {"form", "run", "files", "ledger"}
        or not isinstance(totals, dict)
        or not isinstance(files, list)
        or not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in files)
    ):
        problems.add(manifest.NAME, f"is not a manifest of the format {manifest.FORMAT!r}")
        return None
    return content


def _read_canonical(folder: Path, name: str, problems: ProblemList) -> dict[str, Any] | None:
    """Read a file that must contain one JSON object in canonical form; None if it does not contain an object."""
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        problems.add(name, "is missing")
        return None
    except OSError as error:
        problems.add(name, f"cannot be read ({error.strerror})")
        return None
    try:
        value = json.loads(content)
        canonical = ledger.canonical_json(value)
    except (ValueError, RecursionError, EvidenceError):
        value, canonical = None, b""
    if not isinstance(value, dict):
        problems.add(name, "is not a canonical JSON object")
        return None
    if canonical != content:
        problems.add(name, "was changed: it is not in canonical form")
    return value


def _check_files(folder: Path, names: set[str], content: dict[str, Any], problems: ProblemList) -> None:
    """Check that every listed file exists and is unaltered, and that no other file exists."""
    listed = [entry["name"] for entry in content["files"]]
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        problems.add(manifest.NAME, f"lists {name} twice")
    for name in (ledger.NAME, manifest.RUN_NAME):
        if name not in listed:
            problems.add(manifest.NAME, f"does not list {name}")
    for entry in content["files"]:
        name = entry["name"]
        if name not in names:
            problems.add(name, "is missing")
        elif not (folder / name).is_file():
            problems.add(name, "is not a file")
        elif manifest.describe_file(folder / name) != entry:
            problems.add(name, "was changed: size or digest differs from the manifest")
    for name in sorted(names - set(listed) - {manifest.NAME, *manifest.SEAL_NAMES}):
        problems.add(name, "is not listed in the manifest, so it is not part of the evidence")


def _check_run(folder: Path, content: dict[str, Any], verdicts: Counter[str], problems: ProblemList) -> None:
    """Check that the run's facts agree with manifest and ledger, and that the run is complete."""
    name = manifest.RUN_NAME
    if not (folder / name).is_file():
        return
    run = _read_canonical(folder, name, problems)
    if run is None:
        return
    if run.get("run") != content["run"]:
        problems.add(name, "belongs to another run than the manifest")
    if run.get("verdicts") != {**dict.fromkeys(VERDICTS, 0), **verdicts}:
        problems.add(name, "has verdict counts that differ from the ledger")
    if run.get("state") != "complete":
        unfinished = run.get("left_undone")
        details = f": {'; '.join(map(str, unfinished))}" if isinstance(unfinished, list) and unfinished else ""
        problems.add(name, f"describes a partial run{details}")
