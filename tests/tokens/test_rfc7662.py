"""Token introspection and discovery: where a token goes, what counts as an answer, and what is asked instead."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp_checks import providers
from idp_checks.secret import Secret
from idp_checks.tokens import client_auth
from idp_checks.tokens.discovery import DiscoveredEndpoint, Metadata, fetch_metadata, read_metadata, server_metadata_url
from idp_checks.tokens.probes import userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.rfc7662 import introspection_endpoint
from idp_checks.tokens.wire import Request, Response, Unreachable

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
    steps = providers.get(provider).debug.steps(Question(provider="oauth2", token=Secret(token), asked_at=AT, **ask))
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


@pytest.mark.parametrize(
    "issuer", [f"{ISSUER}/", ISSUER.upper(), f"{ISSUER}/a/..", f"{ISSUER}:443", f"{ISSUER}?", ISSUER]
)
def test_the_issuer_is_compared_exactly(issuer):
    """Character for character (Discovery 1.0, section 4.3): only what the document says of itself is the issuer."""
    urls = [issuer.rstrip("/") + "/.well-known/openid-configuration"]
    reading, _ = asked("oidc", served(**{urls[0]: DOCUMENT}), credentials={"issuer": issuer}, **OWN)
    assert (reading.active is True) == (issuer == ISSUER)
    assert reading.reason == ("ok" if issuer == ISSUER else "contradiction")


@pytest.mark.parametrize(("named", "given"), [(ISSUER, f"{ISSUER}/"), (f"{ISSUER}/", ISSUER)])
def test_a_slash_at_the_end_is_told(named, given):
    """Where nothing but the slash differs the caller learns so; where more differs that is no help and is not said."""
    reading, _ = asked("oidc", served({**DOCUMENT, "issuer": named}), credentials={"issuer": given}, **OWN)
    assert reading.reason == "contradiction"
    assert "slash" in reading.detail
    reading, _ = asked("oidc", served({**DOCUMENT, "issuer": "https://evil.example.com"}), issuer_url=ISSUER, **OWN)
    assert "slash" not in reading.detail


def test_an_issuer_that_ends_in_a_slash_is_found():
    """The slash is removed before the path is added (Discovery 1.0, section 4.1), and stays in the comparison."""
    document = {**DOCUMENT, "issuer": f"{ISSUER}/"}
    reading, requests = asked("oidc", served(document), credentials={"issuer": f"{ISSUER}/"}, **OWN)
    assert reading.active is True
    assert urls(requests)[0] == DISCOVERY


NOT_THERE = Response(404, {}, b"")


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
def test_the_other_metadata_is_asked_for_where_the_first_is_not_there(issuer, first, second):
    """RFC 8414, section 3.1: the well-known part goes between host and path; only after 404 of the other one."""
    answers = served(**{first: NOT_THERE, second: {**DOCUMENT, "issuer": issuer}})
    reading, requests = asked("oidc", answers, issuer_url=issuer, **OWN)
    assert reading.active is True
    assert urls(requests) == [first, second, f"{ISSUER}/introspect"]
    reading, requests = asked(
        "oidc", served(**{first: Response(500, {}, b""), second: DOCUMENT}), issuer_url=issuer, **OWN
    )
    assert (reading.reason, urls(requests)) == ("issuer_error", [first])


def test_the_other_metadata_must_name_its_issuer_too():
    """Metadata by RFC 8414 that names another issuer is not gone by (section 3.3)."""
    other = f"{ISSUER}/.well-known/oauth-authorization-server"
    evil = {**DOCUMENT, "issuer": "https://evil.example.com"}
    reading, requests = asked("oidc", served(**{DISCOVERY: NOT_THERE, other: evil}), issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.reason) == (None, "contradiction")
    assert not any(holds_token(each) for each in requests)


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
    "keys without TLS": ({**DOCUMENT, "jwks_uri": "http://op.example.com/keys"}, "contradiction"),
    "a file for keys": ({**DOCUMENT, "jwks_uri": "file:///dev/null"}, "contradiction"),
    "methods that are a text": (
        {**DOCUMENT, "introspection_endpoint_auth_methods_supported": "client_secret_basic"},
        "unparsable",
    ),
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


def test_what_is_there_by_neither_specification_decides_nothing():
    """Without a document nothing is known, and no token leaves."""
    other = f"{ISSUER}/.well-known/oauth-authorization-server"
    answers = served(**{DISCOVERY: NOT_THERE, other: NOT_THERE})
    reading, requests = asked("oidc", answers, issuer_url=ISSUER, **OWN)
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert urls(requests) == [DISCOVERY, other]


METHODS = "introspection_endpoint_auth_methods_supported"
AT_TOKEN = "token_endpoint_auth_methods_supported"
BASIC, POST, PRIVATE_KEY = "client_secret_basic", "client_secret_post", "private_key_jwt"
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
BY_KEY = {"client_id": "client-a", "credentials": {"private_key": Secret(PEM)}}


def used(request):
    """The client authentication that a request holds, and that it holds no other."""
    form = request.form or {}
    ways = {
        BASIC: request.basic is not None,
        POST: "client_secret" in form,
        PRIVATE_KEY: "client_assertion" in form,
    }
    (way,) = [name for name, there in ways.items() if there]
    return way


@pytest.mark.parametrize(
    ("document", "own", "way"),
    [
        ({}, OWN, BASIC),
        ({METHODS: [BASIC]}, OWN, BASIC),
        ({METHODS: [POST]}, OWN, POST),
        ({METHODS: [POST, BASIC]}, OWN, BASIC),
        ({METHODS: [POST], AT_TOKEN: [BASIC]}, OWN, POST),
        ({AT_TOKEN: [POST]}, OWN, POST),
        ({METHODS: [PRIVATE_KEY, BASIC]}, OWN, BASIC),
        ({METHODS: [BASIC]}, {**OWN, "credentials": {"client_auth": POST}}, POST),
        ({}, BY_KEY, PRIVATE_KEY),
        ({METHODS: [BASIC, PRIVATE_KEY]}, BY_KEY, PRIVATE_KEY),
        ({METHODS: [BASIC, PRIVATE_KEY]}, {**OWN, **BY_KEY}, PRIVATE_KEY),
        ({METHODS: [BASIC]}, {**OWN, **BY_KEY}, BASIC),
    ],
)
def test_the_issuer_says_how_its_client_authenticates(document, own, way):
    """The document's methods (RFC 8414, section 2), HTTP Basic if it has none; the caller's own word comes first."""
    reading, requests = asked("oidc", served({**DOCUMENT, **document}), issuer_url=ISSUER, **own)
    assert reading.active is True
    assert used(requests[-1]) == way


@pytest.mark.parametrize(
    ("document", "own"),
    [
        ({METHODS: ["tls_client_auth"]}, OWN),
        ({METHODS: []}, OWN),
        ({METHODS: [PRIVATE_KEY]}, OWN),
        ({METHODS: [BASIC]}, BY_KEY),
        ({}, {"client_id": "client-a"}),
        ({}, {"client_secret": Secret("made-up-secret")}),
        ({}, {**OWN, "credentials": {"client_auth": PRIVATE_KEY}}),
    ],
)
def test_a_caller_who_cannot_authenticate_does_not_introspect(document, own):
    """What the issuer does not take is not sent; nobody else answers here, so nothing is known."""
    bare = {"issuer": ISSUER, "introspection_endpoint": f"{ISSUER}/introspect", **document}
    reading, requests = asked("oidc", served(bare), issuer_url=ISSUER, **own)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert not any(holds_token(each) for each in requests)


def test_the_audience_of_an_assertion_is_the_issuer():
    """As the document names it (RFC 9126, section 2), and nobody else: the assertion is good at one issuer alone."""
    _, requests = asked("oidc", served(), issuer_url=ISSUER, **BY_KEY)
    signed = requests[-1].form["client_assertion"]
    assert isinstance(signed, Secret)
    claims = jwt.decode(signed.reveal(), KEY.public_key(), ["RS256"], audience=ISSUER, options={"verify_exp": False})
    assert claims["aud"] == ISSUER
    assert claims["iss"] == claims["sub"] == "client-a"


ID_CLAIMS = {"iss": ISSUER, "sub": "42", "aud": "client-a", "iat": NOW, "exp": NOW + 3600}
ABOUT_ID = {"issuer_url": ISSUER, "credentials": {"kind": "id_token"}}


def id_token(typ=None, **claims):
    headers = {"kid": "key-1", "typ": typ}
    return jwt.encode({**ID_CLAIMS, **claims}, KEY, algorithm="RS256", headers=headers)


@pytest.mark.parametrize("typ", [None, "JWT"])
def test_an_id_token_is_verified_where_it_is_asked_about(typ):
    """Its signature counts, it names its client, and it is sent nowhere, although introspection could be asked."""
    reading, requests = asked("oidc", served(), id_token(typ), **ABOUT_ID, **OWN)
    assert (reading.active, reading.client_id, reading.subject) == (True, "client-a", "42")
    assert reading.method == "signed-token"
    assert urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]


@pytest.mark.parametrize(
    ("token", "document", "active", "reason"),
    [
        (signed(), {}, None, "unparsable"),
        (id_token("logout+jwt"), {}, None, "unparsable"),
        (id_token(iss="https://evil.example.com"), {}, False, "unknown_token"),
        (id_token(), {"id_token_signing_alg_values_supported": ["ES256"]}, False, "malformed"),
        (id_token(), {"id_token_signing_alg_values_supported": ["RS256", "none"]}, True, "ok"),
        (id_token(), {"jwks_uri": None}, None, "not_stated"),
        ("opaque-token", {}, None, "not_stated"),
        (jwt.encode(ID_CLAIMS, "made-up-secret" * 4, algorithm="HS256"), {}, False, "malformed"),
        (
            jwt.encode(ID_CLAIMS, "made-up-secret" * 4, algorithm="HS256"),
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
def test_what_is_no_id_token_of_the_issuer_is_not_good_as_one(token, document, active, reason):
    """Another kind of token, another issuer's, or one by an algorithm that the document does not list."""
    reading, _ = asked("oidc", served({**DOCUMENT, **document}), token, **ABOUT_ID)
    assert (reading.active, reading.reason) == (active, reason)


def test_an_access_token_at_hand_makes_it_a_question_about_an_id_token():
    """Its at_hash must be that of the access token: one stolen from elsewhere makes the pair bad."""
    digest = hashlib.sha256(b"made-up-access-token").digest()[:16]
    token = id_token(at_hash=base64.urlsafe_b64encode(digest).decode().rstrip("="))
    for held, reason in (("made-up-access-token", "ok"), ("another-access-token", "malformed")):
        reading, requests = asked(
            "oidc", served(), token, issuer_url=ISSUER, credentials={"access_token": Secret(held)}
        )
        assert reading.reason == reason
        assert not any(holds_token(each, held) for each in requests)


def test_another_kind_of_token_cannot_be_asked_about():
    """A refresh token is neither: nothing is sent."""
    reading, requests = asked("oidc", served(), issuer_url=ISSUER, credentials={"kind": "refresh_token"})
    assert (reading.active, reading.reason, requests) == (None, "caller_rejected", [])


@pytest.mark.parametrize("about", ["access", "id"])
def test_a_discovered_key_set_is_fetched_anew_for_an_unknown_key(about):
    """One piece of code for both: the set that lacks the token's key is asked for once more, and no third time."""
    given = ABOUT_ID if about == "id" else {"issuer_url": ISSUER}
    token = (id_token() if about == "id" else signed()).split(".")
    other = base64.urlsafe_b64encode(
        json.dumps({"alg": "RS256", "kid": "key-9", "typ": "at+jwt" if about == "access" else "JWT"}).encode()
    )
    reading, requests = asked("oidc", served(), ".".join((other.decode().rstrip("="), *token[1:])), **given)
    assert (reading.active, reading.reason) == (None, "not_stated")
    assert [(each.url, each.fresh) for each in requests[1:]] == [(f"{ISSUER}/keys", False), (f"{ISSUER}/keys", True)]


def ask(**given):
    return Question(provider="oauth2", token=Secret("opaque-token"), asked_at=AT, **given)


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
    assert endpoint.missing_credentials(question) == ()
    assert endpoint.request(question).url == url


def test_an_oauth2_server_that_nobody_names_is_not_asked():
    """Without an address the question is not put: what is missing is named."""
    endpoint = providers.get("oauth2").debug
    assert endpoint.missing_credentials(ask(**OWN)) == ("introspection_endpoint",)
    assert endpoint.missing_credentials(ask(issuer_url="https://idp.example.com")) == ("client_id", "client_secret")
    assert providers.get("oidc").debug.missing_credentials(ask(**OWN)) == ("issuer",)
    assert providers.get("oidc").debug.missing_credentials(ask(issuer_url=ISSUER)) == ()


@pytest.mark.parametrize("provider", ["oidc", "oauth2"])
def test_a_live_question_without_an_address_is_undecided(provider):
    """Nothing is sent, and the answer says what the caller did not give."""
    from idp_checks import introspect_sync

    found = introspect_sync(provider, "opaque-token", client_id="client-a", client_secret="made-up-secret")
    assert (found.active, found.reason) == (None, "caller_rejected")
    assert found.exchanges == ()


DOCS = "https://op.example.com/docs"
AT_ENDPOINT = f"{ISSUER}/introspect"


def test_token_introspection_is_asked_as_the_rfc_has_it():
    """RFC 7662, section 2.1: a form by POST, the kind of token as a hint, the asker as HTTP Basic."""
    made = introspection_endpoint(AT_ENDPOINT, source=DOCS, note="so")
    assert made.request(ask(**OWN)) == Request(
        method="POST",
        url=AT_ENDPOINT,
        headers={"Accept": "application/json"},
        form={"token_type_hint": "access_token", "token": Secret("opaque-token")},
        basic=("client-a", Secret("made-up-secret")),
    )
    assert (made.kind, made.source, made.note, made.optional_credentials) == ("introspection", DOCS, "so", ())
    assert made.missing_credentials(ask()) == ("client_id", "client_secret")
    assert made.proves == {"client", "subject", "scopes", "end"}


def test_a_server_of_its_own_ways_is_asked_in_them():
    """Other parameters, other needs, credentials in the form: where a server documents them."""
    own = {"proves": frozenset({"end"}), "required_credentials": ("api_key",), "optional_credentials": ("tenant",)}
    made = introspection_endpoint(AT_ENDPOINT, source=DOCS, params={}, basic=False, **own)
    request = made.request(ask(**OWN))
    assert (request.form, request.basic) == ({"token": Secret("opaque-token")}, None)
    assert (made.proves, made.optional_credentials, made.missing_credentials(ask())) == ({"end"}, ("tenant",), ("api_key",))
    by_key = introspection_endpoint(AT_ENDPOINT, source=DOCS, authentications=(PRIVATE_KEY,)).request(ask(**BY_KEY))
    signed = by_key.form["client_assertion"].reveal()
    assert jwt.decode(signed, options={"verify_signature": False})["aud"] == AT_ENDPOINT
    several = introspection_endpoint(AT_ENDPOINT, source=DOCS, authentications=(POST,), optional_credentials=("tenant",))
    assert used(several.request(ask(**OWN))) == POST
    assert several.optional_credentials == (*client_auth.CLIENT_AUTH_CREDENTIALS, "tenant")


def test_a_servers_own_refusals_come_before_those_of_the_rfc():
    """A denial with a reason is not read as the bare one; an answer 401 may be documented to mean another thing."""
    own = (Refusal(200, "expired", {"active": False, "reason": "expired"}), Refusal(401, "revoked", {"gone": True}))
    made = introspection_endpoint(AT_ENDPOINT, source=DOCS, refusals=own)
    for status, body, reason in (
        (200, {"active": False, "reason": "expired"}, "expired"),
        (200, {"active": False}, "denied"),
        (401, {"gone": True}, "revoked"),
        (401, {}, "caller_rejected"),
        (400, {"error": "invalid_client"}, "caller_rejected"),
        (403, {}, "not_permitted"),
    ):
        assert made.read(Response(status, {}, json.dumps(body).encode()), ask(**OWN)).reason == reason


def test_userinfo_is_asked_with_the_token_alone(in_words):
    """OpenID Connect Core 1.0, section 5.3: the token is its own credential; the answer tells the account."""
    made = userinfo_endpoint(f"{ISSUER}/userinfo")
    assert made.request(ask()) == Request(
        method="GET",
        url=f"{ISSUER}/userinfo",
        headers={"Accept": "application/json", "Authorization": Secret("Bearer opaque-token")},
    )
    assert (made.kind, made.proves, made.missing_credentials(ask())) == ("userinfo-probe", {"subject"}, ())
    assert made.source == "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError"
    assert userinfo_endpoint(f"{ISSUER}/userinfo", DOCS).source == DOCS
    missing = made.read(Response(403, {"www-authenticate": 'Bearer error="insufficient_scope"'}), ask())
    assert missing.reason == "not_permitted"
    assert in_words(missing.detail)
    for status in (200, 400, 500):
        for error in ("invalid_token", "insufficient_scope"):
            odd = made.read(Response(status, {"www-authenticate": f'Bearer error="{error}"'}), ask())
            assert odd.active is None, "the status is part of the refusal"
            assert odd.reason != "not_permitted"


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://op.example.com", "https://op.example.com/.well-known/oauth-authorization-server"),
        ("https://op.example.com/", "https://op.example.com/.well-known/oauth-authorization-server"),
        ("https://op.example.com:8443/a/X", "https://op.example.com:8443/.well-known/oauth-authorization-server/a/X"),
        ("https://op.example.com/X/", "https://op.example.com/.well-known/oauth-authorization-server/X"),
    ],
)
def test_the_other_metadata_stands_between_host_and_path(issuer, url):
    """RFC 8414, section 3.1: the path of the issuer follows, without a slash at its end."""
    assert server_metadata_url(issuer) == url


EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_JWK = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key())), "kid": "key-2", "use": "sig"}


@pytest.mark.parametrize("about", ["access", "id"])
def test_a_signed_token_is_read_in_full(about):
    """By any asymmetric algorithm, also where it names the issuer's own key set; and the answer says how it was asked."""
    given = ABOUT_ID if about == "id" else {"issuer_url": ISSUER}
    claims = ID_CLAIMS if about == "id" else {**CLAIMS, "scope": "openid", "azp": "another"}
    headers = {"kid": "key-2", "typ": "JWT" if about == "id" else "at+jwt", "jku": f"{ISSUER}/keys"}
    token = jwt.encode(claims, EC_KEY, algorithm="ES256", headers=headers)
    reading, requests = asked("oidc", served(**{f"{ISSUER}/keys": {"keys": [EC_JWK]}}), token, **given)
    assert reading == Reading(
        active=True,
        reason="ok",
        client_id="client-a",
        audience=("client-a",) if about == "id" else ("https://api.example.com",),
        subject="42",
        scopes=None if about == "id" else ("openid",),
        expires_at=datetime.fromtimestamp(NOW + 3600, UTC),
        issued_at=AT,
        issuer=ISSUER,
        method="signed-token",
    )
    assert urls(requests) == [DISCOVERY, f"{ISSUER}/keys"]


def test_the_client_of_a_token_is_named_by_its_kind():
    """An access token's by client_id, else by azp; an ID token's by its audience, whoever asked on its behalf."""
    token = jwt.encode(
        {name: value for name, value in {**CLAIMS, "azp": "client-b"}.items() if name != "client_id"},
        KEY,
        algorithm="RS256",
        headers={"kid": "key-1", "typ": "at+jwt"},
    )
    assert asked("oidc", served(), token, issuer_url=ISSUER)[0].client_id == "client-b"
    assert asked("oidc", served(), id_token(azp="client-b"), **ABOUT_ID)[0].client_id == "client-a"


def test_a_probe_says_that_it_was_one():
    """Where nothing else can be asked, userinfo is, and the answer says so."""
    reading, _ = asked("oidc", served(), issuer_url=ISSUER)
    assert reading == Reading(active=True, reason="ok", subject="42", method="userinfo-probe")


@pytest.mark.parametrize(
    ("token", "document", "word"),
    [
        ("opaque-token", {}, "not a signed token"),
        (id_token(), {"jwks_uri": None}, "no keys"),
        (
            jwt.encode(ID_CLAIMS, "made-up-secret" * 4, algorithm="HS256"),
            {"id_token_signing_alg_values_supported": ["HS256"]},
            "secret",
        ),
    ],
)
def test_an_id_token_that_cannot_be_checked_says_why(token, document, word, in_words):
    """What is no signed token, has no keys or a shared secret decides nothing, by the way of signatures."""
    reading, _ = asked("oidc", served({**DOCUMENT, **document}), token, **ABOUT_ID)
    assert reading == Reading(active=None, reason="not_stated", method="signed-token", detail=reading.detail)
    assert word in reading.detail
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"client_id": "client-a"}, "needs"),
        ({"client_secret": Secret("made-up-secret")}, "needs"),
        ({}, "needs"),
        (OWN, "takes none"),
        (BY_KEY, "takes none"),
    ],
)
def test_a_caller_learns_what_introspection_lacks(given, word, in_words):
    """Credentials that are missing are told from credentials that the issuer does not take."""
    bare = {"issuer": ISSUER, "introspection_endpoint": AT_ENDPOINT, METHODS: ["tls_client_auth"]}
    reading, _ = asked("oidc", served(bare), issuer_url=ISSUER, **given)
    assert (reading.active, reading.reason) == (None, "caller_rejected")
    assert word in reading.detail
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("more", "audience"),
    [
        ({}, ISSUER),
        ({"issuer": "https://elsewhere.example.com"}, ISSUER),
        ({"client_auth_audience": "https://op.example.com/token"}, "https://op.example.com/token"),
    ],
)
def test_an_assertion_is_for_the_issuer_that_was_found(more, audience):
    """Unless the caller names another audience; the issuer among the credentials is not the one that was asked."""
    own = {**BY_KEY, "credentials": {**BY_KEY["credentials"], **more}}
    _, requests = asked("oidc", served(), issuer_url=ISSUER, **own)
    signed = requests[-1].form["client_assertion"].reveal()
    assert jwt.decode(signed, options={"verify_signature": False})["aud"] == audience


@pytest.mark.parametrize(("document", "reason"), ODD_DOCUMENTS.values(), ids=ODD_DOCUMENTS)
def test_what_is_wrong_with_a_document_is_said_in_words(document, reason, in_words):
    """Whoever set the issuer up can read what to look for."""
    assert in_words(asked("oidc", served(document), issuer_url=ISSUER, **OWN)[0].detail)


@pytest.mark.parametrize(
    ("given", "document"),
    [
        ({"credentials": {"kind": "refresh_token"}}, DOCUMENT),
        ({}, {"issuer": ISSUER}),
        (OWN, {**DOCUMENT, "issuer": f"{ISSUER}/"}),
    ],
)
def test_what_is_undecided_is_said_in_words(given, document, in_words):
    """A kind of token that is none, an issuer that documents no way to ask, and one that differs by a slash."""
    reading, _ = asked("oidc", served(document), issuer_url=ISSUER, **given)
    assert reading.active is None
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("named", "given", "slash"),
    [
        (f"{ISSUER}/X", ISSUER, False),
        (ISSUER, f"{ISSUER}/X", False),
        (f"{ISSUER}/X/", f"{ISSUER}/X", True),
        (f"{ISSUER}/X", f"{ISSUER}/X/", True),
    ],
)
def test_only_a_slash_is_told_as_a_slash(named, given, slash):
    """The document always names another issuer; that no more than a slash differs is said where it is so."""
    reading = read_metadata(Response(200, {}, json.dumps({"issuer": named}).encode()), given)
    assert reading.reason == "contradiction"
    assert "names another issuer" in reading.detail
    assert ("slash" in reading.detail) is slash


@pytest.mark.parametrize(
    ("issuer", "endpoint", "may"),
    [
        ("http://127.0.0.1:9", "http://127.0.0.1:8/userinfo", True),
        ("http://127.0.0.1:9", "https://op.example.com/userinfo", True),
        ("https://op.example.com", "https://other.example.com/userinfo", True),
        ("https://op.example.com", "https://127.0.0.1/userinfo", False),
        ("https://op.example.com", "http://127.0.0.1:9/userinfo", False),
        ("https://op.example.com", "http://op.example.com/userinfo", False),
    ],
)
def test_a_document_leads_to_this_machine_from_here_alone(issuer, endpoint, may):
    """An issuer elsewhere may not have a token sent to an address of this machine, nor in clear."""
    said = read_metadata(
        Response(200, {}, json.dumps({"issuer": issuer, "userinfo_endpoint": endpoint}).encode()), issuer
    )
    assert isinstance(said, Metadata) is may
    assert may or said.reason == "contradiction"


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/", f"{ISSUER}/X", f"{ISSUER}/X/"])
def test_a_document_is_a_public_one(issuer):
    """It is asked for behind the issuer, without a token, once in a run."""
    assert next(fetch_metadata(issuer)) == Request(
        method="GET",
        url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        headers={"Accept": "application/json"},
        cacheable=True,
    )


def test_an_issuer_may_have_its_document_elsewhere():
    """Where it is documented to stand, it is asked for."""
    own = DiscoveredEndpoint(source=DOCS, url="{issuer}/own-metadata")
    assert next(own.steps(ask(issuer_url=ISSUER))).url == f"{ISSUER}/own-metadata"


def test_a_client_authentication_that_is_none_is_the_callers_fault(in_words):
    """Nothing is sent with it, and the caller learns why."""
    with pytest.raises(Unreachable) as caught:
        asked("oidc", served(), issuer_url=ISSUER, client_id="client-a", credentials={"client_auth": "by_post"})
    assert caught.value.reason == "caller_rejected"
    assert caught.value.detail == str(caught.value.detail)
    assert "client_auth" in caught.value.detail


def test_the_endpoints_of_a_document_are_the_addresses_that_it_names():
    """By the names of its members: the issuer is none, nor is what is absent, empty or a list."""
    named = {"userinfo_endpoint": f"{ISSUER}/userinfo", "jwks_uri": f"{ISSUER}/keys"}
    document = Metadata(issuer=ISSUER, introspection_endpoint="", token_endpoint_auth_methods_supported=[POST], **named)
    assert document.endpoints == named


def test_a_discovered_endpoint_is_described_before_it_is_found():
    """For people: the call of token introspection, at an address that is not known yet."""
    described = providers.get("oidc").debug.describe_request()
    assert (described["method"], described["url"]) == ("POST", "{introspection_endpoint}")
