"""Tests against a real OpenID provider on loopback: Canaille, started by pytest-iam."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp_checks import introspect_sync, normalize
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync
from idp_checks.tokens.question import Question

pytest.importorskip("pytest_iam", reason="pytest-iam is in the extra `test`")

from flask import request

pytestmark = pytest.mark.slow

REDIRECT = "https://app.example.com/callback"


@pytest.fixture(scope="module")
def provider(iam_server):
    """The server, with one user who is signed in."""
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


def _register(provider, name, **more):
    """Register an application that the user consented to, and return its id and secret."""
    client = provider.models.Client(
        client_id=name,
        client_name=name,
        client_secret=secrets.token_urlsafe(24),
        client_uri="https://app.example.com",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile", "email"],
        **{"token_endpoint_auth_method": "client_secret_basic", **more},
    )
    provider.backend.save(client)
    client.audience = [client]
    provider.backend.save(client)
    provider.consent(provider.logged_user, client)
    return client.client_id, client.client_secret


@pytest.fixture(scope="module")
def our_client(provider):
    """The application that asks."""
    return _register(provider, "our-app")


@pytest.fixture(scope="module")
def other_client(provider):
    """Another application."""
    return _register(provider, "their-app")


def _issue_token(provider, client):
    """Return an access token of the authorization code flow, and the discovery document."""
    tokens, metadata = _issue_tokens(provider, client)
    return tokens["access_token"], metadata


def _issue_tokens(provider, client):
    """Return the tokens of the authorization code flow (RFC 6749, section 4.1), and the discovery document."""
    metadata = httpx.get(f"{provider.url}.well-known/openid-configuration").json()
    response = httpx.get(
        metadata["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": client[0],
            "scope": "openid profile email",
            "redirect_uri": REDIRECT,
            "nonce": "n",
            "state": "s",
        },
    )
    assert response.status_code == 302, response.text
    code = parse_qs(urlsplit(response.headers["location"]).query)["code"][0]
    response = httpx.post(
        metadata["token_endpoint"],
        auth=client,
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT},
    )
    assert response.status_code == 200, response.text
    return response.json(), metadata


def _ask(provider, token, client, **options):
    return introspect_sync(
        "oidc",
        token,
        client_id=client[0],
        client_secret=client[1],
        **{"issuer_url": provider.url.rstrip("/"), "timeout": 5.0, **options},
    )


def test_token_is_good_until_it_is_revoked(provider):
    """Discovery finds the endpoint, which accepts the token and denies it after its revocation (RFC 7009)."""
    # A separate application: this server issues the same token to one application twice within a second.
    our_client = _register(provider, "revoking-app")
    token, endpoints = _issue_token(provider, our_client)
    result = _ask(provider, token, our_client, subject="mia.chen")
    assert result.good, result
    assert (result.client_id, result.subject) == ("revoking-app", "mia.chen")
    assert set(result.scopes) == {"openid", "profile", "email"}
    assert result.issued_at <= result.asked_at < result.expires_at
    assert _ask(provider, token, our_client, subject="somebody.else").reason == "wrong_subject"

    revoked = httpx.post(endpoints["revocation_endpoint"], auth=our_client, data={"token": token})
    assert revoked.status_code == 200
    result = _ask(provider, token, our_client)
    assert (result.active, result.good, result.reason) == (False, False, "denied")


def test_time_written_as_a_float_is_read(provider, our_client):
    """RFC 7662 uses integers; this server writes ``exp`` as a number with a decimal point."""
    token, endpoints = _issue_token(provider, our_client)
    raw = httpx.post(endpoints["introspection_endpoint"], auth=our_client, data={"token": token}).text
    assert isinstance(json.loads(raw)["exp"], float)
    result = _ask(provider, token, our_client)
    assert result.good
    assert int(json.loads(raw)["exp"]) == int(result.expires_at.timestamp())


def test_failures_have_different_reasons(provider, our_client, other_client):
    """Another client's token, a wrong client secret and a missing server are distinguished."""
    token, _ = _issue_token(provider, other_client)
    of_other_client = _ask(provider, token, our_client)
    wrong_secret = _ask(provider, token, (our_client[0], "not-the-secret"))
    with socket.create_server(("127.0.0.1", 0)) as closed_socket:
        unused_url = f"http://127.0.0.1:{closed_socket.getsockname()[1]}"
    unreachable = _ask(provider, token, our_client, issuer_url=unused_url, timeout=2.0)
    assert not any(result.good for result in (of_other_client, wrong_secret, unreachable))
    assert (of_other_client.active, of_other_client.reason, of_other_client.bare) == (False, "denied", True)
    assert (wrong_secret.active, wrong_secret.reason) == (None, "caller_rejected")
    assert (unreachable.active, unreachable.reason) == (None, "network")


def test_unissued_token_is_denied(provider, our_client):
    """An audit's calibration relies on it."""
    result = _ask(provider, secrets.token_urlsafe(32), our_client)
    assert (result.active, result.reason) == (False, "denied")


def test_userinfo_is_normalized(provider, our_client):
    """The userinfo response is an ``oidc`` profile; a probe with it leaves the client unproven."""
    token, endpoints = _issue_token(provider, our_client)
    response = httpx.get(endpoints["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
    shape = normalize("oidc", response.content).to_dict()
    assert (shape["user_id"], shape["name"]) == ("oidc|mia.chen", "Mia Chen")
    assert (shape["given_name"], shape["family_name"]) == ("Mia", "Chen")
    assert shape["email"] == "mia.chen@example.com"
    assert shape.get("email_verified") == json.loads(response.text).get("email_verified")
    probed = _ask(provider, token, (None, None), subject="mia.chen")
    assert probed.active is True
    assert "client" in probed.unproven


def test_unsupported_client_authentication_is_undecided(provider, our_client):
    """The server supports HTTP Basic only; the method that the caller chose is sent and rejected."""
    token, endpoints = _issue_token(provider, our_client)
    assert endpoints["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    result = _ask(provider, token, our_client, credentials={"client_auth": "client_secret_post"})
    assert (result.active, result.reason) == (None, "caller_rejected")
    assert "basic" not in result.exchange.request


@pytest.fixture
def all_methods(monkeypatch):
    """The introspection endpoint accepts the same client authentication methods as the token endpoint."""
    from canaille.oidc.provider import IntrospectionEndpoint, JWTClientAuth

    methods = ["client_secret_basic", "client_secret_post", JWTClientAuth.CLIENT_AUTH_METHOD]
    monkeypatch.setattr(IntrospectionEndpoint, "CLIENT_AUTH_METHODS", methods)


def test_client_secret_in_the_form_is_accepted(provider, our_client, all_methods):
    """The correct secret is accepted, and a wrong secret rejected."""
    token, _ = _issue_token(provider, our_client)
    result = _ask(provider, token, our_client, credentials={"client_auth": "client_secret_post"})
    assert result.good, result
    assert "basic" not in result.exchange.request
    wrong = _ask(provider, token, (our_client[0], "not-the-secret"), credentials={"client_auth": "client_secret_post"})
    assert (wrong.active, wrong.reason) == (None, "caller_rejected")


def test_private_key_is_accepted_instead_of_a_secret(provider, all_methods):
    """The server verifies the assertion; another key and an unknown audience are rejected."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    key, other_key = (
        private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for private_key in keys
    )
    public = jwt.algorithms.RSAAlgorithm.to_jwk(keys[0].public_key(), as_dict=True) | {"kid": "our-key", "use": "sig"}
    client = _register(provider, "key-app", jwks=json.dumps({"keys": [public]}))
    token, endpoints = _issue_token(provider, client)
    registered = provider.backend.get(provider.models.Client, client_id=client[0])
    registered.token_endpoint_auth_method = "private_key_jwt"
    provider.backend.save(registered)
    credentials = {
        "private_key": key,
        "private_key_id": "our-key",
        "client_auth": "private_key_jwt",
        "client_auth_audience": endpoints["token_endpoint"],
    }
    result = _ask(provider, token, (client[0], None), credentials=credentials)
    assert result.good, result
    for wrong in ({"private_key": other_key}, {"client_auth_audience": "https://other.example.com/token"}):
        refused = _ask(provider, token, (client[0], None), credentials={**credentials, **wrong})
        assert (refused.active, refused.reason) == (None, "caller_rejected")


def test_issuer_must_match_exactly(provider, our_client):
    """A trailing slash finds the document, but differs from the issuer in it; the detail names the slash."""
    token, endpoints = _issue_token(provider, our_client)
    assert not endpoints["issuer"].endswith("/")
    result = _ask(provider, token, our_client, issuer_url=f"{endpoints['issuer']}/")
    assert (result.active, result.reason) == (None, "contradiction")
    assert "slash" in result.detail


def test_id_token_is_verified_with_the_servers_keys(provider, our_client, other_client):
    """Signature, issuer, client, times and the binding to its access token are verified."""
    tokens, _ = _issue_tokens(provider, our_client)
    other_token, _ = _issue_token(provider, other_client)
    bound = {"access_token": tokens["access_token"]}
    result = _ask(provider, tokens["id_token"], our_client, subject="mia.chen", credentials=bound)
    assert result.good, result
    assert (result.method, result.client_id, result.subject) == ("signed-token", "our-app", "mia.chen")
    assert "at_hash" in jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (
        _ask(provider, tokens["id_token"], our_client, credentials={"access_token": other_token}).reason == "malformed"
    )
    assert _ask(provider, tokens["id_token"], other_client, credentials=bound).reason == "wrong_client"
    head, claims, signature = tokens["id_token"].split(".")
    forged = f"{head}.{claims}.{signature[:-8]}AAAAAAAA"
    assert _ask(provider, forged, our_client, credentials=bound).reason == "malformed"
    # The server rejects an ID token that is introspected as an access token.
    assert not _ask(provider, tokens["id_token"], our_client).good


def test_new_key_is_fetched_once(provider, our_client):
    """After a key change the cached key set is refreshed once for all tokens."""
    from canaille.oidc.jose import make_default_rsa_jwk

    settings = provider.app.config["CANAILLE_OIDC"]
    before = list(settings["ACTIVE_JWKS"])
    key_set_requests = []

    def watch():
        if request.path.endswith("jwks.json"):
            key_set_requests.append(request.path)

    watches = provider.app.before_request_funcs.setdefault(None, [])
    watches.append(watch)
    old, endpoints = _issue_tokens(provider, our_client)

    async def questions():
        async with Asker(timeout=5.0) as asker:

            async def good(token):
                kind = {"kind": "id_token", "issuer": endpoints["issuer"]}
                return (
                    await asker.ask(Question(provider="oidc", token=token, client_id=our_client[0], credentials=kind))
                ).good

            assert await good(old["id_token"])
            assert len(key_set_requests) == 1
            settings["ACTIVE_JWKS"] = [make_default_rsa_jwk().as_dict(private=True)]
            new, _ = await asyncio.to_thread(_issue_tokens, provider, our_client)
            kids = [jwt.get_unverified_header(tokens["id_token"])["kid"] for tokens in (old, new)]
            assert kids[0] != kids[1]
            assert await good(new["id_token"])
            assert len(key_set_requests) == 2
            for at in range(5):
                header = {"alg": "RS256", "kid": f"made-up-{at}"}
                part = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
                assert not await good(".".join((part, *new["id_token"].split(".")[1:])))
            assert len(key_set_requests) == 2, "unknown key ids do not cause further requests"

    try:
        run_sync(questions())
    finally:
        settings["ACTIVE_JWKS"] = before
        watches.remove(watch)
