"""The simulated issuers over HTTP and at the providers' own hosts answer as the recordings say."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime

import httpx
import pytest
import respx

from idp_checks import UsageError, introspect_sync, normalize, providers, recordings
from idp_checks.issuers.mock import router
from idp_checks.issuers.serve import serve
from idp_checks.issuers.world import CLIENT_SECRET, PLAYED, SLOW, World

WORLD = World()
NAMES = [name for name in WORLD.names if "valid" in WORLD.issuer(name).recordings]


@pytest.fixture(scope="module")
def served():
    with serve(world=WORLD, late=3.0) as server:
        yield server


def _ask(served, name, case, **expected):
    issuer = WORLD.issuer(name)
    expected = {"client_id": issuer.client_id, "client_secret": CLIENT_SECRET, "timeout": 5.0, **expected}
    return introspect_sync(
        name,
        expected.pop("token", None) or issuer.token(case),
        issuer_url=served.url(name, issuer.wholly(case)),
        credentials=issuer.further,
        **expected,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_case_means_over_a_socket_what_is_recorded(served, name):
    """Each recorded case, asked over HTTP, gives the recorded verdict; the times have moved with the clock."""
    issuer = WORLD.issuer(name)
    for case, recorded in issuer.recordings.items():
        if recorded.introspection.get("reason") == "issuer_error" or case == "rate-limited":
            continue  # retried: the next test
        expected = WORLD.ask(name, case)
        found = _ask(served, name, case)
        if case == "bad-client" or (found.reason in ("not_stated", "wrong_client") and expected.active):
            continue  # over HTTP the client is expected too: see the tests of that
        assert (case, found.active, found.reason) == (case, expected.active, expected.reason)
        assert (found.subject, found.client_id, found.scopes) == (expected.subject, expected.client_id, expected.scopes)
        if found.expires_at is not None:
            assert abs((found.expires_at - expected.expires_at).total_seconds()) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_good_token_is_good(served, name):
    """A good token of our client and of this person is good, as far as the issuer names them."""
    issuer = WORLD.issuer(name)
    tells = providers.get(name).debug.tells
    found = _ask(served, name, "valid", client_id=issuer.client_id, subject=issuer.subject)
    assert found.active is True
    assert found.reason == ("ok" if {"client"} <= tells and (found.subject or "subject" not in tells) else "not_stated")


@pytest.mark.parametrize("name", NAMES)
def test_anothers_token_is_not_good(served, name):
    """A token of another client or of another person never is good for who expects their own."""
    issuer = WORLD.issuer(name)
    for case in {"other-client", "other-user"} & set(issuer.cases):
        assert not _ask(served, name, case, subject=issuer.subject).good, case


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("case", "reason"), [("rate-limited", "rate_limited"), ("broken", "unparsable"), ("down", "issuer_error")]
)
def test_trouble_leaves_the_question_open(served, name, case, reason):
    """An issuer that is throttling, cut short or out of service says nothing, and we say why."""
    found = _ask(served, name, case, timeout=0.5)
    assert (found.active, found.good) == (None, False)
    assert found.reason == reason


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_token_is_refused_as_documented(served, name):
    """A token that the issuer never gave out is denied: the calibration of an audit rests on that."""
    issuer = WORLD.issuer(name)
    made_up = issuer.token("valid")[:-12] + "abcdefabcdef"
    found = _ask(served, name, "valid", token=made_up)
    assert found.active is False, found
    assert found.reason in ("denied", "malformed", "unknown_token", "revoked")


def test_a_late_answer_is_no_answer(served):
    """The slow case is answered after the deadline, and we have gone by then."""
    found = _ask(served, "google-oauth2", SLOW, timeout=0.3)
    assert (found.active, found.reason) == (None, "network")


@pytest.mark.parametrize("name", [name for name in NAMES if "client_secret" in providers.get(name).debug.needs])
def test_a_wrong_client_secret_is_no_denial(served, name):
    """Who asks with a wrong secret learns nothing about the token."""
    found = _ask(served, name, "valid", client_secret="not-the-secret")
    assert found.active is None
    assert found.reason in ("caller_rejected", "not_permitted", "unparsable")


@pytest.mark.skipif("oidc" not in NAMES, reason="no recordings of oidc")
def test_the_discovery_document_names_the_address_it_came_from(served):
    """OpenID Connect Discovery 1.0, section 4.3: the issuer is the address at which discovery starts."""
    base = served.url("oidc")
    document = httpx.get(f"{base}/.well-known/openid-configuration").json()
    assert document["issuer"] == base
    assert _ask(served, "oidc", "valid").issuer == base


@pytest.mark.parametrize("name", NAMES)
def test_the_profile_is_played_too(served, name):
    """The profile call of a good token gives the recorded full profile, that of another user another identifier."""
    issuer, call = WORLD.issuer(name), providers.get(name).profile.call
    hosted = issuer.hosted(call.url) if call else ""
    place = next((each for each in issuer.places if call and (each.method, each.url) == (call.method, hosted)), None)
    if place is None:
        assert call is None or not call.url.startswith("https://")
        return
    path = httpx.URL(hosted).raw_path.decode()
    full = next(each for each in recordings.profiles(name) if each.case == "full")
    answers = {}
    for case in {"valid", "other-user"} & set(issuer.cases):
        answered = httpx.request(
            call.method, served.url(name) + path, headers={"Authorization": f"Bearer {issuer.token(case)}"}
        )
        assert answered.status_code == 200, case
        answers[case] = normalize(name, answered.content, also=_further(served, name, issuer.token(case))).user_id
    assert answers["valid"] == full.normalized["user_id"]
    assert answers.get("other-user") != answers["valid"] or name == "google-apps"  # known by address, not by sub
    if not call.auth.startswith("bearer"):
        return
    refused = httpx.request(call.method, served.url(name) + path, headers={"Authorization": "Bearer nobody"})
    assert refused.status_code >= 400 or name == "slack"  # Slack refuses with 200


def _further(served, name, token):
    """What the further calls answer, where they are played."""
    answers = {}
    for each, further in providers.get(name).profile.also.items():
        path = httpx.URL(further.call.url).raw_path.decode()
        answered = httpx.request(
            further.call.method, served.url(name) + path, headers={"Authorization": f"Bearer {token}"}
        )
        if answered.status_code == 200:
            answers[each] = answered.content
    return answers


def test_what_is_not_played_is_refused(served):
    """An unknown issuer, an unknown case and an unknown path are 404, and no documented answer of anybody."""
    for path in ("/nobody/x", "/github+nothing/applications/a/token", "/github/nothing"):
        assert httpx.get(served.base_url + path).status_code == 404
    assert (
        introspect_sync("google-oauth2", WORLD.token("google-oauth2", "valid"), issuer_url=served.url("github")).reason
        == "unparsable"
    )


def test_the_listing_tells_how_to_ask(served):
    """Every row of the listing is JSON and enough to put its question; the good tokens are found active by it."""
    rows = json.loads(json.dumps(served.tokens()))
    assert {row["provider"] for row in rows} == set(WORLD.names)
    assert len({(row["provider"], row["case"]) for row in rows}) == len(rows)
    for row in rows:
        if row["case"] == "valid":
            found = introspect_sync(
                row["provider"],
                row["token"],
                client_id=row["client_id"],
                client_secret=served.client_secret,
                issuer_url=row["issuer_url"],
                credentials=row["credentials"],
            )
            assert found.active is True, row["provider"]


def test_the_listing_of_the_world_names_every_case_once():
    """``tokens`` holds each issuer's cases, and no two tokens are the same."""
    listed = list(WORLD.tokens())
    assert len({token for _, _, token in listed}) == len(listed)
    for name in WORLD.names:
        assert set(PLAYED) <= {case for provider, case, _ in listed if provider == name}


def test_an_unknown_case_is_an_error():
    """Who asks for a token of a case that is not played is told which are."""
    with pytest.raises(LookupError, match="valid"):
        WORLD.token("github", "nonsense")


def test_only_loopback_is_served():
    """What vouches for made-up tokens is not offered to the network; a taken port is told, not a traceback."""
    with pytest.raises(UsageError, match="loopback"), serve(host="0.0.0.0"):
        pass
    with serve(world=WORLD) as first:
        port = int(first.base_url.rpartition(":")[2])
        with pytest.raises(UsageError, match="listen"), serve(port=port):
            pass


def test_the_server_is_gone_afterwards():
    """After the context nobody answers."""
    with serve(world=WORLD) as server:
        assert httpx.get(server.base_url).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url)


@pytest.mark.parametrize("name", NAMES)
def test_the_router_plays_the_documented_hosts(name):
    """Without ``issuer_url`` the question goes to the documented host, and the router answers it there."""
    issuer = WORLD.issuer(name)
    with router(WORLD) as mocked:
        found = introspect_sync(
            name,
            issuer.token("valid"),
            client_id=issuer.client_id,
            client_secret=CLIENT_SECRET,
            credentials=issuer.credentials,
        )
        assert found.active is True
        assert mocked.calls.call_count >= 1
    hosts = {httpx.URL(place.url).host for place in issuer.places}
    assert {call.request.url.host for call in mocked.calls} <= hosts
    assert found.exchanges, "the exchange is kept"


def test_the_router_refuses_what_nobody_documents():
    """An address that no issuer documents is an error of the test, not an answer and not a network call."""
    with router(WORLD), pytest.raises(respx.models.AllMockedAssertionError):
        introspect_sync("google-oauth2", "ya29.whatever", issuer_url="https://elsewhere.example.com")
    with router(WORLD), pytest.raises(respx.models.AllMockedAssertionError):
        httpx.get("https://api.github.com/nothing-played-here")
    with router(WORLD), pytest.raises(respx.models.AllMockedAssertionError):
        httpx.delete("https://oauth2.googleapis.com/tokeninfo")


def test_the_router_plays_trouble():
    """A slow issuer and one that is down as a whole are played at the documented hosts too."""
    with router(WORLD, whole={"google-oauth2": "down"}):
        found = introspect_sync("google-oauth2", WORLD.token("google-oauth2", "valid"))
        assert (found.active, found.reason) == (None, "issuer_error")
    with router(WORLD):
        found = introspect_sync("google-oauth2", WORLD.token("google-oauth2", SLOW))
        assert (found.active, found.reason) == (None, "network")
        user = httpx.get(
            "https://api.github.com/user", headers={"Authorization": f"Bearer {WORLD.token('github', 'valid')}"}
        )
    assert normalize("github", user.content).user_id == "github|90000042"


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("idp_checks.issuers.world", ("starlette", "uvicorn", "respx", "httpx")),
        ("idp_checks.issuers.mock", ("starlette", "uvicorn")),
        ("idp_checks.issuers.app", ("uvicorn", "respx", "httpx")),
        ("idp_checks.live", ("starlette", "uvicorn", "respx")),
    ],
)
def test_only_what_is_used_is_imported(module, absent):
    """The world needs no web library; each face brings its own alone."""
    code = f"import sys, {module}; print([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_clock_of_the_world_is_given():
    """At another time the same token is answered with times as far away as they were recorded."""
    then = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    found = World(lambda: then).ask("google-oauth2", "valid")
    assert found.active is True
    assert found.expires_at > then
