"""Tokens verified with their issuer's key set: JWT access tokens and ID tokens.

The rules are those of RFC 9068, section 4, RFC 8725 and OpenID Connect Core 1.0, section 3.1.3.7. The algorithm must be
on a fixed list, and the key in the issuer's configured key set. The issuer is compared exactly, and the kind of token
is checked. The client is the application that the token names. A signature does not prove that the token was not
revoked.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint, Steps
from idp_checks.tokens.jws import (
    ACCESS_TOKEN_TYPE,
    Jws,
    decode_json,
    has_jws_form,
    parse_jws,
    read_key_set,
    read_token_type,
    select_matching_keys,
    verify_signature,
)
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Method, Reading
from idp_checks.tokens.response_model import parse_epoch, split_scopes
from idp_checks.tokens.template import PLACEHOLDER, describe_request, fill_url
from idp_checks.tokens.wire import Request, Response

__all__ = [
    "CLOCK_SKEW",
    "ID_TOKEN_CLAIMS",
    "ID_TOKEN_CREDENTIALS",
    "SignedToken",
    "TokenRules",
    "verify",
    "verify_against_keys",
]

CLOCK_SKEW = timedelta(seconds=60)
"""How far an issuer's clock may be ahead, for ``iat`` and ``nbf``."""
READABLE_TYPES = frozenset({"jwt", ACCESS_TOKEN_TYPE})
"""The accepted token types; logout tokens, proofs and others may be signed with the same keys."""
ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash", "s_hash")
"""Claims that only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.3.2.11, and FAPI 1.0, part 2)."""
KEY_SOURCES = ("jku", "jwk", "x5u", "x5c")
"""Headers with a key or its location (RFC 7515, sections 4.1.2, 4.1.3, 4.1.5, 4.1.6)."""
ID_TOKEN_CREDENTIALS = ("access_token", "response_type")
"""Optional credentials for an ID token: the access token issued with it, and the flow that issued both."""

TokenKind: TypeAlias = Literal["access", "id", "any"]
KeySelector: TypeAlias = Callable[[Sequence[Mapping[str, Any]], Question], Sequence[Mapping[str, Any]]]


class TokenRules(Struct, frozen=True, kw_only=True):
    """Conditions that an issuer's token must meet, and the names of its claims.

    Args:
        issuers: the accepted values of ``iss``, compared exactly. In ``SignedToken`` they may contain ``{tenant_id}``
            and the like; an issuer whose credential is missing never matches.
        algorithms: the signature algorithms that the issuer documents.
        client_claims: the claims that name the application; the first one present counts. ``aud`` names it in ID
            tokens only; with several audiences no application is derived from it.
        subject_claim: the claim that names the account.
        scope_claim: the claim that lists the scopes.
        issued_at_claim: the claim with the time of issue.
        optional_claims: the claims among ``aud`` and the subject claim that the issuer may omit.
        token_kind: the kind of token to accept; ``any`` if the issuer documents bearer access with ID tokens too. An ID
            token's client is in its ``aud``, and its ``at_hash`` binds it to an access token.
        types: the accepted ``typ`` headers.
        key_set_url: the URL of the key set.
    """

    issuers: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256",)
    client_claims: tuple[str, ...] = ("azp", "aud")
    subject_claim: str = "sub"
    scope_claim: str = "scope"
    issued_at_claim: str = "iat"
    optional_claims: frozenset[str] = frozenset()
    token_kind: TokenKind = "access"
    types: frozenset[str] = READABLE_TYPES
    key_set_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignedToken(Endpoint):
    """A token that is verified with its issuer's key set.

    Args:
        url: the key set (RFC 7517).
        rules: the conditions that the token must meet.
        opaque: the endpoint for tokens without a verifiable signature; None if the issuer has none.
        is_opaque: whether a token in JWS form is handled by ``opaque`` all the same.
    """

    url: str
    rules: TokenRules
    source: str
    required_credentials: tuple[str, ...] = ()
    optional_credentials: tuple[str, ...] = ()
    proves: frozenset[str] = frozenset({"client", "subject", "end"})
    opaque: HttpEndpoint | None = None
    is_opaque: Callable[[str], bool] | None = None
    note: str | None = None
    kind: Method = "signed-token"

    def describe_request(self) -> dict[str, Any]:
        return describe_request(_key_set_request(self.url))

    def is_unsigned(self, token: str) -> bool:
        """Return whether the token has no verifiable signature, so that ``opaque`` handles it."""
        return not has_jws_form(token) or (self.is_opaque is not None and self.is_opaque(token))

    def select_keys(self, keys: Sequence[Mapping[str, Any]], question: Question) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002
        """Return the keys that may have signed the token: all, unless the issuer binds keys to tenants."""
        return keys

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        if self.is_unsigned(token):
            if self.opaque is not None:
                return replace((yield from self.opaque.steps(question)), method=self.opaque.kind)
            detail = "not a signed token, and the issuer has no endpoint for other tokens"
            return Reading(active=None, reason="not_stated", detail=detail)
        url = fill_url(self.url, question)
        issuers = (_fill_issuer(template, question) for template in self.rules.issuers)
        rules = replace(self.rules, issuers=tuple(issuer for issuer in issuers if issuer), key_set_url=url)
        return (yield from verify_against_keys(_key_set_request(url), token, question, rules, self.select_keys))


def _key_set_request(url: str) -> Request:
    return Request(method="GET", url=url, headers={"Accept": "application/json"}, cacheable=True)


def _fill_issuer(template: str, question: Question) -> str | None:
    """Fill the caller's credentials into an issuer; None if one of them is missing."""
    for name in PLACEHOLDER.findall(template):
        value = question.credential(name)
        if not value:
            return None
        template = template.replace(f"{{{name}}}", value)
    return template


def verify_against_keys(
    key_set: Request, token: str, question: Question, rules: TokenRules, select_keys: KeySelector | None = None
) -> Steps:
    """Verify a token with a fetched key set; fetch the set again if the token's key is missing.

    Issuers rotate keys at any time, so a token may be signed with a key that was added after the set was fetched
    (OpenID Connect Core 1.0, section 10.1.1). A token with an invalid header sends no request.

    Args:
        select_keys: drops the keys that may not sign for the caller.
    """
    jws = parse_jws(token)
    if jws is None:
        return _NOT_JWS
    if (invalid := _check_header(jws.header, rules)) is not None:
        return invalid
    keys = yield from _fetch_keys(key_set)
    if not isinstance(keys, Reading) and "kid" in jws.header and not select_matching_keys(jws.header, keys):
        keys = yield from _fetch_keys(replace(key_set, fresh=True))
    if isinstance(keys, Reading):
        return keys
    return _check_token(jws, keys if select_keys is None else select_keys(keys, question), question, rules)


def _fetch_keys(request: Request) -> Generator[Request, Response, Sequence[Mapping[str, Any]] | Reading]:
    return read_key_set((yield request))


_NOT_JWS = Reading(active=False, reason="malformed", detail="not a signed token")


def verify(token: str, keys: Sequence[Mapping[str, Any]], question: Question, rules: TokenRules) -> Reading:
    """Verify a token's signature, algorithm, issuer and times, and read its claims.

    Client and subject are compared later by ``conclude``, as for every other response.
    """
    jws = parse_jws(token)
    if jws is None:
        return _NOT_JWS
    return _check_header(jws.header, rules) or _check_token(jws, keys, question, rules)


def _check_header(header: Mapping[str, Any], rules: TokenRules) -> Reading | None:
    """Return why a token with this header is rejected whatever the key set contains; None if it is acceptable."""
    if header.get("alg") not in rules.algorithms:
        detail = "signed with an algorithm that the issuer does not use"
        return Reading(active=False, reason="malformed", detail=detail)
    if "crit" in header:
        return Reading(active=None, reason="unparsable", detail="the header requires an unsupported extension")
    if header.get("b64", True) is not True:
        return Reading(active=False, reason="malformed", detail="the payload is detached or unencoded")
    if read_token_type(header) not in rules.types:
        return Reading(active=None, reason="unparsable", detail="the header declares another type of token")
    return None


def _check_token(jws: Jws, keys: Sequence[Mapping[str, Any]], question: Question, rules: TokenRules) -> Reading:
    """Verify the signature with the matching keys, then the claims."""
    header = jws.header
    matching = select_matching_keys(header, keys)
    if not matching:
        return Reading(active=None, reason="not_stated", detail="the key is missing from the issuer's key set")
    verdicts = [verify_signature(jws, key) for key in matching]
    if not any(verdicts):
        if all(verdict is None for verdict in verdicts):
            return Reading(active=None, reason="unparsable", detail="the issuer's key is unusable")
        return Reading(active=False, reason="malformed", detail="invalid signature")
    # The key set is configured, so an issuer has no need to name a key source. A token that names one and carries a
    # valid signature is not a forgery, but its header may lead other readers to another key (RFC 8725, section 3.10),
    # and no issuer documents such tokens. So the token is undecided.
    if any(name in header and not (name == "jku" and header[name] == rules.key_set_url) for name in KEY_SOURCES):
        detail = "the header names a key source other than the issuer's key set"
        return Reading(active=None, reason="unparsable", detail=detail)
    return _check_claims(decode_json(jws.payload), header["alg"], question, rules)


def _check_claims(claims: object, algorithm: str, question: Question, rules: TokenRules) -> Reading:
    if not isinstance(claims, dict):
        return Reading(active=None, reason="unparsable", detail="the claims are not a JSON object, or repeat a name")
    issuer = claims.get("iss")
    if not rules.issuers:
        return Reading(active=None, reason="not_stated", detail="the expected issuer is missing")
    if isinstance(issuer, str) and issuer not in rules.issuers:
        return Reading(active=False, reason="unknown_token", detail="issued by another issuer or tenant")
    audience = _to_strings(claims.get("aud"))
    subject = claims.get(rules.subject_claim)
    try:
        expires_at, issued_at, not_before = (
            _parse_time(claims.get(name)) for name in ("exp", rules.issued_at_claim, "nbf")
        )
    except (ValueError, OverflowError):
        return Reading(active=None, reason="unparsable", detail="invalid timestamp")
    has_subject = (isinstance(subject, str) and subject) or (
        subject is None and rules.subject_claim in rules.optional_claims
    )
    has_audience = audience or ("aud" not in claims and "aud" in rules.optional_claims)
    if not (isinstance(issuer, str) and has_subject and has_audience and expires_at and issued_at):
        return Reading(active=None, reason="unparsable", detail="a required claim is missing or invalid")
    if max(not_before or issued_at, issued_at) > question.time + CLOCK_SKEW:
        return Reading(active=None, reason="contradiction", detail="not valid yet")
    if (mismatch := _check_kind(claims, rules)) is not None:
        return mismatch
    if rules.token_kind != "access" and (unbound := _check_binding(claims, algorithm, question)) is not None:
        return unbound
    is_id_token = rules.token_kind == "id"
    scopes = claims.get(rules.scope_claim)
    return Reading(
        active=True,
        reason="ok",
        client_id=_id_token_client(claims, audience)
        if is_id_token
        else _access_token_client(claims, audience, rules.client_claims),
        audience=audience,
        subject=subject,
        scopes=split_scopes(scopes) if isinstance(scopes, str) else _to_strings(scopes),
        expires_at=expires_at,
        issued_at=issued_at,
        issuer=issuer,
    )


def _check_kind(claims: Mapping[str, Any], rules: TokenRules) -> Reading | None:
    """Return why a token is of another kind than the one expected (RFC 8725, section 3.12); None if it matches."""
    # RFC 8417, section 2.2: this also recognizes logout tokens with the type JWT.
    if "events" in claims:
        return Reading(active=None, reason="unparsable", detail="a security event token, by its claims")
    if rules.token_kind == "access" and any(name in claims for name in ID_TOKEN_CLAIMS):
        return Reading(active=None, reason="unparsable", detail="an ID token, by its claims: it grants no access")
    return None


def _check_binding(claims: Mapping[str, Any], algorithm: str, question: Question) -> Reading | None:
    """Return why an ID token does not belong to the caller's access token; None if it does, or there is none.

    OpenID Connect Core 1.0, sections 3.1.3.6, 3.2.2.9 and 3.3.2.11. Only a flow that returns both tokens from the
    authorization endpoint requires ``at_hash``; the caller can name the flow in ``response_type``.
    """
    access_token = question.credential("access_token")
    if not access_token:
        return None
    at_hash = claims.get("at_hash")
    if at_hash is None:
        if {"id_token", "token"} <= set((question.credential("response_type") or "").split()):
            return Reading(active=None, reason="not_stated", detail="the flow requires at_hash, which is missing")
        return None
    if at_hash != _hash_access_token(access_token, algorithm):
        return Reading(active=False, reason="malformed", detail="at_hash does not match the access token")
    return None


def _hash_access_token(access_token: str, algorithm: str) -> str:
    """Return ``at_hash``: the left half of the hash that the signature algorithm uses (SHA-512 for Ed25519)."""
    name = "sha512" if algorithm == "EdDSA" else f"sha{algorithm[-3:]}"
    digest = hashlib.new(name, access_token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _id_token_client(claims: Mapping[str, Any], audience: tuple[str, ...] | None) -> str | None:
    """Return the client of an ID token: its audience, or the ``azp`` among several audiences.

    OpenID Connect Core 1.0, sections 2 and 3.1.3.7. An ``azp`` outside the audience acted for another client.
    """
    authorized_party = claims.get("azp")
    if audience and authorized_party in audience:
        return str(authorized_party)
    return audience[0] if audience and len(audience) == 1 else None


def _access_token_client(
    claims: Mapping[str, Any], audience: tuple[str, ...] | None, names: Sequence[str]
) -> str | None:
    """Return the value of the first client claim present; None if it is not a string."""
    for name in names:
        if name == "aud":
            return audience[0] if audience and len(audience) == 1 else None
        value = claims.get(name)
        if value is not None:
            return value if isinstance(value, str) else None
    return None


def _to_strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _parse_time(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004 - the error is in the token, not in the program
    return parse_epoch(value)
