"""The simulated issuers over HTTP respond as recorded."""

from __future__ import annotations

import json

import httpx
import pytest
from support.simulated_issuers import NAMES, WORLD

from idp_checks import UsageError, introspect_sync, normalize, providers, recordings
from idp_checks.issuers.cases import CLIENT_SECRET, SLOW
from idp_checks.issuers.server import serve

pytestmark = pytest.mark.slow


def ask(server, name, case, **options):
    """Ask the server about the token of a case."""
    issuer = WORLD.issuer(name)
    options = {"client_id": issuer.client_id, "client_secret": CLIENT_SECRET, "timeout": 5.0, **options}
    return introspect_sync(
        name,
        options.pop("token", None) or issuer.token(case),
        issuer_url=server.url(name, issuer.case_for_all_requests(case)),
        credentials=issuer.loopback_credentials,
        **options,
    )


@pytest.mark.parametrize("name", NAMES)
def test_recorded_cases_have_the_recorded_verdict(server, name):
    """Each recorded case, asked over HTTP, has the recorded verdict, and its times have moved with the clock."""
    issuer = WORLD.issuer(name)
    for case, recording in issuer.recordings.items():
        if recording.introspection.get("reason") == "issuer_error" or case == "rate-limited":
            continue  # retried: see the test of issuers in trouble
        expected = WORLD.ask(name, case)
        result = ask(server, name, case)
        if case == "bad-client" or (result.reason in ("not_stated", "wrong_client") and expected.active):
            continue  # over HTTP a client is expected too: see the tests about expectations
        assert (case, result.active, result.reason) == (case, expected.active, expected.reason)
        assert (result.subject, result.client_id, result.scopes) == (
            expected.subject,
            expected.client_id,
            expected.scopes,
        )
        if result.expires_at is not None:
            assert abs((result.expires_at - expected.expires_at).total_seconds()) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_good_token_is_good(server, name):
    """A good token of the expected client and account is good, as far as the issuer names them."""
    issuer = WORLD.issuer(name)
    proves = providers.get(name).debug.proves
    result = ask(server, name, "valid", client_id=issuer.client_id, subject=issuer.subject)
    assert result.active is True
    is_proven = {"client"} <= proves and (result.subject or "subject" not in proves)
    assert result.reason == ("ok" if is_proven else "not_stated")


@pytest.mark.parametrize("name", NAMES)
def test_token_of_another_client_or_user_is_not_good(server, name):
    """A token of another client or user is never good for a caller that expects its own."""
    issuer = WORLD.issuer(name)
    for case in {"other-client", "other-user"} & set(issuer.cases):
        assert not ask(server, name, case, subject=issuer.subject).good, case


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("case", "reason"), [("rate-limited", "rate_limited"), ("broken", "unparsable"), ("down", "issuer_error")]
)
def test_issuer_in_trouble_leaves_the_token_undecided(server, name, case, reason):
    """A rate limit, a truncated response and an outage leave the token undecided, with the reason."""
    result = ask(server, name, case, timeout=0.5)
    assert (result.active, result.good) == (None, False)
    assert result.reason == reason


@pytest.mark.parametrize("name", NAMES)
def test_unknown_token_is_denied_as_documented(server, name):
    """A token that the issuer never issued is denied; the calibration of an audit depends on it."""
    issuer = WORLD.issuer(name)
    unknown = issuer.token("valid")[:-12] + "abcdefabcdef"
    result = ask(server, name, "valid", token=unknown)
    assert result.active is False, result
    assert result.reason in ("denied", "malformed", "unknown_token", "revoked")


def test_slow_case_exceeds_the_deadline(server):
    """The response of the slow case comes after the deadline, so the token is undecided."""
    result = ask(server, "google-oauth2", SLOW, timeout=0.3)
    assert (result.active, result.reason) == (None, "network")


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "client_secret" in providers.get(name).debug.required_credentials]
)
def test_wrong_client_secret_is_not_a_denial(server, name):
    """A caller with a wrong client secret learns nothing about the token."""
    result = ask(server, name, "valid", client_secret="not-the-secret")
    assert result.active is None
    assert result.reason in ("caller_rejected", "not_permitted", "unparsable")


@pytest.mark.skipif("oidc" not in NAMES, reason="no recordings of oidc")
def test_discovery_document_names_its_own_url(server):
    """The issuer is the URL at which discovery starts (OpenID Connect Discovery 1.0, section 4.3)."""
    base = server.url("oidc")
    document = httpx.get(f"{base}/.well-known/openid-configuration").json()
    assert document["issuer"] == base
    assert ask(server, "oidc", "valid").issuer == base


@pytest.mark.parametrize("name", NAMES)
def test_profile_call_returns_the_recorded_profile(server, name):
    """The profile call of a good token returns the recorded full profile; another user's returns another identifier."""
    issuer, call = WORLD.issuer(name), providers.get(name).profile.request
    url = issuer.fill_host(call.url) if call else ""
    route = next((item for item in issuer.routes if call and (item.method, item.url) == (call.method, url)), None)
    if route is None:
        assert call is None or not call.url.startswith("https://")
        return
    full = next(item for item in recordings.load_profiles(name) if item.case == "full")
    identifiers = {}
    for case in {"valid", "other-user"} & set(issuer.cases):
        response = fetch(server, name, call.method, url, issuer.token(case))
        assert response.status_code == 200, case
        also = fetch_additional(server, name, issuer.token(case))
        identifiers[case] = normalize(name, response.content, also=also).user_id
    assert identifiers["valid"] == full.normalized["user_id"]
    # Google Apps identifies users by email address, which is the same in both cases.
    assert identifiers.get("other-user") != identifiers["valid"] or name == "google-apps"
    if call.placement.pattern != "Bearer {token}":
        return
    response = fetch(server, name, call.method, url, "unknown-token")
    assert response.status_code >= 400 or name == "slack"  # Slack denies with 200


def fetch(server, name, method, url, token):
    """Call a documented URL at the server."""
    path = httpx.URL(url).raw_path.decode()
    return httpx.request(method, server.url(name) + path, headers={"Authorization": f"Bearer {token}"})


def fetch_additional(server, name, token):
    """Return the responses of the additional profile calls that are simulated."""
    bodies = {}
    for call_name, additional in providers.get(name).profile.also.items():
        response = fetch(server, name, additional.request.method, additional.request.url, token)
        if response.status_code == 200:
            bodies[call_name] = response.content
    return bodies


def test_unknown_paths_are_not_found(server):
    """An unknown issuer, case or path is 404, which is not a documented response of any issuer."""
    for path in ("/nobody/x", "/github+nothing/applications/a/token", "/github/nothing"):
        assert httpx.get(server.base_url + path).status_code == 404
    token = WORLD.token("google-oauth2", "valid")
    assert introspect_sync("google-oauth2", token, issuer_url=server.url("github")).reason == "unparsable"


def test_listing_is_enough_to_ask(server):
    """Every row of the listing is JSON and enough to ask its question; the good tokens are active."""
    rows = json.loads(json.dumps(server.tokens()))
    assert {row["provider"] for row in rows} == set(WORLD.names)
    assert len({(row["provider"], row["case"]) for row in rows}) == len(rows)
    for row in rows:
        if row["case"] == "valid":
            result = introspect_sync(
                row["provider"],
                row["token"],
                client_id=row["client_id"],
                client_secret=server.client_secret,
                issuer_url=row["issuer_url"],
                credentials=row["credentials"],
            )
            assert result.active is True, row["provider"]


def test_serve_accepts_only_loopback():
    """The server does not listen on the network, because it accepts sample tokens; a used port is a usage error."""
    with pytest.raises(UsageError, match="loopback"), serve(host="0.0.0.0"):
        pass
    with serve(world=WORLD) as first:
        port = int(first.base_url.rpartition(":")[2])
        with pytest.raises(UsageError, match="listen"), serve(port=port):
            pass


def test_server_stops_after_its_context():
    """The server accepts no connection after its context has ended."""
    with serve(world=WORLD) as server:
        assert httpx.get(server.base_url).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url)
