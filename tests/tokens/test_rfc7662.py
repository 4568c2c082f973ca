"""Tests of introspection endpoints and their responses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp_checks import introspect_sync, providers
from idp_checks.secret import Secret
from idp_checks.tokens.client_auth import BASIC, CLIENT_AUTH_CREDENTIALS, POST, PRIVATE_KEY
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import read_body
from idp_checks.tokens.rfc7662 import (
    FORBIDDEN,
    INACTIVE,
    INVALID_CLIENT,
    INVALID_CLIENT_400,
    IntrospectionResponse,
    introspection_endpoint,
)
from idp_checks.tokens.wire import Request, Response

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ENDPOINT = "https://op.example.com/introspect"
DOCS = "https://op.example.com/docs"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
OWN = {"client_id": "client-a", "client_secret": Secret("sample-secret")}
BY_KEY = {"client_id": "client-a", "credentials": {"private_key": Secret(PEM)}}
CALLERS_ENDPOINT = "https://idp.example.com/oauth/v2/introspect"
GOOD = {"active": True, "client_id": "client-a", "sub": "42", "scope": "openid email", "exp": NOW + 60}


def make_question(**options):
    """Make a question kind an opaque token."""
    return Question(provider="oauth2", token=Secret("opaque-token"), asked_at=AT, **options)


def find_client_auth(request):
    """Return the client authentication method of a request, which must use exactly one."""
    form = request.form or {}
    methods = {
        BASIC: request.basic is not None,
        POST: "client_secret" in form,
        PRIVATE_KEY: "client_assertion" in form,
    }
    (method,) = [name for name, is_used in methods.items() if is_used]
    return method


@pytest.mark.parametrize(
    ("refusal", "matching", "mismatches", "active", "bare"),
    [
        (
            INACTIVE,
            (200, {"active": False}),
            [(200, {"active": True}), (200, {"active": 0}), (201, {"active": False}), (200, {})],
            False,
            True,
        ),
        (INVALID_CLIENT, (401, "whatever"), [(400, "whatever"), (402, "whatever"), (403, "whatever")], None, False),
        (
            INVALID_CLIENT_400,
            (400, {"error": "invalid_client"}),
            [(401, {"error": "invalid_client"}), (400, {"error": "invalid_request"}), (400, {})],
            None,
            False,
        ),
        (FORBIDDEN, (403, "whatever"), [(401, "whatever"), (404, "whatever")], None, False),
    ],
)
def test_refusals_of_introspection(refusal, matching, mismatches, active, bare, in_words):
    """RFC 7662, sections 2.2 and 2.3, and RFC 6749, section 5.2: only the bare denial denies the token."""
    assert refusal.matches(Response(matching[0]), matching[1])
    for status, body in mismatches:
        assert not refusal.matches(Response(status), body), (status, body)
    reading = refusal.to_reading()
    assert (reading.active, reading.bare) == (active, bare)
    assert in_words(reading.detail)


def test_introspection_response_is_read_field_by_field():
    """RFC 7662, section 2.2: every field has its own place in the reading."""
    full = {
        **GOOD,
        "iat": NOW - 60.75,
        "nbf": NOW - 60,
        "aud": ["https://api.example.com", "https://files.example.com"],
        "iss": "https://op.example.com",
        "token_type": "Bearer",
        "username": "mia",
    }
    assert read_body(IntrospectionResponse, full, make_question()) == Reading(
        active=True,
        reason="ok",
        client_id="client-a",
        audience=("https://api.example.com", "https://files.example.com"),
        subject="42",
        scopes=("openid", "email"),
        expires_at=AT + timedelta(seconds=60),
        issued_at=AT - timedelta(seconds=61),
        issuer="https://op.example.com",
        token_type="Bearer",
    )
    assert read_body(IntrospectionResponse, {"active": True}, make_question()) == Reading(active=True, reason="ok")


@pytest.mark.parametrize(
    ("aud", "audience"), [("a b", ("a b",)), (["a", "b"], ("a", "b")), ([], ()), ("", ("",)), (None, None)]
)
def test_introspection_response_reads_audience_string_or_list(aud, audience):
    """A string is one audience and is not split; a missing audience differs from an empty list."""
    assert read_body(IntrospectionResponse, {**GOOD, "aud": aud}, make_question()).audience == audience


@pytest.mark.parametrize(("ahead", "active"), [(-1, True), (0, True), (60, True), (61, None), (3600, None)])
def test_introspection_response_before_nbf_is_a_contradiction(ahead, active, in_words):
    """An active token before its nbf is undecided; a minute of clock skew is allowed."""
    reading = read_body(IntrospectionResponse, {**GOOD, "nbf": NOW + ahead}, make_question())
    assert (reading.active, reading.reason) == (active, "ok" if active else "contradiction")
    assert active or in_words(reading.detail)


def test_inactive_introspection_response_is_a_bare_denial(in_words):
    """The model reads ``active: false`` as a bare denial without token fields."""
    reading = read_body(IntrospectionResponse, {"active": False, "client_id": "client-a"}, make_question())
    assert (reading.active, reading.reason, reading.bare, reading.client_id) == (False, "denied", True, None)
    assert in_words(reading.detail)


def test_introspection_endpoint_builds_the_request_of_the_rfc():
    """RFC 7662, section 2.1: a form by POST with a token type hint, and HTTP Basic."""
    endpoint = introspection_endpoint(ENDPOINT, source=DOCS, note="a note")
    assert endpoint.build_request(make_question(**OWN)) == Request(
        method="POST",
        url=ENDPOINT,
        headers={"Accept": "application/json"},
        form={"token_type_hint": "access_token", "token": Secret("opaque-token")},
        basic=("client-a", Secret("sample-secret")),
    )
    assert (endpoint.kind, endpoint.source, endpoint.note, endpoint.optional_credentials) == (
        "introspection",
        DOCS,
        "a note",
        (),
    )
    assert endpoint.missing_credentials(make_question()) == ("client_id", "client_secret")
    assert endpoint.proves == {"client", "subject", "scopes", "end"}


def test_introspection_endpoint_has_options():
    """Parameters, credentials and client authentication can differ."""
    options = {"proves": frozenset({"end"}), "required_credentials": ("api_key",), "optional_credentials": ("tenant",)}
    endpoint = introspection_endpoint(ENDPOINT, source=DOCS, params={}, basic=False, **options)
    request = endpoint.build_request(make_question(**OWN))
    assert (request.form, request.basic) == ({"token": Secret("opaque-token")}, None)
    assert (endpoint.proves, endpoint.optional_credentials, endpoint.missing_credentials(make_question())) == (
        {"end"},
        ("tenant",),
        ("api_key",),
    )
    by_key = introspection_endpoint(ENDPOINT, source=DOCS, authentications=(PRIVATE_KEY,)).build_request(
        make_question(**BY_KEY)
    )
    assertion = by_key.form["client_assertion"].reveal()
    assert jwt.decode(assertion, options={"verify_signature": False})["aud"] == ENDPOINT
    shared = introspection_endpoint(ENDPOINT, source=DOCS, authentications=(POST,), optional_credentials=("tenant",))
    assert find_client_auth(shared.build_request(make_question(**OWN))) == POST
    assert shared.optional_credentials == (*CLIENT_AUTH_CREDENTIALS, "tenant")


def test_documented_refusals_override_those_of_the_rfc():
    """A server's documented refusals are matched before the refusals of RFC 7662."""
    documented = (
        Refusal(200, "expired", {"active": False, "reason": "expired"}),
        Refusal(401, "revoked", {"gone": True}),
    )
    endpoint = introspection_endpoint(ENDPOINT, source=DOCS, refusals=documented)
    for status, body, reason in (
        (200, {"active": False, "reason": "expired"}, "expired"),
        (200, {"active": False}, "denied"),
        (401, {"gone": True}, "revoked"),
        (401, {}, "caller_rejected"),
        (400, {"error": "invalid_client"}, "caller_rejected"),
        (403, {}, "not_permitted"),
    ):
        assert endpoint.read(Response(status, {}, json.dumps(body).encode()), make_question(**OWN)).reason == reason


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"issuer_url": "https://idp.example.com"}, "https://idp.example.com/introspect"),
        ({"issuer_url": "https://idp.example.com/realms/one/"}, "https://idp.example.com/realms/one/introspect"),
        ({"credentials": {"introspection_endpoint": CALLERS_ENDPOINT}}, CALLERS_ENDPOINT),
        (
            {"credentials": {"introspection_endpoint": CALLERS_ENDPOINT}, "issuer_url": "https://idp.example.com"},
            CALLERS_ENDPOINT,
        ),
        ({"credentials": {"introspection_endpoint": Secret(CALLERS_ENDPOINT)}}, CALLERS_ENDPOINT),
    ],
)
def test_oauth2_endpoint_uses_the_callers_url(options, url):
    """The endpoint is the caller's ``introspection_endpoint``, else ``issuer_url`` followed by ``/introspect``."""
    endpoint = providers.get("oauth2").debug
    question = make_question(**options, **OWN)
    assert endpoint.missing_credentials(question) == ()
    assert endpoint.build_request(question).url == url


def test_missing_credentials_name_the_missing_url():
    """Without a URL the missing credential is named."""
    endpoint = providers.get("oauth2").debug
    assert endpoint.missing_credentials(make_question(**OWN)) == ("introspection_endpoint",)
    assert endpoint.missing_credentials(make_question(issuer_url="https://idp.example.com")) == (
        "client_id",
        "client_secret",
    )
    assert providers.get("oidc").debug.missing_credentials(make_question(**OWN)) == ("issuer",)
    assert providers.get("oidc").debug.missing_credentials(make_question(issuer_url="https://op.example.com")) == ()


@pytest.mark.parametrize("provider", ["oidc", "oauth2"])
def test_introspect_without_url_sends_nothing(provider):
    """Nothing is sent, and the token is undecided."""
    result = introspect_sync(provider, "opaque-token", client_id="client-a", client_secret="sample-secret")
    assert (result.active, result.reason) == (None, "caller_rejected")
    assert result.exchanges == ()
