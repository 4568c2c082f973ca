"""A real OpenID provider on loopback (Canaille, by pytest-iam): discovery, introspection, revocation, userinfo."""

from __future__ import annotations

import json
import secrets
import socket
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from idp_checks import introspect_sync, normalize

pytest.importorskip("pytest_iam", reason="pytest-iam is of the extra `test`")

REDIRECT = "https://app.example.com/callback"


@pytest.fixture(scope="module")
def provider(iam_server):
    """The server, with one person who is signed in and has consented to two applications of ours."""
    user = iam_server.random_user(
        user_name="mia.chen",
        formatted_name="Mia Chen",
        given_name="Mia",
        family_name="Chen",
        emails=["mia.chen@example.com"],
    )
    iam_server.login(user)
    yield iam_server
    iam_server.logout()


def _client(provider, name):
    """An application, registered: its id and secret."""
    client = provider.models.Client(
        client_id=name,
        client_name=name,
        client_secret=secrets.token_urlsafe(24),
        client_uri="https://app.example.com",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile", "email"],
        token_endpoint_auth_method="client_secret_basic",
    )
    provider.backend.save(client)
    client.audience = [client]
    provider.backend.save(client)
    provider.consent(provider.logged_user, client)
    return client.client_id, client.client_secret


@pytest.fixture(scope="module")
def ours(provider):
    return _client(provider, "our-app")


@pytest.fixture(scope="module")
def theirs(provider):
    return _client(provider, "their-app")


def _token(provider, client):
    """An access token by the authorization code flow (RFC 6749, section 4.1), and the endpoints of the server."""
    found = httpx.get(f"{provider.url}.well-known/openid-configuration").json()
    answered = httpx.get(
        found["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": client[0],
            "scope": "openid profile email",
            "redirect_uri": REDIRECT,
            "nonce": "n",
            "state": "s",
        },
    )
    assert answered.status_code == 302, answered.text
    code = parse_qs(urlsplit(answered.headers["location"]).query)["code"][0]
    issued = httpx.post(
        found["token_endpoint"],
        auth=client,
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT},
    )
    assert issued.status_code == 200, issued.text
    return issued.json()["access_token"], found


def _ask(provider, token, client, **expected):
    return introspect_sync(
        "oidc",
        token,
        client_id=client[0],
        client_secret=client[1],
        **{"issuer_url": provider.url.rstrip("/"), "timeout": 5.0, **expected},
    )


def test_a_token_is_good_until_it_is_revoked(provider):
    """Found by discovery, vouched for by introspection, denied after its revocation (RFC 7009)."""
    # An application of its own: two tokens of one application and one second are the same at this server.
    ours = _client(provider, "revoking-app")
    token, endpoints = _token(provider, ours)
    found = _ask(provider, token, ours, subject="mia.chen")
    assert found.good, found
    assert (found.client_id, found.subject) == ("revoking-app", "mia.chen")
    assert set(found.scopes) == {"openid", "profile", "email"}
    assert found.issued_at <= found.asked_at < found.expires_at
    assert _ask(provider, token, ours, subject="somebody.else").reason == "wrong_subject"

    revoked = httpx.post(endpoints["revocation_endpoint"], auth=ours, data={"token": token})
    assert revoked.status_code == 200
    found = _ask(provider, token, ours)
    assert (found.active, found.good, found.reason) == (False, False, "denied")


def test_this_server_writes_its_times_as_floats(provider, ours):
    """RFC 7662 has integers; this server's ``exp`` is a JSON number with a fraction point, and is a time all the same."""
    token, endpoints = _token(provider, ours)
    raw = httpx.post(endpoints["introspection_endpoint"], auth=ours, data={"token": token}).text
    assert isinstance(json.loads(raw)["exp"], float)
    found = _ask(provider, token, ours)
    assert found.good
    assert int(json.loads(raw)["exp"]) == int(found.expires_at.timestamp())


def test_three_failures_are_told_apart(provider, ours, theirs):
    """Another client's token, a wrong secret of ours and a server that is not there have three different reasons."""
    token, _ = _token(provider, theirs)
    anothers = _ask(provider, token, ours)
    wrong_secret = _ask(provider, token, (ours[0], "not-the-secret"))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nowhere = f"http://127.0.0.1:{gone.getsockname()[1]}"
    unreachable = _ask(provider, token, ours, issuer_url=nowhere, timeout=2.0)
    assert not any(found.good for found in (anothers, wrong_secret, unreachable))
    assert (anothers.active, anothers.reason, anothers.bare) == (False, "denied", True)
    assert (wrong_secret.active, wrong_secret.reason) == (None, "caller_rejected")
    assert (unreachable.active, unreachable.reason) == (None, "network")


def test_a_token_nobody_issued_is_denied(provider, ours):
    """What an audit's calibration asks for."""
    found = _ask(provider, secrets.token_urlsafe(32), ours)
    assert (found.active, found.reason) == (False, "denied")


def test_its_userinfo_is_normalised(provider, ours):
    """The answer of the userinfo endpoint is a profile of ``oidc``; the probe with it proves no client."""
    token, endpoints = _token(provider, ours)
    answered = httpx.get(endpoints["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
    shape = normalize("oidc", answered.content).to_dict()
    assert (shape["user_id"], shape["name"]) == ("oidc|mia.chen", "Mia Chen")
    assert (shape["given_name"], shape["family_name"]) == ("Mia", "Chen")
    assert shape["email"] == "mia.chen@example.com"
    assert shape.get("email_verified") == json.loads(answered.text).get("email_verified")
    probed = _ask(provider, token, (None, None), subject="mia.chen")
    assert probed.active is True
    assert "client" in probed.unproven
