"""The result of an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from idp_checks.checks import Finding, Subject, Verdict
from idp_checks.evidence import ledger

__all__ = ["AuditResult"]


class AuditResult(Struct, frozen=True, kw_only=True):
    """What an audit came to.

    Args:
        run: the facts of the run, as in ``run.json``.
        out: the folder of evidence; None where none was asked for.
        digest: the SHA-256 of its manifest: note it elsewhere, it shows that nobody wrote the folder anew.
        held: the findings, where no evidence was written.
    """

    run: Mapping[str, Any]
    out: str | None = None
    digest: str | None = None
    held: tuple[Finding, ...] = ()

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How many verdicts of each kind there are."""
        counts: Mapping[str, int] = self.run["verdicts"]
        return counts

    @property
    def complete(self) -> bool:
        """Whether every identity was accounted for."""
        return bool(self.run["state"] == "complete")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings; where evidence was written they are read from its ledger."""
        return self.held if self.out is None else tuple(self._from_ledger())

    def _from_ledger(self) -> Iterator[Finding]:
        from pathlib import Path

        for row in ledger.rows(Path(self.out or "")):
            yield Finding(
                check=row["check"],
                verdict=Verdict(row["verdict"]),
                subject=Subject(**row["subject"]),
                detail=row["detail"],
                reason=row.get("reason"),
                facts=row["facts"],
            )

    @property
    def exit_code(self) -> int:
        """0, all that applies passed; 1, something failed; 3, nothing failed, and not everything was decided."""
        if self.verdicts["fail"]:
            return 1
        return 0 if self.complete and self.verdicts["pass"] and not self.verdicts["indeterminate"] else 3

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the facts of the run, where the evidence is, and its digest."""
        return {"out": self.out, "digest": self.digest, "exit_code": self.exit_code, **self.run}
