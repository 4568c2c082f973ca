"""A find written as a recording, ready to be committed beside the others (see ``idp_checks.recordings``)."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp_checks.conformance.rules import CANARY, RULES, Case, expected, redacted
from idp_checks.errors import ProfileError

if TYPE_CHECKING:
    from idp_checks.conformance.search.search import Found

__all__ = ["save"]


def save(found: Found, rule: str, folder: Path) -> tuple[Path, ...]:
    """Write what shows a broken rule under ``folder/{provider}/profile``; of two that were compared, both.

    The right answer stands beside it. A planted secret is not written; a text that is none takes its place. The name is
    made of the rule and the content, so that the same find is the same file.
    """
    trial = found.trial
    if trial is None:
        return ()
    cases = [trial.case, *([trial.other] if trial.other is not None else [])]
    return tuple(_written(case, rule, found.objections, folder) for case in cases)


def _written(case: Case, rule: str, objections: tuple[str, ...], folder: Path) -> Path:
    sent = json.loads(json.dumps({"raw": case.raw, "also": dict(case.also)}).replace(CANARY, "sample-secret-0042"))
    shown: dict[str, Any] = {
        "note": f"{RULES[rule].title}: {'; '.join(objections)}",
        "provenance": {
            "kind": "synthetic",
            "source": f"found by the conformance suite, rule {rule}",
            "date": datetime.now(UTC).date().isoformat(),
        },
        "raw": sent["raw"],
    }
    if sent["also"]:
        shown["also"] = sent["also"]
    if case.claims is not None:
        shown["normalized"] = redacted(expected(case))
    else:
        shown["error"] = _path_of_error(case)
    digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()[:8]
    path = folder / case.provider.name / "profile" / f"{rule.lower()}-{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another worker may write the same: each file appears whole.
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _path_of_error(case: Case) -> str:
    try:
        case.provider.normalize(json.dumps(case.raw))
    except ProfileError as error:
        return error.path
    return case.error or "$"
