"""Request templates: how a request with a token is put together."""

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
    "HOLE",
    "RequestTemplate",
    "by_bearer",
    "by_form",
    "by_header",
    "by_json",
    "by_oauth1",
    "by_path",
    "by_query",
    "filled",
]


@dataclass(frozen=True, slots=True)
class Send:
    """Where in the request the tested token goes: ``place`` is query, form, json or header; ``form`` its exact form."""

    place: str
    name: str
    form: str = "{token}"


def by_bearer() -> Send:
    """In the Authorization header (RFC 6750, section 2.1)."""
    return Send("header", "Authorization", "Bearer {token}")


def by_header(name: str, form: str = "{token}") -> Send:
    """In a header of its own form."""
    return Send("header", name, form)


def by_query(name: str) -> Send:
    """In the query: only where the issuer takes it no other way."""
    return Send("query", name)


def by_form(name: str = "token") -> Send:
    """In a form body (RFC 7662, section 2.1)."""
    return Send("form", name)


def by_path(name: str) -> Send:
    """In the path of the address, at its hole of that name: only where the issuer takes it no other way."""
    return Send("path", name)


def by_oauth1() -> Send:
    """In a request signed by OAuth 1.0a (RFC 5849, section 3): needs the application's secret and the token's own.

    The token's secret is the credential ``access_token_secret``.
    """
    return Send("oauth1", "Authorization")


def by_json(name: str) -> Send:
    """In a JSON body."""
    return Send("json", name)


@dataclass(frozen=True)
class RequestTemplate:
    """How a call with a token is put together, whatever it is for.

    Args:
        url: the address; ``{client_id}`` and the like are filled in, never with a secret.
        send: where the token goes.
        params: further parameters, sent where the token goes; ``{client_id}`` and the like are filled in, with the
            secret ones kept secret.
        as_json: whether the parameters go in a JSON body, where the token goes elsewhere.
        basic: whether the caller's client id and secret go as HTTP Basic.
        authentications: the methods of ``idp_checks.client_auth`` by which the issuer lets a client authenticate, where
            there is a choice; the caller's credentials decide. An assertion travels in the form.
        audience: what the issuer knows itself by, in an assertion; the address that is asked where it is empty, and the
            caller's own ``client_auth_audience`` or ``issuer`` comes first. RFC 7523, section 3, leaves the value open:
            RFC 9126, section 2, prefers the issuer, OpenID Connect Core 1.0, section 9, the token endpoint. It is one
            value, so that the assertion is good at one issuer alone.
        proofs: parameters that prove the client secret: the HMAC-SHA-256, in hex, of a text (``{token}``,
            ``{client_id}`` and the like filled in) under it.
        needs: what the caller must hold besides the token.
    """

    url: str
    placement: Send = Send("header", "Authorization", "Bearer {token}")
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
        """The call with the token of the question."""
        sent: dict[str, dict[str, Value]] = {"header": {}, "path": {}, "query": {}, "form": {}, "json": {}}
        sent["header"]["Accept"] = "application/json"
        for name, form in self.headers.items():
            sent["header"][name] = _fill(form, question)
        where = "json" if self.as_json else "query" if self.method == "GET" else "form"
        if self.placement.place in ("query", "form", "json"):
            where = self.placement.place
        for name, form in self.params.items():
            sent[where][name] = _fill(form, question)
        for name, form in self.proofs.items():
            sent[where][name] = _proof(name, form, question)
        url = self.build_url(question)
        basic = (question.client_id or "", question.client_secret or Secret("")) if self.basic else None
        if self.authentications:
            basic, own = self._authenticate(question, url)
            sent["form"] |= own
        if self.placement.place == "oauth1":
            sent["header"][self.placement.name] = _signed(self.method, url, sent["query"], question)
        else:
            sent[self.placement.place][self.placement.name] = Secret(
                self.placement.form.replace("{token}", question.token.reveal())
            )
        return Request(
            method=self.method,
            url=url,
            headers=sent["header"],
            path=sent["path"],
            query=sent["query"],
            form=sent["form"] or None,
            json=sent["json"] or None,
            basic=basic,
        )

    def build_url(self, question: Question) -> str:
        """The address that is asked."""
        return filled(self.url, question)

    def assertion_audience(self, question: Question, url: str) -> str:
        """The audience of an assertion for the address."""
        named = question.credential("client_auth_audience") or question.credentials.get("issuer")
        return _plain(named) if named else filled(self.audience, question) if self.audience else url

    def _authenticate(self, question: Question, url: str) -> tuple[tuple[str, Secret] | None, dict[str, Value]]:
        """Our own credentials: as user and password of HTTP Basic, or as members of the form.

        Raises:
            Unreachable: what the caller gave cannot be used.
        """
        client, secret, key = (
            question.client_id or "",
            question.client_secret or Secret(""),
            question.credential("private_key"),
        )
        try:
            method = client_auth.choose_method(
                question.credential("client_auth"), self.authentications, secret=bool(secret), key=bool(key)
            )
            if method == client_auth.POST:
                return None, {"client_id": client, "client_secret": secret}
            if method != client_auth.PRIVATE_KEY:
                return (client, secret), {}
            signed = client_auth.sign_assertion(
                client,
                Secret(key or ""),
                audience=self.assertion_audience(question, url),
                at=question.time,
                key_id=question.credential("private_key_id"),
                algorithm=question.credential("private_key_alg"),
            )
        except client_auth.ClientAuthError as unusable:
            raise Unreachable("caller_rejected", str(unusable)) from None
        return None, {
            "client_id": client,
            "client_assertion_type": client_auth.ASSERTION_TYPE,
            "client_assertion": signed,
        }


def described(request: Request) -> dict[str, Any]:
    """A request built from placeholders, as JSON."""
    shape: dict[str, Any] = {"method": request.method, "url": unquote(request.url)}
    for name, table in (
        ("headers", request.headers),
        ("query", request.query),
        ("form", request.form),
        ("json", request.json),
    ):
        if table:
            shape[name] = {
                each: value.reveal() if isinstance(value, Secret) else value for each, value in table.items()
            }
    if request.basic is not None:
        shape["basic"] = [request.basic[0], request.basic[1].reveal()]
    return shape


def _fill(form: str, question: Question) -> Value:
    """A form with ``{client_id}`` and the like filled in; secret as soon as a secret is in it."""
    if "{" not in form:
        return form
    secret = False
    for name in ("client_id", "client_secret", *question.credentials):
        hole = "{" + name + "}"
        if hole in form:
            held = question.credential(name) or ""
            secret = secret or isinstance(question.credentials.get(name), Secret) or name == "client_secret"
            form = form.replace(hole, held)
    return Secret(form) if secret else form


def filled(url: str, question: Question) -> str:
    """The address to ask: ``{client_id}`` and the like filled in, never with a secret; see ``Ask.url``.

    What stands in the host must be a host name, so that nobody is led to another host by what was configured. The hole
    of the token stays, and those in the host where the caller's own server takes its place.

    Raises:
        Unreachable: a host name is none.
    """
    host = urlsplit(url).netloc
    for name in HOLE.findall(url):
        hole = f"{{{name}}}"
        if name == "token" or (hole in host and question.issuer_url is not None):
            continue
        secret = isinstance(question.credentials.get(name), Secret) or name == "client_secret"
        held = None if secret else question.credential(name)
        if held == hole:
            continue
        if hole in host and not _is_host(held or ""):
            raise Unreachable("caller_rejected", f"{name} is no host name")
        if held is not None:
            url = url.replace(hole, held if hole in host else quote(held, safe=""))
    return question.url(url)


HOLE = re.compile(r"\{(\w+)\}")
"""What is filled into an address or an issuer, by its name."""


_is_host = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*(?::\d{1,5})?", re.ASCII).fullmatch


def _proof(name: str, form: str, question: Question) -> Secret:
    """A proof of the client secret; see ``Recipe``."""
    if question.client_id == "{client_id}":
        return Secret(f"{{{name}}}")
    told = _plain(_fill(form, question)).replace("{token}", question.token.reveal())
    return Secret(
        hmac.new((question.credential("client_secret") or "").encode(), told.encode(), hashlib.sha256).hexdigest()
    )


def _plain(value: Value) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _signed(method: str, url: str, query: Mapping[str, Value], question: Question) -> Secret:
    """The Authorization header of a request that is signed by OAuth 1.0a."""
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
    told = urlencode({name: _plain(value) for name, value in query.items()})
    _, headers, _ = signer.sign(url + (("&" if "?" in url else "?") + told if told else ""), http_method=method)
    return Secret(headers["Authorization"])
