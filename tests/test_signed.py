"""Signed tokens: the good one is read as good, and every known attack on one is read as not good, with its reason."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_checks.endpoint import Ask, Response
from idp_checks.introspection import UNDECIDED, conclude
from idp_checks.secret import Secret
from idp_checks.signed import SignedToken, header_of, looks_signed, read_keys, verify

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ISSUER = "https://op.example.com"
CLAIMS = {
    "iss": ISSUER,
    "sub": "500011112222",
    "aud": "https://api.example.com",
    "azp": "client-a",
    "scope": "openid email",
    "iat": NOW - 60,
    "exp": NOW + 3600,
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int, length: int | None = None) -> str:
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def rsa_jwk(key, **more):
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "n": number(public.n), "e": number(public.e), **more}


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
POINT = EC.public_key().public_numbers()
RSA_KEY = rsa_jwk(RSA, kid="key-1", alg="RS256")
EC_KEY = {"kty": "EC", "crv": "P-256", "kid": "key-2", "x": number(POINT.x, 32), "y": number(POINT.y, 32)}
ED_KEY = {"kty": "OKP", "crv": "Ed25519", "kid": "key-3", "x": b64(ED.public_key().public_bytes_raw())}
KEYS = [RSA_KEY, EC_KEY, ED_KEY]
PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(alg: str, raw: bytes, key=RSA) -> bytes:
    if alg == "ES256":
        r, s = utils.decode_dss_signature(EC.sign(raw, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if alg == "EdDSA":
        return ED.sign(raw)
    if alg == "PS256":
        return key.sign(raw, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    return key.sign(raw, padding.PKCS1v15(), hashes.SHA512() if alg == "RS512" else hashes.SHA256())


def jws(header: str, payload: str, signature=lambda raw: sign("RS256", raw)) -> str:
    """A token of exactly these texts."""
    signed = f"{b64(header.encode())}.{b64(payload.encode())}"
    return f"{signed}.{b64(signature(signed.encode()))}"


def made(claims=None, *, without=(), key=RSA, signature=None, drop=(), **header) -> str:
    """A token of the issuer's with other claims or another header."""
    payload = {name: value for name, value in {**CLAIMS, **(claims or {})}.items() if name not in without}
    header = {"alg": "RS256", "kid": "key-1", "typ": "at+jwt", **header}
    for name in drop:
        del header[name]
    return jws(json.dumps(header), json.dumps(payload), signature or (lambda raw: sign(header["alg"], raw, key)))


def read(token: str, keys=KEYS, *, clients=(), subject=None, algorithms=("RS256",), **how):
    ask = Ask(token=Secret(token), at=AT)
    how = {"issuers": [ISSUER], **how}
    reading = verify(token, keys, ask, algorithms=algorithms, **how)
    return conclude("oidc", reading, method="signed-token", asked_at=AT, clients=clients, subject=subject)


def test_a_good_token_is_good():
    """Signed by the issuer's key, in its time: good, with all that its claims state."""
    found = read(made(), clients=("client-a",), subject="500011112222")
    assert found.good
    assert (found.active, found.reason) == (True, "ok")
    assert found.client_id == "client-a"
    assert found.audience == ("https://api.example.com",)
    assert found.subject == "500011112222"
    assert found.scopes == ("openid", "email")
    assert found.issuer == ISSUER
    assert found.expires_at.timestamp() == NOW + 3600
    assert found.issued_at.timestamp() == NOW - 60


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "key-1"), ("ES256", "key-2"), ("EdDSA", "key-3")])
def test_each_kind_of_key_verifies(alg, kid):
    """RSA, elliptic curves and Edwards curves are checked alike."""
    assert read(made(alg=alg, kid=kid), algorithms=("RS256", "ES256", "EdDSA")).good


def test_a_key_without_algorithm_serves_each_of_its_kind():
    """A key that names no algorithm may be used with every listed one of its kind."""
    keys = [rsa_jwk(RSA, kid="key-1")]
    assert read(made(alg="PS256"), keys, algorithms=("RS256", "PS256")).good
    assert read(made(alg="RS256"), keys, algorithms=("RS256", "PS256")).good


def test_a_token_without_kid_is_tried_with_every_key():
    """Without a key id each key of the set is tried (RFC 7515, section 4.1.4: the id is optional)."""
    assert read(made(drop=("kid",)), [rsa_jwk(STRANGER, kid="old"), EC_KEY, RSA_KEY]).good


NOT_GOOD = {
    # who signed
    "alg none": (made(alg="none", signature=lambda raw: b""), False, "malformed"),
    "alg None in capitals": (made(alg="NONE", signature=lambda raw: b""), False, "malformed"),
    "alg none with the old signature": (made(alg="none", signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "no alg": (made(drop=("alg",), signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "alg that is no text": (made(alg=["RS256"], signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "HS256 under the public key as PEM": (
        made(alg="HS256", signature=lambda raw: hmac.new(PEM, raw, hashlib.sha256).digest()), False, "malformed",
    ),
    "HS256 under the public key as JSON": (
        made(alg="HS256", signature=lambda raw: hmac.new(json.dumps(RSA_KEY).encode(), raw, hashlib.sha256).digest()),
        False, "malformed",
    ),
    "HS256 under an empty secret": (
        made(alg="HS256", signature=lambda raw: hmac.new(b"", raw, hashlib.sha256).digest()), False, "malformed",
    ),
    "an algorithm that the issuer does not use": (made(alg="RS512"), False, "malformed"),
    "a stranger's key": (made(key=STRANGER), False, "malformed"),
    "a stranger's key in the header": (made(key=STRANGER, jwk=rsa_jwk(STRANGER, kid="key-1")), False, "malformed"),
    "a stranger's key set in the header": (made(key=STRANGER, jku="https://evil.example.com/keys"), False, "malformed"),
    "a stranger's certificate in the header": (made(key=STRANGER, x5u="https://evil.example.com/pem"), False, "malformed"),
    "a stranger's chain in the header": (made(key=STRANGER, x5c=["AAAA"]), False, "malformed"),
    "an unknown kid": (made(key=STRANGER, kid="key-9"), None, "not_stated"),
    "an unknown kid with the key in the header": (
        made(key=STRANGER, kid="key-9", jwk=rsa_jwk(STRANGER, kid="key-9")), None, "not_stated",
    ),
    "the kid of another issuer's key": (made(key=STRANGER, kid="other-issuer-1"), None, "not_stated"),
    "a kid that is a path": (made(key=STRANGER, kid="../../dev/null"), None, "not_stated"),
    "a kid of another kind of key": (made(kid="key-2"), None, "unparsable"),
    "a kid that is no text": (made(kid=["key-1"]), False, "malformed"),
    "a kid that is null": (made(kid=None), False, "malformed"),
    "no signature": (made(signature=lambda raw: b""), False, "malformed"),
    "a signature of zeros": (made(signature=lambda raw: b"\x00" * 256), False, "malformed"),
    "a critical header": (made(crit=["exp"], exp=NOW + 60), None, "unparsable"),
    "a critical header that is known elsewhere": (made(crit=["b64"], b64=True), None, "unparsable"),
    "a critical header that is no list": (made(crit="exp"), None, "unparsable"),
    "a payload outside of the token": (made(b64=False), False, "malformed"),
    "alg given twice": (
        jws('{"alg": "none", "alg": "RS256", "kid": "key-1"}', json.dumps(CLAIMS)), False, "malformed",
    ),
    "a header that is a list": (jws('["RS256"]', json.dumps(CLAIMS)), False, "malformed"),
    # what kind of token
    "a logout token": (made(typ="logout+jwt"), None, "unparsable"),
    "a proof of possession": (made(typ="application/dpop+jwt"), None, "unparsable"),
    # whose token
    "another issuer": (made({"iss": "https://other.example.com"}), False, "unknown_token"),
    "an issuer that begins alike": (made({"iss": f"{ISSUER}.evil.example"}), False, "unknown_token"),
    "an issuer with a slash more": (made({"iss": f"{ISSUER}/"}), False, "unknown_token"),
    "an issuer in capitals": (made({"iss": ISSUER.upper()}), False, "unknown_token"),
    "a list of issuers": (made({"iss": [ISSUER]}), None, "unparsable"),
    # when
    "an end that is past": (made({"exp": NOW - 1}), False, "expired"),
    "an end that is now": (made({"exp": NOW}), False, "expired"),
    "an end that is long past, as a float": (made({"exp": NOW - 3600.5}), False, "expired"),
    "an end as a text": (made({"exp": str(NOW + 3600)}), None, "unparsable"),
    "an end that is true": (made({"exp": True}), None, "unparsable"),
    "an end that is null": (made({"exp": None}), None, "unparsable"),
    "an end beyond all calendars": (made({"exp": 10**30}), None, "unparsable"),
    "an end that is infinite": (jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS | {"exp": float("inf")})), None, "unparsable"),
    "an end too large for a number": (
        jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS).replace(str(NOW + 3600), "1e999")), None, "unparsable",
    ),
    "a beginning far ahead": (made({"nbf": NOW + 61}), None, "contradiction"),
    "issued far ahead": (made({"iat": NOW + 61}), None, "contradiction"),
    "issued far ahead, beginning in the past": (made({"iat": NOW + 61, "nbf": NOW - 60}), None, "contradiction"),
    "a beginning as a text": (made({"nbf": "0"}), None, "unparsable"),
    # claims
    "no issuer": (made(without=("iss",)), None, "unparsable"),
    "no end": (made(without=("exp",)), None, "unparsable"),
    "no account": (made(without=("sub",)), None, "unparsable"),
    "no audience": (made(without=("aud",)), None, "unparsable"),
    "no time of issue": (made(without=("iat",)), None, "unparsable"),
    "an account as a number": (made({"sub": 500011112222}), None, "unparsable"),
    "an empty account": (made({"sub": ""}), None, "unparsable"),
    "an audience of none": (made({"aud": []}), None, "unparsable"),
    "an audience that is an object": (made({"aud": {"client-a": True}}), None, "unparsable"),
    "an audience of numbers": (made({"aud": [1]}), None, "unparsable"),
    "the account twice": (
        jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS)[:-1] + ', "sub": "1"}'), None, "unparsable",
    ),
    "the end twice": (
        jws('{"alg":"RS256","kid":"key-1"}', '{"exp": 1, ' + json.dumps(CLAIMS)[1:]), None, "unparsable",
    ),
    "claims that are a list": (jws('{"alg":"RS256","kid":"key-1"}', json.dumps([CLAIMS])), None, "unparsable"),
    "claims that are no JSON": (jws('{"alg":"RS256","kid":"key-1"}', "sub=1"), None, "unparsable"),
    # not a token
    "one segment": ("eyJhbGciOiJSUzI1NiJ9", False, "malformed"),
    "nothing": ("", False, "malformed"),
    "two dots": ("..", False, "malformed"),
    "letters of no token": ("eyJ\u00e9.e30.AA", False, "malformed"),
    "a half surrogate": ("eyJ\ud800.e30.AA", False, "malformed"),
}  # fmt: skip


@pytest.mark.parametrize(("token", "active", "reason"), NOT_GOOD.values(), ids=NOT_GOOD)
def test_an_attack_is_read_as_what_it_is(token, active, reason):
    """No forged, stale, odd or incomplete token is good; what proves nothing is undecided."""
    found = read(token)
    assert not found.good
    assert (found.active, found.reason) == (active, reason)
    assert (found.active is None) == (found.reason in UNDECIDED)


@pytest.mark.parametrize("at", range(0, 256, 5))
def test_one_flipped_bit_of_the_signature_is_enough(at):
    """A signature with one bit changed anywhere is refused."""

    def flipped(raw):
        signature = bytearray(sign("RS256", raw))
        signature[at] ^= 1
        return bytes(signature)

    found = read(made(signature=flipped))
    assert (found.active, found.reason) == (False, "malformed")


@pytest.mark.parametrize("name", ["sub", "aud", "exp", "scope", "iss", "azp"])
def test_a_changed_claim_breaks_the_signature(name):
    """Claims of one token under the signature of another are refused."""
    head, _, signature = made().split(".")
    value = NOW + 10**6 if name == "exp" else "changed"
    changed = b64(json.dumps({**CLAIMS, name: value}).encode())
    found = read(f"{head}.{changed}.{signature}")
    assert (found.active, found.reason) == (False, "malformed")


@pytest.mark.parametrize("name", ["nbf", "iat"])
@pytest.mark.parametrize("ahead", [1, 59, 60])
def test_a_clock_a_little_ahead_is_no_fault(name, ahead):
    """Up to 60 seconds the issuer's clock may be ahead of ours."""
    assert read(made({name: NOW + ahead})).good


@pytest.mark.parametrize("end", [NOW + 3600.0, NOW + 3600.75])
def test_an_end_as_a_float_is_a_time(end):
    """A number with a fraction is a time (RFC 7519, section 2: NumericDate)."""
    found = read(made({"exp": end}))
    assert found.good
    assert found.expires_at.timestamp() == NOW + 3600


def test_the_client_of_several_audiences_is_not_guessed():
    """Of several audiences none is the client unless azp says so (OpenID Connect Core 1.0, section 3.1.3.7)."""
    both = made({"aud": ["client-a", "client-b"]}, without=("azp",))
    assert read(both).client_id is None
    found = read(both, clients=("client-a",))
    assert not found.good
    assert (found.active, found.reason) == (True, "not_stated")
    assert (
        read(made({"aud": ["client-a", "client-b"], "azp": "client-b"}), clients=("client-a",)).reason == "wrong_client"
    )


@pytest.mark.parametrize("aud", ["client-a", ["client-a"]])
def test_a_single_audience_is_the_client_where_the_issuer_means_so(aud):
    """A text and a list of one are the same; where aud is not on the list of client claims it never is the client."""
    token = made({"aud": aud}, without=("azp",))
    assert read(token, clients=("client-a",)).good
    assert read(token, clients=("client-a",), client=("client_id", "azp")).reason == "not_stated"


@pytest.mark.parametrize("azp", [5, ["client-a"], {"id": "client-a"}, True])
def test_an_odd_azp_names_no_client(azp):
    """A client claim that is no text is not passed over for the next one."""
    found = read(made({"aud": "client-a", "azp": azp}), clients=("client-a",))
    assert (found.good, found.client_id, found.reason) == (False, None, "not_stated")


def test_another_client_and_another_account_are_told():
    """A good token of another application or account is bad for this caller."""
    assert read(made(), clients=("client-b",)).reason == "wrong_client"
    assert read(made(), subject="500011119999").reason == "wrong_subject"


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [("", ()), ("a  b", ("a", "b")), (["a", "b c"], ("a", "b c")), (7, None), ([1], None), (None, None)],
)
def test_scopes_are_a_text_or_a_list(scope, scopes):
    """Anything else states no scopes."""
    assert read(made({"scope": scope})).scopes == scopes


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"])
def test_the_type_is_compared_as_a_media_type(typ):
    """Case and the prefix application/ do not count (RFC 7515, section 4.1.9)."""
    assert read(made(typ=typ)).good


def test_a_key_for_encryption_does_not_verify():
    """A key that is not for signatures is no key of the token."""
    assert read(made(), [{**RSA_KEY, "use": "enc"}]).reason == "not_stated"


def test_a_key_for_another_algorithm_does_not_verify():
    """A key that names its algorithm serves no other one."""
    assert read(made(alg="PS256"), algorithms=("RS256", "PS256")).reason == "malformed"


def test_a_secret_in_the_key_set_does_not_verify():
    """A symmetric key under the right id is no key of a public set."""
    secret = b"0123456789abcdef0123456789abcdef"
    token = made(alg="HS256", signature=lambda raw: hmac.new(secret, raw, hashlib.sha256).digest())
    keys = [{"kty": "oct", "kid": "key-1", "k": b64(secret), "alg": "HS256"}]
    assert read(token, keys).reason == "malformed"
    assert not read(made(), keys).good


@pytest.mark.parametrize("key", [RSA_KEY, rsa_jwk(RSA, kid="key-1")])
@pytest.mark.parametrize("secret", [PEM, PEM.strip(), json.dumps(RSA_KEY).encode()])
def test_a_public_key_is_no_secret_even_where_secrets_are_listed(key, secret):
    """The kind of key decides: an RSA key never serves HS256, whatever the list of algorithms holds."""
    token = made(alg="HS256", signature=lambda raw: hmac.new(secret, raw, hashlib.sha256).digest())
    assert not read(token, [key], algorithms=("RS256", "HS256")).good


def test_a_key_too_short_to_trust_decides_nothing():
    """RSA keys below 2048 bits are not used (RFC 7518, section 3.3)."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    found = read(made(key=short), [rsa_jwk(short, kid="key-1", alg="RS256")])
    assert (found.active, found.reason) == (None, "unparsable")


BROKEN_KEYS = [
    {"kid": "key-1"},
    {"kid": "key-1", "kty": "RSA"},
    {"kid": "key-1", "kty": "RSA", "n": 5, "e": 3},
    {"kid": "key-1", "kty": "RSA", "n": None, "e": None},
    {"kid": "key-1", "kty": "RSA", "n": "", "e": ""},
    {"kid": "key-1", "kty": "RSA", "n": "!!", "e": "AQAB"},
    {"kid": "key-1", "kty": ["RSA"]},
    {"kid": "key-1", "kty": "XYZ"},
    {"kid": "key-1", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kid": "key-1", "kty": "EC", "crv": ["P-256"], "x": 1, "y": 2, "alg": "ES256"},
    {"kid": "key-1", "kty": "OKP", "crv": "Ed25519", "x": [], "alg": "EdDSA"},
    {**RSA_KEY, "alg": "RSA-OAEP"},
    {**RSA_KEY, "alg": ["RS256"]},
    {**RSA_KEY, "alg": {"name": "RS256"}},
    {**RSA_KEY, "d": 1},
]


@pytest.mark.parametrize("key", BROKEN_KEYS)
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_a_broken_key_decides_nothing(key, alg):
    """A key that cannot be used makes no token good, and denies none."""
    found = read(made(alg=alg), [key], algorithms=("RS256", "ES256", "EdDSA"))
    assert (found.active, found.reason) == (None, "unparsable")
    assert read(made(), [key, RSA_KEY]).good, "the good key beside it still counts"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b'{"keys": {}}', "unparsable"),
        (200, b'{"keys": [1]}', "unparsable"),
        (200, b"[]", "unparsable"),
        (200, b"<html></html>", "unparsable"),
        (200, b'{"keys": [], "keys": []}', "unparsable"),
        (503, b'{"keys": []}', "issuer_error"),
        (302, b"", "issuer_error"),
        (429, b"", "rate_limited"),
        (404, b'{"keys": []}', "unparsable"),
    ],
)
def test_an_odd_key_set_decides_nothing(status, body, reason):
    """Only a well-formed key set under status 200 is one."""
    found = read_keys(Response(status, {}, body))
    assert (found.active, found.reason) == (None, reason)


def test_an_empty_key_set_decides_nothing():
    """Without keys nothing is known of a token."""
    assert read(made(), []).reason == "not_stated"


def asked(endpoint, token, **ask):
    """What an endpoint says of a token, its key set being served."""
    steps = endpoint.steps(Ask(token=Secret(token), at=AT, **ask))
    urls = []
    try:
        request = next(steps)
        while True:
            urls.append(request.url)
            request = steps.send(Response(200, {}, json.dumps({"keys": KEYS}).encode()))
    except StopIteration as stop:
        return stop.value, urls


ENDPOINT = SignedToken(
    url="https://op.example.com/keys", issuers=("https://op.example.com/{tenant_id}",), source="https://op.example.com"
)


def test_only_the_configured_key_set_is_fetched():
    """Addresses in the token's header are never asked, and the token is not sent anywhere."""
    token = made({"iss": f"{ISSUER}/t1"}, jku="https://evil.example.com/keys", x5u="https://evil.example.com/pem")
    reading, urls = asked(ENDPOINT, token, credentials={"tenant_id": "t1"})
    assert urls == ["https://op.example.com/keys"]
    assert reading.active is True


def test_another_tenant_is_another_issuer():
    """A key set shared by tenants vouches for the caller's own tenant alone."""
    token = made({"iss": f"{ISSUER}/t2"})
    reading, _ = asked(ENDPOINT, token, credentials={"tenant_id": "t1"})
    assert (reading.active, reading.reason) == (False, "unknown_token")


def test_without_its_tenant_a_token_is_not_denied():
    """Whose token it should be is unknown: nothing is decided."""
    reading, _ = asked(ENDPOINT, made({"iss": f"{ISSUER}/t1"}))
    assert (reading.active, reading.reason) == (None, "not_stated")


@pytest.mark.parametrize("token", ["opaque-token", "eyJhbGciOiJkaXIifQ..AA.AA.AA"])
def test_a_token_without_signature_decides_nothing_here(token):
    """An opaque or an encrypted token is no malformed signed one."""
    reading, urls = asked(ENDPOINT, token, credentials={"tenant_id": "t1"})
    assert (reading.active, reading.reason, urls) == (None, "not_stated", [])


HEADERS = st.dictionaries(
    st.sampled_from(("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "zip", "cty", "enc")),
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.lists(st.text(max_size=3), max_size=2),
        st.sampled_from(("RS256", "none", "HS256", "ES256", "key-1", "at+jwt", "JWT")),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    header=HEADERS,
    claims=st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
    signature=st.binary(max_size=300),
)
def test_what_nobody_signed_is_never_good(header, claims, signature):
    """Any header over any claims with any bytes as signature: an answer without exception, and not a good one."""
    token = jws(json.dumps(header), json.dumps({**CLAIMS, **claims}), lambda raw: signature)
    found = read(token, algorithms=("RS256", "ES256", "PS256", "EdDSA"))
    assert not found.good
    assert found.active is not True


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.text("eyJ.=-_A0", max_size=40),
        st.binary().map(lambda raw: f"eyJ{b64(raw)}.{b64(raw)}.{b64(raw)}"),
    )
)
def test_any_text_is_read(token):
    """Any text at all gets an answer, and none of these is a good token."""
    assert read(token).active is not True
    assert header_of(token) is None or isinstance(header_of(token), dict)
    assert not looks_signed(token) or token.count(".") == 2
