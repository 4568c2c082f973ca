"""The life of a token at a made-up issuer that does what it is told, honest or not."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
import time
from urllib.parse import parse_qs

import httpx
import pytest

from idp_checks import UsageError, audit, lifecycle, lifecycle_sync
from idp_checks.audits.config import load
from idp_checks.tokens.wire import Response
from idp_checks.issuers.server import serve
from idp_checks.issuers.cases import CLIENT_SECRET, LINGERING, REFRESH_TOKEN, UNDYING
from idp_checks.issuers.world import World
from idp_checks.lifecycles.responses import read_renewed as renewed_of
from idp_checks.live.asker import Asker
from idp_checks.checks.policy import Connection
from idp_checks.checks.policy import Policy
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.secret import Secret

ISSUER = "https://op.example.com"
TOKEN = "canary-access-6e0d7c0b6f5a4e21"
REFRESH = "canary-refresh-0c9b8a7f6e5d4c3b"
CLIENT = ("our-app", "canary-secret-1f2e3d4c5b6a7988")
CANARIES = (TOKEN, REFRESH, CLIENT[1], base64.b64encode(":".join(CLIENT).encode()).decode())


class Issuer:
    """An OpenID provider. What it does wrong is said by name.

    Args:
        revoked: the status of the answer to a revocation.
        lag: questions about a revoked token that are still answered active; None, for ever.
        renewed: the answer to a renewal, status and body; the usual one if not given.
        rotates: whether a renewal replaces the refresh token; ends: whether it ends the old access token.
        flaps: after how many denials a revoked token is called active once more.
        without: members that the discovery document leaves out.
        echo: a text that every answer about a token repeats as its scope.
    """

    def __init__(
        self,
        *,
        revoked=200,
        body=None,
        lag=0,
        renewed=None,
        rotates=True,
        ends=False,
        grant=False,
        client="our-app",
        asked=200,
        exp=3600,
        flaps=None,
        without=(),
        echo="openid",
    ):
        self.revoked, self.body, self.lag, self.renewed = revoked, body, lag, renewed
        self.rotates, self.ends, self.grant, self.client, self.asked = rotates, ends, grant, client, asked
        self.exp, self.flaps, self.without, self.echo = exp, flaps, without, echo
        self.alive = {TOKEN}
        self.dying = {}
        self.refresh = REFRESH
        self.calls = []
        self.issued = []

    def __call__(self, request):
        path = request.url.path
        self.calls.append(path)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if path.endswith("openid-configuration"):
            names = ("introspection", "userinfo", "token", "revocation")
            named = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names if name not in self.without}
            return httpx.Response(200, json={"issuer": ISSUER, **named})
        return getattr(self, path.strip("/"))(request, form)

    def introspection(self, _, form):
        if self.asked != 200:
            return httpx.Response(self.asked)
        if not self.active(form["token"]):
            return httpx.Response(200, json={"active": False})
        said = {"active": True, "client_id": self.client, "sub": "42", "exp": int(time.time()) + self.exp}
        return httpx.Response(200, json={**said, "scope": self.echo})

    def active(self, token):
        if token in self.dying:
            self.dying[token] += 1
            asked = self.dying[token]
            return self.lag is None or asked <= self.lag or asked == self.flaps
        return token in self.alive

    def userinfo(self, request, _):
        token = request.headers["authorization"].removeprefix("Bearer ")
        return httpx.Response(200, json={"sub": "42"}) if token in self.alive else httpx.Response(401)

    def token(self, _, form):
        if self.renewed is not None:
            status, body = self.renewed
            return httpx.Response(status, **body)
        if form["refresh_token"] != self.refresh:
            return httpx.Response(400, json={"error": "invalid_grant"})
        new = f"new-access-{secrets.token_hex(8)}"
        self.issued.append(new)
        answer = {"access_token": new, "token_type": "Bearer", "expires_in": 3600}
        if self.rotates:
            self.refresh = answer["refresh_token"] = f"new-refresh-{secrets.token_hex(8)}"
            self.issued.append(self.refresh)
        if self.ends:
            self.alive.clear()
        self.alive.add(new)
        return httpx.Response(200, json=answer)

    def revocation(self, _, form):
        if self.revoked == 200 and self.body is None:
            self.dying |= dict.fromkeys(self.alive if self.grant else {form["token"]} & self.alive, 0)
        return httpx.Response(self.revoked, json=self.body if self.body is not None else {})


def explore(issuer, token=TOKEN, **more):
    """A whole life at the issuer, with everything allowed."""

    async def live():
        async with Asker(transport=httpx.MockTransport(issuer)) as asker:
            return await lifecycle(
                "oidc",
                token,
                **{
                    "refresh_token": REFRESH,
                    "client_id": CLIENT[0],
                    "client_secret": CLIENT[1],
                    "issuer_url": ISSUER,
                    "renew": False,
                    "revoke": True,
                    "patience": 0.2,
                    "every": 0.02,
                    "asker": asker,
                    **more,
                },
            )

    return asyncio.run(live())


def verdict(result, check="IDP-LIF-002"):
    found = next(each for each in result.findings if each.check == check)
    return found.verdict.value, found.reason


def step(result, name):
    return next(each for each in result.steps if each.name == name)


# ------------------------------------------------------------ LIF-002


def test_a_token_that_dies_passes():
    """Good before, revoked, denied twice: pass, and the step tells how often was asked."""
    result = explore(Issuer())
    assert verdict(result) == ("pass", None)
    assert (step(result, "ask-until-dead").outcome, step(result, "ask-until-dead").times) == ("dead", 2)


def test_a_token_that_dies_late_and_in_time_passes():
    """Some denials late is still in time: the delay is the caller's, and the issuer is asked until then."""
    result = explore(Issuer(lag=3), patience=5.0)
    assert verdict(result) == ("pass", None)
    assert step(result, "ask-until-dead").times == 5


def test_a_lying_issuer_fails():
    """It answers 200 to the revocation, and keeps the token alive."""
    result = explore(Issuer(lag=None))
    assert step(result, "revoke").outcome == "accepted"
    assert step(result, "ask-until-dead").outcome == "alive"
    assert verdict(result) == ("fail", None)
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ({"revoked": 503}, "issuer_error"),
        ({"revoked": 429}, "rate_limited"),
        ({"revoked": 401, "body": {"error": "invalid_client"}}, "caller_rejected"),
        ({"revoked": 400, "body": {"error": "unsupported_token_type"}}, "not_permitted"),
        ({"revoked": 302}, "issuer_error"),
        ({"revoked": 418}, "unparsable"),
        ({"body": {"ok": False}}, "unparsable"),
        ({"body": {"error": ["made up"]}}, "unparsable"),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else None,
)
def test_a_revocation_that_failed_decides_nothing(issuer, reason):
    """Whatever else it answers, a token that is still alive then is no fail of the issuer, and no pass."""
    result = explore(Issuer(**issuer))
    assert verdict(result) == ("indeterminate", reason)
    assert result.exit_code == 3
    assert step(result, "ask-until-dead").times == 1


def test_a_failed_revocation_is_not_sent_again():
    """A call that changes something is sent once, even where the answer is one that passes."""
    issuer = Issuer(revoked=503)
    explore(issuer)
    assert issuer.calls.count("/revocation") == 1


def test_one_denial_is_not_death():
    """A token that is denied once and active again, as where the servers of an issuer differ, is not dead."""
    result = explore(Issuer(flaps=2), patience=5.0)
    assert (verdict(result), step(result, "ask-until-dead").times) == (("pass", None), 4)


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [({"asked": 503}, "issuer_error"), ({"asked": 401}, "caller_rejected"), ({"asked": 403}, "not_permitted")],
)
def test_a_token_of_which_nothing_was_known_decides_nothing(issuer, reason):
    """An issuer that says nothing about the token cannot show that it died."""

    class Refusing(Issuer):
        def introspection(self, request, form):
            return super().introspection(request, form)

    assert verdict(explore(Refusing(**issuer), timeout=2.0)) == ("indeterminate", reason)


def test_a_token_that_was_dead_before_decides_nothing():
    """The revocation of a token that nobody issued is accepted all the same (RFC 7009, section 2.2)."""
    result = explore(Issuer(), token="a-token-that-nobody-issued")
    assert step(result, "revoke").outcome == "accepted"
    assert verdict(result) == ("indeterminate", "no_data")


def test_a_token_whose_end_came_first_decides_nothing():
    """A token denied after its own end may owe that to the clock alone."""
    result = explore(Issuer(exp=1, lag=1), every=1.2, patience=5.0)
    assert verdict(result) == ("indeterminate", "stale")


def test_the_whole_grant_has_to_end():
    """Where the call ends the grant, the renewed token has to die as well; an issuer that forgets it fails."""
    way = {"renew": True, "patience": 0.1}
    assert [each.token for each in _of_grant(Issuer(grant=True), **way).steps if each.name == "ask-until-dead"] == [
        "given",
        "renewed",
    ]
    assert verdict(_of_grant(Issuer(grant=True), **way)) == ("pass", None)
    assert verdict(_of_grant(Issuer(grant=False), **way)) == ("fail", None)


def _of_grant(issuer, **more):
    """A life at an issuer that is documented to end the whole grant."""
    from dataclasses import replace

    from idp_checks import providers

    documented = providers.get("oidc")
    way = documented.token.termination
    grant = replace(way, ends="grant")
    changed = replace(documented, token=replace(documented.token, termination=grant))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("idp_checks.lifecycles.run.providers.get", lambda _: changed)
        return explore(issuer, **more)


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"client_id": "another-app"}, "wrong_client"), ({"subject": "43"}, "wrong_subject")],
)
def test_nothing_is_changed_with_somebody_elses_token(more, reason):
    """A token that is not what the caller takes it for is neither renewed nor revoked, and nothing passes by it."""
    issuer = Issuer()
    result = explore(issuer, **{"renew": True, **more})
    assert [(each.name, each.outcome, each.reason) for each in result.steps[2:]] == [
        ("renew", "left_out", reason),
        ("revoke", "left_out", reason),
    ]
    assert {"/token", "/revocation"}.isdisjoint(issuer.calls)
    assert verdict(result)[0] == "indeterminate"


def test_without_permission_nothing_is_changed():
    """Only ask and use; the plan names what would be done, and what would end by it."""
    issuer = Issuer()
    result = explore(issuer, revoke=False)
    assert [each.name for each in result.steps] == ["ask", "use"]
    assert {"/token", "/revocation"}.isdisjoint(issuer.calls)
    assert [(each.action, each.allowed, each.address) for each in result.plan] == [
        ("renew", False, f"{ISSUER}/token"),
        ("revoke", False, f"{ISSUER}/revocation"),
    ]
    assert verdict(result) == ("not_applicable", None)
    assert result.exit_code == 0


def test_the_plan_is_told_before_anything_is_changed():
    """Who is told the plan can still stop it."""

    def stop(plan):
        assert [each.allowed for each in plan] == [True, True]
        raise KeyboardInterrupt

    issuer = Issuer()
    with pytest.raises(KeyboardInterrupt):
        explore(issuer, renew=True, announce=stop)
    assert {"/token", "/revocation"}.isdisjoint(issuer.calls)


# ------------------------------------------------------------ renewal, LIF-001, LIF-004


def test_a_renewal_hands_over_the_new_tokens_before_anything_else():
    """A refresh token that was replaced is in the caller's hands before the next call, whatever happens then."""
    issuer, told = Issuer(), []

    def keep(renewed):
        told.append((renewed.refresh_token.reveal(), len(issuer.calls)))

    result = explore(issuer, renew=True, revoke=False, keep=keep)
    assert told == [(issuer.refresh, issuer.calls.index("/token") + 1)]
    assert result.renewed.rotated
    assert step(result, "ask-renewed").outcome == "good"
    assert verdict(result, "IDP-LIF-004") == ("pass", None)


def test_a_refresh_token_that_is_not_replaced_is_still_the_one():
    """Without a new one the old one is handed back (RFC 6749, section 6)."""
    result = explore(Issuer(rotates=False), renew=True, revoke=False)
    assert (result.renewed.refresh_token, result.renewed.rotated) == (Secret(REFRESH), False)


@pytest.mark.parametrize(
    ("answer", "outcome", "found"),
    [
        ((400, {"json": {"error": "invalid_grant"}}), "refused", ("fail", None)),
        ((401, {"json": {"error": "invalid_client"}}), "undecided", ("indeterminate", "caller_rejected")),
        ((503, {}), "undecided", ("indeterminate", "issuer_error")),
        ((429, {}), "undecided", ("indeterminate", "rate_limited")),
        ((200, {"json": {"error": "bad_refresh_token"}}), "undecided", ("indeterminate", "unparsable")),
        ((200, {"json": {}}), "undecided", ("indeterminate", "unparsable")),
        ((200, {"json": {"access_token": "never-issued-token"}}), "renewed", ("indeterminate", "contradiction")),
    ],
    ids=str,
)
def test_a_renewal_counts_by_the_new_token_alone(answer, outcome, found):
    """Only a new token that its issuer calls active shows that renewal works; only invalid_grant shows the contrary."""
    result = explore(Issuer(renewed=answer), renew=True, revoke=False)
    assert step(result, "renew").outcome == outcome
    assert verdict(result, "IDP-LIF-004") == found


def test_where_the_renewal_ends_the_old_token_the_new_one_is_revoked():
    """The revocation of a token that is dead already would show nothing."""
    result = explore(Issuer(ends=True), renew=True)
    assert (step(result, "revoke").token, verdict(result)) == ("renewed", ("pass", None))


def test_a_renewal_is_sent_once():
    """A refresh token sent twice may end the whole grant (RFC 9700, section 4.14.2)."""
    issuer = Issuer(renewed=(503, {}))
    explore(issuer, renew=True, revoke=False)
    assert issuer.calls.count("/token") == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"access_token": "a", "refresh_token": "r", "expires_in": "60"}, ("a", "r", True, 60)),
        ({"data": {"access_token": "a"}}, ("a", "held", False, None)),
        ({"data": [{"authed_user": {"access_token": "a", "refresh_token": "held"}}]}, ("a", "held", False, None)),
        ({"access_token": "a", "expires_in": True, "inner": {"access_token": "b"}}, ("a", "held", False, None)),
        ({"access_token": 7}, None),
        ({"access_token": "  "}, None),
        ([], None),
    ],
)
def test_new_tokens_are_found_in_any_form(body, expected):
    """At any depth, the least deep first; what is no text is no token."""
    found = renewed_of(Response(200, {}, json.dumps(body).encode()), Secret("held"))
    said = found and (found.access_token.reveal(), found.refresh_token.reveal(), found.rotated, found.expires_in)
    assert said == expected


def test_new_tokens_are_found_in_a_form_encoded_answer():
    """Some issuers answer in the form of a query."""
    found = renewed_of(Response(200, {}, b"access_token=a%2Bb&refresh_token=c"), None)
    assert (found.access_token.reveal(), found.refresh_token.reveal()) == ("a+b", "c")
    assert renewed_of(Response(400, {}, b"access_token=a"), None) is None


def test_an_issuer_without_a_revocation_endpoint_cannot_revoke():
    """The discovery document names none: that is told, nothing is sent, and there is no verdict on a death."""
    issuer = Issuer(without=("revocation",))
    result = explore(issuer)
    assert step(result, "revoke").outcome == "left_out"
    assert "/revocation" not in issuer.calls
    assert verdict(result) == ("not_applicable", None)
    assert verdict(result, "IDP-LIF-001") == ("indeterminate", "no_policy")


def test_discovery_of_another_issuer_is_not_gone_by():
    """A document that names another issuer leads nowhere: no token and no secret is sent to its endpoints."""

    class Other(Issuer):
        def __call__(self, request):
            if request.url.path.endswith("openid-configuration"):
                endpoints = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in ("userinfo", "token", "revocation")}
                return httpx.Response(200, json={"issuer": "https://evil.example.com", **endpoints})
            return super().__call__(request)

    issuer = Other()
    result = explore(issuer, renew=True)
    assert [each.outcome for each in result.steps] == ["undecided", "left_out", "left_out", "left_out"]
    assert issuer.calls == []
    assert verdict(result) == ("indeterminate", "caller_rejected")


def test_what_a_way_takes_and_is_not_held_is_named():
    """Without a client secret nothing is sent, and the plan says what is missing."""
    result = explore(Issuer(), client_secret=None)
    assert {each.action: each.missing for each in result.plan} == {
        "renew": ("client_secret",),
        "revoke": ("client_secret",),
    }
    assert verdict(result, "IDP-LIF-001") == ("indeterminate", "no_data")


# ------------------------------------------------------------ secrets, usage


def test_no_secret_shows_in_any_form():
    """Also where the issuer repeats tokens where scopes belong: the canaries are in no output."""
    issuer = Issuer(echo=f"openid {TOKEN} {REFRESH} {CLIENT[1]}")
    result = explore(issuer, renew=True)
    assert verdict(result) == ("pass", None)
    shown = json.dumps(result.to_dict()) + repr(result) + str(result.steps) + repr(result.renewed)
    assert [each for each in (*CANARIES, *issuer.issued) if each in shown] == []
    assert len(issuer.issued) == 2


def test_the_search_for_canaries_would_find_one():
    """The tester tested: a canary planted in a detail is found in the output."""
    from msgspec import structs

    result = explore(Issuer())
    planted = structs.replace(result, steps=(structs.replace(result.steps[0], detail=TOKEN),))
    assert TOKEN in json.dumps(planted.to_dict())
    assert TOKEN in repr(planted)


def test_no_secret_shows_in_an_exception():
    """A fault in the middle of a call shows no canary, not even by the locals of the traceback's frames."""

    def broken(renewed):
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError) as caught:
        explore(Issuer(), renew=True, keep=broken)
    frames = []
    trace = caught.tb
    while trace is not None:
        # the frames of the toolkit: those of this test and of its issuer hold the canaries themselves
        if "idp_checks" in trace.tb_frame.f_globals.get("__name__", ""):
            frames.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    assert frames
    assert [each for each in CANARIES for shown in frames if each in shown] == []


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"patience": -1.0}, "patience"),
        ({"patience": float("nan")}, "patience"),
        ({"every": 0.0}, "every"),
        ({"issuer_url": "http://op.example.com"}, "issuer_url"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_what_cannot_be_meant_is_refused(more, where):
    """A wrong time or an address that no token may be sent to is the caller's mistake."""
    with pytest.raises(UsageError) as caught:
        lifecycle_sync("oidc", TOKEN, **{"issuer_url": ISSUER, **more})
    assert caught.value.where == where


def test_a_provider_without_any_way_is_told_so():
    """Where nothing can be asked, used, renewed or revoked, nothing is sent, and nothing passes."""
    result = lifecycle_sync("miicard", TOKEN, renew=True, revoke=True)
    assert {each.outcome for each in result.steps} == {"undecided", "left_out"}
    assert "pass" not in {each.verdict.value for each in result.findings}


# ------------------------------------------------------------ the simulated issuers


@pytest.fixture
def served():
    """Simulated issuers of this test alone: what is revoked there stays dead."""
    with serve(world=World(names=("google-oauth2", "github", "oidc", "tiktok"))) as running:
        yield running


def simulated(served, provider, case="valid", **more):
    issuer = served.world.issuer(provider)
    return lifecycle_sync(
        provider,
        issuer.token(case),
        **{
            "refresh_token": served.refresh_token,
            "client_id": issuer.client_id,
            "client_secret": served.client_secret,
            "issuer_url": served.url(provider),
            "credentials": issuer.loopback_credentials,
            "patience": 0.3,
            "every": 0.05,
            **more,
        },
    )


@pytest.mark.parametrize("provider", ["google-oauth2", "github", "oidc"])
def test_a_simulated_token_lives_and_dies(served, provider):
    """Every step works at issuers of three kinds, and the token is dead for whoever asks next."""
    result = simulated(served, provider, renew=True, revoke=True)
    assert {each.check: each.verdict.value for each in result.findings} == dict.fromkeys(
        ("IDP-LIF-001", "IDP-LIF-002", "IDP-LIF-004"), "pass"
    )
    assert simulated(served, provider).steps[0].outcome == "not_good"


def test_a_simulated_token_that_lingers_dies_in_time(served):
    """It goes on working for two seconds: in time for the patient, a fail for the others."""
    assert verdict(simulated(served, "github", LINGERING, revoke=True)) == ("fail", None)
    result = simulated(served, "github", LINGERING, revoke=True, patience=20.0)
    assert verdict(result) == ("pass", None)


def test_a_simulated_issuer_that_lies_is_found_out(served):
    """It accepts the revocation, and vouches for the token ever after."""
    assert verdict(simulated(served, "github", UNDYING, revoke=True)) == ("fail", None)


def test_an_error_that_says_ok_is_none(served):
    """TikTok answers every good call with an error object whose code is ``ok``."""
    assert step(simulated(served, "tiktok"), "use").outcome == "worked"


def test_a_refresh_token_works_once_at_simulated_issuers(served):
    """A replaced refresh token is refused, and the new one is taken."""
    first = simulated(served, "google-oauth2", renew=True)
    again = simulated(served, "google-oauth2", renew=True)
    assert [step(each, "renew").outcome for each in (first, again)] == ["renewed", "refused"]
    assert verdict(again, "IDP-LIF-004") == ("fail", None)
    handed = first.renewed.refresh_token
    assert step(simulated(served, "google-oauth2", renew=True, refresh_token=handed), "renew").outcome == "renewed"


# ------------------------------------------------------------ the command


def run(*arguments, token=TOKEN, **environment):
    return subprocess.run(
        [sys.executable, "-m", "idp_checks.cli", "lifecycle", *map(str, arguments)],
        input=token,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_command_asks_for_permission(served, tmp_path):
    """Without --yes it tells what it would do, where, and how to allow it; the token lives on."""
    given = {
        "IDP_CHECKS_CLIENT_ID": served.world.issuer("github").client_id,
        "IDP_CHECKS_CLIENT_SECRET": CLIENT_SECRET,
        "IDP_CHECKS_REFRESH_TOKEN": REFRESH_TOKEN,
    }
    token, where = served.world.token("github", "valid"), ("github", "--issuer-url", served.url("github"))
    done = run(*where, token=token, **given)
    assert done.returncode == 0, done
    assert "revoke  DELETE http" in done.stdout.replace("   ", "  ")
    assert "--yes allows it" in done.stdout
    assert "will" not in done.stderr
    done = run(*where, "--yes", "--no-revoke", "--json", token=token, **given)
    assert "warning: the new tokens are kept nowhere" in done.stderr
    assert [each["name"] for each in json.loads(done.stdout)["steps"]] == ["ask", "use", "renew", "ask-renewed"]
    shown = done.stdout + done.stderr
    assert [each for each in (token, REFRESH_TOKEN, CLIENT_SECRET) if each in shown] == []
    kept = tmp_path / "new.json"
    done = run(*where, "--yes", "--no-revoke", "--renewed-to", kept, token=token, **given)
    assert (done.returncode, kept.exists()) == (1, False), "that refresh token was replaced by the run before"


def test_the_command_refuses_what_would_lose_tokens(tmp_path):
    """A file that is there already, or cannot be made, stops it before anything is asked; so does nothing to renew."""
    there = tmp_path / "there.json"
    there.write_text("mine")
    for arguments, said in (
        (("--yes", "--renewed-to", there), "is there already"),
        (("--yes", "--renewed-to", tmp_path / "no" / "folder.json"), "cannot be written"),
        (("--renewed-to", tmp_path / "new.json"), "nothing is renewed"),
    ):
        done = run("github", "--issuer-url", "http://127.0.0.1:9", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    assert there.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [there]


# ------------------------------------------------------------ the audit


def audited(served, case, **connection):
    issuer = served.world.issuer("github")
    held = {"provider": "github", "user_id": "1", "connection": "github", "isSocial": True}
    return audit(
        NormalizedProfile.from_auth0(
            {
                "user_id": "github|1",
                "name": "m",
                "nickname": "m",
                "picture": "https://x.example.com/",
                "identities": [{**held, "access_token": served.world.token("github", case)}],
            }
        ),
        policy=Policy(
            connections={
                "github": Connection(
                    name="github",
                    provider="github",
                    client_ids=(issuer.client_id,),
                    client_secret=Secret(CLIENT_SECRET),
                    issuer_url=served.url("github"),
                    revocation_delay_s=1,
                    **connection,
                )
            }
        ),
    )


def of(result, check):
    return [(each.verdict.value, each.reason) for each in result.findings if each.check == check]


def test_an_audit_revokes_nothing_by_itself(served):
    """Whatever the policy says otherwise, without a token named for it nothing is revoked, and that is told."""
    result = audited(served, "valid")
    assert of(result, "IDP-LIF-002") == [("not_applicable", None)]
    assert of(result, "IDP-LIF-001") == [("pass", None)]
    assert of(result, "IDP-LIF-004") == [("indeterminate", "no_policy")]
    assert of(audited(served, "valid"), "IDP-TOK-001") == [("pass", None)]


@pytest.mark.parametrize(("case", "expected"), [("other-user", ("pass", None)), (UNDYING, ("fail", None))])
def test_an_audit_revokes_the_one_token_that_is_named_for_it(served, case, expected):
    """That token is revoked and asked about until it is dead; the user's own token is as good as before."""
    named = Secret(served.world.token("github", case))
    result = audited(served, "valid", lifecycle_token=named)
    assert of(result, "IDP-LIF-002") == [expected]
    assert result.run["policy"]["connections"]["github"]["lifecycle_token"] == "given"
    assert named.reveal() not in json.dumps(result.to_dict())
    assert of(audited(served, "valid"), "IDP-TOK-001") == [("pass", None)]


def test_an_audit_does_not_revoke_a_users_own_token(served):
    """A token that a record holds cannot be named for it: nothing is asked then, and nothing is revoked."""
    with pytest.raises(UsageError, match="a user record contains this token"):
        audited(served, "valid", lifecycle_token=Secret(served.world.token("github", "valid")))
    assert of(audited(served, "valid"), "IDP-TOK-001") == [("pass", None)]


def test_the_token_for_an_audit_stands_in_the_environment(tmp_path):
    """The file names the variable; a token in the file is refused, and so is the canary in its place."""
    file = tmp_path / "audit.toml"
    start = 'sources = ["users.ndjson"]\n[connections.github]\nprovider = "github"\n'
    file.write_text(f'{start}lifecycle_token_env = "THROWAWAY"\nneeds_offline = false\nmax_unrevocable_s = 60\n')
    connection = load(file, {"THROWAWAY": TOKEN}).policy.connections["github"]
    assert connection.lifecycle_token == Secret(TOKEN)
    assert (connection.needs_offline, connection.max_unrevocable_s) == (False, 60)
    for wrong, said in (
        (f'lifecycle_token = "{TOKEN}"\n', "holds a secret"),
        ('lifecycle_token_env = "A"\ncanary_env = "A"\n', "names the canary"),
        ("renew_before_s = 0\n", "above zero"),
    ):
        file.write_text(start + wrong)
        with pytest.raises(UsageError, match=said):
            load(file, {"A": TOKEN})
