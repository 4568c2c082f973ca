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

from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.jws import (
    _parse_key_set,
    _prepare_key,
    has_jws_form,
    is_access_token,
    read_claims,
    read_header,
    read_key_set,
)
from idp_checks.tokens.probes import userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import UNDECIDED, Reading
from idp_checks.tokens.signed import SignedToken, TokenRules, verify
from idp_checks.tokens.wire import Request, Response, Unreachable

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


def read(token: str, keys=KEYS, *, clients=(), subject=None, credentials={}, **how):
    ask = Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials=credentials)
    reading = verify(token, keys, ask, TokenRules(**{"issuers": (ISSUER,), **how}))
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


@pytest.mark.parametrize("letter", "XA_")
def test_a_part_without_padding_is_taken_whole(letter):
    """A signature of P-384 fills its letters: nothing is cut off at its end, whatever letter that is."""
    key = ec.generate_private_key(ec.SECP384R1())
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-384", "kid": "key-4", "x": number(point.x, 48), "y": number(point.y, 48)}

    def signature(raw):
        for _ in range(5000):
            r, s = utils.decode_dss_signature(key.sign(raw, ec.ECDSA(hashes.SHA384())))
            made = r.to_bytes(48, "big") + s.to_bytes(48, "big")
            if b64(made).endswith(letter):
                return made
        raise AssertionError("no signature ends in that letter")

    token = made(alg="ES384", kid="key-4", signature=signature)
    assert token.endswith(letter)
    assert read(token, [jwk], algorithms=("ES384",)).good


NOT_GOOD = {
    # who signed
    "alg none": (made(alg="none", signature=lambda raw: b""), False, "malformed"),
    "alg None in capitals": (made(alg="NONE", signature=lambda raw: b""), False, "malformed"),
    "alg none with the old signature": (made(alg="none", signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "no alg": (made(drop=("alg",), signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "alg that is no text": (made(alg=["RS256"], signature=lambda raw: sign("RS256", raw)), False, "malformed"),
    "HS256 under the public key as PEM": (
        made(alg="HS256", signature=lambda raw: hmac.new(PEM, raw, hashlib.sha256).digest()),
        False,
        "malformed",
    ),
    "HS256 under the public key as JSON": (
        made(alg="HS256", signature=lambda raw: hmac.new(json.dumps(RSA_KEY).encode(), raw, hashlib.sha256).digest()),
        False,
        "malformed",
    ),
    "HS256 under an empty secret": (
        made(alg="HS256", signature=lambda raw: hmac.new(b"", raw, hashlib.sha256).digest()),
        False,
        "malformed",
    ),
    "an algorithm that the issuer does not use": (made(alg="RS512"), False, "malformed"),
    "a stranger's key": (made(key=STRANGER), False, "malformed"),
    "a stranger's key in the header": (made(key=STRANGER, jwk=rsa_jwk(STRANGER, kid="key-1")), False, "malformed"),
    "a stranger's key set in the header": (made(key=STRANGER, jku="https://evil.example.com/keys"), False, "malformed"),
    "a stranger's certificate in the header": (
        made(key=STRANGER, x5u="https://evil.example.com/pem"),
        False,
        "malformed",
    ),
    "a stranger's chain in the header": (made(key=STRANGER, x5c=["AAAA"]), False, "malformed"),
    "an unknown kid": (made(key=STRANGER, kid="key-9"), None, "not_stated"),
    "an unknown kid with the key in the header": (
        made(key=STRANGER, kid="key-9", jwk=rsa_jwk(STRANGER, kid="key-9")),
        None,
        "not_stated",
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
    # where the key is: never by the token's own word, not even where the issuer's key signed that word
    "the issuer's key, and a key set elsewhere": (made(jku="https://evil.example.com/keys"), None, "unparsable"),
    "the issuer's key, and a certificate elsewhere": (made(x5u="https://evil.example.com/pem"), None, "unparsable"),
    "the issuer's key, and a key beside it": (made(jwk=rsa_jwk(STRANGER, kid="key-1")), None, "unparsable"),
    "the issuer's key, and itself beside it": (made(jwk=RSA_KEY), None, "unparsable"),
    "the issuer's key, and a chain beside it": (made(x5c=["AAAA"]), None, "unparsable"),
    "the issuer's key, and a key set on this machine": (made(jku="file:///dev/null"), None, "unparsable"),
    "a kid that is an address": (made(key=STRANGER, kid="https://evil.example.com/keys"), None, "not_stated"),
    "a kid that is a query": (made(key=STRANGER, kid="key-1' or '1'='1"), None, "not_stated"),
    "kid given twice": (
        jws('{"alg": "RS256", "kid": "key-9", "kid": "key-1"}', json.dumps(CLAIMS)),
        False,
        "malformed",
    ),
    # how it is written
    "a signature with a letter of no alphabet": (f"{made()}!", False, "malformed"),
    "a signature with padding": (f"{made()}==", False, "malformed"),
    "a signature in the other base64": (
        made(signature=lambda raw: b"\xff" * 256).replace("_", "/"),
        False,
        "malformed",
    ),
    "a line break in the claims": (made().replace(".", ".\n", 1), False, "malformed"),
    "a fourth part": (f"{made()}.AAAA", False, "malformed"),
    "two parts": (made().rpartition(".")[0], False, "malformed"),
    "a payload outside of the token": (made(b64=False), False, "malformed"),
    "alg given twice": (
        jws('{"alg": "none", "alg": "RS256", "kid": "key-1"}', json.dumps(CLAIMS)),
        False,
        "malformed",
    ),
    "a header that is a list": (jws('["RS256"]', json.dumps(CLAIMS)), False, "malformed"),
    # what kind of token
    "a logout token": (made(typ="logout+jwt"), None, "unparsable"),
    "a proof of possession": (made(typ="application/dpop+jwt"), None, "unparsable"),
    "an ID token": (made({"nonce": "n", "aud": "client-a"}, typ="JWT"), None, "unparsable"),
    "an ID token by its at_hash": (made({"at_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "an ID token by its c_hash": (made({"c_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "an ID token by its s_hash": (made({"s_hash": "AAAA"}, drop=("typ",)), None, "unparsable"),
    "a logout token that calls itself JWT": (
        made({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, typ="JWT"),
        None,
        "unparsable",
    ),
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
    "an end that is infinite": (
        jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS | {"exp": float("inf")})),
        None,
        "unparsable",
    ),
    "an end too large for a number": (
        jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS).replace(str(NOW + 3600), "1e999")),
        None,
        "unparsable",
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
        jws('{"alg":"RS256","kid":"key-1"}', json.dumps(CLAIMS)[:-1] + ', "sub": "1"}'),
        None,
        "unparsable",
    ),
    "the end twice": (
        jws('{"alg":"RS256","kid":"key-1"}', '{"exp": 1, ' + json.dumps(CLAIMS)[1:]),
        None,
        "unparsable",
    ),
    "claims that are a list": (jws('{"alg":"RS256","kid":"key-1"}', json.dumps([CLAIMS])), None, "unparsable"),
    "claims that are no JSON": (jws('{"alg":"RS256","kid":"key-1"}', "sub=1"), None, "unparsable"),
    # not a token
    "one segment": ("eyJhbGciOiJSUzI1NiJ9", False, "malformed"),
    "nothing": ("", False, "malformed"),
    "two dots": ("..", False, "malformed"),
    "letters of no token": ("eyJ\u00e9.e30.AA", False, "malformed"),
    "a half surrogate": ("eyJ\ud800.e30.AA", False, "malformed"),
}


@pytest.mark.parametrize(("token", "active", "reason"), NOT_GOOD.values(), ids=NOT_GOOD)
def test_an_attack_is_read_as_what_it_is(token, active, reason):
    """No forged, stale, odd or incomplete token is good; what proves nothing is undecided."""
    found = read(token)
    assert not found.good
    assert (found.active, found.reason) == (active, reason)
    assert (found.active is None) == (found.reason in UNDECIDED)


@pytest.mark.parametrize("token", [token for token, _, _ in NOT_GOOD.values()], ids=NOT_GOOD)
def test_what_is_wrong_with_a_token_is_said_in_words(token, in_words):
    """Every attack is answered by a phrase, whether it denies the token or decides nothing."""
    assert in_words(read(token).detail)


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
    mixed = made(alg="PS256", signature=lambda raw: sign("RS256", raw))
    assert read(mixed, algorithms=("RS256", "PS256")).reason == "malformed", "not even one signed by the key's own"


def test_a_published_private_key_does_not_verify():
    """Everybody can sign with a private key that stands in the key set: it vouches for nothing."""
    private = RSA.private_numbers()
    published = {**RSA_KEY, "d": number(private.d), "p": number(private.p), "q": number(private.q)}
    found = read(made(), [published])
    assert (found.active, found.reason) == (None, "unparsable")


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_one_private_member_is_enough(name):
    """A key that shows any private or secret member (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1) vouches for nothing."""
    found = read(made(), [{**RSA_KEY, name: "AAAA"}])
    assert (found.active, found.reason) == (None, "unparsable")


def test_a_kept_key_is_that_of_its_content():
    """Keys are kept for the next token: by their content, so that another key under the same id takes no old one's place."""
    for _ in range(3):
        assert read(made(), [RSA_KEY]).good
        assert read(made(), [rsa_jwk(STRANGER, kid="key-1", alg="RS256")]).reason == "malformed"
        assert read(made(key=STRANGER), [rsa_jwk(STRANGER, kid="key-1", alg="RS256")]).good
        assert read(made(key=STRANGER), [RSA_KEY]).reason == "malformed"


def test_the_kept_keys_are_bounded():
    """However many keys issuers show, no more than a set number is kept."""
    token = made(drop=("kid",))
    for at in range(_prepare_key.cache_info().maxsize + 9):
        read(token, [rsa_jwk(RSA) | {"e": number(at * 2 + 3)}])
    assert _prepare_key.cache_info().currsize <= _prepare_key.cache_info().maxsize
    for at in range(_parse_key_set.cache_info().maxsize + 9):
        read_key_set(Response(200, {}, json.dumps({"keys": [{"kid": str(at)}]}).encode()))
    assert _parse_key_set.cache_info().currsize <= _parse_key_set.cache_info().maxsize


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
def test_an_odd_key_set_decides_nothing(status, body, reason, in_words):
    """Only a well-formed key set under status 200 is one."""
    found = read_key_set(Response(status, {}, body))
    assert (found.active, found.reason) == (None, reason)
    assert in_words(found.detail)


def test_an_empty_key_set_decides_nothing():
    """Without keys nothing is known of a token."""
    assert read(made(), []).reason == "not_stated"


def asked(endpoint, token, **ask):
    """What an endpoint says of a token, its key set being served."""
    steps = endpoint.steps(Question(provider="oauth2", token=Secret(token), asked_at=AT, **ask))
    urls = []
    try:
        request = next(steps)
        while True:
            urls.append(request.url)
            request = steps.send(Response(200, {}, json.dumps({"keys": KEYS}).encode()))
    except StopIteration as stop:
        return stop.value, urls


ENDPOINT = SignedToken(
    url="https://op.example.com/keys", rules=TokenRules(issuers=("https://op.example.com/{tenant_id}",)), source="https://op.example.com"
)


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example.com/keys", "x5u": "https://evil.example.com/pem"},
        {"kid": "https://evil.example.com/keys"},
        {"kid": "../../keys"},
        {"kid": "key-9", "jku": "https://evil.example.com/keys"},
    ],
)
def test_only_the_configured_key_set_is_fetched(header):
    """Addresses in the token's header are never asked, and the token is not sent anywhere, nor is it good."""
    reading, urls = asked(ENDPOINT, made({"iss": f"{ISSUER}/t1"}, **header), credentials={"tenant_id": "t1"})
    assert set(urls) == {"https://op.example.com/keys"}
    assert reading.active is None


def test_a_key_set_that_is_the_configured_one_may_be_named():
    """A jku that is the address we ask anyway leads nowhere else; one that begins alike does."""
    good = made({"iss": f"{ISSUER}/t1"}, jku="https://op.example.com/keys")
    assert asked(ENDPOINT, good, credentials={"tenant_id": "t1"})[0].active is True
    for jku in ("https://op.example.com/keys/", "https://op.example.com/keys?x", ["https://op.example.com/keys"]):
        odd = made({"iss": f"{ISSUER}/t1"}, jku=jku)
        assert asked(ENDPOINT, odd, credentials={"tenant_id": "t1"})[0].reason == "unparsable"


@pytest.mark.parametrize("kid", ["../../dev/null", "https://evil.example.com/keys", "key 1", "", "%00", "$(id)"])
def test_a_key_id_is_compared_and_nothing_else(kid):
    """A key id may be any text: the key of exactly that id is taken, whatever the text would be elsewhere."""
    assert read(made(kid=kid), [rsa_jwk(STRANGER, kid="key-1"), rsa_jwk(RSA, kid=kid)]).good
    assert not read(made(kid=kid), [rsa_jwk(STRANGER, kid=kid), rsa_jwk(RSA, kid="key-1")]).good


def rotating(token, *sets, endpoint=ENDPOINT):
    """What an endpoint says where each fetch of its key set brings the next one; and the requests."""
    steps = endpoint.steps(Question(provider="oauth2", token=Secret(token), asked_at=AT, credentials={"tenant_id": "t1"}))
    requests, sets = [], list(sets)
    try:
        request = next(steps)
        while True:
            requests.append(request)
            held = sets.pop(0)
            if isinstance(held, Exception):
                request = steps.throw(held)
            else:
                status, keys = held
                request = steps.send(Response(status, {}, json.dumps({"keys": keys}).encode()))
    except StopIteration as stop:
        return stop.value, requests


NEW = {**RSA_KEY, "kid": "key-new"}
OF_T1 = {"iss": f"{ISSUER}/t1"}


def test_a_new_key_is_fetched_once_more():
    """A key id that the set lacks brings one request for the set anew, and its key then counts."""
    reading, requests = rotating(made(OF_T1, kid="key-new"), (200, KEYS), (200, [*KEYS, NEW]))
    assert reading.active is True
    assert [(each.url, each.cacheable, each.fresh) for each in requests] == [
        ("https://op.example.com/keys", True, False),
        ("https://op.example.com/keys", True, True),
    ]


def test_an_unknown_key_id_is_asked_for_once():
    """A key id that the new set lacks as well leaves the question open, after two requests and no more."""
    reading, requests = rotating(made(OF_T1, kid="key-9"), (200, KEYS), (200, KEYS))
    assert (reading.active, reading.reason, len(requests)) == (None, "not_stated", 2)


@pytest.mark.parametrize(
    ("token", "fetches"),
    [
        (made(OF_T1), 1),
        (made(OF_T1, key=STRANGER), 1),
        (made(OF_T1, drop=("kid",)), 1),
        (made(OF_T1, kid="key-9", alg="none", signature=lambda raw: b""), 0),
        (made(OF_T1, kid="key-9", alg="HS256", signature=lambda raw: b"0" * 32), 0),
        (made(OF_T1, kid="key-9", typ="logout+jwt"), 0),
        (made(OF_T1, kid="key-9", crit=["x"]), 0),
        (f"{made(OF_T1, kid='key-9')}!", 0),
    ],
)
def test_what_fails_by_itself_fetches_no_keys_anew(token, fetches):
    """Only a key id that is unknown makes a set be fetched anew; a token that is bad by itself makes nothing be asked."""
    _, requests = rotating(token, (200, KEYS), (200, KEYS))
    assert len(requests) == fetches
    assert not any(each.fresh for each in requests)


@pytest.mark.parametrize(
    ("anew", "reason"), [((503, []), "issuer_error"), ((429, []), "rate_limited"), ((404, []), "unparsable")]
)
def test_a_new_key_set_that_does_not_come_decides_nothing(anew, reason):
    """Where the set cannot be had anew, the token is neither good nor bad."""
    reading, _ = rotating(made(OF_T1, kid="key-new"), (200, KEYS), anew)
    assert (reading.active, reading.reason) == (None, reason)
    with pytest.raises(Unreachable):
        rotating(made(OF_T1, kid="key-new"), (200, KEYS), Unreachable("network", "no answer"))


def test_a_key_of_another_issuer_does_not_come_with_a_new_set():
    """Under a new set, too, only its own keys count."""
    reading, _ = rotating(made(OF_T1, key=STRANGER, kid="key-new"), (200, KEYS), (200, [*KEYS, NEW]))
    assert (reading.active, reading.reason) == (False, "malformed")


def test_another_tenant_is_another_issuer():
    """A key set shared by tenants vouches for the caller's own tenant alone."""
    token = made({"iss": f"{ISSUER}/t2"})
    reading, _ = asked(ENDPOINT, token, credentials={"tenant_id": "t1"})
    assert (reading.active, reading.reason) == (False, "unknown_token")


def test_without_its_tenant_a_token_is_not_denied(in_words):
    """Whose token it should be is unknown: nothing is decided."""
    reading, _ = asked(ENDPOINT, made({"iss": f"{ISSUER}/t1"}))
    assert (reading.active, reading.reason) == (None, "not_stated")
    assert in_words(reading.detail)


@pytest.mark.parametrize("token", ["opaque-token", "eyJhbGciOiJkaXIifQ..AA.AA.AA"])
def test_a_token_without_signature_decides_nothing_here(token, in_words):
    """An opaque or an encrypted token is no malformed signed one."""
    reading, urls = asked(ENDPOINT, token, credentials={"tenant_id": "t1"})
    assert (reading.active, reading.reason, urls) == (None, "not_stated", [])
    assert in_words(reading.detail)


PROBED = SignedToken(
    url="https://op.example.com/keys",
    rules=TokenRules(issuers=(ISSUER,)),
    source="https://op.example.com",
    opaque=userinfo_endpoint("https://op.example.com/userinfo"),
    is_opaque=lambda token: read_claims(token).get("sub") == "sealed",
)


@pytest.mark.parametrize("token", ["opaque-token", made({"sub": "sealed"})], ids=["opaque", "sealed"])
def test_a_token_that_cannot_be_checked_is_asked_about(token):
    """It goes to the endpoint that answers for its like, and the answer says that it came from there."""
    question = Question(provider="oauth2", token=Secret(token), asked_at=AT)
    steps = PROBED.steps(question)
    request = next(steps)
    assert request == PROBED.opaque.request(question)
    with pytest.raises(StopIteration) as stop:
        steps.send(Response(200, {}, b'{"sub": "42"}'))
    assert stop.value.value == Reading(active=True, reason="ok", subject="42", method="userinfo-probe")


def test_a_token_that_can_be_checked_is_not_asked_about():
    """Where there is a signature it is checked: the token is sent to nobody."""
    reading, urls = asked(PROBED, made())
    assert (reading.active, urls) == (True, ["https://op.example.com/keys"])
    assert reading.subject == CLAIMS["sub"]


OWN_NAMES = SignedToken(
    url="https://op.example.com/{tenant_id}/keys",
    rules=TokenRules(issuers=(ISSUER,), algorithms=("ES256",), client_claims=("appid",), subject_claim="oid", scope_claim="scp", issued_at_claim="auth_time", optional_claims=frozenset({"aud"}), token_kind="any"),
    source="https://op.example.com",
    )
NAMED = {"iss": ISSUER, "oid": "7", "appid": "client-b", "scp": "read write", "auth_time": NOW - 9, "exp": NOW + 9}


def named(**claims):
    """A token of an issuer with claims of its own names."""
    kept = {name: value for name, value in {**NAMED, **claims}.items() if value is not None}
    return jws('{"alg": "ES256", "kid": "key-2"}', json.dumps(kept), lambda raw: sign("ES256", raw))


def test_an_issuers_own_names_are_gone_by():
    """Algorithm, client, account, scopes and time of issue are read where the issuer puts them, from its tenant's keys."""
    question = Question(provider="oauth2", token=Secret(named(nonce="n", sub="8", azp="c", scope="x")), asked_at=AT, credentials={"tenant_id": "t/1"})
    steps = OWN_NAMES.steps(question)
    assert next(steps) == Request(
        method="GET", url="https://op.example.com/t%2F1/keys", headers={"Accept": "application/json"}, cacheable=True
    )
    with pytest.raises(StopIteration) as stop:
        steps.send(Response(200, {}, json.dumps({"keys": KEYS}).encode()))
    said = stop.value.value
    assert (said.active, said.client_id, said.subject, said.scopes) == (True, "client-b", "7", ("read", "write"))
    assert (said.issued_at.timestamp(), said.audience) == (NOW - 9, None)
    assert OWN_NAMES.describe_request()["url"] == "https://op.example.com/{tenant_id}/keys"


def test_an_issuer_does_not_use_the_algorithms_of_another():
    """The endpoint's own list counts, and its kind of token: an ID token is none where access tokens are asked about."""
    assert asked(OWN_NAMES, made({"iss": ISSUER}), credentials={"tenant_id": "t1"})[0].reason == "malformed"
    id_like = made({"iss": f"{ISSUER}/t1", "nonce": "n"}, typ="JWT")
    assert asked(ENDPOINT, id_like, credentials={"tenant_id": "t1"})[0].reason == "unparsable"


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
def test_what_an_issuer_may_leave_out_may_be_absent_and_nothing_worse(claims, optional, active):
    """Audience or account may be missing only where the issuer's tokens lack them; given, they must be sound."""
    found = verify(
        named(**claims),
        KEYS,
        Question(provider="oauth2", token=Secret("x"), asked_at=AT),
        TokenRules(
            issuers=(ISSUER,), algorithms=("ES256",), subject="oid", issued="auth_time", optional=frozenset(optional)
        ),
    )
    assert (found.active, found.reason) == (active, "ok" if active else "unparsable")


def test_an_issuer_may_keep_keys_from_a_caller():
    """Keys that may not sign for the caller's tenant are no keys, whoever they verify for."""
    seen = []

    class Tied(SignedToken):
        def select_keys(self, keys, ask):
            seen.append(ask.credential("tenant_id"))
            return [key for key in keys if key["kid"] == ask.credential("tenant_id")]

    tied = Tied(url="https://op.example.com/keys", rules=TokenRules(issuers=(ISSUER,)), source="https://op.example.com")
    assert asked(tied, made(), credentials={"tenant_id": "key-1"})[0].active is True
    assert asked(tied, made(), credentials={"tenant_id": "key-2"})[0].reason == "not_stated"
    assert seen == ["key-1", "key-2"]


@pytest.mark.parametrize(
    "header", ['["RS256"]', '"RS256"', "7", "null", '{"kid": 7}', '{"kid": null}', '{"a": 1, "a": 2}', "{"]
)
def test_an_odd_header_is_none(header):
    """A header is an object, whose key id is a text, and in which nothing is given twice."""
    assert read_header(jws(header, "{}")) is None
    assert not is_access_token(jws(header, "{}"), ("RS256",))


def test_a_header_and_claims_are_read_as_they_stand():
    """Unverified; of what is no token there are none."""
    assert read_header(jws('{"alg": "RS256"}', '{"sub": "42"}')) == {"alg": "RS256"}
    assert read_claims(jws('{"alg": "RS256"}', '{"sub": "42"}')) == {"sub": "42"}
    for token in ("", "eyJ", "eyJ\u00e9.e30.AA", jws("{}", "[]"), jws("{}", '{"a": 1, "a": 2}')):
        assert read_claims(token) == {}


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        (made(), True),
        (made(typ="application/AT+JWT"), True),
        (made(typ="JWT"), False),
        (made(drop=("typ",)), False),
        (made(alg="RS512"), False),
        (made().rpartition(".")[0], False),
        (f"{made()}.AAAA", False),
        ("opaque-token", False),
    ],
)
def test_a_token_is_an_access_token_by_its_own_word(token, is_one):
    """RFC 9068, section 2.1: it says so in its type, by a listed algorithm, and has the three parts of a signed token."""
    assert is_access_token(token, ("RS256",)) is is_one


ID_CLAIMS = {**CLAIMS, "aud": "client-a", "nonce": "n"}
HASHES = {"RS256": "sha256", "RS512": "sha512", "ES256": "sha256", "PS256": "sha256", "EdDSA": "sha512"}
FOR = "made-up-access-token"


def id_token(claims=None, *, without=("azp", "scope"), alg="RS256", **header):
    """An ID token: no typ, the client as its audience."""
    kid = {"ES256": "key-2", "EdDSA": "key-3"}.get(alg, "key-1")
    return made({**ID_CLAIMS, **(claims or {})}, without=without, drop=("typ",), **{"alg": alg, "kid": kid, **header})


def at_hash(token, alg="RS256"):
    digest = hashlib.new(HASHES[alg], token.encode()).digest()
    return b64(digest[: len(digest) // 2])


def read_id(token, *, keys=(rsa_jwk(RSA, kid="key-1"), EC_KEY, ED_KEY), **how):
    return read(token, keys, **{"token_kind": "id", "algorithms": tuple(HASHES), **how})


def test_the_sample_of_the_specification_has_its_hash():
    """The computation is that of the specification's own example (OpenID Connect Core 1.0, appendix A.3)."""
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert at_hash(token) == "77QmUPtjPfzWtF2AnpK9RQ"
    good = id_token({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"})
    assert read_id(good, credentials={"access_token": Secret(token)}, clients=("client-a",)).good


@pytest.mark.parametrize("alg", HASHES)
def test_an_id_token_goes_with_its_access_token(alg):
    """The hash is that of the signature's algorithm; with another access token the ID token is bad."""
    token = id_token({"at_hash": at_hash(FOR, alg)}, alg=alg)
    assert read_id(token, credentials={"access_token": Secret(FOR)}).good
    for another in ("another-access-token", "half a letter: \ud800"):
        found = read_id(token, credentials={"access_token": Secret(another)})
        assert (found.good, found.active, found.reason) == (False, False, "malformed")


@pytest.mark.parametrize(
    "stated",
    ["", at_hash(FOR)[:-1], at_hash(FOR) + "=", at_hash(FOR).upper(), 5, True, [at_hash(FOR)], {}],
)
def test_an_odd_hash_binds_nothing(stated, in_words):
    """Only the exact text of the hash is the hash."""
    found = read_id(id_token({"at_hash": stated}), credentials={"access_token": FOR})
    assert (found.active, found.reason) == (False, "malformed")
    assert in_words(found.detail)


@pytest.mark.parametrize(
    ("flow", "active"),
    [("code", True), ("", True), ("code id_token", True), ("id_token token", None), ("code id_token token", None)],
)
def test_a_missing_hash_counts_where_the_flow_requires_it(flow, active, in_words):
    """Required where both tokens come from the authorization endpoint (OpenID Connect Core 1.0, sections 3.2.2.9)."""
    found = read_id(id_token(), credentials={"access_token": FOR, "response_type": flow})
    assert (found.active, found.reason) == (active, "ok" if active else "not_stated")
    assert active or in_words(found.detail)
    assert read(made(), credentials={"access_token": FOR, "response_type": flow}).good, "an access token has none"


def test_a_hash_without_padding_is_taken_whole():
    """The half of SHA-384 fills its letters: nothing is cut off at its end, whatever letter that is."""
    halves = {f"made-up-{at}": hashlib.sha384(f"made-up-{at}".encode()).digest()[:24] for at in range(999)}
    ends = {b64(half)[-1]: (token, b64(half)) for token, half in halves.items()}
    assert len(ends) == 64
    for token, stated in (ends["X"], ends["A"], ends["_"]):
        good = id_token(
            {"at_hash": stated},
            alg="RS384",
            signature=lambda raw: RSA.sign(raw, padding.PKCS1v15(), hashes.SHA384()),
        )
        assert read_id(good, algorithms=("RS384",), credentials={"access_token": token}).good


def test_without_an_access_token_no_hash_is_asked_for():
    """The hash can be held against nothing then."""
    assert read_id(id_token({"at_hash": "anything"})).good


def test_an_access_token_is_no_id_token():
    """By its type, or by an audience that is not the client."""
    assert read_id(made(ID_CLAIMS), types=frozenset({"jwt"})).reason == "unparsable"
    assert read_id(made(typ="JWT"), clients=("client-a",)).reason == "wrong_client"


@pytest.mark.parametrize(
    ("aud", "azp", "client"),
    [
        ("client-a", None, "client-a"),
        (["client-a"], "client-a", "client-a"),
        (["client-a", "client-b"], "client-a", "client-a"),
        (["client-a", "client-b"], None, None),
        (["client-a", "client-b"], "client-c", None),
        ("client-b", "client-a", "client-b"),
        ("client-a", 5, "client-a"),
    ],
)
def test_the_client_of_an_id_token_is_of_its_audience(aud, azp, client):
    """OpenID Connect Core 1.0, section 3.1.3.7: an azp that is not in the audience is no such client."""
    assert read_id(id_token({"aud": aud, "azp": azp}, without=("scope",))).client_id == client


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
    assert read_header(token) is None or isinstance(read_header(token), dict)
    assert not has_jws_form(token) or token.count(".") == 2
