"""Enterprise issuers: accounts with several identifiers, and the hosts that receive a token."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import json
from support.steps import run_steps

from idp_checks import providers
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 9, 21, 14, 20, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TIMES = {"iat": int(AT.timestamp()) - 60, "exp": int(AT.timestamp()) + 3600}
USER = "65f0a1b2c3d4e5f607182930"


def ask(provider, token, body, credentials=None, **expected):
    """Return the requests about a token, and the reading; each request gets the same response body."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials=credentials or {}, **expected)
    response = Response(200, {}, json.encode(body))
    reading, requests = run_steps(providers.get(provider).debug.steps(question), lambda request: response)
    return requests, reading


def read_signed(provider, claims, credentials, subject=None):
    """Return the reading of a signed token with these claims."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k", "use": "sig"}
    token = jwt.encode({**TIMES, **claims}, KEY, algorithm="RS256", headers={"kid": "k"})
    return ask(provider, token, {"keys": [key]}, credentials, subject=subject)[1]


def read_google(subject, verified="true"):
    """Return the reading of a Google token whose email address has this flag."""
    body = {
        "aud": "sample-client",
        "sub": "100000000000000000042",
        "exp": str(TIMES["exp"]),
        "email": "mia.chen@example.com",
        "email_verified": verified,
    }
    return ask("google-apps", "ya29.sample", body, subject=subject)[1]


@pytest.mark.parametrize("subject", [None, "100000000000000000042", "100000000000000000077"])
def test_google_apps_identifies_the_account_by_number(subject):
    """Without an email address as the expected account, the subject is the number."""
    assert read_google(subject).subject == "100000000000000000042"


@pytest.mark.parametrize("subject", ["mia.chen@example.com", "ida@example.com"])
def test_google_apps_identifies_the_account_by_email_on_request(subject):
    """With an email address as the expected account, the subject is the verified address."""
    assert read_google(subject).subject == "mia.chen@example.com"


@pytest.mark.parametrize("verified", ["false", False, None, "yes", 1])
def test_google_apps_ignores_an_unverified_email(verified):
    """An address that Google does not verify does not identify the account."""
    assert read_google("mia.chen@example.com", verified).subject is None


def read_office(subject, **claims):
    """Return the reading of an Office 365 token with these further claims."""
    oid = "00000000-0000-4000-8000-000000000042"
    tenant = "00000000-0000-4000-8000-0000000007e7"
    all_claims = {
        "iss": f"https://sts.windows.net/{tenant}/",
        "aud": "sample-api",
        "oid": oid,
        "sub": "sAmPle",
        **claims,
    }
    return read_signed("office365", all_claims, {"tenant_id": tenant}, subject)


def test_office365_accepts_the_stored_puid():
    """The identifier of stored profiles matches the claim puid of a verified token."""
    stored = "10030000SAMPLE42@MicrosoftOnline.com"
    assert read_office(stored, puid="10030000SAMPLE42").subject == stored


@pytest.mark.parametrize("claims", [{}, {"puid": "10030000SAMPLE77"}, {"puid": None}, {"puid": ["10030000SAMPLE42"]}])
def test_office365_rejects_another_puid(claims):
    """Without exactly this puid, the account of a stored profile is not confirmed."""
    reading = read_office("10030000SAMPLE42@MicrosoftOnline.com", **claims)
    assert reading.active is True
    assert reading.subject is None


def auth0_subject(sub, subject=None):
    """Return the subject of an Auth0 token for a caller who expects an account."""
    claims = {"iss": "https://tenant.example.com/", "aud": "https://api.example.com", "azp": "client-a", "sub": sub}
    return read_signed("auth0", claims, {"domain": "tenant.example.com"}, subject).subject


@pytest.mark.parametrize(
    ("sub", "subject", "confirmed"),
    [
        (f"auth0|{USER}", f"auth0|{USER}", f"auth0|{USER}"),
        (f"auth0|{USER}", USER, USER),
        (f"google-oauth2|{USER}", USER, f"google-oauth2|{USER}"),
        ("auth0|google-oauth2|42", "google-oauth2|42", None),
        ("google-oauth2|42", "google-oauth2|42", "google-oauth2|42"),
        (f"auth0|{USER}", "65f0a1b2c3d4e5f607182931", f"auth0|{USER}"),
    ],
)
def test_auth0_database_user_matches_without_prefix(sub, subject, confirmed):
    """Only a user of the tenant's databases may be expected without ``auth0|``, and only if no other bar follows."""
    assert auth0_subject(sub, subject) == confirmed


def test_auth0_token_with_hs256_is_undecided():
    """A token signed with a shared secret, as documented for APIs, cannot be verified and is not denied."""
    token = jwt.encode({**TIMES, "sub": f"auth0|{USER}"}, "s" * 32, algorithm="HS256")
    requests, reading = ask("auth0", token, {"keys": []}, {"domain": "tenant.example.com"})
    assert (requests, reading.active, reading.reason) == ([], None, "not_stated")


@pytest.mark.parametrize(
    ("subject", "confirmed"),
    [(None, f"auth0|{USER}"), (USER, USER), (f"auth0|{USER}", f"auth0|{USER}"), ("42", f"auth0|{USER}")],
)
def test_auth0_userinfo_matches_a_user_without_prefix(subject, confirmed):
    """An encrypted token is sent to userinfo, and its user may be expected without ``auth0|`` as well."""
    _, reading = ask("auth0", "sample", {"sub": f"auth0|{USER}"}, {"domain": "tenant.example.com"}, subject=subject)
    assert (reading.method, reading.subject) == ("userinfo-probe", confirmed)


def read_cognito(**claims):
    """Return the reading of a Cognito token with these further claims."""
    credentials = {"region": "eu-west-1", "user_pool_id": "eu-west-1_SAMPLE"}
    issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SAMPLE"
    all_claims = {"iss": issuer, "sub": "sample-sub", "client_id": "client-a", "token_use": "access", **claims}
    return read_signed("cognito", all_claims, credentials)


def test_cognito_reads_an_optional_audience():
    """Cognito's tokens have no aud unless a trigger adds it; the client is client_id in both cases."""
    assert read_cognito().audience is None
    with_audience = read_cognito(aud="https://api.example.com")
    assert (with_audience.audience, with_audience.client_id) == (("https://api.example.com",), "client-a")


@pytest.mark.parametrize("claims", [{"aud": None}, {"aud": 42}, {"aud": []}, {"sub": ""}, {"sub": None}, {"exp": None}])
def test_cognito_rejects_other_missing_claims(claims):
    """An audience of another type and any other missing claim make the token unparsable."""
    assert read_cognito(**claims).reason == "unparsable"


def okta_url(**credentials):
    """Return the URL of Okta's introspection request."""
    requests, _ = ask(
        "okta",
        "sample",
        {"active": False},
        {"domain": "org.example.com", **credentials},
        client_id="client-a",
        client_secret=Secret("simulated"),
    )
    return requests[0].url


def test_okta_is_asked_at_the_issuing_server():
    """The request goes to the organization's server, or to the custom server, which is one segment of the path."""
    assert okta_url() == "https://org.example.com/oauth2/v1/introspect"
    custom_url = "https://org.example.com/oauth2/aus42/v1/introspect"
    assert okta_url(authorization_server_id="aus42") == custom_url
    assert okta_url(authorization_server_id="../x") == "https://org.example.com/oauth2/..%2Fx/v1/introspect"


@pytest.mark.parametrize("domain", ["evil.example/", "a@evil.example", "org.example.com#", ""])
def test_okta_requires_a_host_name(domain):
    """A domain that is not a host name is refused before anything is sent."""
    with pytest.raises(Unreachable):
        okta_url(domain=domain)


def test_okta_login_is_not_an_account():
    """Okta's sub is the login: without uid an expected account is not confirmed."""
    body = {"active": True, "client_id": "client-a", "sub": "robin.sample@example.com", "exp": TIMES["exp"]}
    _, reading = ask(
        "okta", "sample", body, {"domain": "org.example.com"}, client_id="client-a", client_secret=Secret("simulated")
    )
    introspection = conclude("okta", reading, method="introspection", asked_at=AT, subject="robin.sample@example.com")
    assert (introspection.good, introspection.reason) == (False, "not_stated")


@pytest.mark.parametrize(("algorithm", "count"), [("RSA-OAEP-256", 0), ("dir", 1)])
def test_auth0_token_encrypted_for_an_api_is_not_sent_to_userinfo(algorithm, count):
    """Userinfo refuses good tokens for APIs, so it only receives tokens that are encrypted for it."""
    header = base64.urlsafe_b64encode(json.encode({"alg": algorithm, "enc": "A256GCM"})).decode().rstrip("=")
    body = {"sub": f"auth0|{USER}"}
    requests, reading = ask("auth0", f"{header}.a.b.c.d", body, {"domain": "tenant.example.com"})
    assert len(requests) == count
    assert reading.active is (True if count else None)
