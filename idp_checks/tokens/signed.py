"""Tokens that carry their issuer's signature: checked against the issuer's key set, never merely decoded.

The rules are those of RFC 9068, section 4, RFC 8725 and OpenID Connect Core 1.0, section 3.1.3.7: the algorithm is on a
list of ours, the key comes from the issuer's configured key set alone (never from the token's header), the issuer is
compared exactly, one kind of token is never taken for another, and the client is the token's own statement of whom it
was issued to. A signature says nothing of revocation.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.tokens.client_auth import ASYMMETRIC_ALGORITHMS
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint, Steps
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Method as Kind
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import parse_epoch, read_undecided, split_scopes
from idp_checks.tokens.template import HOLE, described, filled
from idp_checks.tokens.wire import Request, Response, decode_body

__all__ = [
    "ACCESS_TOKEN",
    "ID_TOKEN_CREDENTIALS",
    "ID_TOKEN_CLAIMS",
    "TokenRules",
    "SignedToken",
    "verify_against_keys",
    "read_claims",
    "read_header",
    "is_access_token",
    "has_jws_form",
    "read_key_set",
    "verify",
]

CLOCK_SKEW = timedelta(seconds=60)
"""How far an issuer's clock may be ahead of ours for ``iat`` and ``nbf``."""

ACCESS_TOKEN = "at+jwt"
"""The type of an access token, RFC 9068, section 2.1."""
TYPES = frozenset({"jwt", ACCESS_TOKEN})
"""The types of tokens that are read; others (logout tokens, proofs) may be signed with the same keys."""
ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash", "s_hash")
"""Claims that only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.3.2.11, and FAPI 1.0, part 2)."""
KEY_SOURCES = ("jku", "jwk", "x5u", "x5c")
"""Headers by which a token brings its own key, or says where it is (RFC 7515, sections 4.1.2, 4.1.3, 4.1.5, 4.1.6)."""
ID_TOKEN_CREDENTIALS = ("access_token", "response_type")
"""The credentials that are read for an ID token: the access token that came with it, and the flow that brought both."""

_PUBLIC = ("kty", "crv", "n", "e", "x", "y")
"""The members of a public key (RFC 7518, section 6, and RFC 8037)."""
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

About: TypeAlias = Literal["access", "id", "any"]


class TokenRules(Struct, frozen=True, kw_only=True):
    """What a token has to say to be one of an issuer's.

    Args:
        issuers: the exact values of ``iss``; none where the caller does not say whose token it should be.
        about: which kind of token is asked about. An ID token's client is in its ``aud``, and its ``at_hash`` binds it
            to an access token.
        types: what its header ``typ`` may be.
        source: the address of the key set.
        algorithms, client, subject, scope, issued, optional: as in ``SignedToken``.
    """

    issuers: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256",)
    client: tuple[str, ...] = ("azp", "aud")
    subject: str = "sub"
    scope: str = "scope"
    issued: str = "iat"
    optional: frozenset[str] = frozenset()
    about: About = "access"
    types: frozenset[str] = TYPES
    source: str | None = None


class Jws(NamedTuple):
    """A token taken apart (RFC 7515, section 3.1)."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def has_jws_form(token: str) -> bool:
    """Whether the token has the form of a JWS (RFC 7515, section 3.1)."""
    return token.count(".") == 2 and token.startswith("eyJ")


def read_header(token: str) -> Mapping[str, Any] | None:
    """The token's header, unverified; None where it has none, or names a member twice (RFC 7515, section 4)."""
    header = _part(token, 0)
    return header if isinstance(header, dict) and isinstance(header.get("kid", ""), str) else None


def read_claims(token: str) -> Mapping[str, Any]:
    """The token's claims as they stand, unverified: for who has had it verified. None where they cannot be read."""
    claims = _part(token, 1)
    return claims if isinstance(claims, dict) else {}


def _part(token: str, at: int) -> object:
    """One of the token's parts as a JSON value; None where there is none such."""
    try:
        return _json(_decoded(token.encode("ascii").split(b".")[at]))
    except (ValueError, IndexError):
        return None


def _json(raw: bytes) -> object:
    return decode_body(Response(200, {}, raw))


def _decoded(segment: bytes) -> bytes:
    """The bytes of a segment: base64url without padding, in its one spelling (RFC 7515, section 2).

    Raises:
        ValueError: it is none.
    """
    raw = base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    # The decoder passes over what is not of its alphabet: two spellings of one token must not both be it.
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != segment:
        raise ValueError("not base64url")
    return raw


def _apart(token: str) -> Jws | None:
    try:
        signed, _, signature = token.encode("ascii").rpartition(b".")
        first, dot, second = signed.partition(b".")
        header = _json(_decoded(first))
        if not dot or not isinstance(header, dict) or not isinstance(header.get("kid", ""), str):
            return None
        return Jws(header, _decoded(second), signed, _decoded(signature))
    except ValueError:
        return None


def is_access_token(token: str, algorithms: Sequence[str]) -> bool:
    """Whether the token calls itself an access token of RFC 9068, by one of the algorithms."""
    header = read_header(token) if has_jws_form(token) else None
    return header is not None and _type(header) == ACCESS_TOKEN and header.get("alg") in algorithms


def _type(header: Mapping[str, Any]) -> str:
    """The type in lower case without ``application/`` (RFC 7515, section 4.1.9); ``jwt`` where none is given."""
    return str(header.get("typ", "jwt")).lower().removeprefix("application/")


@dataclass(frozen=True, kw_only=True)
class SignedToken(Endpoint):
    """A token that is checked against its issuer's key set.

    Args:
        url: the key set (RFC 7517).
        issuers: the exact values of ``iss`` that are the issuer's; ``{tenant_id}`` and the like are filled in from the
            caller's credentials, and a value whose credential is missing is never met.
        algorithms: the signature algorithms that the issuer documents.
        client: the claims that name the application, the first that is there counts. ``aud`` names it only in ID
            tokens; of several audiences none is taken for the client.
        subject: the claim that names the account.
        issued: the claim that is the time of issue.
        optional: which of ``aud`` and the subject's claim the issuer may leave out.
        about: which kind of token is asked about; ``any`` where the issuer's own documents leave access tokens and ID
            tokens alike to their bearer.
        opaque: how a token without a signature is asked about instead; None where nobody answers for it.
    """

    url: str
    issuers: tuple[str, ...]
    source: str
    algorithms: tuple[str, ...] = ("RS256",)
    client: tuple[str, ...] = ("azp", "aud")
    subject: str = "sub"
    scope: str = "scope"
    issued: str = "iat"
    optional: frozenset[str] = frozenset()
    about: About = "access"
    required_credentials: tuple[str, ...] = ()
    optional_credentials: tuple[str, ...] = ()
    proves: frozenset[str] = frozenset({"client", "subject", "end"})
    opaque: HttpEndpoint | None = None
    is_opaque: Callable[[str], bool] | None = None
    note: str | None = None
    kind: Kind = "signed-token"

    def describe_request(self) -> dict[str, Any]:
        return described(self._keys(None))

    def _keys(self, question: Question | None) -> Request:
        url = self.url if question is None else filled(self.url, question)
        return Request(method="GET", url=url, headers={"Accept": "application/json"}, cacheable=True)

    def is_unsigned(self, token: str) -> bool:
        """Whether a token has no signature that can be checked, so that ``opaque`` is asked about it."""
        return not has_jws_form(token) or (self.is_opaque is not None and self.is_opaque(token))

    def select_keys(self, keys: Sequence[Mapping[str, Any]], question: Question) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002
        """The keys of the set that may have signed the token: all, unless the issuer ties keys to tenants."""
        return keys

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        if self.is_unsigned(token):
            if self.opaque is not None:
                return replace((yield from self.opaque.steps(question)), method=self.opaque.kind)
            return Reading(
                active=None, reason="not_stated", detail="not a signed token, and the issuer answers for no other kind"
            )
        keys = self._keys(question)
        issuers = [_known(each, question) for each in self.issuers]
        rules = TokenRules(
            issuers=tuple(each for each in issuers if each),
            algorithms=self.algorithms,
            client=self.client,
            subject=self.subject,
            scope=self.scope,
            issued=self.issued,
            optional=self.optional,
            about=self.about,
            source=keys.url,
        )
        return (yield from verify_against_keys(keys, token, question, rules, self.select_keys))


Usable: TypeAlias = Callable[[Sequence[Mapping[str, Any]], Question], Sequence[Mapping[str, Any]]]


def verify_against_keys(
    keys: Request, token: str, question: Question, rules: TokenRules, usable: Usable | None = None
) -> Steps:
    """Check a token against a key set that is fetched by ``keys``; once more where it lacks the token's key.

    Issuers change their keys at any time, and a token may be signed by one that came after the set was fetched (OpenID
    Connect Core 1.0, section 10.1.1). A token that fails by itself brings no request at all. ``usable`` takes out the
    keys that may not sign for the caller.
    """
    jws = _apart(token)
    if jws is None:
        return _NO_JWS
    if (barred := _barred(jws.header, rules)) is not None:
        return barred
    held = yield from _fetched(keys)
    if not isinstance(held, Reading) and "kid" in jws.header and not _named(jws.header, held):
        held = yield from _fetched(replace(keys, fresh=True))
    if isinstance(held, Reading):
        return held
    return _judged(jws, held if usable is None else usable(held, question), question, rules)


def _fetched(keys: Request) -> Generator[Request, Response, Sequence[Mapping[str, Any]] | Reading]:
    return read_key_set((yield keys))


def read_key_set(response: Response) -> Sequence[Mapping[str, Any]] | Reading:
    """The keys of a key set answer (RFC 7517, section 5), or why there are none."""
    if (none := read_undecided(response)) is not None:
        return none
    if (keys := _key_set(response.body)) is None:
        return Reading(active=None, reason="unparsable", detail="the key set has no list of keys")
    return keys


@lru_cache(maxsize=32)
def _key_set(body: bytes) -> Sequence[Mapping[str, Any]] | None:
    """The keys of a key set; kept by its text, since every token of an issuer is held against the same one."""
    read = _json(body)
    keys = read.get("keys") if isinstance(read, dict) else None
    return tuple(keys) if isinstance(keys, list) and all(isinstance(key, dict) for key in keys) else None


_NO_JWS = Reading(active=False, reason="malformed", detail="not a signed token")


def verify(token: str, keys: Sequence[Mapping[str, Any]], question: Question, rules: TokenRules) -> Reading:
    """Check a token's signature, algorithm, issuer and times, and say what its claims say.

    Whom it was issued to and for whom is for the caller to compare, as with every other answer.
    """
    jws = _apart(token)
    if jws is None:
        return _NO_JWS
    return _barred(jws.header, rules) or _judged(jws, keys, question, rules)


def _barred(header: Mapping[str, Any], rules: TokenRules) -> Reading | None:
    """Why a token with such a header is none of the issuer's, whatever its key set holds."""
    algorithm = header.get("alg")
    if algorithm not in rules.algorithms:
        return Reading(active=False, reason="malformed", detail="signed by an algorithm that the issuer does not use")
    if "crit" in header:
        return Reading(active=None, reason="unparsable", detail="a critical header that is not understood")
    if header.get("b64", True) is not True:
        return Reading(active=False, reason="malformed", detail="its payload does not stand in it")
    if _type(header) not in rules.types:
        return Reading(active=None, reason="unparsable", detail="by its own type another kind of token")
    return None


def _named(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The keys that may be the token's. Its ``kid`` is compared and nothing else: it is no path, address or query."""
    return [
        key
        for key in keys
        if key.get("use", "sig") == "sig" and ("kid" not in header or key.get("kid") == header["kid"])
    ]


def _judged(jws: Jws, keys: Sequence[Mapping[str, Any]], question: Question, rules: TokenRules) -> Reading:
    header = jws.header
    named = _named(header, keys)
    if not named:
        return Reading(active=None, reason="not_stated", detail="the issuer's key set has no such key")
    verdicts = [_verifies(jws, key) for key in named]
    if not any(verdicts):
        if all(each is None for each in verdicts):
            return Reading(active=None, reason="unparsable", detail="the issuer's key cannot be used")
        return Reading(active=False, reason="malformed", detail="the signature does not verify")
    # An issuer has no need to name a key source: the key set is configured. One that does so all the same has signed it
    # by the key that we know, so the token is no forgery; but whoever reads it may be led to another key (RFC 8725,
    # section 3.10), and no issuer documents such tokens. Nothing vouches for it.
    if any(name in header and not (name == "jku" and header[name] == rules.source) for name in KEY_SOURCES):
        return Reading(active=None, reason="unparsable", detail="its header names a key source of its own")
    return _claims(_json(jws.payload), header["alg"], question, rules)


def _verifies(jws: Jws, key: Mapping[str, Any]) -> bool | None:
    """Whether the key signed the token; None where the key cannot be used."""
    algorithm = jws.header["alg"]
    if not _PRIVATE.isdisjoint(key):
        return None  # everybody can sign with a private key that is published
    named = key.get("alg", algorithm)
    try:
        ready = _ready(tuple([key.get(name) for name in _PUBLIC]), named)
    except TypeError:  # what cannot be hashed is no text, and no member of a key
        return None
    if ready is None:
        return None
    verifier, prepared = ready
    return named == algorithm and bool(verifier.verify(jws.signed, prepared, jws.signature))


@lru_cache(maxsize=256)
def _ready(members: tuple[Any, ...], algorithm: str) -> tuple[Any, Any] | None:
    """What verifies by the algorithm, and the key as it takes it; None where the key is none of its kind, or too short.

    Kept by the key's content, since building a key costs more than verifying with it.
    """
    import jwt

    if algorithm not in ASYMMETRIC_ALGORITHMS:
        return None
    data = {name: member for name, member in zip(_PUBLIC, members, strict=True) if member is not None}
    try:
        made = jwt.PyJWK(data, algorithm=algorithm)
        prepared = made.Algorithm.prepare_key(made.key)
        return None if made.Algorithm.check_key_length(prepared) else (made.Algorithm, prepared)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


def _claims(claims: object, algorithm: str, question: Question, rules: TokenRules) -> Reading:
    if not isinstance(claims, dict):
        return Reading(active=None, reason="unparsable", detail="the claims are no JSON object, or one is given twice")
    issuer = claims.get("iss")
    if not rules.issuers:
        return Reading(active=None, reason="not_stated", detail="the caller does not say whose token it should be")
    if isinstance(issuer, str) and issuer not in rules.issuers:
        return Reading(active=False, reason="unknown_token", detail="signed for another issuer or tenant")
    audience = _texts(claims.get("aud"))
    who = claims.get(rules.subject)
    try:
        expires_at, issued_at, begins = (_time(claims.get(name)) for name in ("exp", rules.issued, "nbf"))
    except (ValueError, OverflowError):
        return Reading(active=None, reason="unparsable", detail="a time that is none")
    named = (isinstance(who, str) and who) or (who is None and rules.subject in rules.optional)
    meant = audience or ("aud" not in claims and "aud" in rules.optional)
    if not (isinstance(issuer, str) and named and meant and expires_at and issued_at):
        return Reading(active=None, reason="unparsable", detail="a claim is missing that every such token has")
    if max(begins or issued_at, issued_at) > question.time + CLOCK_SKEW:
        return Reading(active=None, reason="contradiction", detail="not yet valid: its beginning lies in the future")
    if (other := _of_another_kind(claims, rules)) is not None:
        return other
    unbound = None if rules.about == "access" else _unbound(claims, algorithm, question)
    if unbound is not None:
        return unbound
    scopes = claims.get(rules.scope)
    return Reading(
        active=True,
        reason="ok",
        client_id=_party(claims, audience) if rules.about == "id" else _client(claims, audience, rules.client),
        audience=audience,
        subject=who,
        scopes=split_scopes(scopes) if isinstance(scopes, str) else _texts(scopes),
        expires_at=expires_at,
        issued_at=issued_at,
        issuer=issuer,
    )


def _of_another_kind(claims: Mapping[str, Any], rules: TokenRules) -> Reading | None:
    """Why a token under the issuer's key is not of the kind that is asked about (RFC 8725, section 3.12)."""
    if "events" in claims:  # RFC 8417, section 2.2; so every logout token is told, also one that calls itself JWT
        return Reading(active=None, reason="unparsable", detail="by its claims a message about an event")
    if rules.about == "access" and any(name in claims for name in ID_TOKEN_CLAIMS):
        return Reading(active=None, reason="unparsable", detail="by its claims an ID token, which opens nothing")
    return None


def _unbound(claims: Mapping[str, Any], algorithm: str, question: Question) -> Reading | None:
    """Why an ID token does not go with the access token at hand; None where it does, or none is at hand.

    OpenID Connect Core 1.0, sections 3.1.3.6, 3.2.2.9 and 3.3.2.11. Only a flow that brings both from the authorization
    endpoint requires ``at_hash``; the caller may say so by ``response_type``.
    """
    token = question.credential("access_token")
    if not token:
        return None
    stated = claims.get("at_hash")
    if stated is None:
        if {"id_token", "token"} <= set((question.credential("response_type") or "").split()):
            return Reading(active=None, reason="not_stated", detail="no at_hash, which the flow requires")
        return None
    if stated != _left_half(token, algorithm):
        return Reading(active=False, reason="malformed", detail="its at_hash is not that of the access token at hand")
    return None


def _left_half(token: str, algorithm: str) -> str:
    """``at_hash``: the left half of the token's hash, by the hash of the signature's algorithm (of Ed25519 SHA-512)."""
    name = "sha512" if algorithm == "EdDSA" else f"sha{algorithm[-3:]}"
    digest = hashlib.new(name, token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _party(claims: Mapping[str, Any], audience: tuple[str, ...] | None) -> str | None:
    """The client of an ID token: one of its audience in any case, by ``azp`` where there are several.

    OpenID Connect Core 1.0, sections 2 and 3.1.3.7. An ``azp`` outside of the audience asked on another's behalf.
    """
    named = claims.get("azp")
    if audience and named in audience:
        return str(named)
    return audience[0] if audience and len(audience) == 1 else None


def _client(claims: Mapping[str, Any], audience: tuple[str, ...] | None, names: Sequence[str]) -> str | None:
    for name in names:
        if name == "aud":
            return audience[0] if audience and len(audience) == 1 else None
        named = claims.get(name)
        if named is not None:
            return named if isinstance(named, str) else None
    return None


def _texts(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    return None


def _time(value: object) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no number")  # noqa: TRY004 - a value of the token, not of the program
    return parse_epoch(value)


def _known(form: str, question: Question) -> str | None:
    """An issuer with the caller's credentials filled in; None where one of them is missing."""
    for name in HOLE.findall(form):
        held = question.credential(name)
        if not held:
            return None
        form = form.replace(f"{{{name}}}", held)
    return form
