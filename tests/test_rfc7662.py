"""Token introspection and discovery: where a token goes, what counts as an answer, and what is asked instead."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from idp_checks import providers
from idp_checks.endpoint import Ask, Response
from idp_checks.secret import Secret

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ISSUER = "https://op.example.com"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWKS = {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "key-1"}]}
DOCUMENT = {
    "issuer": ISSUER,
    "introspection_endpoint": f"{ISSUER}/introspect",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "jwks_uri": f"{ISSUER}/keys",
}
ACTIVE = {"active": True, "client_id": "client-a", "sub": "42", "exp": NOW + 3600}
OWN = {"client_id": "client-a", "client_secret": Secret("made-up-secret")}
CLAIMS = {
    "iss": ISSUER,
    "sub": "42",
    "aud": "https://api.example.com",
    "client_id": "client-a",
    "iat": NOW,
    "exp": NOW + 3600,
}


def signed(typ="at+jwt", **claims):
    return jwt.encode({**CLAIMS, **claims}, KEY, algorithm="RS256", headers={"kid": "key-1", "typ": typ})


def served(document=DOCUMENT, **more):
    """Answers by address: an object, or an answer as it is."""
    return {
        DISCOVERY: document,
        f"{ISSUER}/introspect": ACTIVE,
        f"{ISSUER}/userinfo": {"sub": "42"},
        f"{ISSUER}/keys": JWKS,
        **more,
    }


def asked(provider, answers, token="opaque-token", **ask):
    """What the endpoint says of a token, and the requests that were made; an address without an answer is a fault."""
    steps = providers.get(provider).debug.steps(Ask(token=Secret(token), at=AT, **ask))
    requests = []
    try:
        request = next(steps)
        while True:
            requests.append(request)
            answer = answers[request.url]
            request = steps.send(
                answer if isinstance(answer, Response) else Response(200, {}, json.dumps(answer).encode())
            )
    except StopIteration as stop:
        return stop.value, requests


def urls(requests):
    return [each.url for each in requests]


def holds_token(request, token="opaque-token"):
    tables = [request.headers, request.query, request.form or {}, request.json or {}]
    held = [value for table in tables for value in table.values()]
    return any(token in (value.reveal() if isinstance(value, Secret) else value) for value in [*held, request.url])


def test_the_introspection_endpoint_is_found_by_discovery():
    """The token goes to the named endpoint alone, in the form, with our credentials as HTTP Basic."""
    reading, requests = asked("oidc", served(), issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert urls(requests) == [DISCOVERY, f"{ISSUER}/introspect"]
    assert [holds_token(each) for each in requests] == [False, True]
    assert requests[1].form["token"] == Secret("opaque-token")
    assert requests[1].basic == ("client-a", Secret("made-up-secret"))


def test_discovery_starts_at_the_callers_address():
    """issuer_url is the explicit option: it beats the issuer among the credentials."""
    _, requests = asked(
        "oidc", served(), issuer_url=ISSUER, credentials={"issuer": "https://elsewhere.example.com"}, **OWN
    )
    assert urls(requests)[0] == DISCOVERY


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/"])
def test_a_slash_at_the_end_of_the_issuer_is_no_difference(issuer):
    """A terminating slash is removed before the path is added (Discovery 1.0, section 4.1)."""
    reading, _ = asked("oidc", served(), credentials={"issuer": issuer}, **OWN)
    assert reading.active is True


ODD_DOCUMENTS = {
    "another issuer": ({**DOCUMENT, "issuer": "https://evil.example.com"}, "contradiction"),
    "an issuer that begins alike": ({**DOCUMENT, "issuer": f"{ISSUER}.evil.example"}, "contradiction"),
    "an endpoint without TLS": (
        {**DOCUMENT, "introspection_endpoint": "http://op.example.com/introspect"},
        "contradiction",
    ),
    "an endpoint on our own machine": (
        {**DOCUMENT, "introspection_endpoint": "https://127.0.0.1/introspect"},
        "contradiction",
    ),
    "userinfo on our own machine": (
        {**DOCUMENT, "userinfo_endpoint": "http://localhost:8000/userinfo"},
        "contradiction",
    ),
    "an endpoint that is no address": ({**DOCUMENT, "introspection_endpoint": "introspect"}, "contradiction"),
    "an endpoint with a user": (
        {**DOCUMENT, "introspection_endpoint": "https://op.example.com@evil.example/i"},
        "contradiction",
    ),
    "no issuer": ({name: value for name, value in DOCUMENT.items() if name != "issuer"}, "unparsable"),
    "an endpoint that is a number": ({**DOCUMENT, "introspection_endpoint": 5}, "unparsable"),
    "a list": ([DOCUMENT], "unparsable"),
    "a page": (Response(200, {}, b"<html></html>"), "unparsable"),
    "not there": (Response(404, {}, b""), "unparsable"),
    "moved": (Response(301, {"location": "https://evil.example.com"}, b""), "issuer_error"),
    "down": (Response(503, {}, b""), "issuer_error"),
    "throttled": (Response(429, {}, b""), "rate_limited"),
}


@pytest.mark.parametrize(("document", "reason"), ODD_DOCUMENTS.values(), ids=ODD_DOCUMENTS)
def test_an_odd_discovery_document_decides_nothing(document, reason):
    """No token leaves on the word of a document that is not the issuer's own, or is none."""
    reading, requests = asked("oidc", served(document), issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.reason) == (None, reason)
    assert urls(requests) == [DISCOVERY]


def test_the_callers_own_introspection_endpoint_comes_first():
    """An endpoint that the caller names is asked in place of the discovered one."""
    mine = "https://tokens.example.com/check"
    reading, requests = asked(
        "oidc",
        served(**{mine: {"active": False}}),
        issuer_url=ISSUER,
        credentials={"introspection_endpoint": mine},
        **OWN,
    )
    assert (reading.active, reading.reason, reading.bare) == (False, "denied", True)
    assert urls(requests) == [DISCOVERY, mine]


def test_an_account_that_introspection_leaves_out_comes_from_userinfo():
    """Where the answer names no account and one is expected, the same token is asked for it."""
    answers = served(**{f"{ISSUER}/introspect": {"active": True, "client_id": "client-a"}})
    reading, requests = asked("oidc", answers, issuer_url=ISSUER, subject="42", **OWN)
    assert (reading.subject, reading.client_id) == ("42", "client-a")
    assert urls(requests)[-1] == f"{ISSUER}/userinfo"


def test_without_credentials_a_signed_access_token_is_verified():
    """RFC 9068: the signature, the issuer and the times are checked, and the client is named."""
    reading, requests = asked("oidc", served(), signed(), issuer_url=ISSUER)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]
    assert not any(holds_token(each, signed()) for each in requests)


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "dpop+jwt"])
def test_a_token_of_another_type_is_not_taken_for_an_access_token(typ):
    """An ID token bears the same issuer and key (RFC 9068, section 4): only the issuer's own answer counts then."""
    token = signed(typ, aud="client-a")
    denied = Response(401, {"www-authenticate": 'Bearer error="invalid_token"'}, b"")
    reading, requests = asked("oidc", served(**{f"{ISSUER}/userinfo": denied}), token, issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (False, "denied")
    assert urls(requests) == [DISCOVERY, f"{ISSUER}/userinfo"]
    bare = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
    reading, _ = asked("oidc", served(bare), token, issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (None, "not_stated")


def test_a_token_signed_for_another_issuer_is_refused():
    """The issuer in the token is that of the discovery document, exactly."""
    reading, _ = asked("oidc", served(), signed(iss=f"{ISSUER}/"), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (False, "unknown_token")


@pytest.mark.parametrize(
    ("answer", "active", "reason"),
    [
        ({"sub": "42"}, True, "ok"),
        (Response(401, {"www-authenticate": 'Bearer realm="op", error="invalid_token"'}, b""), False, "denied"),
        (Response(401, {}, b'{"error": "invalid_token"}'), False, "denied"),
        (Response(401, {"www-authenticate": 'Basic realm="proxy"'}, b"<html></html>"), None, "unparsable"),
        (Response(403, {"www-authenticate": 'Bearer error="insufficient_scope"'}, b""), None, "not_permitted"),
        (Response(403, {}, b"<html></html>"), None, "unparsable"),
        (Response(200, {}, b"{}"), None, "unparsable"),
        (Response(200, {}, b'{"sub": 42}'), None, "unparsable"),
        (Response(200, {}, b'{"sub": "42", "error": "invalid_token"}'), None, "unparsable"),
        (Response(200, {"content-type": "application/jwt"}, b"eyJhbGciOiJSUzI1NiJ9.e30.AA"), None, "unparsable"),
    ],
)
def test_userinfo_is_a_probe(answer, active, reason):
    """An opaque token without credentials: userinfo shows that it works and for whom, never for which client."""
    reading, _ = asked("oidc", served(**{f"{ISSUER}/userinfo": answer}), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (active, reason)
    assert reading.client_id is None


def test_without_credentials_and_without_another_way_nothing_is_known():
    """Introspection needs a client: its absence says nothing of the token."""
    bare = {"issuer": ISSUER, "introspection_endpoint": f"{ISSUER}/introspect"}
    reading, requests = asked("oidc", served(bare), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert not any(holds_token(each) for each in requests)


def ask(**given):
    return Ask(token=Secret("opaque-token"), at=AT, **given)


MINE = "https://idp.example.com/oauth/v2/introspect"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"issuer_url": "https://idp.example.com"}, "https://idp.example.com/introspect"),
        ({"issuer_url": "https://idp.example.com/realms/one/"}, "https://idp.example.com/realms/one/introspect"),
        ({"credentials": {"introspection_endpoint": MINE}}, MINE),
        ({"credentials": {"introspection_endpoint": MINE}, "issuer_url": "https://idp.example.com"}, MINE),
        ({"credentials": {"introspection_endpoint": Secret(MINE)}}, MINE),
    ],
)
def test_an_oauth2_server_is_asked_where_the_caller_says(given, url):
    """The endpoint that the caller names, else issuer_url and /introspect."""
    endpoint = providers.get("oauth2").debug
    question = ask(**given, **OWN)
    assert endpoint.lacking(question) == ()
    assert endpoint.request(question).url == url


def test_an_oauth2_server_that_nobody_names_is_not_asked():
    """Without an address the question is not put: what is missing is named."""
    endpoint = providers.get("oauth2").debug
    assert endpoint.lacking(ask(**OWN)) == ("introspection_endpoint",)
    assert endpoint.lacking(ask(issuer_url="https://idp.example.com")) == ("client_id", "client_secret")
    assert providers.get("oidc").debug.lacking(ask(**OWN)) == ("issuer",)
    assert providers.get("oidc").debug.lacking(ask(issuer_url=ISSUER)) == ()


@pytest.mark.parametrize("provider", ["oidc", "oauth2"])
def test_a_live_question_without_an_address_is_undecided(provider):
    """Nothing is sent, and the answer says what the caller did not give."""
    from idp_checks import introspect_sync

    found = introspect_sync(provider, "opaque-token", client_id="client-a", client_secret="made-up-secret")
    assert (found.active, found.reason) == (None, "caller_rejected")
    assert found.exchanges == ()
