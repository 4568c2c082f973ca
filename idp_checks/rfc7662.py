"""Token introspection as RFC 7662 has it, and finding the endpoint by discovery.

Section 2.2: only ``active`` is mandatory in an answer; a bare ``active: false`` is given for an expired, a revoked and
an unknown token alike, and also to a caller who may not ask about this token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct, ValidationError, convert, structs

from idp_checks.endpoint import (
    Answer,
    Ask,
    Endpoint,
    Epoch,
    HttpEndpoint,
    Refusal,
    Request,
    Steps,
    at_epoch,
    body_of,
    by_bearer,
    by_form,
    is_loopback,
    may_be_asked,
    no_verdict,
    split_scopes,
)  # fmt: skip
from idp_checks.introspection import Method, Reading
from idp_checks.signed import SKEW, is_access_token, read_keys, verify

__all__ = ["BAD_CLIENT", "INACTIVE", "Active", "Discovered", "introspection"]

BAD_CLIENT = Refusal(401, "caller_rejected", detail="the issuer refused our own credentials")
"""RFC 7662, section 2.3: an answer 401 is about the asker, whatever its body."""
INACTIVE = Refusal(200, "denied", {"active": False}, bare=True, detail="not active, without a reason")
"""RFC 7662, section 2.2: a bare refusal."""
BAD_CLIENT_400 = Refusal(400, "caller_rejected", {"error": "invalid_client"}, detail=BAD_CLIENT.detail)
"""The same in the other status that RFC 6749, section 5.2, lets a server choose."""
FORBIDDEN = Refusal(403, "not_permitted", detail="the issuer does not let this client ask")


class Active(Answer):
    """RFC 7662, section 2.2."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    username: str | None = None
    token_type: str | None = None
    exp: Epoch | None = None
    iat: Epoch | None = None
    nbf: Epoch | None = None
    sub: str | None = None
    aud: str | list[str] | None = None
    iss: str | None = None

    def reading(self, ask: Ask) -> Reading:
        if self.active is not True:
            return Reading(active=False, reason="denied", bare=True, detail="not active, without a reason")
        begins = at_epoch(self.nbf)
        if begins is not None and begins > ask.at + SKEW:
            return Reading(active=None, reason="contradiction", detail="called active before its beginning")
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            audience=(self.aud,) if isinstance(self.aud, str) else None if self.aud is None else tuple(self.aud),
            subject=self.sub,
            scopes=split_scopes(self.scope),
            expires_at=at_epoch(self.exp),
            issued_at=at_epoch(self.iat),
            issuer=self.iss,
            token_type=self.token_type,
        )


def introspection(
    url: str,
    *,
    source: str,
    answer: type[Answer] = Active,
    params: Mapping[str, str] | None = None,
    basic: bool = True,
    needs: tuple[str, ...] = ("client_id", "client_secret"),
    tells: frozenset[str] = frozenset({"client", "subject", "scopes", "end"}),
    refusals: tuple[Refusal, ...] = (),
    profile: HttpEndpoint | None = None,
    note: str | None = None,
    made: type[HttpEndpoint] = HttpEndpoint,
) -> HttpEndpoint:
    """An endpoint of RFC 7662: the token in a form body, the caller's credentials as HTTP Basic or in the form.

    ``made`` is the class of the endpoint, where a server needs more than a table can say.
    """
    return made(
        kind="introspection",
        method="POST",
        url=url,
        answer=answer,
        send=by_form("token"),
        params={"token_type_hint": "access_token"} if params is None else params,
        basic=basic,
        needs=needs,
        tells=tells,
        refusals=(*refusals, INACTIVE, BAD_CLIENT, BAD_CLIENT_400, FORBIDDEN),
        profile=profile,
        source=source,
        note=note,
    )


class UserInfo(Answer):
    """OpenID Connect Core 1.0, section 5.3.2."""

    sub: str

    def reading(self, ask: Ask) -> Reading:  # noqa: ARG002
        return Reading(active=True, reason="ok", subject=self.sub)


def userinfo(
    url: str, source: str = "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError"
) -> HttpEndpoint:
    """A call with the token itself: it shows that the token works and for whom, never for which application."""
    return HttpEndpoint(
        kind="userinfo-probe",
        url=url,
        answer=UserInfo,
        send=by_bearer(),
        tells=frozenset({"subject"}),
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(
                403,
                "not_permitted",
                header=("www-authenticate", "insufficient_scope"),
                detail="scope openid is missing",
            ),
        ),
        source=source,
    )


class Metadata(Struct):
    """OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2: the members that are used."""

    issuer: str
    introspection_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    jwks_uri: str | None = None


@dataclass(frozen=True, kw_only=True)
class Discovered(Endpoint):
    """An issuer whose endpoints stand in its discovery document.

    Introspection where the document names it (or the caller does); else the signature, for a JWT that calls itself an
    access token (RFC 9068, section 4: an ID token has the same issuer and keys); else userinfo.
    """

    source: str
    url: str = "{issuer}/.well-known/openid-configuration"
    needs: tuple[str, ...] = ("issuer", "client_id", "client_secret")
    tells: frozenset[str] = frozenset({"client", "subject", "scopes", "end"})
    algorithms: tuple[str, ...] = (
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
    )
    note: str | None = None
    kind: Method = "introspection"

    def described(self) -> dict[str, Any]:
        return introspection("{introspection_endpoint}", source=self.source).described()

    def lacking(self, ask: Ask) -> tuple[str, ...]:
        return tuple(name for name in super().lacking(ask) if name == "issuer")

    def steps(self, ask: Ask) -> Steps:
        issuer = ask.issuer_url or ask.credential("issuer") or ""
        response = yield Request(
            method="GET",
            url=self.url.replace("{issuer}", issuer.rstrip("/")),
            headers={"Accept": "application/json"},
            cacheable=True,
        )
        if (none := no_verdict(response)) is not None:
            return none
        try:
            found = convert(body_of(response), Metadata)
        except ValidationError:
            return Reading(active=None, reason="unparsable", detail="the discovery document is none")
        if found.issuer.rstrip("/") != issuer.rstrip("/"):
            return Reading(active=None, reason="contradiction", detail="the discovery document names another issuer")
        named = (found.introspection_endpoint, found.userinfo_endpoint, found.jwks_uri)
        if not all(may_be_asked(each) and (is_loopback(issuer) or not is_loopback(each)) for each in named if each):
            return Reading(
                active=None,
                reason="contradiction",
                detail="the discovery document names an endpoint that may not be sent a token",
            )
        direct = structs.replace(ask, issuer_url=None)
        probe = userinfo(found.userinfo_endpoint) if found.userinfo_endpoint else None
        endpoint = ask.credential("introspection_endpoint") or found.introspection_endpoint
        if endpoint and ask.client_id and ask.client_secret:
            return (yield from introspection(endpoint, source=self.source, profile=probe).steps(direct))
        token = ask.token.reveal()
        if found.jwks_uri and is_access_token(token, self.algorithms):
            response = yield Request(
                method="GET", url=found.jwks_uri, headers={"Accept": "application/json"}, cacheable=True
            )
            keys = read_keys(response)
            if isinstance(keys, Reading):
                return keys
            reading = verify(
                token, keys, ask, issuers=[found.issuer], algorithms=self.algorithms, client=("client_id", "azp")
            )
            return structs.replace(reading, method="signed-token")
        if probe is not None:
            return structs.replace((yield from probe.steps(direct)), method="userinfo-probe")
        if endpoint:
            return Reading(
                active=None, reason="caller_rejected", detail="introspection needs client_id and client_secret"
            )
        return Reading(active=None, reason="not_stated", detail="the issuer documents no way to ask about this token")
