"""Every check gives one verdict for each identity, each connection and the run."""

from __future__ import annotations

import json
from collections import Counter

import httpx
import pytest

from idp_checks import UsageError, checks
from idp_checks.audits.run import audit
from idp_checks.checks import Verdict
from idp_checks.issuers.world import World
from idp_checks.live.asker import Asker
from idp_checks.tokens.wire import Request


@pytest.mark.slow
def test_each_check_gives_one_verdict_per_subject(samples):
    """Each evaluated check has exactly one verdict for each subject of its scope."""
    result = audit(samples.users("valid", "other-client", "down"), policy=samples.policy("github", "google-oauth2"))
    counts = Counter(finding.check for finding in result.findings)
    subjects = {"identity": 3, "connection": 2, "run": 1}
    assert counts == {check.id: subjects[check.scope] for check in checks.CHECKS if check.evaluated}
    assert sum(result.verdicts.values()) == len(result.findings)
    assert samples.findings(result, "IDP-HYG-003")[0].verdict is Verdict.PASS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "reason"), [("rate-limited", "rate_limited"), ("broken", "unparsable"), ("down", "issuer_error")]
)
def test_failed_introspection_is_indeterminate(samples, case, reason):
    """Without a usable response, the checks that need it neither pass nor fail."""
    result = audit(samples.users(case), policy=samples.policy("github"))
    for check in ("IDP-TOK-001", "IDP-TOK-002", "IDP-TOK-003"):
        (finding,) = samples.findings(result, check)
        assert (finding.verdict, finding.reason) == (Verdict.INDETERMINATE, reason)
    assert result.exit_code == 3


def simulate_issuers():
    """Route all requests to the simulated issuers."""
    world = World()

    def respond(request):
        provider = "google-oauth2" if "google" in request.url.host else "github"
        response = world.respond(
            provider,
            Request(
                method=request.method,
                url=str(request.url),
                headers=dict(request.headers),
                query=dict(request.url.params),
            ),
        )
        return httpx.Response(response.status, headers=dict(response.headers), stream=httpx.ByteStream(response.body))

    return httpx.MockTransport(respond)


def test_connection_without_policy_is_indeterminate(samples):
    """A check that needs a policy setting does not pass for a connection outside the policy."""
    result = audit(samples.users("valid", provider="google-oauth2"), asker=Asker(transport=simulate_issuers()))
    (finding,) = samples.findings(result, "IDP-TOK-002")
    assert (finding.verdict, finding.reason) == (Verdict.INDETERMINATE, "no_policy")
    assert result.run["connections"][0]["in_policy"] is False


def test_duplicate_records_have_distinct_row_ids(samples, tmp_path):
    """Every duplicate of a record has its own rows with distinct ids."""
    result = audit(samples.users("valid") * 3, policy=samples.policy("github"), out=tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "ledger.jsonl").read_text().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == sum(result.verdicts.values())


def test_changed_source_is_a_usage_error(samples, tmp_path):
    """A source that changes during the audit stops it, and no evidence is written."""
    path = tmp_path / "users.json"
    path.write_text(json.dumps(samples.users("valid")))

    def change_source(step, done, total):
        if step == "calibrating":
            path.write_text(json.dumps(samples.users("valid", "down")))

    with pytest.raises(UsageError, match="changed during the audit"):
        audit(path, policy=samples.policy("github"), out=tmp_path / "out", progress=change_source)
    assert [file.name for file in tmp_path.iterdir()] == ["users.json"]
