"""Tests of ``DiscoveredEndpoint``: how access tokens and ID tokens of a discovered issuer are checked."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support.steps import run_steps

from idp_checks import providers
from idp_checks.secret import Secret
from idp_checks.tokens.client_auth import BASIC, POST, PRIVATE_KEY
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ISSUER = "https://op.example.com"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
SERVER_METADATA = f"{ISSUER}/.well-known/oauth-authorization-server"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
JWKS = {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "key-1"}]}
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_JWK = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key())), "kid": "key-2", "use": "sig"}
DOCUMENT = {
    "issuer": ISSUER,
    "introspection_endpoint": f"{ISSUER}/introspect",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "jwks_uri": f"{ISSUER}/keys",
}
WITHOUT_USERINFO = {"issuer": ISSUER, "introspection_endpoint": f"{ISSUER}/introspect"}
METHODS = "introspection_endpoint_auth_methods_supported"
TOKEN_METHODS = "token_endpoint_auth_methods_supported"
ACTIVE = {"active": True, "client_id": "client-a", "sub": "42", "exp": NOW + 3600}
OWN = {"client_id": "client-a", "client_secret": Secret("sample-secret")}
BY_KEY = {"client_id": "client-a", "credentials": {"private_key": Secret(PEM)}}
CLAIMS = {
    "iss": ISSUER,
    "sub": "42",
    "aud": "https://api.example.com",
    "client_id": "client-a",
    "iat": NOW,
    "exp": NOW + 3600,
}
ID_CLAIMS = {"iss": ISSUER, "sub": "42", "aud": "client-a", "iat": NOW, "exp": NOW + 3600}
ID_TOKEN = {"issuer_url": ISSUER, "credentials": {"kind": "id_token"}}
NOT_FOUND = Response(404, {}, b"")


def sign_access_token(typ="at+jwt", **claims):
    """Sign an access token with the issuer's key."""
    return jwt.encode({**CLAIMS, **claims}, KEY, algorithm="RS256", headers={"kid": "key-1", "typ": typ})


def sign_id_token(typ=None, **claims):
    """Sign an ID token with the issuer's key."""
    return jwt.encode({**ID_CLAIMS, **claims}, KEY, algorithm="RS256", headers={"kid": "key-1", "typ": typ})


HS256_TOKEN = jwt.encode(ID_CLAIMS, "sample-secret" * 4, algorithm="HS256")


def make_responses(document=DOCUMENT, **overrides):
    """Return responses by URL: decoded JSON, or a ``Response``."""
    return {
        DISCOVERY: document,
        f"{ISSUER}/introspect": ACTIVE,
        f"{ISSUER}/userinfo": {"sub": "42"},
        f"{ISSUER}/keys": JWKS,
        **overrides,
    }


def run_oidc(responses, token="opaque-token", **options):
    """Return the reading of the ``oidc`` endpoint and its requests, options responses by URL."""
    question = Question(provider="oidc", token=Secret(token), asked_at=AT, **options)

    def respond(request):
        response = responses[request.url]
        return response if isinstance(response, Response) else Response(200, {}, json.dumps(response).encode())

    return run_steps(providers.get("oidc").debug.steps(question), respond)


def list_urls(requests):
    """Return the URLs of the requests."""
    return [request.url for request in requests]


def contains_token(request, token="opaque-token"):
    """Return whether the request contains the token."""
    tables = [request.headers, request.query, request.form or {}, request.json or {}]
    values = [value for table in tables for value in table.values()]
    return any(token in (value.reveal() if isinstance(value, Secret) else value) for value in [*values, request.url])


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


def test_introspection_endpoint_is_discovered():
    """The token is sent only to the discovered endpoint, in the form, with HTTP Basic."""
    reading, requests = run_oidc(make_responses(), issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert list_urls(requests) == [DISCOVERY, f"{ISSUER}/introspect"]
    assert [contains_token(request) for request in requests] == [False, True]
    assert requests[1].form["token"] == Secret("opaque-token")
    assert requests[1].basic == ("client-a", Secret("sample-secret"))


def test_issuer_url_overrides_the_issuer_credential():
    """Discovery starts at ``issuer_url``."""
    _, requests = run_oidc(
        make_responses(), issuer_url=ISSUER, credentials={"issuer": "https://elsewhere.example.com"}, **OWN
    )
    assert list_urls(requests)[0] == DISCOVERY


@pytest.mark.parametrize(
    "issuer", [f"{ISSUER}/", ISSUER.upper(), f"{ISSUER}/a/..", f"{ISSUER}:443", f"{ISSUER}?", ISSUER]
)
def test_issuer_is_compared_exactly(issuer):
    """Discovery 1.0, section 4.3: the document must contain the issuer character for character."""
    urls = [issuer.rstrip("/") + "/.well-known/openid-configuration"]
    reading, _ = run_oidc(make_responses(**{urls[0]: DOCUMENT}), credentials={"issuer": issuer}, **OWN)
    assert (reading.active is True) == (issuer == ISSUER)
    assert reading.reason == ("ok" if issuer == ISSUER else "contradiction")


@pytest.mark.parametrize(("document_issuer", "issuer"), [(ISSUER, f"{ISSUER}/"), (f"{ISSUER}/", ISSUER)])
def test_different_trailing_slash_is_reported(document_issuer, issuer):
    """The detail mentions the slash only if nothing else differs."""
    reading, _ = run_oidc(
        make_responses({**DOCUMENT, "issuer": document_issuer}), credentials={"issuer": issuer}, **OWN
    )
    assert reading.reason == "contradiction"
    assert "slash" in reading.detail
    reading, _ = run_oidc(make_responses({**DOCUMENT, "issuer": "https://evil.example.com"}), issuer_url=ISSUER, **OWN)
    assert "slash" not in reading.detail


def test_trailing_slash_is_removed_for_discovery_only():
    """Discovery 1.0, section 4.1: the slash is removed from the URL, and kept in the comparison."""
    document = {**DOCUMENT, "issuer": f"{ISSUER}/"}
    reading, requests = run_oidc(make_responses(document), credentials={"issuer": f"{ISSUER}/"}, **OWN)
    assert reading.active is True
    assert list_urls(requests)[0] == DISCOVERY


@pytest.mark.parametrize(
    ("issuer", "first", "second"),
    [
        (ISSUER, DISCOVERY, f"{ISSUER}/.well-known/oauth-authorization-server"),
        (f"{ISSUER}/", DISCOVERY, f"{ISSUER}/.well-known/oauth-authorization-server"),
        (
            f"{ISSUER}/tenants/one",
            f"{ISSUER}/tenants/one/.well-known/openid-configuration",
            f"{ISSUER}/.well-known/oauth-authorization-server/tenants/one",
        ),
        (
            f"{ISSUER}:8443/one/",
            f"{ISSUER}:8443/one/.well-known/openid-configuration",
            f"{ISSUER}:8443/.well-known/oauth-authorization-server/one",
        ),
    ],
)
def test_server_metadata_is_fetched_after_404(issuer, first, second):
    """RFC 8414, section 3.1: the second URL is used only if the first returns 404."""
    responses = make_responses(**{first: NOT_FOUND, second: {**DOCUMENT, "issuer": issuer}})
    reading, requests = run_oidc(responses, issuer_url=issuer, **OWN)
    assert reading.active is True
    assert list_urls(requests) == [first, second, f"{ISSUER}/introspect"]
    reading, requests = run_oidc(
        make_responses(**{first: Response(500, {}, b""), second: DOCUMENT}), issuer_url=issuer, **OWN
    )
    assert (reading.reason, list_urls(requests)) == ("issuer_error", [first])


def test_server_metadata_must_name_the_issuer():
    """RFC 8414, section 3.3: metadata of another issuer is rejected, and no token is sent."""
    evil = {**DOCUMENT, "issuer": "https://evil.example.com"}
    reading, requests = run_oidc(
        make_responses(**{DISCOVERY: NOT_FOUND, SERVER_METADATA: evil}), issuer_url=ISSUER, **OWN
    )
    assert (reading.active, reading.reason) == (None, "contradiction")
    assert not any(contains_token(request) for request in requests)


INVALID_DOCUMENTS = {
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
    "an endpoint that is not a URL": ({**DOCUMENT, "introspection_endpoint": "introspect"}, "contradiction"),
    "an endpoint with a user": (
        {**DOCUMENT, "introspection_endpoint": "https://op.example.com@evil.example/i"},
        "contradiction",
    ),
    "no issuer": ({name: value for name, value in DOCUMENT.items() if name != "issuer"}, "unparsable"),
    "an endpoint that is a number": ({**DOCUMENT, "introspection_endpoint": 5}, "unparsable"),
    "a list": ([DOCUMENT], "unparsable"),
    "a page": (Response(200, {}, b"<html></html>"), "unparsable"),
    "keys without TLS": ({**DOCUMENT, "jwks_uri": "http://op.example.com/keys"}, "contradiction"),
    "a file for keys": ({**DOCUMENT, "jwks_uri": "file:///dev/null"}, "contradiction"),
    "methods that are a string": (
        {**DOCUMENT, "introspection_endpoint_auth_methods_supported": "client_secret_basic"},
        "unparsable",
    ),
    "moved": (Response(301, {"location": "https://evil.example.com"}, b""), "issuer_error"),
    "down": (Response(503, {}, b""), "issuer_error"),
    "throttled": (Response(429, {}, b""), "rate_limited"),
}


@pytest.mark.parametrize(("document", "reason"), INVALID_DOCUMENTS.values(), ids=INVALID_DOCUMENTS)
def test_invalid_document_leaves_the_token_undecided(document, reason):
    """No token is sent after an invalid document or one of another issuer."""
    reading, requests = run_oidc(make_responses(document), issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.reason) == (None, reason)
    assert list_urls(requests) == [DISCOVERY]


@pytest.mark.parametrize(("document", "reason"), INVALID_DOCUMENTS.values(), ids=INVALID_DOCUMENTS)
def test_invalid_document_has_a_readable_detail(document, reason, in_words):
    """The detail describes the problem in words."""
    assert in_words(run_oidc(make_responses(document), issuer_url=ISSUER, **OWN)[0].detail)


def test_missing_documents_leave_the_token_undecided():
    """If both documents are missing, no token is sent."""
    responses = make_responses(**{DISCOVERY: NOT_FOUND, SERVER_METADATA: NOT_FOUND})
    reading, requests = run_oidc(responses, issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert list_urls(requests) == [DISCOVERY, SERVER_METADATA]


def test_document_url_can_differ():
    """An issuer may document another URL for its document."""
    question = Question(provider="oidc", token=Secret("opaque-token"), asked_at=AT, issuer_url=ISSUER)
    endpoint = DiscoveredEndpoint(source="https://op.example.com/docs", url="{issuer}/own-metadata")
    assert next(endpoint.steps(question)).url == f"{ISSUER}/own-metadata"


def test_description_has_a_placeholder_for_the_endpoint():
    """The description is an introspection request with a placeholder URL."""
    described = providers.get("oidc").debug.describe_request()
    assert (described["method"], described["url"]) == ("POST", "{introspection_endpoint}")


def test_callers_introspection_endpoint_overrides_discovery():
    """The caller's endpoint is used instead of the discovered one."""
    endpoint = "https://tokens.example.com/check"
    reading, requests = run_oidc(
        make_responses(**{endpoint: {"active": False}}),
        issuer_url=ISSUER,
        credentials={"introspection_endpoint": endpoint},
        **OWN,
    )
    assert (reading.active, reading.reason, reading.bare) == (False, "denied", True)
    assert list_urls(requests) == [DISCOVERY, endpoint]


def test_missing_account_is_read_from_userinfo():
    """If introspection does not return the expected account, userinfo is requested with the same token."""
    responses = make_responses(**{f"{ISSUER}/introspect": {"active": True, "client_id": "client-a"}})
    reading, requests = run_oidc(responses, issuer_url=ISSUER, subject="42", **OWN)
    assert (reading.subject, reading.client_id) == ("42", "client-a")
    assert list_urls(requests)[-1] == f"{ISSUER}/userinfo"


def test_jwt_is_verified_without_client_credentials():
    """RFC 9068: signature, issuer and times are checked, and the client is read."""
    reading, requests = run_oidc(make_responses(), sign_access_token(), issuer_url=ISSUER)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert list_urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]
    assert not any(contains_token(request, sign_access_token()) for request in requests)


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "dpop+jwt"])
def test_jwt_of_another_type_is_not_an_access_token(typ):
    """An ID token has the same issuer and key (RFC 9068, section 4), so userinfo decides."""
    token = sign_access_token(typ, aud="client-a")
    denied = Response(401, {"www-authenticate": 'Bearer error="invalid_token"'}, b"")
    reading, requests = run_oidc(make_responses(**{f"{ISSUER}/userinfo": denied}), token, issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (False, "denied")
    assert list_urls(requests) == [DISCOVERY, f"{ISSUER}/userinfo"]
    document = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
    reading, _ = run_oidc(make_responses(document), token, issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (None, "not_stated")


def test_jwt_of_another_issuer_is_rejected():
    """The issuer in the token must be exactly the one in the discovery document."""
    reading, _ = run_oidc(make_responses(), sign_access_token(iss=f"{ISSUER}/"), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (False, "unknown_token")


@pytest.mark.parametrize(
    ("response", "active", "reason"),
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
def test_userinfo_is_a_probe(response, active, reason):
    """Without client credentials userinfo proves that an opaque token works, but not for which client."""
    reading, _ = run_oidc(make_responses(**{f"{ISSUER}/userinfo": response}), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (active, reason)
    assert reading.client_id is None


def test_probe_reports_its_method():
    """The reading contains the method ``userinfo-probe``."""
    reading, _ = run_oidc(make_responses(), issuer_url=ISSUER)
    assert reading == Reading(active=True, reason="ok", subject="42", method="userinfo-probe")


def test_introspection_without_credentials_is_undecided():
    """Introspection needs client credentials; no token is sent without them."""
    reading, requests = run_oidc(make_responses(WITHOUT_USERINFO), issuer_url=ISSUER)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert not any(contains_token(request) for request in requests)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"client_id": "client-a"}, "needs"),
        ({"client_secret": Secret("sample-secret")}, "needs"),
        ({}, "needs"),
        (OWN, "accepts none"),
        (BY_KEY, "accepts none"),
    ],
)
def test_detail_separates_missing_from_unsupported_credentials(options, word, in_words):
    """The detail says whether credentials are missing or not supported by the issuer."""
    document = {**WITHOUT_USERINFO, METHODS: ["tls_client_auth"]}
    reading, _ = run_oidc(make_responses(document), issuer_url=ISSUER, **options)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert word in reading.detail
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("document", "credentials", "method"),
    [
        ({}, OWN, BASIC),
        ({METHODS: [BASIC]}, OWN, BASIC),
        ({METHODS: [POST]}, OWN, POST),
        ({METHODS: [POST, BASIC]}, OWN, BASIC),
        ({METHODS: [POST], TOKEN_METHODS: [BASIC]}, OWN, POST),
        ({TOKEN_METHODS: [POST]}, OWN, POST),
        ({METHODS: [PRIVATE_KEY, BASIC]}, OWN, BASIC),
        ({METHODS: [BASIC]}, {**OWN, "credentials": {"client_auth": POST}}, POST),
        ({}, BY_KEY, PRIVATE_KEY),
        ({METHODS: [BASIC, PRIVATE_KEY]}, BY_KEY, PRIVATE_KEY),
        ({METHODS: [BASIC, PRIVATE_KEY]}, {**OWN, **BY_KEY}, PRIVATE_KEY),
        ({METHODS: [BASIC]}, {**OWN, **BY_KEY}, BASIC),
    ],
)
def test_client_auth_follows_the_document(document, credentials, method):
    """The method is the caller's, else one from the document (RFC 8414, section 2), else HTTP Basic."""
    reading, requests = run_oidc(make_responses({**DOCUMENT, **document}), issuer_url=ISSUER, **credentials)
    assert reading.active is True
    assert find_client_auth(requests[-1]) == method


@pytest.mark.parametrize(
    ("document", "credentials"),
    [
        ({METHODS: ["tls_client_auth"]}, OWN),
        ({METHODS: []}, OWN),
        ({METHODS: [PRIVATE_KEY]}, OWN),
        ({METHODS: [BASIC]}, BY_KEY),
        ({}, {"client_id": "client-a"}),
        ({}, {"client_secret": Secret("sample-secret")}),
        ({}, {**OWN, "credentials": {"client_auth": PRIVATE_KEY}}),
    ],
)
def test_unsupported_client_auth_sends_nothing(document, credentials):
    """No token is sent if the issuer does not support the caller's credentials."""
    reading, requests = run_oidc(make_responses({**WITHOUT_USERINFO, **document}), issuer_url=ISSUER, **credentials)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert not any(contains_token(request) for request in requests)


def test_unknown_client_auth_is_rejected(in_words):
    """Nothing is sent, and the detail names ``client_auth``."""
    with pytest.raises(Unreachable) as caught:
        run_oidc(make_responses(), issuer_url=ISSUER, client_id="client-a", credentials={"client_auth": "by_post"})
    assert caught.value.reason == "caller_rejected"
    assert caught.value.detail == str(caught.value.detail)
    assert "client_auth" in caught.value.detail


def test_assertion_audience_is_the_issuer():
    """RFC 9126, section 2: the assertion is valid at the issuer of the document only."""
    _, requests = run_oidc(make_responses(), issuer_url=ISSUER, **BY_KEY)
    assertion = requests[-1].form["client_assertion"]
    assert isinstance(assertion, Secret)
    claims = jwt.decode(assertion.reveal(), KEY.public_key(), ["RS256"], audience=ISSUER, options={"verify_exp": False})
    assert claims["aud"] == ISSUER
    assert claims["iss"] == claims["sub"] == "client-a"


@pytest.mark.parametrize(
    ("extra", "audience"),
    [
        ({}, ISSUER),
        ({"issuer": "https://elsewhere.example.com"}, ISSUER),
        ({"client_auth_audience": "https://op.example.com/token"}, "https://op.example.com/token"),
    ],
)
def test_assertion_audience_can_be_set(extra, audience):
    """``client_auth_audience`` overrides the issuer; the issuer credential does not."""
    options = {**BY_KEY, "credentials": {**BY_KEY["credentials"], **extra}}
    _, requests = run_oidc(make_responses(), issuer_url=ISSUER, **options)
    assertion = requests[-1].form["client_assertion"].reveal()
    assert jwt.decode(assertion, options={"verify_signature": False})["aud"] == audience


@pytest.mark.parametrize("typ", [None, "JWT"])
def test_id_token_is_verified_by_its_signature(typ):
    """The token is not sent anywhere, and its audience is the client."""
    reading, requests = run_oidc(make_responses(), sign_id_token(typ), **ID_TOKEN, **OWN)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert reading.method == "signed-token"
    assert list_urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]


@pytest.mark.parametrize(
    ("token", "document", "active", "reason"),
    [
        (sign_access_token(), {}, None, "unparsable"),
        (sign_id_token("logout+jwt"), {}, None, "unparsable"),
        (sign_id_token(iss="https://evil.example.com"), {}, False, "unknown_token"),
        (sign_id_token(), {"id_token_signing_alg_values_supported": ["ES256"]}, False, "malformed"),
        (sign_id_token(), {"id_token_signing_alg_values_supported": ["RS256", "none"]}, True, "ok"),
        (sign_id_token(), {"jwks_uri": None}, None, "not_stated"),
        ("opaque-token", {}, None, "not_stated"),
        (HS256_TOKEN, {}, False, "malformed"),
        (
            HS256_TOKEN,
            {"id_token_signing_alg_values_supported": ["HS256"]},
            None,
            "not_stated",
        ),
        (
            jwt.encode(ID_CLAIMS, None, algorithm="none"),
            {"id_token_signing_alg_values_supported": ["none"]},
            False,
            "malformed",
        ),
    ],
)
def test_other_tokens_are_not_good_id_tokens(token, document, active, reason):
    """Another kind of token, another issuer, or an algorithm that the document does not list."""
    reading, _ = run_oidc(make_responses({**DOCUMENT, **document}), token, **ID_TOKEN)
    assert (reading.active, reading.reason) == (active, reason)


@pytest.mark.parametrize(
    ("token", "document", "word"),
    [
        ("opaque-token", {}, "not a signed token"),
        (sign_id_token(), {"jwks_uri": None}, "no keys"),
        (
            HS256_TOKEN,
            {"id_token_signing_alg_values_supported": ["HS256"]},
            "secret",
        ),
    ],
)
def test_unverifiable_id_token_has_a_detail(token, document, word, in_words):
    """An unsigned token, missing keys or a shared secret leave the token undecided, with a detail."""
    reading, _ = run_oidc(make_responses({**DOCUMENT, **document}), token, **ID_TOKEN)
    assert reading == Reading(active=None, reason="not_stated", method="signed-token", detail=reading.detail)
    assert word in reading.detail
    assert in_words(reading.detail)


def test_access_token_credential_declares_an_id_token():
    """The ``at_hash`` must match the access token, which is not sent."""
    digest = hashlib.sha256(b"sample-access-token").digest()[:16]
    token = sign_id_token(at_hash=base64.urlsafe_b64encode(digest).decode().rstrip("="))
    for access_token, reason in (("sample-access-token", "ok"), ("another-access-token", "malformed")):
        reading, requests = run_oidc(
            make_responses(), token, issuer_url=ISSUER, credentials={"access_token": Secret(access_token)}
        )
        assert reading.reason == reason
        assert not any(contains_token(request, access_token) for request in requests)


def test_unknown_kind_is_rejected():
    """Nothing is sent for another kind of token."""
    reading, requests = run_oidc(make_responses(), issuer_url=ISSUER, credentials={"kind": "refresh_token"})
    assert (reading.active, reading.reason, requests) == (None, "caller_rejected", [])


@pytest.mark.parametrize("kind", ["access", "id"])
def test_key_set_is_fetched_again_for_an_unknown_key(kind):
    """The key set is fetched again once if the token's key is missing."""
    options = ID_TOKEN if kind == "id" else {"issuer_url": ISSUER}
    token = (sign_id_token() if kind == "id" else sign_access_token()).split(".")
    header = base64.urlsafe_b64encode(
        json.dumps({"alg": "RS256", "kid": "key-9", "typ": "at+jwt" if kind == "access" else "JWT"}).encode()
    )
    reading, requests = run_oidc(make_responses(), ".".join((header.decode().rstrip("="), *token[1:])), **options)
    assert (reading.active, reading.reason) == (None, "not_stated")
    assert [(request.url, request.fresh) for request in requests[1:]] == [
        (f"{ISSUER}/keys", False),
        (f"{ISSUER}/keys", True),
    ]


@pytest.mark.parametrize("kind", ["access", "id"])
def test_jwt_is_read_in_full(kind):
    """Any asymmetric algorithm works, ``jku`` may name the configured key set, and the method is reported."""
    options = ID_TOKEN if kind == "id" else {"issuer_url": ISSUER}
    claims = ID_CLAIMS if kind == "id" else {**CLAIMS, "scope": "openid", "azp": "another"}
    headers = {"kid": "key-2", "typ": "JWT" if kind == "id" else "at+jwt", "jku": f"{ISSUER}/keys"}
    token = jwt.encode(claims, EC_KEY, algorithm="ES256", headers=headers)
    reading, requests = run_oidc(make_responses(**{f"{ISSUER}/keys": {"keys": [EC_JWK]}}), token, **options)
    assert reading == Reading(
        active=True,
        reason="ok",
        client_id="client-a",
        audience=("client-a",) if kind == "id" else ("https://api.example.com",),
        subject="42",
        scopes=None if kind == "id" else ("openid",),
        expires_at=datetime.fromtimestamp(NOW + 3600, UTC),
        issued_at=AT,
        issuer=ISSUER,
        method="signed-token",
    )
    assert list_urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]


def test_client_claim_depends_on_the_kind():
    """An access token names its client in ``client_id``, else ``azp``; an ID token in its audience."""
    token = jwt.encode(
        {name: value for name, value in {**CLAIMS, "azp": "client-b"}.items() if name != "client_id"},
        KEY,
        algorithm="RS256",
        headers={"kid": "key-1", "typ": "at+jwt"},
    )
    assert run_oidc(make_responses(), token, issuer_url=ISSUER)[0].client_id == "client-b"
    assert run_oidc(make_responses(), sign_id_token(azp="client-b"), **ID_TOKEN)[0].client_id == "client-a"


@pytest.mark.parametrize(
    ("options", "document"),
    [
        ({"credentials": {"kind": "refresh_token"}}, DOCUMENT),
        ({}, {"issuer": ISSUER}),
        (OWN, {**DOCUMENT, "issuer": f"{ISSUER}/"}),
    ],
)
def test_undecided_reading_has_a_readable_detail(options, document, in_words):
    """The detail describes an unknown kind, a missing endpoint or a different slash in words."""
    reading, _ = run_oidc(make_responses(document), issuer_url=ISSUER, **options)
    assert reading.active is None
    assert in_words(reading.detail)
