"""An audit reads all sources before it sends a request, and writes verifiable evidence."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime

import pytest

import idp_checks
from idp_checks import UsageError
from idp_checks.audits.config import load
from idp_checks.audits.run import audit, audit_async, audit_config
from idp_checks.evidence.verify import verify
from idp_checks.live.asker import Asker

KEY = "an engagement's key of some length"


def test_audit_is_public():
    """``idp_checks.audit`` is this function."""
    assert idp_checks.audit is audit


def test_audit_judges_tokens_by_their_issuers(samples, tmp_path):
    """Good tokens pass, the token of another client fails, and the evidence verifies."""
    profiles = samples.users("valid") + samples.users("valid", "other-client", provider="google-oauth2")
    result = audit(profiles, policy=samples.policy("github", "google-oauth2"), out=tmp_path / "evidence")
    assert [finding.verdict.value for finding in samples.findings(result, "IDP-TOK-002")] == ["pass", "pass", "fail"]
    assert result.exit_code == 1
    assert verify(tmp_path / "evidence", digest=result.digest).whole


@pytest.mark.slow
def test_audit_is_deterministic(samples, tmp_path):
    """Two runs with the same input, key and time write the same ledger."""
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    ledgers = []
    for name in "ab":
        audit(
            [samples.user(samples.identity("github", None, "7"))],
            policy=samples.policy("github"),
            key=KEY,
            now=lambda: at,
            out=tmp_path / name,
        )
        ledgers.append((tmp_path / name / "ledger.jsonl").read_bytes())
    assert ledgers[0] == ledgers[1]


def test_audit_works_inside_a_running_loop(samples):
    """Both functions work inside a running event loop, as in a notebook."""
    policy = samples.policy("github")

    async def run_both():
        return audit(samples.users("valid"), policy=policy), await audit_async(samples.users("valid"), policy=policy)

    result, async_result = asyncio.run(run_both())
    assert result.verdicts == async_result.verdicts


def test_audit_config_runs_the_configured_audit(samples, tmp_path):
    """A configuration file with a compressed NDJSON file gives evidence and progress reports."""
    with gzip.open(tmp_path / "users.ndjson.gz", "wt") as stream:
        stream.writelines(json.dumps(user) + "\n" for user in samples.users("valid", "other-client"))
    (tmp_path / "audit.toml").write_text(f"""
title = "Shop"
sources = ["users.ndjson.gz"]
fingerprint_key_env = "KEY"
[connections.github]
provider = "github"
client_ids = ["{samples.issuer().client_id}"]
client_secret_env = "GITHUB"
issuer_url = "{samples.server.url("github")}"
""")
    config = load(tmp_path / "audit.toml", {"KEY": KEY, "GITHUB": samples.client_secret})
    reports = []
    result = audit_config(config, out=tmp_path / "out", progress=lambda *report: reports.append(report))
    assert result.run["title"] == "Shop"
    assert result.run["sources"][0]["records"] == 2
    assert result.run["key"]["of"] == "engagement"
    assert verify(result.out, digest=result.digest).whole
    assert list(dict.fromkeys(step for step, _, _ in reports)) == [
        "reading",
        "calibrating",
        "asking",
        "judging",
        "writing",
    ]
    assert json.dumps(result.to_dict())


def test_invalid_record_stops_before_the_first_request(samples, tmp_path, recording_asker):
    """If the last line of a source is invalid, nothing is sent and nothing is written."""
    path = tmp_path / "users.ndjson"
    path.write_text("\n".join([json.dumps(user) for user in samples.users("valid")] + ["{broken"]))
    asker, transport = recording_asker
    with pytest.raises(UsageError, match="line 2"):
        audit(path, policy=samples.policy("github"), out=tmp_path / "out", asker=asker)
    assert transport.requests == []
    assert [file.name for file in tmp_path.iterdir()] == ["users.ndjson"]


def test_existing_output_stops_before_the_first_request(samples, tmp_path, recording_asker):
    """If the output exists already, nothing is sent."""
    (tmp_path / "out").write_text("mine")
    asker, transport = recording_asker
    with pytest.raises(UsageError, match="already exists"):
        audit(samples.users("valid"), policy=samples.policy("github"), out=tmp_path / "out", asker=asker)
    assert transport.requests == []


def test_conflicting_keys_are_a_usage_error(samples):
    """The key of the fingerprints and the key of the asker's redactor must be equal."""
    with pytest.raises(UsageError, match="different key"):
        audit([samples.user(samples.identity("github"))], key=KEY, asker=Asker())
