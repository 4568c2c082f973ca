"""A provider for libraries that fetch profiles themselves: their HTTP requests are answered from memory.

The libraries send requests with ``requests`` and read signed tokens with ``jwt``. Inside
``ProviderSimulation.intercept`` the requests of this thread are answered from one raw profile and the responses of
additional calls, and a signed token has the claims of the raw profile. No socket is opened: any other network access is
refused.
"""

from __future__ import annotations

import json
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cached_property
from http.client import responses
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from idp_checks.conformance.adapters.adapter import AdapterError
from idp_checks.errors import ProfileError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from idp_checks.providers.model import Provider

__all__ = ["CLIENT_ID", "DOMAIN", "HOST", "TOKEN", "ProviderSimulation", "matching_form"]

CLIENT_ID: Final = "sample-client"
DOMAIN: Final = "issuer.example.com"
HOST: Final = f"https://{DOMAIN}"
TOKEN: Final = "sample-token"
"""A sample value for access tokens and signed tokens."""

_DISCOVERY_DOCUMENT = {
    "issuer": HOST,
    "authorization_endpoint": f"{HOST}/authorize",
    "token_endpoint": f"{HOST}/token",
    "userinfo_endpoint": f"{HOST}/userinfo",
    "jwks_uri": f"{HOST}/jwks",
    "id_token_signing_alg_values_supported": ["RS256"],
}
"""OpenID Connect Discovery 1.0, section 3, of the simulated issuer."""
_KEY = {
    "kty": "RSA",
    "alg": "RS256",
    "use": "sig",
    "kid": "sample",
    "e": "AQAB",
    "n": "sAmPlE" * 57,
}
"""A public key that is only well-formed (RFC 7517); no signature is ever verified with it."""
_KEY_SET_PATHS = ("jwks", "keys", "certs")

_LOCK = threading.RLock()
"""Only one thread patches at a time: undoing another thread's patch would send its requests to the network."""

_Raw = Mapping[str, Any]

_SURROUNDING_RESPONSES: Mapping[str, Callable[[_Raw], Any]] = {
    "accessible-resources": lambda _: [{"id": "sample-cloud", "url": HOST, "scopes": ["read:jira-user"]}],
    "get_token_info": lambda raw: {"uid": raw.get("id")},
    "members": lambda _: {"data": {}, "included": []},
    "flickr.test.login": lambda raw: {"user": {"id": _nested(raw, "person", "nsid") or _nested(raw, "person", "id")}},
}
"""Responses of unrecorded calls around the profile, by the last segment of the path or the parameter ``method``."""
_DERIVED_RESPONSES: Mapping[str, Callable[[_Raw], Any]] = {
    "me": lambda raw: {"client_id": CLIENT_ID, "openid": raw["openid"]} if "openid" in raw else None,
}
"""Responses of additional calls that can be derived from a raw profile; None if the fields are missing."""
_REFUSAL_FIELDS = frozenset({"error", "errors", "message"})
"""Fields that mark a recorded response of an additional call as a refusal."""

_TOKEN_FIELDS: Mapping[str, Callable[[_Raw], dict[str, Any]]] = {
    "dwolla": lambda _: {"_links": {"account": {"href": f"{HOST}/accounts/sample"}}},
    "evernote": lambda raw: {"edam_expires": "1795181696789", **raw},
    "flickr": dict,
    "mailru": lambda raw: {"x_mailru_vid": raw.get("uid")},
    "notion": dict,
    "salesforce": lambda raw: {"id": raw["id"]} if "id" in raw else {},
    "shopify": dict,
    "strava": lambda raw: {"athlete": dict(raw)},
    "stripe": lambda raw: {"stripe_user_id": raw.get("id")},
    "vimeo": lambda raw: {"user": dict(raw)},
    "vkontakte": lambda raw: {"user_id": raw.get("user", raw).get("user_id")} if _is_object(raw.get("user")) else {},
    "weibo": lambda raw: {"uid": str(raw.get("idstr") or raw.get("id") or "7000000042")},
    "weixin": lambda raw: {name: raw[name] for name in ("openid", "unionid") if name in raw},
    "yammer": dict,
}
"""Fields about the user that a provider's token response contains beside the tokens, derived from the raw profile."""

_ERROR_FIELDS = frozenset(
    "code err errcode error error_code error_msg error_summary errors message msg serviceErrorCode".split()
)
"""Fields that mark a response that is not a profile as an error."""
_ERRORS_WITH_STATUS_200 = frozenset(
    "flickr mailru odnoklassniki qq shopify slack snapchat tiktok twitter vkontakte weixin".split()
)
"""Providers that return errors with HTTP 200, unless the body contains another status."""
_PLAIN_TEXT_PROVIDERS = frozenset({"weixin"})
"""Providers that return JSON as ``text/plain`` without a charset, which ``requests`` decodes as Latin-1."""
_JSONP_TEMPLATES: Mapping[str, str] = {"me": "callback( {} );\n"}
"""Calls whose response is wrapped in a JavaScript function call."""


class ProviderSimulation:
    """The responses of one provider.

    Args:
        raw: its response about the user, a JSON value or the exact body; if the library reads a signed token, the
            claims.
        also: its responses to additional calls by name; calls that are not listed are refused with HTTP 403.

    ``requests`` lists the requests of the library, without parameters.
    """

    def __init__(self, provider: Provider, raw: Any, also: Mapping[str, Any]) -> None:
        self.provider = provider
        self.raw = raw
        self.also = also
        self.requests: list[str] = []
        self._opened_socket = False

    @cached_property
    def value(self) -> Any:
        """The parsed raw profile; None if it is not JSON."""
        if not isinstance(self.raw, str):
            return self.raw
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    @property
    def token_fields(self) -> dict[str, Any]:
        """The fields about the user in the token response."""
        derive = _TOKEN_FIELDS.get(self.provider.variant_of or self.provider.name)
        value = self.value[0] if isinstance(self.value, list) and self.value else self.value
        return derive(deepcopy(value)) if derive is not None and isinstance(value, Mapping) else {}

    def respond(self, request: PreparedRequest) -> tuple[int, str]:
        """Return status and body for a request."""
        parts = urlsplit(request.url or "")
        self.requests.append(f"{request.method} {parts.scheme}://{parts.netloc}{parts.path}")
        name = parts.path.rstrip("/").rpartition("/")[2].partition(".")[0]
        if name == "openid-configuration":
            return 200, json.dumps(_DISCOVERY_DOCUMENT)
        if name in _KEY_SET_PATHS:
            return 200, json.dumps({"keys": [_KEY]})
        if name in self.provider.profile.also:
            return self._respond_additional(name)
        for call in (name, dict(parse_qsl(parts.query)).get("method", "")):
            if call in _SURROUNDING_RESPONSES and isinstance(self.value, Mapping):
                return 200, json.dumps(_SURROUNDING_RESPONSES[call](self.value))
        # Lone surrogates survive only as escapes, and a body without a charset cannot contain them.
        body = self.raw if isinstance(self.raw, str) else json.dumps(self.raw, ensure_ascii=not self._is_plain_text)
        return self._status, body

    @property
    def _is_plain_text(self) -> bool:
        return self.provider.name in _PLAIN_TEXT_PROVIDERS

    @cached_property
    def _status(self) -> int:
        """The HTTP status of the provider's response; if the raw profile is an error, that of the error."""
        if not isinstance(self.value, Mapping) or not _ERROR_FIELDS & self.value.keys() or self.form is not None:
            return 200
        status = self.value.get("status")
        if isinstance(status, int) and 400 <= status < 600:
            return status
        return 200 if self.provider.name in _ERRORS_WITH_STATUS_200 else 401

    @cached_property
    def form(self) -> str | None:
        """The name of the model that matches the raw profile."""
        return matching_form(self.provider, self.raw)

    def _respond_additional(self, name: str) -> tuple[int, str]:
        """Return status and body for an additional call; without a known response it is refused."""
        response = self.also.get(name)
        if response is None and name in _DERIVED_RESPONSES and isinstance(self.value, Mapping):
            response = _DERIVED_RESPONSES[name](self.value)
        if response is None:
            return 403, json.dumps({"error": "insufficient_scope"})
        if isinstance(response, Mapping) and _REFUSAL_FIELDS & response.keys():
            return 403, json.dumps(response)
        body = json.dumps(response)
        unwrap = self.provider.profile.also[name].unwrap
        is_wrapped = unwrap is not None and name in _JSONP_TEMPLATES
        return 200, _JSONP_TEMPLATES[name].replace("{}", body) if is_wrapped else body

    def claims(self) -> dict[str, Any]:
        """Return the claims of a signed token.

        Raises:
            AdapterError: the raw profile is not an object, as claims always are (RFC 7519, section 7.2).
        """
        if not isinstance(self.value, dict):
            raise AdapterError("a signed token cannot contain this: its claims are an object")
        return deepcopy(self.value)

    @contextmanager
    def intercept(self) -> Iterator[None]:
        """Answer the requests of this thread.

        Raises:
            AdapterError: the library accessed the network other than by ``requests``.
        """
        import jwt
        from requests import Session
        from requests.adapters import HTTPAdapter

        def send(_: HTTPAdapter, request: PreparedRequest, *__: object, **___: object) -> Response:
            return _make_response(request, *self.respond(request), is_plain_text=self._is_plain_text)

        def refuse(*_: object, **__: object) -> None:
            self._opened_socket = True
            raise ConnectionRefusedError("the network is not available to adapters")

        with _LOCK, ExitStack() as stack:
            for owner, name, replacement in (
                (HTTPAdapter, "send", send),
                # Proxies and certificates of this machine must not matter, since nothing is sent.
                (Session, "merge_environment_settings", lambda *_: {"proxies": {}}),
                (jwt, "decode", lambda *_, **__: self.claims()),
                (jwt, "get_unverified_header", lambda *_, **__: {"alg": "RS256", "kid": _KEY["kid"]}),
                (socket, "getaddrinfo", refuse),
                (socket.socket, "connect", refuse),
            ):
                stack.enter_context(_patch_this_thread(owner, name, replacement))
            # A library's deprecation warnings say nothing about its results and must not become errors.
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            try:
                yield
            finally:
                if self._opened_socket:
                    raise AdapterError("the library opened a socket, and no response is recorded for that")


def _patch_this_thread(owner: Any, name: str, replacement: Callable[..., Any]) -> Any:
    """Replace an attribute for calls from this thread; other threads use the original."""
    thread = threading.get_ident()
    original = getattr(owner, name)

    def dispatch(*args: Any, **options: Any) -> Any:
        return (replacement if threading.get_ident() == thread else original)(*args, **options)

    return patch.object(owner, name, dispatch)


def matching_form(provider: Provider, raw: Any) -> str | None:
    """Return the name of the model that matches a raw profile; None if no model does."""
    try:
        return type(provider.read(raw)).__name__
    except ProfileError:
        return None


def _make_response(request: PreparedRequest, status: int, body: str, *, is_plain_text: bool) -> Response:
    from io import BytesIO

    from requests import Response
    from requests.utils import get_encoding_from_headers

    response = Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers["Content-Type"] = "text/plain" if is_plain_text else "application/json"
    response.raw = BytesIO(body.encode("utf-8", "replace"))
    response.encoding = get_encoding_from_headers(response.headers)
    response.url = request.url or ""
    response.request = request
    return response


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _nested(raw: _Raw, outer: str, name: str) -> Any:
    value = raw.get(outer)
    return value.get(name) if isinstance(value, Mapping) else None
