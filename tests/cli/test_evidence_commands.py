"""Commands for evidence: demo, audit, verify."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory):
    """The folder of evidence and the result of ``idp-checks demo``."""
    folder = tmp_path_factory.mktemp("demo") / "evidence"
    return folder, cli("demo", "--out", folder)


@pytest.mark.slow
def test_demo_reports_every_planted_fault(cli, demo):
    """The demonstration exits with 0, reports every fault as expected, and writes evidence that verifies."""
    folder, result = demo
    assert result.returncode == 0, result.stdout + result.stderr
    assert "expected" not in result.stdout
    assert {file.name for file in folder.iterdir()} >= {
        "run.json",
        "ledger.jsonl",
        "manifest.json",
        "oscal-ar.json",
        "results.csv",
        "report.html",
    }
    verification = cli("verify", folder, "--json")
    assert (verification.returncode, json.loads(verification.stdout)["whole"]) == (0, True)


@pytest.mark.slow
def test_demo_does_not_overwrite(cli, demo, assert_usage_error):
    """A folder that exists and is not empty is a usage error and stays unchanged."""
    folder, _ = demo
    before = sorted(file.name for file in folder.iterdir())
    assert_usage_error(cli("demo", "--out", folder), str(folder))
    assert sorted(file.name for file in folder.iterdir()) == before


@pytest.mark.slow
def test_verify_detects_altered_evidence(cli, demo, assert_usage_error, tmp_path):
    """One changed word makes the exit code 1 and names the file; a missing folder is a usage error."""
    folder, _ = demo
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        content = file.read_text()
        altered = content.replace('"fail"', '"pass"', 1) if file.name == "ledger.jsonl" else content
        (copy / file.name).write_text(altered)
    result = cli("verify", copy)
    assert result.returncode == 1
    assert "EVIDENCE IS NOT INTACT" in result.stdout
    assert "ledger.jsonl" in result.stdout
    assert_usage_error(cli("verify", tmp_path / "missing"), "missing")


def test_audit_evaluates_linked_identities(cli, server, tmp_path):
    """An export with two linked identities is read, asked about, evaluated, written and verified."""
    issuer = server.world.issuer("google-oauth2")
    google = {
        "provider": "google-oauth2",
        "connection": "google-oauth2",
        "user_id": issuer.subject,
        "isSocial": True,
        "access_token": issuer.token("valid"),
    }
    twitter = {
        "provider": "twitter",
        "connection": "twitter",
        "user_id": "2400000042",
        "isSocial": True,
        "access_token": "2400000042-canary",
        "access_token_secret": "canary-secret",
    }
    user = {
        "user_id": f"google-oauth2|{issuer.subject}",
        "name": "Mia Chen",
        "email": "mia.chen@example.com",
        "email_verified": True,
        "identities": [google, twitter],
    }
    (tmp_path / "users.json").write_text(json.dumps(user))
    (tmp_path / "audit.toml").write_text(
        f"""sources = ["users.json"]
[connections.google-oauth2]
provider = "google-oauth2"
client_ids = ["{issuer.client_id}"]
issuer_url = "{server.url("google-oauth2")}"
allowed_scopes = ["openid", "email", "profile"]
max_lifetime_s = 3600
"""
    )
    result = cli("audit", tmp_path / "audit.toml", "--out", tmp_path / "evidence", "--json")
    assert result.returncode == 3, result.stdout + result.stderr
    assert json.loads(result.stdout)["verdicts"]["fail"] == 0
    rows = [json.loads(line) for line in (tmp_path / "evidence" / "ledger.jsonl").read_text().splitlines()]
    verdicts = {(row["subject"].get("connection"), row["check"]): row["verdict"] for row in rows}
    numbers = ("001", "002", "003", "004", "007", "008")
    assert {verdicts["google-oauth2", f"IDP-TOK-{number}"] for number in numbers} == {"pass"}
    assert verdicts["twitter", "IDP-TOK-002"] == "not_applicable"
    evidence = "".join(file.read_text() for file in (tmp_path / "evidence").iterdir())
    private = ("2400000042", "canary-secret", issuer.token("valid"), "mia.chen@example.com", issuer.subject)
    assert not [value for value in private if value in evidence]
    assert cli("verify", tmp_path / "evidence").returncode == 0


GITHUB = 'sources = ["users.json"]\n[connections.x]\nprovider = "github"\n'


@pytest.mark.parametrize(
    ("users", "config", "parts"),
    [
        ("{", 'sources = ["users.json"]', ("users.json", "JSON")),
        ('{"user_id": "github|1"}', 'sources = ["users.json"]', ("users.json", "identities")),
        ("3", 'sources = ["users.json"]', ("users.json", "object")),
        ("{}", 'sources = ["missing.json"]', ("missing.json", "cannot be read")),
        ("{}", 'sources = ["."]', ("folder",)),
        ("{}", "sources = [", ("audit.toml", "TOML")),
        ("{}", 'sorces = ["users.json"]', ("audit.toml", "sorces", "sources")),
        ("{}", 'sources = ["users.json"]\n[connections.x]\nprovider = "githb"', ("audit.toml", "githb")),
        ("{}", f'{GITHUB}client_secret = "canary"', ("audit.toml", "client_secret_env")),
        ("{}", f'{GITHUB}client_secret_env = "IDP_TEST_UNSET"', ("IDP_TEST_UNSET",)),
    ],
)
def test_audit_reports_unusable_input(cli, assert_usage_error, users, config, parts, tmp_path):
    """An unusable source or configuration is one line with place and remedy, and nothing is written."""
    (tmp_path / "users.json").write_text(users)
    (tmp_path / "audit.toml").write_text(config)
    result = cli("audit", tmp_path / "audit.toml", "--out", tmp_path / "evidence")
    assert_usage_error(result, *parts)
    assert "canary" not in result.stderr
    assert not (tmp_path / "evidence").exists()
