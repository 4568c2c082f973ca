"""Issuers of organisations: whom an answer names for a caller who knows the account by another name, and who is asked."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import json

from idp_checks import providers
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 9, 21, 14, 20, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TIMES = {"iat": int(AT.timestamp()) - 60, "exp": int(AT.timestamp()) + 3600}
USER = "65f0a1b2c3d4e5f607182930"


def _asked(provider, token, answer, credentials=None, **expected):
    """The requests that are made about a token, and the reading; ``answer`` is given to each request."""
    ask = Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials=credentials or {}, **expected)
    steps = providers.get(provider).debug.steps(ask)
    requests = []
    try:
        request = next(steps)
        while True:
            requests.append(request)
            request = steps.send(Response(200, {}, json.encode(answer)))
    except StopIteration as stop:
        return requests, stop.value


def _signed(provider, claims, credentials, subject=None):
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "use": "sig"}
    token = jwt.encode({**TIMES, **claims}, KEY, algorithm="RS256", headers={"kid": "k"})
    return _asked(provider, token, {"keys": [key]}, credentials, subject=subject)[1]


def _google(subject, verified="true"):
    answer = {
        "aud": "sample-client",
        "sub": "100000000000000000042",
        "exp": str(TIMES["exp"]),
        "email": "mia.chen@example.com",
        "email_verified": verified,
    }
    return _asked("google-apps", "ya29.sample", answer, subject=subject)[1]


@pytest.mark.parametrize("subject", [None, "100000000000000000042", "100000000000000000077"])
def test_google_names_the_account_by_its_number(subject):
    """A caller who does not name the account by an address is told the number."""
    assert _google(subject).subject == "100000000000000000042"


@pytest.mark.parametrize("subject", ["mia.chen@example.com", "ida@example.com"])
def test_google_names_the_account_by_its_address_to_who_knows_it_so(subject):
    """A caller who names the account by an address is told the verified address, whether it is that one or not."""
    assert _google(subject).subject == "mia.chen@example.com"


@pytest.mark.parametrize("verified", ["false", False, None, "yes", 1])
def test_an_unverified_address_names_no_account(verified):
    """Without Google's word for the address the account is not stated."""
    assert _google("mia.chen@example.com", verified).subject is None


def _office(subject, **claims):
    oid = "00000000-0000-4000-8000-000000000042"
    tenant = "00000000-0000-4000-8000-0000000007e7"
    said = {"iss": f"https://sts.windows.net/{tenant}/", "aud": "sample-api", "oid": oid, "sub": "sAmPle", **claims}
    return _signed("office365", said, {"tenant_id": tenant}, subject)


def test_office365_names_the_account_by_its_puid_to_who_knows_it_so():
    """The identifier of stored profiles is met by the claim puid of a token whose signature was checked."""
    stored = "10030000SAMPLE42@MicrosoftOnline.com"
    assert _office(stored, puid="10030000SAMPLE42").subject == stored


@pytest.mark.parametrize("claims", [{}, {"puid": "10030000SAMPLE77"}, {"puid": None}, {"puid": ["10030000SAMPLE42"]}])
def test_another_puid_is_not_the_account(claims):
    """Without that very puid the account of a stored profile is not stated."""
    reading = _office("10030000SAMPLE42@MicrosoftOnline.com", **claims)
    assert reading.active is True
    assert reading.subject is None


def _auth0(sub, subject=None):
    claims = {"iss": "https://tenant.example.com/", "aud": "https://api.example.com", "azp": "client-a", "sub": sub}
    return _signed("auth0", claims, {"domain": "tenant.example.com"}, subject).subject


@pytest.mark.parametrize(
    ("sub", "subject", "named"),
    [
        (f"auth0|{USER}", f"auth0|{USER}", f"auth0|{USER}"),
        (f"auth0|{USER}", USER, USER),
        (f"google-oauth2|{USER}", USER, f"google-oauth2|{USER}"),
        ("auth0|google-oauth2|42", "google-oauth2|42", None),
        ("google-oauth2|42", "google-oauth2|42", "google-oauth2|42"),
        (f"auth0|{USER}", "65f0a1b2c3d4e5f607182931", f"auth0|{USER}"),
    ],
)
def test_an_auth0_user_may_be_known_without_the_provider(sub, subject, named):
    """A user of the tenant's own databases may be named without auth0|; no other, and none that has a bar of its own."""
    assert _auth0(sub, subject) == named


def test_a_token_signed_by_a_shared_secret_stays_open():
    """HS256 is documented for APIs: such a token cannot be checked by its issuer's keys, and is not called bad."""
    token = jwt.encode({**TIMES, "sub": f"auth0|{USER}"}, "s" * 32, algorithm="HS256")
    requests, reading = _asked("auth0", token, {"keys": []}, {"domain": "tenant.example.com"})
    assert (requests, reading.active, reading.reason) == ([], None, "not_stated")


@pytest.mark.parametrize(
    ("subject", "named"),
    [(None, f"auth0|{USER}"), (USER, USER), (f"auth0|{USER}", f"auth0|{USER}"), ("42", f"auth0|{USER}")],
)
def test_userinfo_names_an_auth0_user_as_a_token_does(subject, named):
    """An encrypted token is tried at userinfo, and its user may be known without the provider as well."""
    _, reading = _asked("auth0", "sample", {"sub": f"auth0|{USER}"}, {"domain": "tenant.example.com"}, subject=subject)
    assert (reading.method, reading.subject) == ("userinfo-probe", named)


def _cognito(**claims):
    credentials = {"region": "eu-west-1", "user_pool_id": "eu-west-1_SAMPLE"}
    issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SAMPLE"
    said = {"iss": issuer, "sub": "sample-sub", "client_id": "client-a", "token_use": "access", **claims}
    return _signed("cognito", said, credentials)


def test_an_audience_that_may_be_missing_is_read_where_it_is_there():
    """Cognito's tokens have no aud; a trigger may add one, and the client is client_id all the same."""
    assert _cognito().audience is None
    with_audience = _cognito(aud="https://api.example.com")
    assert (with_audience.audience, with_audience.client_id) == (("https://api.example.com",), "client-a")


@pytest.mark.parametrize("claims", [{"aud": None}, {"aud": 42}, {"aud": []}, {"sub": ""}, {"sub": None}, {"exp": None}])
def test_only_an_absent_audience_may_be_missing(claims):
    """An audience of another form, and every other claim that is missing, leaves the token unread."""
    assert _cognito(**claims).reason == "unparsable"


def _okta(**credentials):
    requests, _ = _asked(
        "okta",
        "sample",
        {"active": False},
        {"domain": "org.example.com", **credentials},
        client_id="client-a",
        client_secret=Secret("simulated"),
    )
    return requests[0].url


def test_okta_is_asked_at_the_server_that_issued_the_token():
    """The organisation's own server is asked, unless the caller names a custom one, which is one part of the path."""
    assert _okta() == "https://org.example.com/oauth2/v1/introspect"
    named = "https://org.example.com/oauth2/aus42/v1/introspect"
    assert _okta(authorization_server_id="aus42") == named
    assert _okta(authorization_server_id="../x") == "https://org.example.com/oauth2/..%2Fx/v1/introspect"


@pytest.mark.parametrize("domain", ["evil.example/", "a@evil.example", "org.example.com#", ""])
def test_a_domain_must_be_a_host(domain):
    """Nothing is asked at what is no host name."""
    with pytest.raises(Unreachable):
        _okta(domain=domain)


def test_a_login_is_no_account():
    """Okta's sub is the login: without uid the account is not stated to a caller who expects one."""
    answer = {"active": True, "client_id": "client-a", "sub": "robin.sample@example.com", "exp": TIMES["exp"]}
    _, reading = _asked(
        "okta", "sample", answer, {"domain": "org.example.com"}, client_id="client-a", client_secret=Secret("simulated")
    )
    said = conclude("okta", reading, method="introspection", asked_at=AT, subject="robin.sample@example.com")
    assert (said.good, said.reason) == (False, "not_stated")


@pytest.mark.parametrize(("algorithm", "asked"), [("RSA-OAEP-256", 0), ("dir", 1)])
def test_a_token_encrypted_for_an_api_is_not_tried_at_userinfo(algorithm, asked):
    """Userinfo would refuse a live one: only its own kind of encrypted token is sent there."""
    header = base64.urlsafe_b64encode(json.encode({"alg": algorithm, "enc": "A256GCM"})).decode().rstrip("=")
    answer = {"sub": f"auth0|{USER}"}
    requests, reading = _asked("auth0", f"{header}.a.b.c.d", answer, {"domain": "tenant.example.com"})
    assert len(requests) == asked
    assert reading.active is (True if asked else None)
