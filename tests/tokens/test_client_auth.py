"""Tests of client authentication: the choice of the method, and signed client assertions."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from idp_checks import providers
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync
from idp_checks.secret import Secret
from idp_checks.tokens.client_auth import (
    ASSERTION_LIFETIME,
    CLIENT_AUTH_CREDENTIALS,
    CLIENT_AUTH_METHODS,
    ClientAuthError,
    choose_method,
    sign_assertion,
)
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Unreachable

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
ISSUER = "https://op.example.com"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {
    "RS256": RSA,
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def to_pem(key, key_format=PrivateFormat.PKCS8, encryption=None):
    """Encode a private key in PEM."""
    return key.private_bytes(Encoding.PEM, key_format, encryption or NoEncryption()).decode()


def make_assertion(key=RSA, **options):
    """Sign an assertion for the sample issuer."""
    return sign_assertion("client-a", Secret(to_pem(key)), audience=ISSUER, at=AT, **options)


def decode_assertion(assertion, key=RSA, algorithm="RS256"):
    """Verify an assertion, and return its header and claims."""
    options = {"verify_exp": False, "verify_iat": False}
    decoded = jwt.decode_complete(assertion.reveal(), key.public_key(), [algorithm], audience=ISSUER, options=options)
    return decoded["header"], decoded["payload"]


@pytest.mark.parametrize("algorithm", KEYS)
def test_assertion_has_the_claims_of_rfc_7523(algorithm):
    """RFC 7523, section 3: issuer and subject are the client, with one audience, a short lifetime and an id."""
    header, claims = decode_assertion(make_assertion(KEYS[algorithm]), KEYS[algorithm], algorithm)
    assert header == {"alg": algorithm, "typ": "JWT"}
    assert claims.pop("jti")
    now = int(AT.timestamp())
    assert claims == {"iss": "client-a", "sub": "client-a", "aud": ISSUER, "iat": now, "exp": now + 120}
    assert timedelta(seconds=10) < ASSERTION_LIFETIME <= timedelta(minutes=5)


def test_assertion_has_a_unique_id():
    """Every assertion has another id, so that it cannot be replayed."""
    assert decode_assertion(make_assertion())[1]["jti"] != decode_assertion(make_assertion())[1]["jti"]


def test_assertion_key_id_and_algorithm_can_be_set():
    """The key id is in the header, and another algorithm of the key type can be used."""
    header, _ = decode_assertion(make_assertion(key_id="key-1", algorithm="PS384"), algorithm="PS384")
    assert (header["kid"], header["alg"]) == ("key-1", "PS384")


def test_assertion_accepts_pkcs1_keys():
    """A key may be in PKCS #1 format."""
    key = Secret(to_pem(RSA, PrivateFormat.TraditionalOpenSSL))
    assert decode_assertion(sign_assertion("client-a", key, audience=ISSUER, at=AT))[1]["sub"] == "client-a"


PUBLIC_KEY = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
UNUSABLE_KEYS = {
    "an empty string": ("", None),
    "another string": ("sample-private-key", None),
    "a truncated key": (to_pem(RSA)[:200], None),
    "a surrogate": ("\ud800", None),
    "a public key": (PUBLIC_KEY, None),
    "an encrypted key": (to_pem(RSA, encryption=BestAvailableEncryption(b"sample")), None),
    "a short key": (to_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), None),
    "a key agreement key": (to_pem(x25519.X25519PrivateKey.generate()), None),
    "a DSA key": (to_pem(dsa.generate_private_key(1024)), None),
    "an unregistered curve": (to_pem(ec.generate_private_key(ec.SECP224R1())), None),
    "another key type": (to_pem(KEYS["ES256"]), "RS256"),
    "another curve": (to_pem(KEYS["ES256"]), "ES384"),
    "a symmetric algorithm": (to_pem(RSA), "HS256"),
    "no algorithm": (to_pem(RSA), "none"),
    "an unknown algorithm": (to_pem(RSA), "unknown"),
}


@pytest.mark.parametrize(("key", "algorithm"), UNUSABLE_KEYS.values(), ids=UNUSABLE_KEYS)
def test_unusable_key_is_reported_without_its_content(key, algorithm):
    """No assertion is signed and nothing is sent, and neither error nor result contains a part of the key."""
    with pytest.raises(ClientAuthError) as caught:
        sign_assertion("client-a", Secret(key), audience=ISSUER, at=AT, algorithm=algorithm)
    assert caught.value.__cause__ is None
    messages = [str(caught.value), repr(caught.value)]
    lines = [line for line in key.splitlines() if line]
    assert not any(line in message for message in messages for line in lines)
    if key:
        credentials = {"private_key": Secret(key), "client_auth": "private_key_jwt", "domain": "example.com"}
        credentials |= {"private_key_alg": algorithm} if algorithm else {}
        result, requests = introspect("okta", credentials)
        assert (result.active, result.reason, requests) == (None, "caller_rejected", [])
        assert not any(line in str(result.to_dict()) for line in lines)


@pytest.mark.parametrize(
    ("requested", "supported", "secret", "key", "method"),
    [
        (None, CLIENT_AUTH_METHODS, True, False, "client_secret_basic"),
        (None, CLIENT_AUTH_METHODS, False, True, "private_key_jwt"),
        (None, CLIENT_AUTH_METHODS, True, True, "private_key_jwt"),
        (None, ("client_secret_post",), True, True, "client_secret_post"),
        (None, ("client_secret_post", "client_secret_basic"), True, False, "client_secret_basic"),
        (None, ("private_key_jwt",), True, False, None),
        (None, ("tls_client_auth", "none"), True, True, None),
        (None, CLIENT_AUTH_METHODS, False, False, None),
        ("client_secret_post", ("client_secret_basic",), True, True, "client_secret_post"),
        ("", CLIENT_AUTH_METHODS, True, False, "client_secret_basic"),
    ],
)
def test_choose_method_prefers_requested_then_safest(requested, supported, secret, key, method):
    """A private key is preferred to a secret, and HTTP Basic to the form (RFC 6749, section 2.3.1)."""
    assert choose_method(requested, supported, secret=secret, key=key) == method


@pytest.mark.parametrize("requested", ["basic", "none", "tls_client_auth", "client_secret_jwt", "CLIENT_SECRET_POST"])
def test_choose_method_rejects_unknown_methods(requested):
    """An unknown method raises ``ClientAuthError``."""
    with pytest.raises(ClientAuthError):
        choose_method(requested, CLIENT_AUTH_METHODS, secret=True, key=True)


class ActiveTransport(httpx.AsyncBaseTransport):
    """Responds that every token is active, and records the requests."""

    def __init__(self):
        self.requests = []

    async def handle_async_request(self, request):
        self.requests.append(request)
        return httpx.Response(200, json={"active": True, "client_id": "client-a", "sub": "42"})


def introspect(provider, credentials, **options):
    """Return the result of a question, and the requests."""
    transport = ActiveTransport()
    options = {"client_id": "client-a", "client_secret": "sample-secret", **options}

    async def ask():
        async with Asker(transport=transport) as asker:
            question = Question(provider=provider, token="opaque-token", credentials=credentials, **options)
            return await asker.ask(question)

    return run_sync(ask()), transport.requests


CREDENTIALS = {
    "oauth2": {"introspection_endpoint": f"{ISSUER}/introspect"},
    "okta": {"domain": "op.example.com"},
    "keycloak": {"host": "op.example.com", "realm": "one"},
    "pingfederate": {"host": "op.example.com"},
}
AUDIENCES = {
    "oauth2": f"{ISSUER}/introspect",
    "okta": f"{ISSUER}/oauth2/v1/introspect",
    "keycloak": f"{ISSUER}/realms/one",
    "pingfederate": ISSUER,
}


def read_form(request):
    """Return the form fields of a request."""
    return dict(httpx.QueryParams(request.content.decode()))


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_secret_is_sent_by_one_method_only(provider):
    """The secret is sent by HTTP Basic, or in the form if the caller asks for it, but never in both."""
    result, (request,) = introspect(provider, CREDENTIALS[provider])
    assert result.active is True
    assert request.headers["authorization"].startswith("Basic ")
    assert "client_secret" not in read_form(request)
    _, (request,) = introspect(provider, {**CREDENTIALS[provider], "client_auth": "client_secret_post"})
    assert "authorization" not in request.headers
    assert (read_form(request)["client_id"], read_form(request)["client_secret"]) == ("client-a", "sample-secret")


@pytest.mark.parametrize("provider", CREDENTIALS)
@pytest.mark.parametrize("secret", [None, "sample-secret"])
def test_private_key_replaces_the_secret(provider, secret):
    """The assertion is in the form with the provider's audience; the result contains neither assertion nor key."""
    credentials = {**CREDENTIALS[provider], "private_key": to_pem(RSA)}
    result, (request,) = introspect(provider, credentials, client_secret=secret)
    assert result.active is True
    assert "authorization" not in request.headers
    assert "client_secret" not in read_form(request)
    assert read_form(request)["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = read_form(request)["client_assertion"]
    claims = jwt.decode(assertion, RSA.public_key(), ["RS256"], options={"verify_aud": False})
    assert claims["aud"] == AUDIENCES[provider]
    saved = json.dumps(result.to_dict())
    assert assertion not in saved
    assert assertion.rpartition(".")[2] not in saved
    assert not any(line in saved or line in request.content.decode() for line in to_pem(RSA).splitlines()[1:-1])


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_assertion_audience_can_be_set(provider):
    """``client_auth_audience`` overrides the provider's audience."""
    audience = "https://other.example.com/token"
    credentials = {**CREDENTIALS[provider], "private_key": to_pem(RSA), "client_auth_audience": audience}
    _, (request,) = introspect(provider, credentials)
    claims = jwt.decode(read_form(request)["client_assertion"], options={"verify_signature": False})
    assert claims["aud"] == audience


@pytest.mark.parametrize(
    ("credentials", "options"),
    [
        ({"issuer": f"{ISSUER}/one", **CREDENTIALS["oauth2"]}, {}),
        ({}, {"issuer_url": f"{ISSUER}/one"}),
    ],
)
def test_oauth2_assertion_audience_is_the_issuer(credentials, options):
    """The audience for any OAuth server is the issuer, if the caller gives it."""
    _, (request,) = introspect("oauth2", {**credentials, "private_key": to_pem(RSA)}, **options)
    claims = jwt.decode(read_form(request)["client_assertion"], options={"verify_signature": False})
    assert claims["aud"] == f"{ISSUER}/one"


@pytest.mark.parametrize("provider", CREDENTIALS)
@pytest.mark.parametrize(
    ("extra", "missing"),
    [
        ({}, ("client_secret",)),
        ({"private_key": "x"}, ()),
        ({"private_key": "x", "client_auth": "client_secret_post"}, ("client_secret",)),
        ({"client_auth": "private_key_jwt"}, ("private_key",)),
    ],
)
def test_missing_credentials_depend_on_the_method(provider, extra, missing):
    """A private key replaces the secret, and is required if ``private_key_jwt`` is requested."""
    endpoint = providers.get(provider).debug
    question = Question(
        provider=provider,
        token=Secret("opaque-token"),
        asked_at=AT,
        client_id="client-a",
        credentials={**CREDENTIALS[provider], **extra},
    )
    assert endpoint.missing_credentials(question) == missing
    assert set(CLIENT_AUTH_CREDENTIALS) <= set(endpoint.optional_credentials)


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_unknown_client_auth_sends_nothing(provider):
    """An unknown method in ``client_auth`` sends nothing."""
    credentials = {**CREDENTIALS[provider], "client_auth": "unknown"}
    result, requests = introspect(provider, credentials)
    assert (result.active, result.reason, requests) == (None, "caller_rejected", [])
    question = Question(provider=provider, token=Secret("t"), asked_at=AT, client_id="a", credentials=credentials)
    with pytest.raises(Unreachable):
        providers.get(provider).debug.build_request(question)


def test_facebook_request_has_a_proof_of_the_app_secret():
    """The proof is HMAC-SHA-256 of the asking token with the app secret, in hex, and is a secret.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    question = Question(
        provider="facebook",
        token=Secret("t"),
        asked_at=AT,
        client_id="42",
        client_secret=Secret("sample-secret"),
    )
    request = providers.get("facebook").debug.build_request(question)
    assert request.query["access_token"] == Secret("42|sample-secret")
    proof = hmac.new(b"sample-secret", b"42|sample-secret", hashlib.sha256).hexdigest()
    assert request.query["appsecret_proof"] == Secret(proof)
    assert proof not in repr(request)
    _, (request,) = introspect("facebook", {})
    assert request.url.params["appsecret_proof"] != proof
    assert len(request.url.params["appsecret_proof"]) == 64
