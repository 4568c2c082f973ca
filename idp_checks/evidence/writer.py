"""Write an evidence folder."""

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
from idp_checks.evidence.chain import find_ledger_problems
from idp_checks.evidence.leaks import find_leaks
from idp_checks.evidence.problems import Problem
from idp_checks.evidence.verify import verify
from idp_checks.secret import Redactor

__all__ = ["RENDERINGS", "Evidence", "check_output_folder"]

RENDERINGS = (oscal, csv, report)
"""The modules that render the ledger, each with a ``NAME`` and ``write(folder, run, rows)``."""


class Evidence:
    """Writes one evidence folder. A context manager: without ``finish``, nothing remains on disk.

    Args:
        out: the folder; it must be empty or not exist.
        redactor: knows the secrets of the run; all files are searched for them.

    Raises:
        UsageError: the folder cannot be created.
    """

    FILE_COUNT = len(RENDERINGS) + 3
    """Files in a finished folder: ledger, run facts, manifest and renderings."""

    def __init__(self, out: str | PathLike[str], redactor: Redactor) -> None:
        self.out = Path(out).absolute()
        self._redactor = redactor
        check_output_folder(self.out)
        self._folder = self.out.parent / f".{self.out.name}.{secrets.token_hex(4)}.unfinished"
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            self._folder.mkdir()
        except OSError as error:
            raise _write_error(self.out, error) from None
        self._stream: BinaryIO = (self._folder / ledger.NAME).open("wb")
        self.ledger = ledger.Ledger(self._stream)

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

    def find_problems(self) -> tuple[Problem, ...]:
        """Verify the rows written so far, read back from disk."""
        self._stream.flush()
        return find_ledger_problems(self._folder)

    def find_leaks(self) -> tuple[str, ...]:
        """Search the files written so far for secrets and email addresses."""
        self._stream.flush()
        return find_leaks(self._folder, self._redactor)

    def finish(self, run: Mapping[str, Any]) -> str:
        """Write run facts, renderings and manifest, search and verify them, and move the folder into place.

        Returns:
            The SHA-256 of the manifest.

        Raises:
            EvidenceError: a file contains a secret or an email address, or the folder does not verify. The folder is
                deleted.
        """
        try:
            return self._finish({**run, "ledger": self.ledger.summary()})
        except OSError as error:
            raise _write_error(self.out, error) from None

    def _finish(self, run: Mapping[str, Any]) -> str:
        self._stream.close()
        (self._folder / manifest.RUN_NAME).write_bytes(ledger.canonical_json(run))
        for rendering in RENDERINGS:
            rendering.write(self._folder, run, ledger.read_rows(self._folder))
        leaks = find_leaks(self._folder, self._redactor)
        if leaks:
            raise EvidenceError(f"evidence withheld: {'; '.join(leaks)}")
        content = manifest.build_manifest(run["run"], self.ledger, self._folder.iterdir())
        digest = manifest.write_manifest(self._folder, content)
        problems = [
            problem
            for problem in verify(self._folder, digest=digest).problems
            if problem.file != manifest.RUN_NAME or run["state"] == "complete"
        ]
        if problems:
            raise EvidenceError(f"evidence withheld because it does not verify: {problems[0]}")
        if self.out.is_dir():
            self.out.rmdir()
        self._folder.rename(self.out)
        return digest


def check_output_folder(out: str | PathLike[str]) -> None:
    """Check that evidence can be written to a folder.

    Raises:
        UsageError: the path exists and is not an empty folder.
    """
    path = Path(out)
    try:
        is_occupied = path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir())))
    except OSError as error:
        raise _write_error(path, error) from None
    if is_occupied:
        is_folder = path.is_dir() and not path.is_symlink()
        raise UsageError(
            "already exists and is not empty" if is_folder else "already exists and is not a folder",
            where=str(path),
            remedy="choose a new folder; existing files are never overwritten",
        )


def _write_error(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"evidence cannot be written ({error.strerror or type(error).__name__})",
        where=str(path),
        remedy="check the path, its permissions and the free disk space",
    )
