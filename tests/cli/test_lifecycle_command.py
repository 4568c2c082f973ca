"""The command ``lifecycle``: permission, and the file for new tokens."""

from __future__ import annotations

import json

import pytest

from idp_checks.issuers.cases import CLIENT_SECRET, REFRESH_TOKEN
from idp_checks.issuers.server import serve
from idp_checks.issuers.world import World


@pytest.fixture
def github():
    """Serve a simulated GitHub to one test, because it changes tokens."""
    with serve(world=World(names=("github",))) as running:
        yield running


def test_lifecycle_changes_nothing_without_yes(cli, github):
    """Without --yes the command names the requests that it would send, and the option that allows them."""
    result = run_lifecycle(cli, github)
    assert result.returncode == 0, result
    assert "revoke  DELETE http" in result.stdout.replace("   ", "  ")
    assert "--yes" in result.stdout
    assert "will" not in result.stderr


def test_lifecycle_warns_if_new_tokens_are_not_stored(cli, github):
    """Without --renewed-to the command warns, and no output contains a secret."""
    result = run_lifecycle(cli, github, "--yes", "--no-revoke", "--json")
    assert "warning: the new tokens are not stored" in result.stderr
    assert [step["name"] for step in json.loads(result.stdout)["steps"]] == ["ask", "use", "renew", "ask-renewed"]
    output = result.stdout + result.stderr
    values = (github.world.token("github", "valid"), REFRESH_TOKEN, CLIENT_SECRET)
    assert [value for value in values if value in output] == []


def test_lifecycle_leaves_no_file_without_new_tokens(cli, github, tmp_path):
    """If the renewal is refused, because the refresh token was replaced before, the command leaves no file."""
    run_lifecycle(cli, github, "--yes", "--no-revoke")
    path = tmp_path / "new.json"
    result = run_lifecycle(cli, github, "--yes", "--no-revoke", "--renewed-to", path)
    assert (result.returncode, path.exists()) == (1, False)


def run_lifecycle(cli, server, *options):
    """Run the command for a valid token of the simulated GitHub."""
    return cli(
        *("lifecycle", "github", "--issuer-url", server.url("github"), *options),
        stdin=server.world.token("github", "valid"),
        IDP_CHECKS_CLIENT_ID=server.world.issuer("github").client_id,
        IDP_CHECKS_CLIENT_SECRET=CLIENT_SECRET,
        IDP_CHECKS_REFRESH_TOKEN=REFRESH_TOKEN,
    )


def test_lifecycle_rejects_a_file_that_would_lose_tokens(cli, assert_usage_error, tmp_path):
    """An existing file, a missing folder, and a file without a renewal are usage errors, and nothing is sent."""
    existing = tmp_path / "existing.json"
    existing.write_text("mine")
    for options, message in (
        (("--yes", "--renewed-to", existing), "already exists"),
        (("--yes", "--renewed-to", tmp_path / "no" / "folder.json"), "cannot be written"),
        (("--renewed-to", tmp_path / "new.json"), "no token is renewed"),
    ):
        result = cli("lifecycle", "github", "--issuer-url", "http://127.0.0.1:9", *options, stdin="a-token")
        assert_usage_error(result, message)
    assert existing.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [existing]
