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

__all__ = ["CLIENT_ID", "DOMAIN", "HOST", "TOKEN", "ProviderSimulation", "fill_sample_values", "matching_form"]

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

_REFUSAL_FIELDS = frozenset({"error", "errors", "message"})
"""Fields that mark a recorded response of an additional call as a refusal."""

_ERROR_FIELDS = frozenset(
    "code err errcode error error_code error_msg error_summary errors message msg serviceErrorCode".split()
)
"""Fields that mark a response that is not a profile as an error."""


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
        derive = self.provider.simulation.token_fields
        value = self.value[0] if isinstance(self.value, list) and self.value else self.value
        if derive is None or not isinstance(value, Mapping):
            return {}
        return dict(fill_sample_values(derive(deepcopy(value))))

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
            derive = self.provider.simulation.calls.get(call)
            if derive is not None and isinstance(self.value, Mapping):
                return 200, json.dumps(fill_sample_values(derive(self.value)))
        # Lone surrogates survive only as escapes, and a body without a charset cannot contain them.
        body = self.raw if isinstance(self.raw, str) else json.dumps(self.raw, ensure_ascii=not self._is_plain_text)
        return self._status, body

    @property
    def _is_plain_text(self) -> bool:
        return self.provider.simulation.is_plain_text

    @cached_property
    def _status(self) -> int:
        """The HTTP status of the provider's response; if the raw profile is an error, that of the error."""
        if not isinstance(self.value, Mapping) or not _ERROR_FIELDS & self.value.keys() or self.form is not None:
            return 200
        status = self.value.get("status")
        if isinstance(status, int) and 400 <= status < 600:
            return status
        return 200 if self.provider.simulation.errors_with_status_200 else 401

    @property
    def redirect_parameters(self) -> dict[str, str]:
        """The parameters of the browser's redirect that repeat a field of the raw profile."""
        name = self.provider.simulation.redirect_field
        value = self.value.get(name) if name is not None and isinstance(self.value, Mapping) else None
        if name is None or value is None:
            return {}
        return {name: value if isinstance(value, str) else json.dumps(value)}

    @cached_property
    def form(self) -> str | None:
        """The name of the model that matches the raw profile."""
        return matching_form(self.provider, self.raw)

    def _respond_additional(self, name: str) -> tuple[int, str]:
        """Return status and body for an additional call; without a known response it is refused."""
        call = self.provider.profile.also[name]
        response = self.also.get(name)
        if response is None and call.derive is not None and isinstance(self.value, Mapping):
            response = fill_sample_values(call.derive(self.value))
        if response is None:
            return 403, json.dumps({"error": "insufficient_scope"})
        if isinstance(response, Mapping) and _REFUSAL_FIELDS & response.keys():
            return 403, json.dumps(response)
        return 200, call.wrapper.replace("{}", json.dumps(response))

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


def fill_sample_values(value: Any) -> Any:
    """Return a JSON value with ``{host}``, ``{domain}`` and ``{client_id}`` replaced by the sample values."""
    if isinstance(value, str):
        for name, sample in (("host", HOST), ("domain", DOMAIN), ("client_id", CLIENT_ID)):
            value = value.replace(f"{{{name}}}", sample)
        return value
    if isinstance(value, Mapping):
        return {name: fill_sample_values(item) for name, item in value.items()}
    if isinstance(value, list):
        return [fill_sample_values(item) for item in value]
    return value
