"""The revocation of a designated token by an audit."""

from __future__ import annotations

import json

import pytest

from idp_checks import NormalizedProfile, Secret, UsageError, audit
from idp_checks.audits.config import load
from idp_checks.checks.policy import Connection, Policy
from idp_checks.issuers.cases import CLIENT_SECRET, UNDYING
from idp_checks.issuers.server import serve
from idp_checks.issuers.world import World

TOKEN = "canary-access-6e0d7c0b6f5a4e21"


@pytest.fixture
def github():
    """Serve a simulated GitHub to one test, because revoked tokens stay revoked."""
    with serve(world=World(names=("github",))) as running:
        yield running


def run_audit(server, **connection):
    """Audit one user with a valid token at the simulated GitHub."""
    identity = {
        "provider": "github",
        "user_id": "1",
        "connection": "github",
        "isSocial": True,
        "access_token": server.world.token("github", "valid"),
    }
    profile = {
        "user_id": "github|1",
        "name": "m",
        "nickname": "m",
        "picture": "https://x.example.com/",
        "identities": [identity],
    }
    settings = Connection(
        name="github",
        provider="github",
        client_ids=(server.world.issuer("github").client_id,),
        client_secret=Secret(CLIENT_SECRET),
        issuer_url=server.url("github"),
        revocation_delay_s=1,
        **connection,
    )
    return audit(NormalizedProfile.from_auth0(profile), policy=Policy(connections={"github": settings}))


def get_verdicts(result, check_id):
    """Return the verdicts and reasons of a check."""
    return [(finding.verdict.value, finding.reason) for finding in result.findings if finding.check == check_id]


def test_audit_revokes_nothing_without_a_designated_token(github):
    """Without a designated token the audit revokes nothing, and reports that the check does not apply."""
    result = run_audit(github)
    assert get_verdicts(result, "IDP-LIF-002") == [("not_applicable", None)]
    assert get_verdicts(result, "IDP-LIF-001") == [("pass", None)]
    assert get_verdicts(result, "IDP-LIF-004") == [("indeterminate", "no_policy")]
    assert get_verdicts(run_audit(github), "IDP-TOK-001") == [("pass", None)]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "expected"), [("other-user", ("pass", None)), (UNDYING, ("fail", None))])
def test_audit_revokes_only_the_designated_token(github, case, expected):
    """The designated token is revoked and asked about, and the user's own token remains good."""
    token = Secret(github.world.token("github", case))
    result = run_audit(github, lifecycle_token=token)
    assert get_verdicts(result, "IDP-LIF-002") == [expected]
    assert result.run["policy"]["connections"]["github"]["lifecycle_token"] == "given"
    assert token.reveal() not in json.dumps(result.to_dict())
    assert get_verdicts(run_audit(github), "IDP-TOK-001") == [("pass", None)]


def test_audit_does_not_revoke_the_token_of_a_user(github):
    """A token from a user record cannot be designated: nothing is asked and nothing is revoked."""
    with pytest.raises(UsageError, match="a user record contains this token"):
        run_audit(github, lifecycle_token=Secret(github.world.token("github", "valid")))
    assert get_verdicts(run_audit(github), "IDP-TOK-001") == [("pass", None)]


def test_config_reads_the_designated_token_from_the_environment(tmp_path):
    """The configuration names an environment variable; a token in the file, or the canary, is rejected."""
    path = tmp_path / "audit.toml"
    start = 'sources = ["users.ndjson"]\n[connections.github]\nprovider = "github"\n'
    path.write_text(f'{start}lifecycle_token_env = "THROWAWAY"\nneeds_offline = false\nmax_unrevocable_s = 60\n')
    connection = load(path, {"THROWAWAY": TOKEN}).policy.connections["github"]
    assert connection.lifecycle_token == Secret(TOKEN)
    assert (connection.needs_offline, connection.max_unrevocable_s) == (False, 60)
    for line, message in (
        (f'lifecycle_token = "{TOKEN}"\n', "the file contains a secret"),
        ('lifecycle_token_env = "A"\ncanary_env = "A"\n', "also the canary"),
        ("renew_before_s = 0\n", "positive number of seconds"),
    ):
        path.write_text(start + line)
        with pytest.raises(UsageError, match=message):
            load(path, {"A": TOKEN})
