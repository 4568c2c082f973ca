"""Request templates: build a request from the values of a question."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from idp_checks.secret import Secret
from idp_checks.tokens import client_auth
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Request, Unreachable, Value

__all__ = [
    "PLACEHOLDER",
    "RequestTemplate",
    "TokenPlacement",
    "by_bearer",
    "by_form",
    "by_header",
    "by_json",
    "by_oauth1",
    "by_path",
    "by_query",
    "describe_request",
    "fill_url",
]

PLACEHOLDER = re.compile(r"\{(\w+)\}")
"""The name of a value that is filled into a URL or an issuer name."""


@dataclass(frozen=True, slots=True)
class TokenPlacement:
    """The place of the token in a request.

    Attributes:
        location: ``header``, ``path``, ``query``, ``form``, ``json`` or ``oauth1``.
        name: the name of the header, parameter or placeholder.
        pattern: the value, with ``{token}`` in place of the token.
    """

    location: str
    name: str
    pattern: str = "{token}"


def by_bearer() -> TokenPlacement:
    """Place the token in the Authorization header (RFC 6750, section 2.1)."""
    return TokenPlacement("header", "Authorization", "Bearer {token}")


def by_header(name: str, pattern: str = "{token}") -> TokenPlacement:
    """Place the token in a header."""
    return TokenPlacement("header", name, pattern)


def by_query(name: str) -> TokenPlacement:
    """Place the token in the query; only for issuers that accept it nowhere else."""
    return TokenPlacement("query", name)


def by_form(name: str = "token") -> TokenPlacement:
    """Place the token in a form body (RFC 7662, section 2.1)."""
    return TokenPlacement("form", name)


def by_path(name: str) -> TokenPlacement:
    """Place the token in the path, at the placeholder of that name; only for issuers that accept it nowhere else."""
    return TokenPlacement("path", name)


def by_oauth1() -> TokenPlacement:
    """Sign the request by OAuth 1.0a (RFC 5849, section 3) with the secrets of the application and of the token.

    The token's secret is the credential ``access_token_secret``.
    """
    return TokenPlacement("oauth1", "Authorization")


def by_json(name: str) -> TokenPlacement:
    """Place the token in a JSON body."""
    return TokenPlacement("json", name)


@dataclass(frozen=True)
class RequestTemplate:
    """A request with placeholders such as ``{client_id}``, which are filled from a question.

    Args:
        url: the URL; a secret is never filled in.
        placement: the place of the token.
        required_credentials: the values that the caller must provide besides the token, by name.
        params: further parameters, in the same place as the token; a parameter that contains a secret is kept secret.
        as_json: whether the parameters are sent as a JSON body if the token is in a header.
        basic: whether client id and secret are sent by HTTP Basic.
        authentications: the methods of ``idp_checks.tokens.client_auth`` that the issuer accepts, if there is a choice;
            the caller's credentials decide. An assertion is sent in the form.
        audience: the issuer's identifier in an assertion, by default the requested URL. The caller's
            ``client_auth_audience`` or ``issuer`` takes precedence. RFC 7523, section 3, leaves the value open: RFC
            9126, section 2, prefers the issuer, OpenID Connect Core 1.0, section 9, the token endpoint. It is a single
            value, so that the assertion is valid at one issuer only.
        proofs: parameters that prove the client secret: the hexadecimal HMAC-SHA-256 of a string, which may contain
            ``{token}``, with the client secret as the key.
    """

    url: str
    placement: TokenPlacement = TokenPlacement("header", "Authorization", "Bearer {token}")
    _: KW_ONLY
    method: str = "GET"
    required_credentials: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    basic: bool = False
    authentications: tuple[str, ...] = ()
    audience: str = ""
    proofs: Mapping[str, str] = field(default_factory=dict)

    def build_request(self, question: Question) -> Request:
        """Build the request for the token of a question.

        Raises:
            Unreachable: a credential is missing or unusable.
        """
        parts: dict[str, dict[str, Value]] = {"header": {}, "path": {}, "query": {}, "form": {}, "json": {}}
        parts["header"]["Accept"] = "application/json"
        for name, pattern in self.headers.items():
            parts["header"][name] = _fill_value(pattern, question)
        location, token_name = self.placement.location, self.placement.name
        params = parts[location if location in ("query", "form", "json") else self._default_location]
        for name, pattern in self.params.items():
            params[name] = _fill_value(pattern, question)
        for name, pattern in self.proofs.items():
            params[name] = _prove_secret(name, pattern, question)
        url = self.build_url(question)
        basic = (question.client_id or "", question.client_secret or Secret("")) if self.basic else None
        if self.authentications:
            basic, client_fields = self._authenticate(question, url)
            parts["form"] |= client_fields
        if location == "oauth1":
            parts["header"][token_name] = _sign_oauth1(self.method, url, parts["query"], question)
        else:
            parts[location][token_name] = Secret(self.placement.pattern.replace("{token}", question.token.reveal()))
        return Request(
            method=self.method,
            url=url,
            headers=parts["header"],
            path=parts["path"],
            query=parts["query"],
            form=parts["form"] or None,
            json=parts["json"] or None,
            basic=basic,
        )

    @property
    def _default_location(self) -> str:
        return "json" if self.as_json else "query" if self.method == "GET" else "form"

    def build_url(self, question: Question) -> str:
        """Return the URL of the request."""
        return fill_url(self.url, question)

    def assertion_audience(self, question: Question, url: str) -> str:
        """Return the audience of a client assertion for a URL."""
        value = question.credential("client_auth_audience") or question.credentials.get("issuer")
        return _reveal(value) if value else fill_url(self.audience, question) if self.audience else url

    def _authenticate(self, question: Question, url: str) -> tuple[tuple[str, Secret] | None, dict[str, Value]]:
        """Return the client's credentials: user and password of HTTP Basic, or fields of the form.

        Raises:
            Unreachable: the credentials are unusable.
        """
        client_id, client_secret = question.client_id or "", question.client_secret or Secret("")
        key = question.credential("private_key")
        try:
            method = client_auth.choose_method(
                question.credential("client_auth"), self.authentications, secret=bool(client_secret), key=bool(key)
            )
            if method == client_auth.POST:
                return None, {"client_id": client_id, "client_secret": client_secret}
            if method != client_auth.PRIVATE_KEY:
                return (client_id, client_secret), {}
            assertion = client_auth.sign_assertion(
                client_id,
                Secret(key or ""),
                audience=self.assertion_audience(question, url),
                at=question.time,
                key_id=question.credential("private_key_id"),
                algorithm=question.credential("private_key_alg"),
            )
        except client_auth.ClientAuthError as error:
            raise Unreachable("caller_rejected", str(error)) from None
        return None, {
            "client_id": client_id,
            "client_assertion_type": client_auth.ASSERTION_TYPE,
            "client_assertion": assertion,
        }


def describe_request(request: Request) -> dict[str, Any]:
    """Return a request that was built from placeholders as JSON."""
    shape: dict[str, Any] = {"method": request.method, "url": unquote(request.url)}
    tables = {"headers": request.headers, "query": request.query, "form": request.form, "json": request.json}
    for name, table in tables.items():
        if table:
            shape[name] = {key: _reveal(value) for key, value in table.items()}
    if request.basic is not None:
        shape["basic"] = [request.basic[0], request.basic[1].reveal()]
    return shape


def fill_url(url: str, question: Question) -> str:
    """Fill the placeholders of a URL, and apply ``issuer_url`` (``Question.url``).

    A secret is never filled in. A value in the host must be a host name, so that no credential can redirect the token
    to another host. The token's placeholder remains, and so do those in a host that ``issuer_url`` replaces.

    Raises:
        Unreachable: a value is not a host name.
    """
    host = urlsplit(url).netloc
    for name in PLACEHOLDER.findall(url):
        placeholder = f"{{{name}}}"
        if name == "token" or (placeholder in host and question.issuer_url is not None):
            continue
        value = None if _is_secret(name, question) else question.credential(name)
        if value == placeholder:
            continue
        if placeholder in host and not _is_host(value or ""):
            raise Unreachable("caller_rejected", f"not sent: {name} is not a host name")
        if value is not None:
            url = url.replace(placeholder, value if placeholder in host else quote(value, safe=""))
    return question.url(url)


_is_host = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*(?::\d{1,5})?", re.ASCII).fullmatch


def _fill_value(pattern: str, question: Question) -> Value:
    """Fill the placeholders of a value; it is secret if one of them is."""
    if "{" not in pattern:
        return pattern
    is_secret = False
    for name in ("client_id", "client_secret", *question.credentials):
        placeholder = "{" + name + "}"
        if placeholder in pattern:
            is_secret = is_secret or _is_secret(name, question)
            pattern = pattern.replace(placeholder, question.credential(name) or "")
    return Secret(pattern) if is_secret else pattern


def _is_secret(name: str, question: Question) -> bool:
    return name == "client_secret" or isinstance(question.credentials.get(name), Secret)


def _prove_secret(name: str, pattern: str, question: Question) -> Secret:
    """Return a proof of the client secret; see ``RequestTemplate.proofs``."""
    if question.client_id == "{client_id}":
        return Secret(f"{{{name}}}")
    message = _reveal(_fill_value(pattern, question)).replace("{token}", question.token.reveal())
    key = question.credential("client_secret") or ""
    return Secret(hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest())


def _reveal(value: Value) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _sign_oauth1(method: str, url: str, query: Mapping[str, Value], question: Question) -> Secret:
    """Return the Authorization header of a request signed by OAuth 1.0a."""
    if question.client_id == "{client_id}":
        return Secret('OAuth oauth_consumer_key="{client_id}", oauth_token="{token}", ...')
    from oauthlib.oauth1 import Client

    signer = Client(
        question.client_id,
        client_secret=question.credential("client_secret"),
        resource_owner_key=question.token.reveal(),
        resource_owner_secret=question.credential("access_token_secret"),
        timestamp=str(int(question.time.timestamp())),
    )
    encoded = urlencode({name: _reveal(value) for name, value in query.items()})
    separator = "&" if "?" in url else "?"
    _, headers, _ = signer.sign(f"{url}{separator}{encoded}" if encoded else url, http_method=method)
    return Secret(headers["Authorization"])
