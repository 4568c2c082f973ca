"""A real OpenID provider on loopback (Canaille, by pytest-iam): discovery, introspection, revocation, userinfo."""

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

from idp_checks.tokens.question import Question
from idp_checks import introspect_sync, normalize
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync

pytest.importorskip("pytest_iam", reason="pytest-iam is of the extra `test`")

from flask import request

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


def _client(provider, name, **more):
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
        **{"token_endpoint_auth_method": "client_secret_basic", **more},
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
    """An access token by the authorization code flow, and the endpoints of the server."""
    issued, found = _tokens(provider, client)
    return issued["access_token"], found


def _tokens(provider, client):
    """The tokens of the authorization code flow (RFC 6749, section 4.1), and the endpoints of the server."""
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
    return issued.json(), found


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


def test_a_method_that_the_server_does_not_take_decides_nothing(provider, ours):
    """This server takes HTTP Basic alone, and says so: the caller's own word is sent all the same, and refused."""
    token, endpoints = _token(provider, ours)
    assert endpoints["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    found = _ask(provider, token, ours, credentials={"client_auth": "client_secret_post"})
    assert (found.active, found.reason) == (None, "caller_rejected")
    assert "basic" not in found.exchange.request


@pytest.fixture
def all_methods(monkeypatch):
    """The server, taking at its introspection endpoint what it takes at its token endpoint."""
    from canaille.oidc.provider import IntrospectionEndpoint, JWTClientAuth

    taken = ["client_secret_basic", "client_secret_post", JWTClientAuth.CLIENT_AUTH_METHOD]
    monkeypatch.setattr(IntrospectionEndpoint, "CLIENT_AUTH_METHODS", taken)


def test_a_secret_in_the_form_is_accepted(provider, ours, all_methods):
    """The right secret is taken there, and a wrong one is refused."""
    token, _ = _token(provider, ours)
    found = _ask(provider, token, ours, credentials={"client_auth": "client_secret_post"})
    assert found.good, found
    assert "basic" not in found.exchange.request
    wrong = _ask(provider, token, (ours[0], "not-the-secret"), credentials={"client_auth": "client_secret_post"})
    assert (wrong.active, wrong.reason) == (None, "caller_rejected")


def test_a_private_key_is_accepted_in_place_of_a_secret(provider, all_methods):
    """The server checks the assertion by our public key: another key, and an audience that it does not know, fail."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    mine, others = (each.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for each in keys)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(keys[0].public_key(), as_dict=True) | {"kid": "our-key", "use": "sig"}
    client = _client(provider, "key-app", jwks=json.dumps({"keys": [public]}))
    token, endpoints = _token(provider, client)
    registered = provider.backend.get(provider.models.Client, client_id=client[0])
    registered.token_endpoint_auth_method = "private_key_jwt"
    provider.backend.save(registered)
    given = {
        "private_key": mine,
        "private_key_id": "our-key",
        "client_auth": "private_key_jwt",
        "client_auth_audience": endpoints["token_endpoint"],
    }
    found = _ask(provider, token, (client[0], None), credentials=given)
    assert found.good, found
    for wrong in ({"private_key": others}, {"client_auth_audience": "https://other.example.com/token"}):
        refused = _ask(provider, token, (client[0], None), credentials={**given, **wrong})
        assert (refused.active, refused.reason) == (None, "caller_rejected")


def test_the_issuer_must_be_given_exactly(provider, ours):
    """The document is found with a slash more, and names its issuer without: told, and not gone by."""
    token, endpoints = _token(provider, ours)
    assert not endpoints["issuer"].endswith("/")
    found = _ask(provider, token, ours, issuer_url=f"{endpoints['issuer']}/")
    assert (found.active, found.reason) == (None, "contradiction")
    assert "slash" in found.detail


def test_its_id_token_is_verified_against_its_keys(provider, ours, theirs):
    """Signature, issuer, client, times, and that it goes with the access token that came with it, and no other."""
    issued, _ = _tokens(provider, ours)
    others, _ = _token(provider, theirs)
    bound = {"access_token": issued["access_token"]}
    found = _ask(provider, issued["id_token"], ours, subject="mia.chen", credentials=bound)
    assert found.good, found
    assert (found.method, found.client_id, found.subject) == ("signed-token", "our-app", "mia.chen")
    assert "at_hash" in jwt.decode(issued["id_token"], options={"verify_signature": False})
    assert _ask(provider, issued["id_token"], ours, credentials={"access_token": others}).reason == "malformed"
    assert _ask(provider, issued["id_token"], theirs, credentials=bound).reason == "wrong_client"
    head, claims, signature = issued["id_token"].split(".")
    forged = f"{head}.{claims}.{signature[:-8]}AAAAAAAA"
    assert _ask(provider, forged, ours, credentials=bound).reason == "malformed"
    # Asked about as what it is not, it is refused by the server itself.
    assert not _ask(provider, issued["id_token"], ours).good


def test_a_new_key_of_the_server_is_fetched_once(provider, ours):
    """The server changes its key: the set that is held lacks it and is fetched anew, once for all tokens."""
    from canaille.oidc.jose import make_default_rsa_jwk

    settings = provider.app.config["CANAILLE_OIDC"]
    before = list(settings["ACTIVE_JWKS"])
    fetched = []

    def watch():
        if request.path.endswith("jwks.json"):
            fetched.append(request.path)

    watches = provider.app.before_request_funcs.setdefault(None, [])
    watches.append(watch)
    old, endpoints = _tokens(provider, ours)

    async def questions():
        async with Asker(timeout=5.0) as asker:

            async def good(token):
                kind = {"kind": "id_token", "issuer": endpoints["issuer"]}
                return (
                    await asker.ask(Question(provider="oidc", token=token, client_id=ours[0], credentials=kind))
                ).good

            assert await good(old["id_token"])
            assert len(fetched) == 1
            settings["ACTIVE_JWKS"] = [make_default_rsa_jwk().as_dict(private=True)]
            new, _ = await asyncio.to_thread(_tokens, provider, ours)
            kids = [jwt.get_unverified_header(each["id_token"])["kid"] for each in (old, new)]
            assert kids[0] != kids[1]
            assert await good(new["id_token"])
            assert len(fetched) == 2
            for at in range(5):
                header = {"alg": "RS256", "kid": f"made-up-{at}"}
                part = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
                assert not await good(".".join((part, *new["id_token"].split(".")[1:])))
            assert len(fetched) == 2, "a flood of unknown key ids is no flood of fetches"

    try:
        run_sync(questions())
    finally:
        settings["ACTIVE_JWKS"] = before
        watches.remove(watch)
