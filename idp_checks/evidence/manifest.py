"""The manifest: name, size and digest of each evidence file, and the head and Merkle root of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from idp_checks.evidence.ledger import Ledger, canonical_json

__all__ = ["FORMAT", "NAME", "RUN_NAME", "SEAL_NAMES", "build_manifest", "describe_file", "sha256_of", "write_manifest"]

NAME = "manifest.json"
RUN_NAME = "run.json"
FORMAT = "idp-checks evidence 1"
"""The value of the manifest's ``form`` field."""
SEAL_NAMES = ("manifest.json.dsse", "manifest.tsr")
"""The signature and the timestamp of the manifest: created after it, and therefore not listed in it."""


def build_manifest(run_id: str, ledger: Ledger, files: Iterable[Path]) -> dict[str, Any]:
    """Build the manifest of a run."""
    return {
        "form": FORMAT,
        "run": run_id,
        "files": [describe_file(file) for file in sorted(files, key=lambda file: file.name)],
        "ledger": ledger.summary(),
    }


def describe_file(file: Path) -> dict[str, Any]:
    """Return the manifest entry of a file: name, size and SHA-256."""
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": sha256_of(file)}


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: dict[str, Any]) -> str:
    """Write the manifest and return its SHA-256.

    No file in the folder contains this digest. Store it elsewhere to detect a folder that was written again.
    """
    content = canonical_json(manifest)
    (folder / NAME).write_bytes(content)
    return hashlib.sha256(content).hexdigest()
