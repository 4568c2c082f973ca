"""Discovery of an issuer's endpoints: OpenID Connect Discovery 1.0 and RFC 8414."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct, ValidationError, convert, structs

from idp_checks.tokens import client_auth
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint, Steps
from idp_checks.tokens.jws import ACCESS_TOKEN_TYPE, has_jws_form, is_access_token, read_header
from idp_checks.tokens.probes import userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Method, Reading
from idp_checks.tokens.response_model import read_undecided
from idp_checks.tokens.rfc7662 import introspection_endpoint
from idp_checks.tokens.signed import ID_TOKEN_CREDENTIALS, TokenRules, verify_against_keys
from idp_checks.tokens.urls import is_loopback, may_receive_token
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = [
    "OPENID_CONFIGURATION_PATH",
    "DiscoveredEndpoint",
    "Metadata",
    "fetch_metadata",
    "list_metadata_urls",
    "read_metadata",
]

OPENID_CONFIGURATION_PATH = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4.1: appended to the issuer."""
SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
"""RFC 8414, section 3.1: inserted between the issuer's host and path."""
SHARED_SECRET_ALGORITHMS = ("HS256", "HS384", "HS512")
"""Algorithms that sign with the client secret (OpenID Connect Core 1.0, section 10.1)."""


class Metadata(Struct):
    """The discovery fields that are used: OpenID Connect Discovery 1.0, section 3, and RFC 8414, section 2."""

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
        """The URLs in the document, by field name."""
        return {
            name: value
            for name, value in structs.asdict(self).items()
            if name != "issuer" and isinstance(value, str) and value
        }

    @property
    def client_auth_methods(self) -> tuple[str, ...]:
        """The client authentication methods of the introspection endpoint.

        RFC 8414, section 2, leaves them open if the field is missing. Then the token endpoint's methods apply, whose
        default is HTTP Basic; a caller with only a private key has registered it there.
        """
        for methods in (self.introspection_endpoint_auth_methods_supported, self.token_endpoint_auth_methods_supported):
            if methods is not None:
                return tuple(methods)
        return (client_auth.BASIC, client_auth.PRIVATE_KEY)


def list_metadata_urls(issuer: str, *, openid: bool) -> tuple[str, ...]:
    """Return the URLs of an issuer's metadata, the likeliest first.

    Args:
        openid: whether the issuer is an OpenID provider, which has only the OpenID configuration.
    """
    openid_configuration = f"{issuer.rstrip('/')}{OPENID_CONFIGURATION_PATH}"
    return (openid_configuration,) if openid else (server_metadata_url(issuer), openid_configuration)


def server_metadata_url(issuer: str) -> str:
    """Return the URL of an issuer's metadata by RFC 8414, section 3.1."""
    parts = urlsplit(issuer)
    return urlunsplit((parts.scheme, parts.netloc, f"{SERVER_METADATA_PATH}{parts.path.rstrip('/')}", "", ""))


def read_metadata(response: Response, issuer: str) -> Metadata | Reading:
    """Return an issuer's metadata, or the reading that explains why they are unusable.

    The document must name exactly the issuer that was asked (Discovery 1.0, section 4.3, and RFC 8414, section 3.3), so
    that no issuer can impersonate another. Every endpoint must be allowed to receive tokens, and may be on this machine
    only if the issuer is.
    """
    if (undecided := read_undecided(response)) is not None:
        return undecided
    try:
        metadata = convert(response.json, Metadata)
    except ValidationError:
        return Reading(active=None, reason="unparsable", detail="invalid discovery document")
    if metadata.issuer != issuer:
        detail = "the discovery document names another issuer"
        if metadata.issuer.rstrip("/") == issuer.rstrip("/"):
            detail += ": only the slash at the end differs, so give the issuer exactly as its document names it"
        return Reading(active=None, reason="contradiction", detail=detail)
    is_local = is_loopback(issuer)
    if not all(may_receive_token(url) and (is_local or not is_loopback(url)) for url in metadata.endpoints.values()):
        detail = "the discovery document names an endpoint that must not receive tokens"
        return Reading(active=None, reason="contradiction", detail=detail)
    return metadata


def fetch_metadata(
    issuer: str, url: str = f"{{issuer}}{OPENID_CONFIGURATION_PATH}"
) -> Generator[Request, Response, Metadata | Reading]:
    """Fetch an issuer's metadata by OpenID Connect Discovery, or by RFC 8414 if that returns 404."""
    response = yield _document_request(url.replace("{issuer}", issuer.rstrip("/")))
    if response.status == 404:
        response = yield _document_request(server_metadata_url(issuer))
    return read_metadata(response, issuer)


@dataclass(frozen=True, kw_only=True)
class DiscoveredEndpoint(Endpoint):
    """An issuer whose endpoints are in its discovery document.

    An access token is checked by introspection if the document or the caller names the endpoint. Otherwise a JWT that
    declares itself an access token is checked by its signature (RFC 9068, section 4: an ID token has the same issuer
    and keys), and any other token by a userinfo request.

    An ID token is checked by its signature and claims (OpenID Connect Core 1.0, section 3.1.3.7), and against the
    access token issued with it. The caller declares an ID token with the credential ``kind`` = ``id_token``, or by
    giving that ``access_token``.
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
            return Reading(active=None, reason="caller_rejected", detail="kind must be access_token or id_token")
        metadata = yield from fetch_metadata(issuer, self.url)
        if isinstance(metadata, Reading):
            return metadata
        check = self._check_id_token if kind == "id_token" else self._check_access_token
        return (yield from check(question, metadata))

    def _check_access_token(self, question: Question, metadata: Metadata) -> Steps:
        discovered_question = structs.replace(question, issuer_url=None)
        probe = userinfo_endpoint(metadata.userinfo_endpoint) if metadata.userinfo_endpoint else None
        endpoint = question.credential("introspection_endpoint") or metadata.introspection_endpoint
        if endpoint and (method := _choose_client_auth(question, metadata)):
            introspection = introspection_endpoint(
                endpoint,
                source=self.source,
                profile=probe,
                endpoint_class=_KnownIssuerEndpoint,
                authentications=(method,),
                audience=metadata.issuer,
            )
            return (yield from introspection.steps(discovered_question))
        token = question.token.reveal()
        if metadata.jwks_uri and is_access_token(token, self.algorithms):
            rules = TokenRules(
                issuers=(metadata.issuer,),
                algorithms=self.algorithms,
                client_claims=("client_id", "azp"),
                types=frozenset({ACCESS_TOKEN_TYPE}),
                key_set_url=metadata.jwks_uri,
            )
            reading = yield from verify_against_keys(_document_request(metadata.jwks_uri), token, question, rules)
            return structs.replace(reading, method="signed-token")
        if probe is not None:
            return structs.replace((yield from probe.steps(discovered_question)), method="userinfo-probe")
        if endpoint:
            has_credentials = question.client_id and (question.client_secret or question.credential("private_key"))
            detail = (
                "the introspection endpoint accepts none of the configured client authentication methods"
                if has_credentials
                else "introspection needs client_id and client_secret, or a private_key"
            )
            return Reading(active=None, reason="caller_rejected", detail=detail)
        return Reading(active=None, reason="not_stated", detail="the issuer has no endpoint that checks this token")

    def _check_id_token(self, question: Question, metadata: Metadata) -> Steps:
        token = question.token.reveal()
        if not has_jws_form(token) or not metadata.jwks_uri:
            detail = "not a signed token" if metadata.jwks_uri else "the issuer publishes no keys"
            return Reading(active=None, reason="not_stated", detail=detail, method="signed-token")
        supported = metadata.id_token_signing_alg_values_supported
        algorithm = (read_header(token) or {}).get("alg")
        if algorithm in SHARED_SECRET_ALGORITHMS and supported is not None and algorithm in supported:
            detail = "signed with the client secret, which the issuer's keys cannot verify"
            return Reading(active=None, reason="not_stated", detail=detail, method="signed-token")
        rules = TokenRules(
            issuers=(metadata.issuer,),
            algorithms=tuple(name for name in self.algorithms if supported is None or name in supported),
            token_kind="id",
            types=frozenset({"jwt"}),
            key_set_url=metadata.jwks_uri,
        )
        reading = yield from verify_against_keys(_document_request(metadata.jwks_uri), token, question, rules)
        return structs.replace(reading, method="signed-token")


class _KnownIssuerEndpoint(HttpEndpoint):
    """An endpoint whose issuer is known exactly, so that it is the audience of a client assertion."""

    def assertion_audience(self, question: Question, url: str) -> str:  # noqa: ARG002
        return question.credential("client_auth_audience") or self.audience


def _choose_client_auth(question: Question, metadata: Metadata) -> str | None:
    """Return the client authentication method for the introspection endpoint; None if there is none.

    Raises:
        Unreachable: the caller names an unknown method.
    """
    try:
        method = client_auth.choose_method(
            question.credential("client_auth"),
            metadata.client_auth_methods,
            secret=bool(question.client_secret),
            key=bool(question.credential("private_key")),
        )
    except client_auth.ClientAuthError as error:
        raise Unreachable("caller_rejected", str(error)) from None
    credential = question.credential("private_key") if method == client_auth.PRIVATE_KEY else question.client_secret
    return method if method and credential and question.client_id else None


def _document_request(url: str) -> Request:
    """Return the request for a public document, which each run fetches once."""
    return Request(method="GET", url=url, headers={"Accept": "application/json"}, cacheable=True)
