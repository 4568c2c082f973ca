"""Exit codes, JSON, the console and files that commands write."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import typer

from idp_checks.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.cli.views.common import ProgressBar
    from idp_checks.lifecycles.values import Renewed

__all__ = [
    "EXIT_GOOD",
    "EXIT_NOT_GOOD",
    "EXIT_UNDECIDED",
    "EXIT_USAGE_ERROR",
    "TokenFile",
    "make_console",
    "print_json",
    "show_progress",
    "unused_path",
    "write_file",
]

EXIT_GOOD, EXIT_NOT_GOOD, EXIT_USAGE_ERROR, EXIT_UNDECIDED = 0, 1, 2, 3
"""Exit codes."""
WIDTH = 160
"""Columns if the output is not a terminal."""


def make_console() -> Console:
    """Return the console for standard output."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def show_progress(*, quiet: bool) -> ProgressBar:
    """Return a progress bar on standard error; it is silent if quiet or if standard error is not a terminal."""
    from idp_checks.cli.views.common import ProgressBar

    return ProgressBar(quiet=quiet or not sys.stderr.isatty())


def print_json(value: Mapping[str, Any] | list[Any], *, compact: bool = False) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=None if compact else 2, ensure_ascii=False))


def write_file(file: Path, content: str) -> None:
    """Write a file, with its folders.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        remedy = "name another file"
        raise UsageError(f"cannot be written ({error.strerror})", where=str(file), remedy=remedy) from None


def unused_path(path: Path) -> Path:
    """Return the path, or the path with the lowest number that makes it unused."""
    candidate = path
    number = 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


class TokenFile:
    """A new file for renewed tokens that only its owner can read; created before any token is renewed."""

    def __init__(self, path: Path | None, provider: str) -> None:
        self._path, self._provider = path, provider
        self._file: IO[str] | None = None
        self._written = False

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
            except FileExistsError:
                raise UsageError("already exists", where=str(self._path), remedy="name a new file") from None
            except OSError as error:
                remedy = "name a file in a writable folder"
                raise UsageError(
                    f"cannot be written ({error.strerror})", where=str(self._path), remedy=remedy
                ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            if not self._written:
                self._path.unlink(missing_ok=True)

    def __call__(self, renewed: Renewed) -> None:
        """Write the new tokens and flush them to disk."""
        if self._file is None:
            return
        self._written = True
        refresh_token = renewed.refresh_token
        json.dump(
            {
                "provider": self._provider,
                "access_token": renewed.access_token.reveal(),
                "refresh_token": None if refresh_token is None else refresh_token.reveal(),
                "expires_in": renewed.expires_in,
            },
            self._file,
        )
        self._file.flush()
        os.fsync(self._file.fileno())
