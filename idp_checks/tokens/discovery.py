"""OpenID Connect Discovery 1.0 and RFC 8414."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct, ValidationError, convert, structs

from idp_checks.tokens import client_auth
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint, Steps
from idp_checks.tokens.probes import userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Method, Reading
from idp_checks.tokens.response_model import read_undecided
from idp_checks.tokens.rfc7662 import introspection_endpoint
from idp_checks.tokens.signed import (
    ACCESS_TOKEN,
    ID_TOKEN_CREDENTIALS,
    TokenRules,
    has_jws_form,
    is_access_token,
    read_header,
    verify_against_keys,
)
from idp_checks.tokens.urls import is_loopback, may_receive_token
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["DiscoveredEndpoint", "Metadata", "fetch_metadata", "read_metadata"]


class Metadata(Struct):
    """OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2: the members that are used."""

    issuer: str
    introspection_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    jwks_uri: str | None = None
    token_endpoint: str | None = None
    revocation_endpoint: str | None = None
    introspection_endpoint_auth_methods_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    id_token_signing_alg_values_supported: list[str] | None = None

    @property
    def endpoints(self) -> Mapping[str, str]:
        """The addresses that it names, by the names of its members."""
        return {
            name: value
            for name, value in structs.asdict(self).items()
            if name != "issuer" and isinstance(value, str) and value
        }

    @property
    def client_auth_methods(self) -> tuple[str, ...]:
        """How the client may authenticate at the introspection endpoint.

        RFC 8414, section 2, leaves it to other means where the document does not say: then it is what the token
        endpoint takes, whose default is HTTP Basic; a caller who holds a private key alone has registered it there.
        """
        for listed in (self.introspection_endpoint_auth_methods_supported, self.token_endpoint_auth_methods_supported):
            if listed is not None:
                return tuple(listed)
        return (client_auth.BASIC, client_auth.PRIVATE_KEY)


OPENID_CONFIGURATION_PATH = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4.1: behind the issuer."""


SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
"""RFC 8414, section 3.1: between the issuer's host and its path."""


def server_metadata_url(issuer: str) -> str:
    """The address of an issuer's metadata by RFC 8414, section 3.1."""
    parts = urlsplit(issuer)
    return urlunsplit((parts.scheme, parts.netloc, f"{SERVER_METADATA_PATH}{parts.path.rstrip('/')}", "", ""))


def read_metadata(response: Response, issuer: str) -> Metadata | Reading:
    """The discovery document of an issuer, or why it cannot be gone by: it must name the issuer that was asked.

    The issuer is compared character for character (Discovery 1.0, section 4.3, and RFC 8414, section 3.3), so that none
    passes for another. No endpoint may be one that a token may not be sent to, or lead to this machine from elsewhere.
    """
    if (none := read_undecided(response)) is not None:
        return none
    try:
        found = convert(response.json, Metadata)
    except ValidationError:
        return Reading(active=None, reason="unparsable", detail="the discovery document is none")
    if found.issuer != issuer:
        detail = "the discovery document names another issuer"
        if found.issuer.rstrip("/") == issuer.rstrip("/"):
            detail += ": they differ by a slash at the end, and the issuer is to be given exactly as it names itself"
        return Reading(active=None, reason="contradiction", detail=detail)
    if not all(
        may_receive_token(each) and (is_loopback(issuer) or not is_loopback(each)) for each in found.endpoints.values()
    ):
        return Reading(
            active=None,
            reason="contradiction",
            detail="the discovery document names an endpoint that may not be sent a token",
        )
    return found


def fetch_metadata(
    issuer: str, url: str = f"{{issuer}}{OPENID_CONFIGURATION_PATH}"
) -> Generator[Request, Response, Metadata | Reading]:
    """The issuer's document by OpenID Connect Discovery, else by RFC 8414, or why there is none to go by."""
    response = yield _public(url.replace("{issuer}", issuer.rstrip("/")))
    if response.status == 404:
        response = yield _public(server_metadata_url(issuer))
    return read_metadata(response, issuer)


@dataclass(frozen=True, kw_only=True)
class DiscoveredEndpoint(Endpoint):
    """An issuer whose endpoints stand in its discovery document.

    An access token: introspection where the document names it (or the caller does); else the signature, for a JWT that
    calls itself an access token (RFC 9068, section 4: an ID token has the same issuer and keys); else userinfo.

    An ID token, which the caller calls so by the credential ``kind`` = ``id_token`` or by handing over the
    ``access_token`` that came with it: its signature and claims (OpenID Connect Core 1.0, section 3.1.3.7), and that it
    goes with that access token.
    """

    source: str
    url: str = f"{{issuer}}{OPENID_CONFIGURATION_PATH}"
    required_credentials: tuple[str, ...] = ("issuer", "client_id", "client_secret")
    optional_credentials: tuple[str, ...] = (
        "introspection_endpoint",
        *client_auth.CLIENT_AUTH_CREDENTIALS,
        "kind",
        *ID_TOKEN_CREDENTIALS,
    )
    proves: frozenset[str] = frozenset({"client", "subject", "scopes", "end"})
    algorithms: tuple[str, ...] = client_auth.ASYMMETRIC_ALGORITHMS
    note: str | None = None
    kind: Method = "introspection"

    def describe_request(self) -> dict[str, Any]:
        return introspection_endpoint("{introspection_endpoint}", source=self.source).describe_request()

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        return tuple(name for name in super().missing_credentials(question) if name == "issuer")

    def steps(self, question: Question) -> Steps:
        issuer = question.issuer_url or question.credential("issuer") or ""
        kind = question.credential("kind") or ("id_token" if question.credential("access_token") else "access_token")
        if kind not in ("access_token", "id_token"):
            return Reading(active=None, reason="caller_rejected", detail="kind is neither access_token nor id_token")
        found = yield from fetch_metadata(issuer, self.url)
        if isinstance(found, Reading):
            return found
        if kind == "id_token":
            return (yield from self._id_token(question, found))
        return (yield from self._access_token(question, found))

    def _access_token(self, question: Question, found: Metadata) -> Steps:
        direct = structs.replace(question, issuer_url=None)
        probe = userinfo_endpoint(found.userinfo_endpoint) if found.userinfo_endpoint else None
        endpoint = question.credential("introspection_endpoint") or found.introspection_endpoint
        if endpoint and (authentications := _able(question, found)):
            asked = introspection_endpoint(
                endpoint,
                source=self.source,
                profile=probe,
                endpoint_class=_Exact,
                authentications=authentications,
                audience=found.issuer,
            )
            return (yield from asked.steps(direct))
        token = question.token.reveal()
        if found.jwks_uri and is_access_token(token, self.algorithms):
            rules = TokenRules(
                issuers=(found.issuer,),
                algorithms=self.algorithms,
                client=("client_id", "azp"),
                types=frozenset({ACCESS_TOKEN}),
                source=found.jwks_uri,
            )
            reading = yield from verify_against_keys(_public(found.jwks_uri), token, question, rules)
            return structs.replace(reading, method="signed-token")
        if probe is not None:
            return structs.replace((yield from probe.steps(direct)), method="userinfo-probe")
        if endpoint:
            held = question.client_id and (question.client_secret or question.credential("private_key"))
            detail = (
                "introspection takes none of the client authentications that the caller can give"
                if held
                else "introspection needs client_id and client_secret, or a private_key"
            )
            return Reading(active=None, reason="caller_rejected", detail=detail)
        return Reading(active=None, reason="not_stated", detail="the issuer documents no way to ask about this token")

    def _id_token(self, question: Question, found: Metadata) -> Steps:
        token = question.token.reveal()
        if not has_jws_form(token) or not found.jwks_uri:
            detail = "not a signed token" if found.jwks_uri else "the issuer publishes no keys"
            return Reading(active=None, reason="not_stated", detail=detail, method="signed-token")
        listed = found.id_token_signing_alg_values_supported
        algorithm = (read_header(token) or {}).get("alg")
        if algorithm in SHARED and listed is not None and algorithm in listed:
            detail = "signed by a secret that issuer and client share, as its keys cannot show"
            return Reading(active=None, reason="not_stated", detail=detail, method="signed-token")
        rules = TokenRules(
            issuers=(found.issuer,),
            algorithms=tuple(each for each in self.algorithms if listed is None or each in listed),
            about="id",
            types=frozenset({"jwt"}),
            source=found.jwks_uri,
        )
        reading = yield from verify_against_keys(_public(found.jwks_uri), token, question, rules)
        return structs.replace(reading, method="signed-token")


SHARED = ("HS256", "HS384", "HS512")
"""The algorithms of a secret that issuer and client share (OpenID Connect Core 1.0, section 10.1)."""


class _Exact(HttpEndpoint):
    """An endpoint whose issuer is known, character for character."""

    def known_as(self, question: Question, url: str) -> str:  # noqa: ARG002
        return question.credential("client_auth_audience") or self.audience


def _able(question: Question, found: Metadata) -> tuple[str, ...]:
    """The method by which the caller can authenticate at the introspection endpoint; none where there is none.

    Raises:
        Unreachable: the caller names a method that is none.
    """
    try:
        method = client_auth.choose_method(
            question.credential("client_auth"),
            found.client_auth_methods,
            secret=bool(question.client_secret),
            key=bool(question.credential("private_key")),
        )
    except client_auth.ClientAuthError as unusable:
        raise Unreachable("caller_rejected", str(unusable)) from None
    held = question.credential("private_key") if method == client_auth.PRIVATE_KEY else question.client_secret
    return (method,) if method and held and question.client_id else ()


def _public(url: str) -> Request:
    """A public document, which one run asks for once."""
    return Request(method="GET", url=url, headers={"Accept": "application/json"}, cacheable=True)
