"""Sample findings, and evidence folders written from them."""

from __future__ import annotations

from collections import Counter

import pytest

from idp_checks import checks
from idp_checks.checks.finding import Finding, Subject, Verdict
from idp_checks.evidence import Evidence, ledger
from idp_checks.secret import Redactor, fingerprint

KEY = b"k" * 32
AT = "2026-11-24T10:00:00Z"


def build_account(number, connection="github"):
    return Subject(
        scope="identity",
        connection=connection,
        provider=connection,
        identity=fingerprint(f"{connection} {number}", KEY),
        record=fingerprint(f"record {number}", KEY),
    )


def build_finding(verdict="pass", check="IDP-TOK-001", number=0, **fields):
    fields.setdefault("subject", build_account(number))
    fields.setdefault("detail", f"The verdict is {verdict}.")
    if verdict == "indeterminate":
        fields.setdefault("reason", "rate_limited")
    return Finding(check=check, verdict=Verdict(verdict), **fields)


SAMPLES = (
    build_finding("pass", number=1),
    build_finding("fail", number=2),
    build_finding("indeterminate", number=3),
    build_finding("not_applicable", number=4),
    build_finding("pass", "IDP-TOK-002", number=1),
    build_finding("pass", "IDP-HYG-006", subject=Subject(scope="connection", connection="github", provider="github")),
    build_finding("indeterminate", "IDP-HYG-004", subject=Subject(scope="run"), reason="no_data"),
)


def build_run(findings, **fields):
    """Build the facts of a run with these findings."""
    counts = Counter(finding.verdict.value for finding in findings)
    calibration = {"negative": "denied", "positive": None, "text": "random canary rejected"}
    connection = {
        "name": "github",
        "provider": "github",
        "known_provider": True,
        "status": "live",
        "status_note": None,
        "in_policy": True,
        "identities": 4,
        "with_token": 4,
        "asked": 4,
        "questions": 4,
        "calibration": calibration,
    }
    return {
        "form": "idp-checks run 1",
        "tool": {"name": "idp-checks", "version": "0.1.0", "python": "3.11.7"},
        "run": ledger.derive_uuid("run", "test"),
        "title": "Sign-in of shop.example.com",
        "state": "complete",
        "left_undone": [],
        "started": AT,
        "ended": AT,
        "key": {"of": "run", "name": "hmac-sha256:0000000000000000"},
        "policy": {
            "connections": {"github": {"provider": "github", "client_ids": ["our-app"]}},
            "accept_unaskable": {},
        },
        "policy_digest": "sha256:00",
        "catalogue_digest": checks.load_catalog().digest,
        "sources": [{"name": "users.json", "records": 4, "identities": 4, "sha256": None}],
        "population": {"records": 4, "identities": 4, "with_token": 4, "asked": 4, "questions": 4, "not_asked": []},
        "connections": [connection],
        "verdicts": {verdict.value: counts[verdict.value] for verdict in Verdict},
        "checks": [
            {
                "id": check.id,
                "title": check.title,
                "statement": check.statement,
                "severity": check.severity,
                "scope": check.scope,
                "evaluated": check.evaluated,
                "attack": check.attack,
                "remedy": check.remedy,
                "controls": [{"framework": c.framework, "id": c.id, "why": c.why} for c in check.controls],
            }
            for check in checks.CHECKS
        ],
        **fields,
    }


@pytest.fixture(scope="session")
def make_finding():
    """A function that builds a finding; its arguments are verdict, check, account number and other fields."""
    return build_finding


@pytest.fixture(scope="session")
def sample_findings():
    """Findings of every verdict and every scope."""
    return SAMPLES


@pytest.fixture(scope="session")
def write_evidence():
    """A function that writes an evidence folder and returns the digest of its manifest."""

    def write(out, findings=SAMPLES, redactor=None, **run_fields):
        with Evidence(out, redactor or Redactor(KEY)) as evidence:
            for finding in findings:
                evidence.add(finding, AT)
            return evidence.finish(build_run(findings, **run_fields))

    return write


@pytest.fixture
def folder(tmp_path, write_evidence):
    """An evidence folder with the sample findings."""
    write_evidence(tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture(scope="session")
def read_lines():
    """A function that returns the lines of a folder's ledger."""
    return lambda folder: (folder / "ledger.jsonl").read_bytes().splitlines()
