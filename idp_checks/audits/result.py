"""The result of an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from idp_checks.checks import Finding, Subject, Verdict
from idp_checks.evidence.ledger import read_rows

__all__ = ["AuditResult"]


class AuditResult(Struct, frozen=True, kw_only=True):
    """The result of an audit.

    Args:
        run: the facts of the run, as in ``run.json``.
        out: the evidence folder; None if no evidence was written.
        digest: the SHA-256 of the manifest. Record it elsewhere, to detect evidence that was written again later.
        memory_findings: the findings, if no evidence was written.
    """

    run: Mapping[str, Any]
    out: str | None = None
    digest: str | None = None
    memory_findings: tuple[Finding, ...] = ()

    @property
    def verdicts(self) -> Mapping[str, int]:
        """The number of verdicts of each kind."""
        counts: Mapping[str, int] = self.run["verdicts"]
        return counts

    @property
    def complete(self) -> bool:
        """Whether the run covers every identity."""
        return bool(self.run["state"] == "complete")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings; read from the ledger if evidence was written."""
        return self.memory_findings if self.out is None else tuple(_read_findings(Path(self.out)))

    @property
    def exit_code(self) -> int:
        """0 if all applicable verdicts passed, 1 if any failed, 3 if none failed but some are indeterminate."""
        if self.verdicts["fail"]:
            return 1
        return 0 if self.complete and self.verdicts["pass"] and not self.verdicts["indeterminate"] else 3

    def to_dict(self) -> dict[str, Any]:
        """Return the facts of the run, the evidence folder and its digest as JSON."""
        return {"out": self.out, "digest": self.digest, "exit_code": self.exit_code, **self.run}


def _read_findings(folder: Path) -> Iterator[Finding]:
    for row in read_rows(folder):
        yield Finding(
            check=row["check"],
            verdict=Verdict(row["verdict"]),
            subject=Subject(**row["subject"]),
            detail=row["detail"],
            reason=row.get("reason"),
            facts=row["facts"],
        )
