"""The manifest: what belongs to a folder of evidence, with its digests, and the head and Merkle root of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from idp_checks.evidence.ledger import Ledger, canonical

__all__ = ["FORM", "NAME", "SEALS", "digest", "entry", "manifest", "write"]

NAME = "manifest.json"
FORM = "idp-checks evidence 1"
SEALS = ("manifest.json.dsse", "manifest.tsr")
"""Files that are made over the manifest afterwards, and so cannot stand in it: a signature and a time stamp."""


def manifest(run: str, ledger: Ledger, files: Iterable[Path]) -> dict[str, Any]:
    """The manifest of a run: ``run`` is its identifier."""
    return {
        "form": FORM,
        "run": run,
        "files": [entry(file) for file in sorted(files, key=lambda file: file.name)],
        "ledger": {"rows": ledger.rows, "head": ledger.head, "merkle_root": ledger.root},
    }


def entry(file: Path) -> dict[str, Any]:
    """A file by name, size and SHA-256."""
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": digest(file)}


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(folder: Path, content: dict[str, Any]) -> str:
    """Write the manifest; gives its own SHA-256, which stands nowhere in the folder and is worth noting elsewhere."""
    written = canonical(content)
    (folder / NAME).write_bytes(written)
    return hashlib.sha256(written).hexdigest()
