"""Tokens that carry their issuer's signature: checked against the issuer's key set, never merely decoded.

The rules are those of RFC 9068, section 4, and OpenID Connect Core 1.0, section 3.1.3.7: the algorithm is on a list of
ours, the key comes from the issuer's configured key set alone (never from the token's header), the issuer is compared
exactly, and the client is the token's own statement of whom it was issued to. A signature says nothing of revocation.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from idp_checks.endpoint import (
    HOLE,
    Ask,
    Endpoint,
    HttpEndpoint,
    Request,
    Response,
    Steps,
    at_epoch,
    body_of,
    described,
    filled,
    no_verdict,
    split_scopes,
)
from idp_checks.introspection import Method as Kind
from idp_checks.introspection import Reading

__all__ = ["SignedToken", "claims_of", "header_of", "is_access_token", "looks_signed", "verify"]

SKEW = timedelta(seconds=60)
"""How far an issuer's clock may be ahead of ours for ``iat`` and ``nbf``."""

ACCESS_TOKEN = "at+jwt"
"""The type of an access token, RFC 9068, section 2.1."""
TYPES = frozenset({"jwt", ACCESS_TOKEN})
"""The types of tokens that are read; others (logout tokens, proofs) may be signed with the same keys."""


def looks_signed(token: str) -> bool:
    """Whether the token has the form of a JWS (RFC 7515, section 3.1)."""
    return token.count(".") == 2 and token.startswith("eyJ")  # noqa: PLR2004


def header_of(token: str) -> Mapping[str, Any] | None:
    """The token's header, unverified; None where it has none, or names a member twice (RFC 7515, section 4)."""
    header = _part(token, 0)
    return header if isinstance(header, dict) and isinstance(header.get("kid", ""), str) else None


def claims_of(token: str) -> Mapping[str, Any]:
    """The token's claims as they stand, unverified: for who has had it verified. None where they cannot be read."""
    claims = _part(token, 1)
    return claims if isinstance(claims, dict) else {}


def _part(token: str, at: int) -> object:
    """One of the token's parts as a JSON value; None where there is none such."""
    try:
        segment = token.encode("ascii").split(b".")[at]
        return body_of(Response(200, {}, base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))))
    except (ValueError, IndexError):
        return None


def is_access_token(token: str, algorithms: Sequence[str]) -> bool:
    """Whether the token calls itself an access token of RFC 9068, by one of the algorithms."""
    header = header_of(token) if looks_signed(token) else None
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
    needs: tuple[str, ...] = ()
    tells: frozenset[str] = frozenset({"client", "subject", "end"})
    opaque: HttpEndpoint | None = None
    is_opaque: Callable[[str], bool] | None = None
    note: str | None = None
    kind: Kind = "signed-token"

    def described(self) -> dict[str, Any]:
        return described(self._keys(None))

    def _keys(self, ask: Ask | None) -> Request:
        url = self.url if ask is None else filled(self.url, ask)
        return Request(method="GET", url=url, headers={"Accept": "application/json"}, cacheable=True)

    def unsigned(self, token: str) -> bool:
        """Whether a token has no signature that can be checked, so that ``opaque`` is asked about it."""
        return not looks_signed(token) or (self.is_opaque is not None and self.is_opaque(token))

    def usable(self, keys: Sequence[Mapping[str, Any]], ask: Ask) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002
        """The keys of the set that may have signed the token: all, unless the issuer ties keys to tenants."""
        return keys

    def steps(self, ask: Ask) -> Steps:
        token = ask.token.reveal()
        if self.unsigned(token):
            if self.opaque is not None:
                return replace((yield from self.opaque.steps(ask)), method=self.opaque.kind)
            return Reading(
                active=None, reason="not_stated", detail="not a signed token, and the issuer answers for no other kind"
            )
        response = yield self._keys(ask)
        if isinstance(keys := read_keys(response), Reading):
            return keys
        issuers = [_known(each, ask) for each in self.issuers]
        return verify(
            token, self.usable(keys, ask), ask, issuers=[each for each in issuers if each], algorithms=self.algorithms,
            client=self.client, subject=self.subject, scope=self.scope, issued=self.issued,
            optional=self.optional,
        )  # fmt: skip


def read_keys(response: Response) -> list[Mapping[str, Any]] | Reading:
    """The keys of a key set answer, or why there are none."""
    if (none := no_verdict(response)) is not None:
        return none
    body = body_of(response)
    keys = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        return Reading(active=None, reason="unparsable", detail="the key set has no list of keys")
    return keys


def verify(
    token: str,
    keys: Sequence[Mapping[str, Any]],
    ask: Ask,
    *,
    issuers: Sequence[str],
    algorithms: Sequence[str] = ("RS256",),
    client: Sequence[str] = ("azp", "aud"),
    subject: str = "sub",
    scope: str = "scope",
    issued: str = "iat",
    optional: frozenset[str] = frozenset(),
) -> Reading:
    """Check a token's signature, algorithm, issuer and times, and say what its claims say.

    Whom it was issued to and for whom is for the caller to compare, as with every other answer.
    """
    import jwt

    header = header_of(token)
    if header is None:
        return Reading(active=False, reason="malformed", detail="not a signed token")
    algorithm = header.get("alg")
    if algorithm not in algorithms:
        return Reading(active=False, reason="malformed", detail="signed by an algorithm that the issuer does not use")
    if "crit" in header:
        return Reading(active=None, reason="unparsable", detail="a critical header that is not understood")
    if _type(header) not in TYPES:
        return Reading(active=None, reason="unparsable", detail="by its own type no token that opens anything")
    named = [
        key
        for key in keys
        if key.get("use", "sig") == "sig" and ("kid" not in header or key.get("kid") == header["kid"])
    ]
    if not named:
        return Reading(active=None, reason="not_stated", detail="the issuer's key set has no such key")
    tried = False
    payload: bytes | None = None
    for key in named:
        try:
            checked = jwt.PyJWK(dict(key), algorithm=key.get("alg", algorithm))
            if checked.algorithm_name == algorithm:
                payload = jwt.PyJWS().decode(token, checked, [algorithm], {"enforce_minimum_key_length": True})
                break
        except (jwt.InvalidKeyError, jwt.PyJWKError, ValueError, TypeError):
            continue
        except jwt.PyJWTError:
            pass
        tried = True
    if payload is not None:
        return _claims(body_of(Response(200, {}, payload)), ask, issuers, client, subject, scope, issued, optional)
    if not tried:
        return Reading(active=None, reason="unparsable", detail="the issuer's key cannot be used")
    return Reading(active=False, reason="malformed", detail="the signature does not verify")


def _claims(
    claims: object,
    ask: Ask,
    issuers: Sequence[str],
    client: Sequence[str],
    subject: str,
    scope: str,
    issued: str,
    optional: frozenset[str],
) -> Reading:
    if not isinstance(claims, dict):
        return Reading(active=None, reason="unparsable", detail="the claims are no JSON object, or one is given twice")
    issuer = claims.get("iss")
    if not issuers:
        return Reading(active=None, reason="not_stated", detail="the caller does not say whose token it should be")
    if isinstance(issuer, str) and issuer not in issuers:
        return Reading(active=False, reason="unknown_token", detail="signed for another issuer or tenant")
    audience = _texts(claims.get("aud"))
    who = claims.get(subject)
    try:
        expires_at, issued_at, begins = (_time(claims.get(name)) for name in ("exp", issued, "nbf"))
    except (ValueError, OverflowError):
        return Reading(active=None, reason="unparsable", detail="a time that is none")
    named = (isinstance(who, str) and who) or (who is None and subject in optional)
    meant = audience or ("aud" not in claims and "aud" in optional)
    if not (isinstance(issuer, str) and named and meant and expires_at and issued_at):
        return Reading(active=None, reason="unparsable", detail="a claim is missing that every such token has")
    if max(begins or issued_at, issued_at) > ask.at + SKEW:
        return Reading(active=None, reason="contradiction", detail="not yet valid: its beginning lies in the future")
    scopes = claims.get(scope)
    return Reading(
        active=True,
        reason="ok",
        client_id=_client(claims, audience, client),
        audience=audience,
        subject=who,
        scopes=split_scopes(scopes) if isinstance(scopes, str) else _texts(scopes),
        expires_at=expires_at,
        issued_at=issued_at,
        issuer=issuer,
    )


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


def _time(value: object) -> Any:  # noqa: ANN401 - a time or None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no number")  # noqa: TRY004 - a value of the token, not of the program
    return at_epoch(value)


def _known(form: str, ask: Ask) -> str | None:
    """An issuer with the caller's credentials filled in; None where one of them is missing."""
    for name in HOLE.findall(form):
        held = ask.credential(name)
        if not held:
            return None
        form = form.replace(f"{{{name}}}", held)
    return form
