"""An audit asks each issuer, judges every identity, and shows no secret of what it was given."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest

import idp_checks
from idp_checks import Secret, UsageError, checks
from idp_checks.audits.run import audit
from idp_checks.audits.run import audit_async
from idp_checks.audits.run import audit_config
from idp_checks.checks import Finding, Verdict
from idp_checks.audits.config import load
from idp_checks.evidence.verify import verify
from idp_checks.issuers.server import serve
from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.world import World
from idp_checks.live.asker import Asker
from idp_checks.checks.policy import Connection
from idp_checks.checks.policy import Policy
from idp_checks.secret import Redactor

KEY = "an engagement's key of some length"
CANARIES = {
    "refresh token": "1//0refresh-canary-5d8e2f",
    "token secret": "oauth1-secret-canary-77aa",
    "e-mail": "mia.canary@example.com",
    "subject": "canary-subject-99887766",
    "record": "canary-record-11223344",
    "token": "gho_canarycanarycanarycanary123456",
}


@pytest.fixture(scope="module")
def served():
    with serve() as running:
        yield running


def user(identity, **more):
    return {
        "user_id": f"{identity['provider']}|{identity['user_id']}",
        "name": "Mia Chen",
        "identities": [identity],
        **more,
    }


def identity(provider, token=None, user_id="583231", connection=None, **more):
    held = {"provider": provider, "user_id": user_id, "connection": connection or provider, "isSocial": True, **more}
    return held | ({"access_token": token} if token else {})


def stated(served, provider, **more):
    issuer = served.world.issuer(provider)
    more.setdefault("client_ids", (issuer.client_id,))
    return Connection(
        name=more.pop("name", provider),
        provider=provider,
        client_secret=Secret(CLIENT_SECRET),
        issuer_url=served.url(provider),
        **more,
    )


def policy(*connections, **more):
    return Policy(connections={each.name: each for each in connections}, **more)


def people(served, *cases, provider="github"):
    issuer = served.world.issuer(provider)
    return [user(identity(provider, issuer.token(case), issuer.subject)) for case in cases]


def by_check(result, check):
    return [each for each in result.findings if each.check == check]


class Counting(httpx.AsyncBaseTransport):
    """Passes requests on, and remembers them."""

    def __init__(self):
        self.sent = []

    async def handle_async_request(self, request):
        self.sent.append(request)
        async with httpx.AsyncHTTPTransport() as onward:
            said = await onward.handle_async_request(request)
            return _answered(said.status_code, said.headers, b"".join([each async for each in said.aiter_raw()]))


def counted(key=KEY):
    transport = Counting()
    return Asker(redactor=Redactor(key.encode()), transport=transport), transport


# ---------------------------------------------------------------- verdicts


def test_identities_of_two_providers_are_judged_by_their_issuers(served, tmp_path):
    """Good tokens pass, a stranger's token fails, and the evidence verifies."""
    rules = policy(stated(served, "github"), stated(served, "google-oauth2"))
    profiles = people(served, "valid") + people(served, "valid", "other-client", provider="google-oauth2")
    result = audit(profiles, policy=rules, out=tmp_path / "evidence")
    assert [each.verdict.value for each in by_check(result, "IDP-TOK-002")] == ["pass", "pass", "fail"]
    assert result.exit_code == 1
    assert verify(tmp_path / "evidence", digest=result.digest).whole


def test_every_check_says_one_thing_of_everything(served):
    """Each evaluated check has exactly one verdict for each identity, each connection and the run."""
    rules = policy(stated(served, "github"), stated(served, "google-oauth2"))
    result = audit(people(served, "valid", "other-client", "down"), policy=rules)
    counts = Counter(each.check for each in result.findings)
    times = {"identity": 3, "connection": 2, "run": 1}
    assert counts == {each.id: times[each.scope] for each in checks.CHECKS if each.evaluated}
    assert sum(result.verdicts.values()) == len(result.findings)
    assert by_check(result, "IDP-HYG-003")[0].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("case", "reason"), [("rate-limited", "rate_limited"), ("broken", "unparsable"), ("down", "issuer_error")]
)
def test_a_failure_to_ask_is_no_verdict(served, case, reason):
    """Where the issuer gives no answer, nothing that needs it passes or fails."""
    result = audit(people(served, case), policy=policy(stated(served, "github")))
    for check in ("IDP-TOK-001", "IDP-TOK-002", "IDP-TOK-003"):
        (found,) = by_check(result, check)
        assert (found.verdict, found.reason) == (Verdict.INDETERMINATE, reason)
    assert result.exit_code == 3


def test_an_unknown_provider_is_no_error():
    """An identity of a provider that nobody knows is judged, and stays undecided."""
    result = audit([user(identity("grandmas-login", "a-token-of-hers"))])
    (found,) = by_check(result, "IDP-TOK-001")
    assert found.verdict is Verdict.INDETERMINATE
    assert result.exit_code == 3
    assert result.run["population"]["not_asked"][0]["count"] == 1


def test_nothing_passes_without_tokens(served):
    """An identity without a token gives no verdict on tokens, and nobody is asked."""
    asker, transport = counted()
    result = audit([user(identity("github"))], policy=policy(stated(served, "github")), asker=asker)
    assert by_check(result, "IDP-TOK-001")[0].verdict is Verdict.INDETERMINATE
    assert transport.sent == []


def test_a_connection_outside_the_policy_is_judged_without_one(served):
    """What the policy does not name cannot pass what a policy decides."""
    asker = Asker(transport=_world_transport())
    result = audit(people(served, "valid", provider="google-oauth2"), asker=asker)
    (found,) = by_check(result, "IDP-TOK-002")
    assert (found.verdict, found.reason) == (Verdict.INDETERMINATE, "no_policy")
    assert result.run["connections"][0]["in_policy"] is False


def _world_transport():
    world = World()

    def answer(request):
        from idp_checks.tokens.wire import Request

        provider = "google-oauth2" if "google" in request.url.host else "github"
        plain = Request(
            method=request.method, url=str(request.url), headers=dict(request.headers), query=dict(request.url.params)
        )
        said = world.respond(provider, plain)
        return _answered(said.status, said.headers, said.body)

    return httpx.MockTransport(answer)


def _answered(status, headers, body):
    return httpx.Response(status, headers=dict(headers), stream=httpx.ByteStream(body))


# ---------------------------------------------------------------- asking


def test_each_token_is_asked_about_once(served):
    """The same token in several records is one question; its answer is held against each account."""
    asker, transport = counted()
    token = served.world.token("github", "valid")
    subject = served.world.issuer("github").subject
    profiles = [user(identity("github", token, each)) for each in (subject, "1", subject, "2")]
    result = audit(profiles, policy=policy(stated(served, "github")), asker=asker)
    asked = [each for each in transport.sent if token.encode() in each.content]
    assert len(asked) == 1
    assert [each.verdict.value for each in by_check(result, "IDP-TOK-003")] == ["pass", "fail", "pass", "fail"]
    assert result.run["population"]["questions"] == 1


def test_a_made_up_token_is_asked_about_first(served):
    """Each endpoint has to deny a token that nobody issued before it is asked about a real one."""
    asker, transport = counted()
    token = served.world.token("github", "valid")
    result = audit(people(served, "valid"), policy=policy(stated(served, "github")), asker=asker)
    assert [token.encode() in each.content for each in transport.sent] == [False, True]
    assert b'"gho_' in transport.sent[0].content
    assert result.run["connections"][0]["calibration"]["negative"] == "denied"


def test_an_endpoint_that_vouches_for_anything_is_not_believed(served):
    """If a made-up token is called good, nothing that this endpoint calls good passes."""
    name = "google-oauth2"
    client = served.world.issuer(name).client_id
    good = {
        "aud": client,
        "azp": client,
        "sub": served.world.issuer(name).subject,
        "exp": "4102444800",
        "scope": "openid",
    }
    asker = Asker(transport=httpx.MockTransport(lambda request: _answered(200, {}, json.dumps(good).encode())))
    rules = policy(Connection(name=name, provider=name, client_ids=(client,)))
    result = audit(people(served, "valid", provider=name), policy=rules, asker=asker)
    (found,) = by_check(result, "IDP-TOK-002")
    assert (found.verdict, found.reason) == (Verdict.INDETERMINATE, "uncalibrated")
    assert by_check(result, "IDP-HYG-006")[0].verdict is Verdict.FAIL


def test_a_canary_is_asked_about(served):
    """A token that is known to be good, and is refused, withdraws what the endpoint refuses."""
    good = stated(served, "github", canary=Secret(served.world.token("github", "valid")))
    result = audit(people(served, "valid"), policy=policy(good))
    assert result.run["connections"][0]["calibration"]["positive"] == "ok"
    bad = stated(served, "github", canary=Secret("gho_" + "x" * 36))
    result = audit(people(served, "valid"), policy=policy(bad))
    assert by_check(result, "IDP-HYG-006")[0].verdict is Verdict.FAIL


def test_a_token_goes_to_no_other_provider(served):
    """Where record and policy name different providers, the token is sent to neither."""
    asker, transport = counted()
    wrong = user(identity("google-oauth2", "ya29.token-of-google-000", connection="github"))
    result = audit([wrong], policy=policy(stated(served, "github")), asker=asker)
    assert transport.sent == []
    assert by_check(result, "IDP-TOK-011")[0].verdict is Verdict.FAIL
    assert "google-oauth2" in result.run["population"]["not_asked"][0]["why"]


def test_an_oauth1_token_is_not_sent_as_a_bearer_token(served):
    """A token with a secret of its own works only in signed calls."""
    asker, transport = counted()
    held = user(identity("github", "gho_with-a-secret-0000", access_token_secret="its-secret-0000"))
    result = audit([held], policy=policy(stated(served, "github")), asker=asker)
    assert transport.sent == []
    assert "OAuth 1.0a" in result.run["population"]["not_asked"][0]["why"]


def test_a_generic_connection_is_asked_as_the_provider_behind_it(served):
    """Where the policy says which provider a custom connection really is, that one's issuer is asked."""
    token = served.world.token("github", "valid")
    subject = served.world.issuer("github").subject
    profiles = [user(identity("oauth2", token, subject, connection="code-host"))]
    result = audit(profiles, policy=policy(stated(served, "github", name="code-host")))
    assert by_check(result, "IDP-TOK-001")[0].verdict is Verdict.PASS
    assert [each["identities"] for each in result.run["connections"]] == [1]


# ---------------------------------------------------------------- no secret


def test_nothing_that_must_not_show_is_in_any_file(served, tmp_path):
    """Tokens, secrets, addresses and identifiers planted in the input are in no file, result or error text."""
    shown = {
        "email": CANARIES["e-mail"],
        "email_verified": True,
        "app_metadata": {"note": CANARIES["refresh token"], CANARIES["e-mail"]: 1},
    }
    first = user(
        identity("github", CANARIES["token"], CANARIES["subject"], refresh_token=CANARIES["refresh token"]),
        **shown,
    ) | {"user_id": CANARIES["record"]}
    second = user(
        identity(
            "twitter", "oauth1-token-canary-00aa", CANARIES["subject"], access_token_secret=CANARIES["token secret"]
        ),
        **shown,
    )
    third = people(
        served, "valid", "other-client", "other-user" if "other-user" in served.world.issuer("github").cases else "down"
    )
    rules = policy(
        stated(
            served,
            "github",
            canary=Secret(served.world.token("github", "valid")),
            email_trust=f"ask {CANARIES['e-mail']}",
        )
    )
    source = tmp_path / f"{CANARIES['e-mail']}.json"
    source.write_text(json.dumps([first, second, *third]))
    result = audit(source, policy=rules, out=tmp_path / "out", title=f"for {CANARIES['e-mail']}")
    hidden = [
        *CANARIES.values(),
        CLIENT_SECRET,
        served.world.token("github", "valid"),
        served.world.issuer("github").subject + '"',
    ]
    for file in (tmp_path / "out").iterdir():
        text = file.read_text()
        assert [each for each in hidden if each in text] == [], file.name
    assert verify(tmp_path / "out").whole
    for each in hidden[:-1]:
        assert each not in repr(result.findings)
        assert each not in json.dumps(result.run)


def test_junk_in_a_tokens_place_does_not_stop_the_audit(tmp_path):
    """Plain words stored where a token should be are judged like any other, and the evidence is written."""
    words = ("null", "undefined", "pass", "x", "checks")
    profiles = [user(identity("grandmas-login", each, str(at))) for at, each in enumerate(words)]
    result = audit(profiles, out=tmp_path / "out")
    assert verify(tmp_path / "out").whole
    assert result.run["population"]["with_token"] == len(words)


# ---------------------------------------------------------------- one run and the next


def test_runs_with_one_key_can_be_compared(served, tmp_path):
    """With the key of an engagement the same account has the same name in two runs; without one it has not."""

    def names(key):
        found = audit(people(served, "valid"), policy=policy(stated(served, "github")), key=key).findings
        return {each.subject.identity for each in found} - {None}

    assert names(KEY) == names(KEY)
    assert names(None) != names(None)


def test_the_same_input_gives_the_same_ledger(served, tmp_path):
    """With key and time given, two runs on recorded answers differ in nothing that was judged."""
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    rows = []
    for name in "ab":
        audit(
            [user(identity("github", None, "7"))],
            policy=policy(stated(served, "github")),
            key=KEY,
            now=lambda: at,
            out=tmp_path / name,
        )
        rows.append((tmp_path / name / "ledger.jsonl").read_bytes())
    assert rows[0] == rows[1]


def test_a_record_that_stands_there_twice_is_counted_twice(served, tmp_path):
    """No row is lost, and no two rows have one identifier."""
    profiles = people(served, "valid") * 3
    result = audit(profiles, policy=policy(stated(served, "github")), out=tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "ledger.jsonl").read_text().splitlines()]
    assert len({each["id"] for each in rows}) == len(rows) == sum(result.verdicts.values())


# ---------------------------------------------------------------- its faces


def test_it_is_the_public_name():
    """``idp_checks.audit`` is this function."""
    assert idp_checks.audit is audit


def test_findings_are_the_same_with_and_without_evidence(served, tmp_path):
    """What the ledger holds is what was found."""
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    given = {"policy": policy(stated(served, "github")), "key": KEY, "now": lambda: at}
    bare = audit([user(identity("github"))], **given)
    kept = audit([user(identity("github"))], out=tmp_path / "out", **given)
    assert all(isinstance(each, Finding) for each in kept.findings)
    pick = lambda result: [each for each in result.findings if each.subject.scope != "run"]  # noqa: E731
    assert pick(bare) == pick(kept)


def test_it_works_inside_a_running_loop(served):
    """In a notebook there is a loop already: both forms work there."""
    given = {"policy": policy(stated(served, "github"))}

    async def cell():
        return audit(people(served, "valid"), **given), await audit_async(people(served, "valid"), **given)

    one, other = asyncio.run(cell())
    assert one.verdicts == other.verdicts


def test_a_configuration_is_carried_out(served, tmp_path):
    """A file of settings, a compressed file of lines, and the evidence of both."""
    with gzip.open(tmp_path / "users.ndjson.gz", "wt") as stream:
        stream.writelines(json.dumps(each) + "\n" for each in people(served, "valid", "other-client"))
    (tmp_path / "audit.toml").write_text(f"""
title = "Shop"
sources = ["users.ndjson.gz"]
fingerprint_key_env = "KEY"
[connections.github]
provider = "github"
client_ids = ["{served.world.issuer("github").client_id}"]
client_secret_env = "GITHUB"
issuer_url = "{served.url("github")}"
""")
    config = load(tmp_path / "audit.toml", {"KEY": KEY, "GITHUB": CLIENT_SECRET})
    told = []
    result = audit_config(config, out=tmp_path / "out", progress=lambda *each: told.append(each))
    assert result.run["title"] == "Shop"
    assert result.run["sources"][0]["records"] == 2
    assert result.run["key"]["of"] == "engagement"
    assert verify(result.out, digest=result.digest).whole
    assert [each for each in dict.fromkeys(what for what, _, _ in told)] == [
        "reading",
        "calibrating",
        "asking",
        "judging",
        "writing",
    ]
    assert json.dumps(result.to_dict())


def test_a_broken_record_stops_before_anybody_is_asked(served, tmp_path):
    """No question is put and nothing written when the last line of a source is broken."""
    path = tmp_path / "users.ndjson"
    path.write_text("\n".join([json.dumps(each) for each in people(served, "valid")] + ["{broken"]))
    asker, transport = counted()
    with pytest.raises(UsageError, match="line 2"):
        audit(path, policy=policy(stated(served, "github")), out=tmp_path / "out", asker=asker)
    assert transport.sent == []
    assert [each.name for each in tmp_path.iterdir()] == ["users.ndjson"]


def test_a_place_that_is_taken_stops_before_anybody_is_asked(served, tmp_path):
    """Evidence is not lost for want of a place after an hour of asking."""
    (tmp_path / "out").write_text("mine")
    asker, transport = counted()
    with pytest.raises(UsageError, match="is there already"):
        audit(people(served, "valid"), policy=policy(stated(served, "github")), out=tmp_path / "out", asker=asker)
    assert transport.sent == []


def test_a_source_that_changes_meanwhile_is_an_error(served, tmp_path):
    """Verdicts about one file are not given for another."""
    path = tmp_path / "users.json"
    path.write_text(json.dumps(people(served, "valid")))

    def meddle(what, done, total):
        if what == "calibrating":
            path.write_text(json.dumps(people(served, "valid", "down")))

    with pytest.raises(UsageError, match="changed while"):
        audit(path, policy=policy(stated(served, "github")), out=tmp_path / "out", progress=meddle)
    assert [each.name for each in tmp_path.iterdir()] == ["users.json"]


def test_two_keys_are_an_error(served):
    """Fingerprints of one run are under one key."""
    with pytest.raises(UsageError, match="two keys"):
        audit([user(identity("github"))], key=KEY, asker=Asker())


def test_a_connection_to_a_provider_that_is_gone_is_said_to_be_dead(tmp_path):
    """The run's facts and the report name the status, and since when."""
    gone = user(identity("thecity", "a-token-of-the-city", user_id="4711"))
    result = audit([gone], out=tmp_path / "evidence")
    (connection,) = result.run["connections"]
    assert connection["status"] == "defunct"
    assert "2019-02-28" in connection["status_note"]
    assert "2019-02-28" in (tmp_path / "evidence" / "report.html").read_text()
    assert {each.verdict for each in by_check(result, "IDP-TOK-001")} <= {Verdict.INDETERMINATE, Verdict.NOT_APPLICABLE}
