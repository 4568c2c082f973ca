"""Tests of the rules for signed tokens: valid tokens, known attacks, and claims."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.signing import (
    AT,
    CLAIMS,
    ISSUER,
    KEYS,
    NOW,
    PEM,
    RSA_KEY,
    STRANGER,
    encode_base64url,
    make_jws,
    make_other_token,
    make_rsa_jwk,
    make_token,
    sign,
    verify_token,
)

from idp_checks.secret import Secret
from idp_checks.tokens.jws import (
    has_jws_form,
    read_header,
)
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import UNDECIDED
from idp_checks.tokens.signed import TokenRules, verify


def test_valid_token_is_good():
    """A token with the issuer's signature within its validity is good, and its claims are read."""
    result = verify_token(make_token(), clients=("client-a",), subject="500011112222")
    assert result.good
    assert (result.active, result.reason) == (True, "ok")
    assert result.client_id == "client-a"
    assert result.audience == ("https://api.example.com",)
    assert result.subject == "500011112222"
    assert result.scopes == ("openid", "email")
    assert result.issuer == ISSUER
    assert result.expires_at.timestamp() == NOW + 3600
    assert result.issued_at.timestamp() == NOW - 60


INVALID_TOKENS = {
    # The signature.
    "alg none": (make_token(alg="none", signature=lambda raw: b""), False, "malformed"),
    "alg None in capitals": (make_token(alg="NONE", signature=lambda raw: b""), False, "malformed"),
    "alg none with the old signature": (
        make_token(alg="none", signature=lambda raw: sign("RS256", raw)),
        False,
        "malformed",
    ),
    "no alg": (make_token(drop=("alg",), signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "alg that is not a string": (
        make_token(alg=["RS256"], signature=lambda raw: sign("RS256", raw)),
        False,
        "malformed",
    ),
    "HS256 under the public key as PEM": (
        make_token(alg="HS256", signature=lambda raw: hmac.new(PEM, raw, hashlib.sha256).digest()),
        False,
        "malformed",
    ),
    "HS256 under the public key as JSON": (
        make_token(
            alg="HS256", signature=lambda raw: hmac.new(json.dumps(RSA_KEY).encode(), raw, hashlib.sha256).digest()
        ),
        False,
        "malformed",
    ),
    "HS256 under an empty secret": (
        make_token(alg="HS256", signature=lambda raw: hmac.new(b"", raw, hashlib.sha256).digest()),
        False,
        "malformed",
    ),
    "an algorithm that the issuer does not use": (make_token(alg="RS512"), False, "malformed"),
    "a stranger's key": (make_token(key=STRANGER), False, "malformed"),
    "a stranger's key in the header": (
        make_token(key=STRANGER, jwk=make_rsa_jwk(STRANGER, kid="key-1")),
        False,
        "malformed",
    ),
    "a stranger's key set in the header": (
        make_token(key=STRANGER, jku="https://evil.example.com/keys"),
        False,
        "malformed",
    ),
    "a stranger's certificate in the header": (
        make_token(key=STRANGER, x5u="https://evil.example.com/pem"),
        False,
        "malformed",
    ),
    "a stranger's chain in the header": (make_token(key=STRANGER, x5c=["AAAA"]), False, "malformed"),
    "an unknown kid": (make_token(key=STRANGER, kid="key-9"), None, "not_stated"),
    "an unknown kid with the key in the header": (
        make_token(key=STRANGER, kid="key-9", jwk=make_rsa_jwk(STRANGER, kid="key-9")),
        None,
        "not_stated",
    ),
    "the kid of another issuer's key": (make_token(key=STRANGER, kid="other-issuer-1"), None, "not_stated"),
    "a kid that is a path": (make_token(key=STRANGER, kid="../../dev/null"), None, "not_stated"),
    "a kid of another kind of key": (make_token(kid="key-2"), None, "unparsable"),
    "a kid that is not a string": (make_token(kid=["key-1"]), False, "malformed"),
    "a kid that is null": (make_token(kid=None), False, "malformed"),
    "no signature": (make_token(signature=lambda raw: b""), False, "malformed"),
    "a signature of zeros": (make_token(signature=lambda raw: b"\x00" * 256), False, "malformed"),
    "a critical header": (make_token(crit=["exp"], exp=NOW + 60), None, "unparsable"),
    "a critical header that is known elsewhere": (make_token(crit=["b64"], b64=True), None, "unparsable"),
    "a critical header that is not a list": (make_token(crit="exp"), None, "unparsable"),
    # The key source: never from the token, even if the issuer signed the token.
    "the issuer's key, and a key set elsewhere": (make_token(jku="https://evil.example.com/keys"), None, "unparsable"),
    "the issuer's key, and a certificate elsewhere": (
        make_token(x5u="https://evil.example.com/pem"),
        None,
        "unparsable",
    ),
    "the issuer's key, and another key in the header": (
        make_token(jwk=make_rsa_jwk(STRANGER, kid="key-1")),
        None,
        "unparsable",
    ),
    "the issuer's key, and the same key in the header": (make_token(jwk=RSA_KEY), None, "unparsable"),
    "the issuer's key, and a chain in the header": (make_token(x5c=["AAAA"]), None, "unparsable"),
    "the issuer's key, and a key set on this machine": (make_token(jku="file:///dev/null"), None, "unparsable"),
    "a kid that is a URL": (make_token(key=STRANGER, kid="https://evil.example.com/keys"), None, "not_stated"),
    "a kid that is a query": (make_token(key=STRANGER, kid="key-1' or '1'='1"), None, "not_stated"),
    "a repeated kid": (
        make_jws('{"alg": "RS256", "kid": "key-9", "kid": "key-1"}', json.dumps(CLAIMS)),
        False,
        "malformed",
    ),
    # rules it is written
    "a signature with an invalid character": (f"{make_token()}!", False, "malformed"),
    "a signature with padding": (f"{make_token()}==", False, "malformed"),
    "a signature in the other base64": (
        make_token(signature=lambda raw: b"\xff" * 256).replace("_", "/"),
        False,
        "malformed",
    ),
    "a line break in the claims": (make_token().replace(".", ".\n", 1), False, "malformed"),
    "a fourth part": (f"{make_token()}.AAAA", False, "malformed"),
    "two parts": (make_token().rpartition(".")[0], False, "malformed"),
    "a detached payload": (make_token(b64=False), False, "malformed"),
    "a repeated alg": (
        make_jws('{"alg": "none", "alg": "RS256", "kid": "key-1"}', json.dumps(CLAIMS)),
        False,
        "malformed",
    ),
    "a header that is a list": (make_jws('["RS256"]', json.dumps(CLAIMS)), False, "malformed"),
    # The kind of token.
    "a logout token": (make_token(typ="logout+jwt"), None, "unparsable"),
    "a proof of possession": (make_token(typ="application/dpop+jwt"), None, "unparsable"),
    "an ID token": (make_token({"nonce": "n", "aud": "client-a"}, typ="JWT"), None, "unparsable"),
    "an ID token by its at_hash": (make_token({"at_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "an ID token by its c_hash": (make_token({"c_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "an ID token by its s_hash": (make_token({"s_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "a logout token with the type JWT": (
        make_token({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, typ="JWT"),
        None,
        "unparsable",
    ),
    # The issuer.
    "another issuer": (make_token({"iss": "https://other.example.com"}), False, "unknown_token"),
    "an issuer with the same beginning": (make_token({"iss": f"{ISSUER}.evil.example"}), False, "unknown_token"),
    "an issuer with another slash": (make_token({"iss": f"{ISSUER}/"}), False, "unknown_token"),
    "an issuer in capitals": (make_token({"iss": ISSUER.upper()}), False, "unknown_token"),
    "a list of issuers": (make_token({"iss": [ISSUER]}), None, "unparsable"),
    # The times.
    "an end that is past": (make_token({"exp": NOW - 1}), False, "expired"),
    "an end that is now": (make_token({"exp": NOW}), False, "expired"),
    "an end that is long past, as a float": (make_token({"exp": NOW - 3600.5}), False, "expired"),
    "an end as a string": (make_token({"exp": str(NOW + 3600)}), None, "unparsable"),
    "an end that is true": (make_token({"exp": True}), None, "unparsable"),
    "an end that is null": (make_token({"exp": None}), None, "unparsable"),
    "an end out of range": (make_token({"exp": 10**30}), None, "unparsable"),
    "an end that is infinite": (
        make_jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS | {"exp": float("inf")})),
        None,
        "unparsable",
    ),
    "an end too large for a number": (
        make_jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS).replace(str(NOW + 3600), "1e999")),
        None,
        "unparsable",
    ),
    "a beginning far ahead": (make_token({"nbf": NOW + 61}), None, "contradiction"),
    "issued far ahead": (make_token({"iat": NOW + 61}), None, "contradiction"),
    "issued far ahead, beginning in the past": (make_token({"iat": NOW + 61, "nbf": NOW - 60}), None, "contradiction"),
    "a beginning as a string": (make_token({"nbf": "0"}), None, "unparsable"),
    # The claims.
    "no issuer": (make_token(without=("iss",)), None, "unparsable"),
    "no end": (make_token(without=("exp",)), None, "unparsable"),
    "no subject": (make_token(without=("sub",)), None, "unparsable"),
    "no audience": (make_token(without=("aud",)), None, "unparsable"),
    "no time of issue": (make_token(without=("iat",)), None, "unparsable"),
    "a subject as a number": (make_token({"sub": 500011112222}), None, "unparsable"),
    "an empty subject": (make_token({"sub": ""}), None, "unparsable"),
    "an empty audience": (make_token({"aud": []}), None, "unparsable"),
    "an audience that is an object": (make_token({"aud": {"client-a": True}}), None, "unparsable"),
    "an audience of numbers": (make_token({"aud": [1]}), None, "unparsable"),
    "a repeated subject": (
        make_jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS)[:-1] + ', "sub": "1"}'),
        None,
        "unparsable",
    ),
    "a repeated end": (
        make_jws('{"alg":"RS256","kid":"key-1"}', '{"exp": 1, ' + json.dumps(CLAIMS)[1:]),
        None,
        "unparsable",
    ),
    "claims that are a list": (make_jws('{"alg":"RS256","kid":"key-1"}', json.dumps([CLAIMS])), None, "unparsable"),
    "claims that are not JSON": (make_jws('{"alg":"RS256","kid":"key-1"}', "sub=1"), None, "unparsable"),
    # Not a token.
    "one segment": ("eyJhbGciOiJSUzI1NiJ9", False, "malformed"),
    "nothing": ("", False, "malformed"),
    "two dots": ("..", False, "malformed"),
    "other letters": ("eyJ\u00e9.e30.AA", False, "malformed"),
    "a lone surrogate": ("eyJ\ud800.e30.AA", False, "malformed"),
}


@pytest.mark.parametrize(("token", "active", "reason"), INVALID_TOKENS.values(), ids=INVALID_TOKENS)
def test_invalid_token_is_not_good(token, active, reason):
    """A forged, expired, malformed or incomplete token is denied, or undecided if nothing is proven."""
    result = verify_token(token)
    assert not result.good
    assert (result.active, result.reason) == (active, reason)
    assert (result.active is None) == (result.reason in UNDECIDED)


@pytest.mark.parametrize("token", [token for token, _, _ in INVALID_TOKENS.values()], ids=INVALID_TOKENS)
def test_invalid_token_has_a_readable_detail(token, in_words):
    """The detail describes the problem in words."""
    assert in_words(verify_token(token).detail)


@pytest.mark.parametrize("name", ["nbf", "iat"])
@pytest.mark.parametrize("ahead", [1, 59, 60])
def test_clock_skew_is_tolerated(name, ahead):
    """The issuer's clock may be up to 60 seconds ahead."""
    assert verify_token(make_token({name: NOW + ahead})).good


@pytest.mark.parametrize("end", [NOW + 3600.0, NOW + 3600.75])
def test_exp_may_be_a_float(end):
    """RFC 7519, section 2: a NumericDate may have a fraction."""
    result = verify_token(make_token({"exp": end}))
    assert result.good
    assert result.expires_at.timestamp() == NOW + 3600


def test_client_is_not_derived_from_several_audiences():
    """OpenID Connect Core 1.0, section 3.1.3.7: only ``azp`` names the client then."""
    token = make_token({"aud": ["client-a", "client-b"]}, without=("azp",))
    assert verify_token(token).client_id is None
    result = verify_token(token, clients=("client-a",))
    assert not result.good
    assert (result.active, result.reason) == (True, "not_stated")
    assert (
        verify_token(make_token({"aud": ["client-a", "client-b"], "azp": "client-b"}), clients=("client-a",)).reason
        == "wrong_client"
    )


@pytest.mark.parametrize("aud", ["client-a", ["client-a"]])
def test_single_audience_is_the_client_if_listed(aud):
    """A string and a list of length one are equal; ``aud`` counts only if it is a client claim."""
    token = make_token({"aud": aud}, without=("azp",))
    assert verify_token(token, clients=("client-a",)).good
    assert verify_token(token, clients=("client-a",), client_claims=("client_id", "azp")).reason == "not_stated"


@pytest.mark.parametrize("azp", [5, ["client-a"], {"id": "client-a"}, True])
def test_invalid_azp_is_not_skipped(azp):
    """A client claim that is not a string does not fall back to the next claim."""
    result = verify_token(make_token({"aud": "client-a", "azp": azp}), clients=("client-a",))
    assert (result.good, result.client_id, result.reason) == (False, None, "not_stated")


def test_other_client_and_account_are_rejected():
    """A valid token of another application or account is not good."""
    assert verify_token(make_token(), clients=("client-b",)).reason == "wrong_client"
    assert verify_token(make_token(), subject="500011119999").reason == "wrong_subject"


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [("", ()), ("a  b", ("a", "b")), (["a", "b c"], ("a", "b c")), (7, None), ([1], None), (None, None)],
)
def test_scopes_are_a_string_or_a_list(scope, scopes):
    """Other values count as missing."""
    assert verify_token(make_token({"scope": scope})).scopes == scopes


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"])
def test_type_is_compared_as_a_media_type(typ):
    """RFC 7515, section 4.1.9: case and the prefix ``application/`` are ignored."""
    assert verify_token(make_token(typ=typ)).good


@pytest.mark.parametrize(
    ("claims", "optional", "active"),
    [
        ({}, {"aud"}, True),
        ({}, set(), None),
        ({}, {"oid"}, None),
        ({"aud": "a"}, set(), True),
        ({"aud": []}, {"aud"}, None),
        ({"aud": [1]}, {"aud"}, None),
        ({"aud": "a", "oid": None}, {"oid"}, True),
        ({"aud": "a", "oid": None}, {"sub"}, None),
        ({"aud": "a", "oid": ""}, {"oid"}, None),
        ({"aud": "a", "oid": 7}, {"oid"}, None),
        ({"oid": None}, {"aud", "oid"}, True),
    ],
)
def test_optional_claims_may_be_missing_but_not_invalid(claims, optional, active):
    """Audience and subject may be missing only if the rules allow it, and must be valid if present."""
    result = verify(
        make_other_token(**claims),
        KEYS,
        Question(provider="oauth2", token=Secret("x"), asked_at=AT),
        TokenRules(
            issuers=(ISSUER,),
            algorithms=("ES256",),
            subject_claim="oid",
            issued_at_claim="auth_time",
            optional_claims=frozenset(optional),
        ),
    )
    assert (result.active, result.reason) == (active, "ok" if active else "unparsable")


HEADERS = st.dictionaries(
    st.sampled_from(("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "zip", "cty", "enc")),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=9),
        st.lists(st.text(max_size=3), max_size=2),
        st.sampled_from(("RS256", "none", "HS256", "ES256", "key-1", "at+jwt", "JWT")),
    ),
    max_size=6,
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    header=HEADERS,
    claims=st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
    signature=st.binary(max_size=300),
)
def test_forged_token_is_never_good(header, claims, signature):
    """Any header, claims and signature bytes are read without an exception, and are not good."""
    token = make_jws(json.dumps(header), json.dumps({**CLAIMS, **claims}), lambda raw: signature)
    result = verify_token(token, algorithms=("RS256", "ES256", "PS256", "EdDSA"))
    assert not result.good
    assert result.active is not True


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.text("eyJ.=-_A0", max_size=40),
        st.binary().map(lambda raw: f"eyJ{encode_base64url(raw)}.{encode_base64url(raw)}.{encode_base64url(raw)}"),
    )
)
def test_any_string_is_read(token):
    """Any string is read without an exception, and is not good."""
    assert verify_token(token).active is not True
    assert read_header(token) is None or isinstance(read_header(token), dict)
    assert not has_jws_form(token) or token.count(".") == 2
