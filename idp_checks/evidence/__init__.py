"""Evidence: a folder that shows what was asked, of whom, what was answered, and what follows.

``run.json`` and ``ledger.jsonl`` are the record; ``oscal-ar.json``, ``results.csv`` and ``report.html`` are drawn from
it; ``manifest.json`` seals all of them. A folder is there whole or not at all: it is written beside its place under
another name, searched for secrets, verified, and only then given its name.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from idp_checks.checks.finding import Finding
from idp_checks.errors import EvidenceError, UsageError
from idp_checks.evidence import csv, ledger, manifest, oscal, report
from idp_checks.evidence import verify as verification
from idp_checks.evidence.ledger import Ledger
from idp_checks.evidence.verify import RUN, Problem, ledger_problems
from idp_checks.secret import Redactor

__all__ = ["RENDERINGS", "Evidence", "check_place", "leaks"]

RENDERINGS = (oscal, csv, report)
"""One module for each form that is drawn from the ledger: ``NAME`` and ``write(folder, run, rows)``."""


class Evidence:
    """Writes one folder of evidence. Used as a context: what is not finished at its end leaves nothing behind.

    Args:
        out: the folder, which must not be there yet, or be empty.
        known: knows the secrets of the run, for the search through all that was written.

    Raises:
        UsageError: the folder cannot be made.
    """

    FILES = len(RENDERINGS) + 3
    """Files of a finished folder: record, facts, manifest, and what is drawn from them."""

    def __init__(self, out: str | PathLike[str], known: Redactor) -> None:
        self.out = Path(out).absolute()
        self._known = known
        check_place(self.out)
        self._folder = self.out.parent / f".{self.out.name}.{secrets.token_hex(4)}.unfinished"
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            self._folder.mkdir()
        except OSError as error:
            raise _cannot(self.out, error) from None
        self._stream: BinaryIO = (self._folder / ledger.NAME).open("wb")
        self.ledger = Ledger(self._stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, finding: Finding, at: str, occurrence: int = 0) -> None:
        """Append a finding to the ledger."""
        self.ledger.add(finding, at, occurrence)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the rows written so far, read back from the disk."""
        self._stream.flush()
        return ledger_problems(self._folder)

    def leaks(self) -> tuple[str, ...]:
        """What stands in the files written so far and must not."""
        self._stream.flush()
        return leaks(self._folder, self._known)

    def finish(self, run: Mapping[str, Any]) -> str:
        """Write facts, renderings and manifest, search and verify all of it, and give the folder its name.

        Returns:
            The SHA-256 of the manifest.

        Raises:
            EvidenceError: something that must not be there was found, or the folder does not verify; nothing is left.
        """
        try:
            return self._finish(
                {**run, "ledger": {"rows": self.ledger.rows, "head": self.ledger.head, "merkle_root": self.ledger.root}}
            )
        except OSError as error:
            raise _cannot(self.out, error) from None

    def _finish(self, run: Mapping[str, Any]) -> str:
        self._stream.close()
        (self._folder / RUN).write_bytes(ledger.canonical(run))
        for each in RENDERINGS:
            each.write(self._folder, run, ledger.rows(self._folder))
        found = leaks(self._folder, self._known)
        if found:
            raise EvidenceError(f"the evidence is withheld: {'; '.join(found)}")
        digest = manifest.write(self._folder, manifest.manifest(run["run"], self.ledger, self._folder.iterdir()))
        seen = verification.verify(self._folder, digest=digest)
        wrong = [each for each in seen.problems if each.file != RUN or run["state"] == "complete"]
        if wrong:
            raise EvidenceError(f"the evidence is withheld: what was written does not verify ({wrong[0]})")
        if self.out.is_dir():
            self.out.rmdir()
        self._folder.rename(self.out)
        return digest


def check_place(out: str | PathLike[str]) -> None:
    """See that a folder of evidence can be written there.

    Raises:
        UsageError: something is there already.
    """
    place = Path(out)
    try:
        taken = place.is_symlink() or (place.exists() and (not place.is_dir() or any(place.iterdir())))
    except OSError as error:
        raise _cannot(place, error) from None
    if taken:
        what = (
            "is there already and not empty"
            if place.is_dir() and not place.is_symlink()
            else "is there already and no folder"
        )
        raise UsageError(
            what, where=str(place), remedy="name a folder that is not there yet; evidence is never written over"
        )


def leaks(folder: Path, known: Redactor) -> tuple[str, ...]:
    """What stands in the files of a folder and must not: known secrets in any spelling, tokens, e-mail addresses."""
    found = []
    for file in sorted(folder.iterdir()):
        text = file.read_text("utf-8")
        if known.found_in(text):
            found.append(f"{file.name} holds a secret of this run")
        elif (suspected := known.suspected_in(text)) is not None:
            found.append(f"{file.name} holds what looks like {'an' if suspected[0] in 'aeiou' else 'a'} {suspected}")
    return tuple(found)


def _cannot(place: Path, error: OSError) -> UsageError:
    return UsageError(
        f"evidence cannot be written ({error.strerror or type(error).__name__})",
        where=str(place),
        remedy="check path, permissions and space",
    )
