"""Fixture files of failing profiles, ready to be committed (see ``idp_checks.recordings``)."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp_checks.conformance.case import Case, expected_properties
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.redaction import CANARY, redact
from idp_checks.errors import ProfileError

if TYPE_CHECKING:
    from idp_checks.conformance.search.result import SearchResult

__all__ = ["save"]

SAMPLE_SECRET = "sample-secret-0042"


def save(result: SearchResult, rule: str, folder: Path) -> tuple[Path, ...]:
    """Write the profile that violates a rule to ``folder/{provider}/profile``; two files for a compared pair.

    The file contains the correct normalized profile, and a sample in place of the planted secret. Its name is made of
    the rule and a digest of the content, so the same profile is always saved to the same file.
    """
    attempt = result.attempt
    if attempt is None:
        return ()
    cases = [attempt.case, *([attempt.variant] if attempt.variant is not None else [])]
    return tuple(_save_case(case, rule, result.objections, folder) for case in cases)


def _save_case(case: Case, rule: str, objections: tuple[str, ...], folder: Path) -> Path:
    profile = json.loads(json.dumps({"raw": case.raw, "also": dict(case.also)}).replace(CANARY, SAMPLE_SECRET))
    fixture: dict[str, Any] = {
        "note": f"{RULES[rule].title}: {'; '.join(objections)}",
        "provenance": {
            "kind": "synthetic",
            "source": f"found by the conformance suite, rule {rule}",
            "date": datetime.now(UTC).date().isoformat(),
        },
        "raw": profile["raw"],
    }
    if profile["also"]:
        fixture["also"] = profile["also"]
    if case.claims is not None:
        fixture["normalized"] = redact(expected_properties(case))
    else:
        fixture["error"] = _error_path(case)
    digest = hashlib.sha256(json.dumps(profile, sort_keys=True).encode()).hexdigest()[:8]
    path = folder / case.provider.name / "profile" / f"{rule.lower()}-{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another worker may write the same file, so each version must appear whole.
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(fixture, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _error_path(case: Case) -> str:
    try:
        case.provider.normalize(json.dumps(case.raw))
    except ProfileError as error:
        return error.path
    return case.error_path or "$"
