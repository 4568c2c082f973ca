"""Commands for tokens: introspect, issuers."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios

import pytest

CANARY = "gho_canarycanarycanarycanarycanarycanary42"


@pytest.mark.parametrize(
    ("case", "code", "reason"),
    [("valid", 0, "ok"), ("other-client", 1, "wrong_client"), ("expired", 1, "denied"), ("down", 3, "issuer_error")],
)
def test_introspect_exit_code_is_the_verdict(cli, server, case, code, reason):
    """Exit code 0 is good, 1 not good, 3 undecided; the output does not contain the token."""
    issuer = server.world.issuer("google-oauth2")
    options = ("--issuer-url", server.url("google-oauth2"), "--json")
    result = cli(
        "introspect", "google-oauth2", *options, stdin=issuer.token(case), IDP_CHECKS_CLIENT_ID=issuer.client_id
    )
    assert (result.returncode, json.loads(result.stdout)["reason"]) == (code, reason)
    assert issuer.token(case) not in result.stdout + result.stderr


def test_introspect_compares_the_subject(cli, server):
    """A good token of another account is not good."""
    issuer = server.world.issuer("google-oauth2")
    options = ("--issuer-url", server.url("google-oauth2"), "--subject", "another-account")
    result = cli(
        "introspect", "google-oauth2", *options, stdin=issuer.token("valid"), IDP_CHECKS_CLIENT_ID=issuer.client_id
    )
    assert result.returncode == 1
    assert "NOT GOOD  (wrong_subject)" in result.stdout


def test_introspect_explains_what_is_unproven(cli, server):
    """The output of a good token says that the application and the end are not proven."""
    token = server.world.token("windowslive", "valid")
    result = cli("introspect", "windowslive", "--issuer-url", server.url("windowslive"), stdin=token)
    assert result.returncode == 0
    output = " ".join(result.stdout.split())
    assert "GOOD" in output
    assert "but not which application it was issued to or when it expires" in output


def test_introspect_reads_credentials_from_the_environment(cli, server):
    """Client id and secret reach the issuer; a wrong or missing secret leaves the token undecided."""
    issuer = server.world.issuer("facebook")
    command = ("introspect", "facebook", "--issuer-url", server.url("facebook"), "--json")
    token = issuer.token("valid")
    right = {"IDP_CHECKS_CLIENT_ID": issuer.client_id, "IDP_CHECKS_CLIENT_SECRET": server.client_secret}
    assert cli(*command, stdin=token, **right).returncode == 0
    wrong = cli(*command, stdin=token, **{**right, "IDP_CHECKS_CLIENT_SECRET": CANARY})
    assert wrong.returncode == 3
    assert "canary" not in wrong.stdout + wrong.stderr
    missing = cli(*command, stdin=token)
    assert (missing.returncode, json.loads(missing.stdout)["reason"]) == (3, "caller_rejected")


def test_introspect_names_missing_credentials(cli):
    """Without a required credential nothing is sent, and the output names the variable to set."""
    result = cli("introspect", "oidc", stdin="abc.def.ghi")
    assert result.returncode == 3
    assert "Not sent to OpenID Connect: issuer is missing." in result.stdout
    assert "Pass --issuer-url or set IDP_CHECKS_ISSUER." in result.stdout
    assert "Nothing was sent." in result.stdout


def test_introspect_rejects_unusable_input(cli, assert_usage_error):
    """An empty token and an address without TLS are usage errors."""
    assert_usage_error(cli("introspect", "github", stdin=""), "no token")
    result = cli("introspect", "github", "--issuer-url", "http://example.com", stdin=CANARY)
    assert_usage_error(result, "--issuer-url", "https")


def test_introspect_prompt_does_not_echo(server):
    """On a terminal the token is read from a prompt and is not shown."""
    token = server.world.token("google-oauth2", "valid")
    controller, terminal = pty.openpty()
    command = ["introspect", "google-oauth2", "--issuer-url", server.url("google-oauth2")]
    process = subprocess.Popen(
        [sys.executable, "-m", "idp_checks.cli", *command],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - getpass needs a controlling terminal
    )
    os.close(terminal)
    output = b""
    while b"not shown" not in output:
        output += os.read(controller, 1024)
    os.write(controller, token.encode() + b"\n")
    with contextlib.suppress(OSError):  # the terminal closes with the program
        while chunk := os.read(controller, 1024):
            output += chunk
    assert process.wait(60) == 0
    os.close(controller)
    assert b"GOOD" in output
    assert token.encode() not in output


@pytest.mark.slow
def test_issuers_serves_until_interrupted(cli):
    """The printed address accepts the printed tokens; an interrupt ends the server with exit code 0."""
    command = [sys.executable, "-m", "idp_checks.cli", "issuers", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = ""
        while line := process.stdout.readline():
            output += line
            if line == "}\n":
                break
        rows = json.loads(output)["tokens"]
        row = next(row for row in rows if (row["provider"], row["case"]) == ("twitch", "valid"))
        assert cli("introspect", "twitch", "--issuer-url", row["issuer_url"], stdin=row["token"]).returncode == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
