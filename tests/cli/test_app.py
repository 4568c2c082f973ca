"""The command line, run as a program: what it prints, where, and how it exits."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from idp_checks import providers, recordings
from idp_checks.issuers.serve import serve

GITHUB = next(each for each in recordings.profiles("github") if each.case == "full")
CANARY = "gho_canarycanarycanarycanarycanarycanary42"


def run(*arguments, stdin="", cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "idp_checks.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        timeout=120,
    )


def refused(done, *parts):
    """Exit 2, nothing on standard output, one line of error that has all the parts."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert all(part in done.stderr for part in parts), done.stderr


@pytest.fixture(scope="module")
def served():
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "evidence"
    return folder, run("demo", "--out", folder)


def test_help_names_every_command():
    """--help lists the commands; no argument shows the same."""
    for command in ("demo", "providers", "normalize", "introspect", "conform", "audit", "verify", "issuers"):
        assert command in run("--help").stdout


def test_version():
    """--version prints the version of the distribution."""
    from importlib.metadata import version

    assert run("--version").stdout.strip() == version("idp-checks")


def test_providers_lists_all_of_them():
    """The table has a row for every provider, and JSON has the same."""
    rows = json.loads(run("providers", "--json").stdout)
    assert [row["name"] for row in rows] == list(providers.names())
    table = run("providers").stdout
    assert all(f"\n{name} " in table for name in providers.names())
    assert "\x1b[" not in table


@pytest.mark.parametrize("name", providers.names())
def test_a_provider_has_a_page(name):
    """All that is known of a token is on it: contents, validity, renewal, termination, uses, how it is validated."""
    page = json.loads(run("providers", name, "--json").stdout)
    assert page["name"] == name
    assert all(page["token"][fact] for fact in ("contents", "validity", "renewal", "termination", "uses"))
    assert page["docs"]
    assert page["validation"] is None or page["validation"]["source"].startswith("https://")


def test_an_unknown_provider_is_one_line_with_a_hint():
    """The name, and the one that was probably meant."""
    for command in (("providers", "githb"), ("normalize", "githb"), ("introspect", "githb")):
        refused(run(*command, stdin="x"), "githb", "did you mean github")


def test_normalize_reads_standard_input_and_files(tmp_path):
    """The same profile from both; further calls come as NAME=FILE."""
    (tmp_path / "user.json").write_text(GITHUB.text)
    (tmp_path / "emails.json").write_text(json.dumps(GITHUB.also["emails"]))
    piped = run("normalize", "github", stdin=GITHUB.text)
    filed = run("normalize", "github", tmp_path / "user.json", "--also", f"emails={tmp_path / 'emails.json'}", "--json")
    assert piped.returncode == filed.returncode == 0
    assert "email_verified" not in json.loads(piped.stdout)
    assert json.loads(filed.stdout)["email_verified"] is True


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{", ("standard input", "not JSON")),
        ("[]", ("standard input", "$", "expected object")),
        ("{}", ("standard input", "$.id", "missing")),
        ('{"id": 1, "name": 3}', ("standard input", "$.name", "got int")),
        ("", ("standard input", "not JSON")),
    ],
)
def test_what_is_no_profile_names_the_place_and_the_remedy(text, parts):
    """One line, exit 2."""
    refused(run("normalize", "github", stdin=text), *parts, "idp-checks providers github")


def test_unreadable_files_are_named(tmp_path):
    """A missing file and a directory: the path and the remedy."""
    refused(run("normalize", "github", tmp_path / "none.json"), "none.json", "cannot be read")
    refused(run("normalize", "github", tmp_path), str(tmp_path), "a directory")
    refused(run("normalize", "github", "--also", "emails", stdin="{}"), "--also", "NAME=FILE")


def test_introspect_tells_good_from_bad_from_unknown_by_exit_code(served):
    """0 good, 1 not good, 3 indeterminate; the JSON says why."""
    url, issuer = served.url("google-oauth2"), served.world.issuer("google-oauth2")
    ours = {"IDP_CHECKS_CLIENT_ID": issuer.client_id}
    for case, code, reason in (
        ("valid", 0, "ok"),
        ("other-client", 1, "wrong_client"),
        ("expired", 1, "denied"),
        ("down", 3, "issuer_error"),
    ):
        done = run("introspect", "google-oauth2", "--issuer-url", url, "--json", stdin=issuer.token(case), **ours)
        assert (done.returncode, json.loads(done.stdout)["reason"]) == (code, reason)
        assert issuer.token(case) not in done.stdout + done.stderr
    done = run(
        "introspect",
        "google-oauth2",
        "--issuer-url",
        url,
        "--subject",
        "somebody-else",
        stdin=issuer.token("valid"),
        **ours,
    )
    assert done.returncode == 1
    assert "NOT GOOD" in done.stdout


def test_introspect_explains_what_is_not_proven(served):
    """A good token whose issuer names no client: said in words."""
    done = run(
        "introspect",
        "windowslive",
        "--issuer-url",
        served.url("windowslive"),
        stdin=served.world.token("windowslive", "valid"),
    )
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "it does not prove to which application it was issued or when it ends" in told


def test_introspect_takes_credentials_from_the_environment(served):
    """Client id and secret reach the issuer; a wrong secret is about us, not about the token."""
    issuer = served.world.issuer("facebook")
    asked = ("introspect", "facebook", "--issuer-url", served.url("facebook"), "--json")
    right = {"IDP_CHECKS_CLIENT_ID": issuer.client_id, "IDP_CHECKS_CLIENT_SECRET": served.client_secret}
    assert run(*asked, stdin=issuer.token("valid"), **right).returncode == 0
    wrong = run(*asked, stdin=issuer.token("valid"), **{**right, "IDP_CHECKS_CLIENT_SECRET": CANARY})
    assert wrong.returncode == 3
    assert "canary" not in wrong.stdout + wrong.stderr
    none = run(*asked, stdin=issuer.token("valid"))
    assert (none.returncode, json.loads(none.stdout)["reason"]) == (3, "caller_rejected")


def test_introspect_refuses_what_cannot_be_asked():
    """No token, or an address that a token may not be sent to."""
    refused(run("introspect", "github", stdin=""), "no token came")
    refused(run("introspect", "github", "--issuer-url", "http://example.com", stdin=CANARY), "issuer_url", "https")


def test_a_token_at_the_prompt_is_not_echoed(served):
    """On a terminal the token is asked for and does not show."""
    token = served.world.token("google-oauth2", "valid")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "idp_checks.cli",
            "introspect",
            "google-oauth2",
            "--issuer-url",
            served.url("google-oauth2"),
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
    )
    os.close(theirs)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(ours, 1024)
    os.write(ours, token.encode() + b"\n")
    ended = time.monotonic() + 60
    while time.monotonic() < ended:
        try:
            more = os.read(ours, 1024)
        except OSError:
            break
        if not more:
            break
        shown += more
    assert process.wait(10) == 0
    os.close(ours)
    assert b"GOOD" in shown
    assert token.encode() not in shown


def test_the_demonstration_finds_what_was_planted(demo):
    """Exit 0, every planted fault found as planned, evidence written and whole, no made-up token in it."""
    folder, done = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert "expected" not in done.stdout
    assert {each.name for each in folder.iterdir()} >= {
        "run.json",
        "ledger.jsonl",
        "manifest.json",
        "oscal-ar.json",
        "results.csv",
        "report.html",
    }
    whole = run("verify", folder, "--json")
    assert (whole.returncode, json.loads(whole.stdout)["whole"]) == (0, True)


def test_the_demonstration_does_not_overwrite(demo):
    """A folder that is there and not empty is refused, and stays as it is."""
    folder, _ = demo
    before = sorted(each.name for each in folder.iterdir())
    refused(run("demo", "--out", folder), str(folder))
    assert sorted(each.name for each in folder.iterdir()) == before


def test_altered_evidence_is_found(demo, tmp_path):
    """One changed word: exit 1, and the file named."""
    folder, _ = demo
    copy = tmp_path / "copy"
    copy.mkdir()
    for each in folder.iterdir():
        text = each.read_text()
        (copy / each.name).write_text(text.replace('"fail"', '"pass"', 1) if each.name == "ledger.jsonl" else text)
    done = run("verify", copy)
    assert done.returncode == 1
    assert "ledger.jsonl" in done.stdout
    refused(run("verify", tmp_path / "none"), "none")


def test_an_audit_by_file(served, tmp_path):
    """Auth0's documented shape, two linked identities: read, asked, judged, written, verified."""
    issuer = served.world.issuer("google-oauth2")
    (tmp_path / "users.json").write_text(
        json.dumps(
            {
                "user_id": f"google-oauth2|{issuer.subject}",
                "name": "Mia Chen",
                "email": "mia.chen@example.com",
                "email_verified": True,
                "identities": [
                    {
                        "provider": "google-oauth2",
                        "connection": "google-oauth2",
                        "user_id": issuer.subject,
                        "isSocial": True,
                        "access_token": issuer.token("valid"),
                    },
                    {
                        "provider": "twitter",
                        "connection": "twitter",
                        "user_id": "2400000042",
                        "isSocial": True,
                        "access_token": "2400000042-canary",
                        "access_token_secret": "canary-secret",
                    },
                ],
            }
        )
    )
    (tmp_path / "audit.toml").write_text(
        f'sources = ["users.json"]\n[connections.google-oauth2]\nprovider = "google-oauth2"\nclient_ids = ["{issuer.client_id}"]\n'
        f'issuer_url = "{served.url("google-oauth2")}"\nallowed_scopes = ["openid", "email", "profile"]\nmax_lifetime_s = 3600\n'
    )
    done = run("audit", tmp_path / "audit.toml", "--out", tmp_path / "evidence", "--json")
    assert done.returncode == 3, done.stdout + done.stderr
    assert json.loads(done.stdout)["verdicts"]["fail"] == 0
    rows = [json.loads(line) for line in (tmp_path / "evidence" / "ledger.jsonl").read_text().splitlines()]
    found = {(row["subject"].get("connection"), row["check"]): row["verdict"] for row in rows}
    assert {
        found["google-oauth2", check]
        for check in ("IDP-TOK-001", "IDP-TOK-002", "IDP-TOK-003", "IDP-TOK-004", "IDP-TOK-007", "IDP-TOK-008")
    } == {"pass"}
    assert found["twitter", "IDP-TOK-002"] == "not_applicable"
    written = "".join(each.read_text() for each in (tmp_path / "evidence").iterdir())
    assert not [
        each
        for each in ("2400000042", "canary-secret", issuer.token("valid"), "mia.chen@example.com", issuer.subject)
        if each in written
    ]
    assert run("verify", tmp_path / "evidence").returncode == 0


@pytest.mark.parametrize(
    ("users", "config", "parts"),
    [
        ("{", 'sources = ["users.json"]', ("users.json", "JSON")),
        ('{"user_id": "github|1"}', 'sources = ["users.json"]', ("users.json", "identities")),
        ("3", 'sources = ["users.json"]', ("users.json", "object")),
        ("{}", 'sources = ["none.json"]', ("none.json", "cannot be read")),
        ("{}", 'sources = ["."]', ("folder",)),
        ("{}", "sources = [", ("audit.toml", "TOML")),
        ("{}", 'sorces = ["users.json"]', ("audit.toml", "sorces", "sources")),
        ("{}", 'sources = ["users.json"]\n[connections.x]\nprovider = "githb"', ("audit.toml", "githb")),
        (
            "{}",
            'sources = ["users.json"]\n[connections.x]\nprovider = "github"\nclient_secret = "canary"',
            ("audit.toml", "client_secret_env"),
        ),
        (
            "{}",
            'sources = ["users.json"]\n[connections.x]\nprovider = "github"\nclient_secret_env = "IDP_TEST_UNSET"',
            ("IDP_TEST_UNSET",),
        ),
    ],
)
def test_what_cannot_be_audited_is_one_line_and_nothing_is_written(users, config, parts, tmp_path):
    """The place and the remedy; exit 2; no folder."""
    (tmp_path / "users.json").write_text(users)
    (tmp_path / "audit.toml").write_text(config)
    done = run("audit", tmp_path / "audit.toml", "--out", tmp_path / "evidence")
    refused(done, *parts)
    assert "canary" not in done.stderr
    assert not (tmp_path / "evidence").exists()


def test_issuers_serves_until_stopped():
    """It says where it listens and with which tokens; asked, it answers; interrupted, it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "idp_checks.cli", "issuers", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    text = ""
    while line := process.stdout.readline():
        text += line
        if line == "}\n":
            break
    shown = json.loads(text)
    row = next(each for each in shown["tokens"] if (each["provider"], each["case"]) == ("twitch", "valid"))
    assert run("introspect", "twitch", "--issuer-url", row["issuer_url"], stdin=row["token"]).returncode == 0
    process.send_signal(2)
    assert process.wait(20) == 0
    process.stdout.close()


def test_conform_judges_a_normaliser(tmp_path):
    """Ours passes; one that believes any address is named with rule and example, exit 1; no module, exit 2."""
    (tmp_path / "mine.py").write_text(
        "from idp_checks import normalize\n"
        "def right(provider, raw): return normalize(provider, raw).to_dict()\n"
        "def trusting(provider, raw): return {**right(provider, raw), 'email_verified': True}\n"
    )
    right = run("conform", "mine:right", "--provider", "github", "--json", cwd=tmp_path)
    assert (right.returncode, json.loads(right.stdout)["passed"]) == (0, True), right.stderr
    trusting = run("conform", "mine:trusting", "--provider", "github", cwd=tmp_path)
    assert trusting.returncode == 1
    assert "N7" in trusting.stdout
    refused(run("conform", "none:such", cwd=tmp_path), "none")
    refused(run("conform", "mine:none", cwd=tmp_path), "none")


def test_no_secret_is_an_argument():
    """No option of any command takes a token or a secret."""
    for command in ("demo", "providers", "normalize", "introspect", "conform", "audit", "verify", "issuers"):
        shown = run(command, "--help").stdout
        assert "--token" not in shown
        assert "--client-secret" not in shown


def test_nothing_is_left_behind(tmp_path):
    """A command writes nowhere but where it was told."""
    run("providers", cwd=tmp_path)
    run("normalize", "github", stdin="{}", cwd=tmp_path)
    assert list(Path(tmp_path).iterdir()) == []
