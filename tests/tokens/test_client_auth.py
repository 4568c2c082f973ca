"""How a client authenticates: the assertion of RFC 7523, the method that is taken, and a proof of the app secret."""

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


def pem(key, form=PrivateFormat.PKCS8, lock=None):
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


def made(key=RSA, **how):
    return sign_assertion("client-a", Secret(pem(key)), audience=ISSUER, at=AT, **how)


def opened(signed, key=RSA, alg="RS256"):
    """Header and claims of an assertion, its signature checked."""
    whole = jwt.decode_complete(
        signed.reveal(), key.public_key(), [alg], audience=ISSUER, options={"verify_exp": False, "verify_iat": False}
    )
    return whole["header"], whole["payload"]


@pytest.mark.parametrize("alg", KEYS)
def test_an_assertion_says_who_asks_and_no_more(alg):
    """RFC 7523, section 3: issuer and subject are the client, one audience, an end that is near, an id."""
    header, claims = opened(made(KEYS[alg]), KEYS[alg], alg)
    assert header == {"alg": alg, "typ": "JWT"}
    assert claims.pop("jti")
    now = int(AT.timestamp())
    assert claims == {"iss": "client-a", "sub": "client-a", "aud": ISSUER, "iat": now, "exp": now + 120}
    assert timedelta(seconds=10) < ASSERTION_LIFETIME <= timedelta(minutes=5)


def test_an_assertion_is_for_one_use():
    """No two have the same id, so that one that was seen is not taken again."""
    assert opened(made())[1]["jti"] != opened(made())[1]["jti"]


def test_key_and_algorithm_may_be_named():
    """The issuer finds the public key by its id; another algorithm of the key's kind is the caller's choice."""
    header, _ = opened(made(key_id="key-1", algorithm="PS384"), alg="PS384")
    assert (header["kid"], header["alg"]) == ("key-1", "PS384")


def test_an_older_form_of_key_is_read():
    """Keys are stored as PKCS #1 too."""
    signed = sign_assertion("client-a", Secret(pem(RSA, PrivateFormat.TraditionalOpenSSL)), audience=ISSUER, at=AT)
    assert opened(signed)[1]["sub"] == "client-a"


PUBLIC = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
UNUSABLE = {
    "nothing": ("", None),
    "no key": ("made-up-private-key", None),
    "half a key": (pem(RSA)[:200], None),
    "a surrogate": ("\ud800", None),
    "a public key": (PUBLIC, None),
    "a locked key": (pem(RSA, lock=BestAvailableEncryption(b"made-up")), None),
    "a short key": (pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), None),
    "a key that only agrees on keys": (pem(x25519.X25519PrivateKey.generate()), None),
    "a key of an old kind": (pem(dsa.generate_private_key(1024)), None),
    "a curve that is not registered": (pem(ec.generate_private_key(ec.SECP224R1())), None),
    "another kind of key": (pem(KEYS["ES256"]), "RS256"),
    "another curve": (pem(KEYS["ES256"]), "ES384"),
    "a secret's algorithm": (pem(RSA), "HS256"),
    "no algorithm": (pem(RSA), "none"),
    "a made-up algorithm": (pem(RSA), "made-up"),
}


@pytest.mark.parametrize(("key", "algorithm"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_be_used_is_told_without_its_letters(key, algorithm):
    """No assertion is made, and the words hold nothing of the key; so for the question as a whole."""
    with pytest.raises(ClientAuthError) as raised:
        sign_assertion("client-a", Secret(key), audience=ISSUER, at=AT, algorithm=algorithm)
    assert raised.value.__cause__ is None
    told = [str(raised.value), repr(raised.value)]
    lines = [line for line in key.splitlines() if line]
    assert not any(line in each for each in told for line in lines)
    if key:
        given = {"private_key": Secret(key), "client_auth": "private_key_jwt"}
        given |= {"private_key_alg": algorithm} if algorithm else {}
        reading, sent = asked("okta", {"domain": "example.com", **given})
        assert (reading.active, reading.reason, sent) == (None, "caller_rejected", [])
        assert not any(line in str(reading.to_dict()) for line in lines)


@pytest.mark.parametrize(
    ("named", "offered", "secret", "key", "method"),
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
def test_the_method_is_the_callers_else_the_best_that_is_offered(named, offered, secret, key, method):
    """A private key before a secret, HTTP Basic before the form (RFC 6749, section 2.3.1), and only what is offered."""
    assert choose_method(named, offered, secret=secret, key=key) == method


@pytest.mark.parametrize("named", ["basic", "none", "tls_client_auth", "client_secret_jwt", "CLIENT_SECRET_POST"])
def test_a_method_that_is_none_is_refused(named):
    """Nothing is guessed from a name that is not known."""
    with pytest.raises(ClientAuthError):
        choose_method(named, CLIENT_AUTH_METHODS, secret=True, key=True)


class Played(httpx.AsyncBaseTransport):
    """Answers that a token is active, and keeps what was sent."""

    def __init__(self):
        self.sent = []

    async def handle_async_request(self, request):
        self.sent.append(request)
        return httpx.Response(200, json={"active": True, "client_id": "client-a", "sub": "42"})


def asked(provider, credentials, **given):
    """The answer to a live question, and the requests that went out."""
    played = Played()

    async def question():
        async with Asker(transport=played) as asker:
            given_ = {"client_id": "client-a", "client_secret": "made-up-secret", **given}
            return await asker.ask(Question(provider=provider, token="opaque-token", credentials=credentials, **given_))

    return run_sync(question()), played.sent


BY_NAME = {
    "oauth2": {"introspection_endpoint": f"{ISSUER}/introspect"},
    "okta": {"domain": "op.example.com"},
    "keycloak": {"host": "op.example.com", "realm": "one"},
    "pingfederate": {"host": "op.example.com"},
}
AUDIENCE = {
    "oauth2": f"{ISSUER}/introspect",
    "okta": f"{ISSUER}/oauth2/v1/introspect",
    "keycloak": f"{ISSUER}/realms/one",
    "pingfederate": ISSUER,
}


def form(request):
    return dict(httpx.QueryParams(request.content.decode()))


@pytest.mark.parametrize("provider", BY_NAME)
def test_a_secret_goes_where_it_is_told_to_go(provider):
    """In the header by HTTP Basic, unless the caller says that it goes in the form; never in both."""
    reading, (sent,) = asked(provider, BY_NAME[provider])
    assert reading.active is True
    assert sent.headers["authorization"].startswith("Basic ")
    assert "client_secret" not in form(sent)
    _, (sent,) = asked(provider, {**BY_NAME[provider], "client_auth": "client_secret_post"})
    assert "authorization" not in sent.headers
    assert (form(sent)["client_id"], form(sent)["client_secret"]) == ("client-a", "made-up-secret")


@pytest.mark.parametrize("provider", BY_NAME)
@pytest.mark.parametrize("secret", [None, "made-up-secret"])
def test_a_private_key_takes_the_place_of_a_secret(provider, secret):
    """The assertion travels in the form, for the provider's own audience; neither key nor secret is sent or kept."""
    given = {**BY_NAME[provider], "private_key": pem(RSA)}
    reading, (sent,) = asked(provider, given, client_secret=secret)
    assert reading.active is True
    assert "authorization" not in sent.headers
    assert "client_secret" not in form(sent)
    assert form(sent)["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    signed = form(sent)["client_assertion"]
    claims = jwt.decode(signed, RSA.public_key(), ["RS256"], options={"verify_aud": False})
    assert claims["aud"] == AUDIENCE[provider]
    kept = json.dumps(reading.to_dict())
    assert signed not in kept
    assert signed.rpartition(".")[2] not in kept
    assert not any(line in kept or line in sent.content.decode() for line in pem(RSA).splitlines()[1:-1])


@pytest.mark.parametrize("provider", BY_NAME)
def test_the_caller_may_name_the_audience(provider):
    """Servers differ in what they know themselves by: the caller's word comes first."""
    given = {**BY_NAME[provider], "private_key": pem(RSA), "client_auth_audience": "https://other.example.com/token"}
    _, (sent,) = asked(provider, given)
    claims = jwt.decode(form(sent)["client_assertion"], options={"verify_signature": False})
    assert claims["aud"] == "https://other.example.com/token"


def test_a_server_is_known_by_the_address_that_is_given_for_it():
    """For any OAuth server the issuer is its name, where the caller gives it."""
    for given, named in (
        ({"issuer": f"{ISSUER}/one", **BY_NAME["oauth2"]}, {}),
        ({}, {"issuer_url": f"{ISSUER}/one"}),
    ):
        _, (sent,) = asked("oauth2", {**given, "private_key": pem(RSA)}, **named)
        claims = jwt.decode(form(sent)["client_assertion"], options={"verify_signature": False})
        assert claims["aud"] == f"{ISSUER}/one"


@pytest.mark.parametrize("provider", BY_NAME)
@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({}, ("client_secret",)),
        ({"private_key": "x"}, ()),
        ({"private_key": "x", "client_auth": "client_secret_post"}, ("client_secret",)),
        ({"client_auth": "private_key_jwt"}, ("private_key",)),
    ],
)
def test_what_is_lacking_goes_by_the_method(provider, given, lacks):
    """A private key stands for the secret, and the secret for nothing where a private key was promised."""
    endpoint = providers.get(provider).debug
    credentials = {**BY_NAME[provider], **given}
    question = Question(provider="oauth2", token=Secret("opaque-token"), asked_at=AT, client_id="client-a", credentials=credentials)
    assert endpoint.missing_credentials(question) == lacks
    assert set(CLIENT_AUTH_CREDENTIALS) <= set(endpoint.optional_credentials)


def test_a_method_that_is_none_is_not_asked_with():
    """A mistake in the caller's own words sends nothing."""
    for provider, given in BY_NAME.items():
        reading, sent = asked(provider, {**given, "client_auth": "made-up"})
        assert (reading.active, reading.reason, sent) == (None, "caller_rejected", [])
        with pytest.raises(Unreachable):
            providers.get(provider).debug.build_request(
                Question(provider="oauth2", token=Secret("t"), asked_at=AT, client_id="a", credentials={**given, "client_auth": "made-up"})
            )


def test_facebook_is_shown_a_proof_of_the_app_secret():
    """HMAC-SHA-256 of the asking token under the app secret, in hex; a secret itself, until it is sent.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    question = Question(provider="oauth2", token=Secret("t"), asked_at=AT, client_id="42", client_secret=Secret("made-up-secret"))
    request = providers.get("facebook").debug.build_request(question)
    assert request.query["access_token"] == Secret("42|made-up-secret")
    expected = hmac.new(b"made-up-secret", b"42|made-up-secret", hashlib.sha256).hexdigest()
    assert request.query["appsecret_proof"] == Secret(expected)
    assert expected not in repr(request)
    _, (sent,) = asked("facebook", {})
    assert sent.url.params["appsecret_proof"] != expected
    assert len(sent.url.params["appsecret_proof"]) == 64
