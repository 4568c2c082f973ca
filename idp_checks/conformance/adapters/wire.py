"""Plays a provider to a library that fetches profiles itself: its own requests are answered from memory.

The libraries ask by ``requests`` and read signed tokens by ``jwt``. While a ``Wire`` is in use, what this thread sends
is answered from one raw profile and the answers of further calls, and a signed token says what the raw profile says.
No socket is opened: every other way out is refused.
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

from idp_checks.conformance.adapters import Unanswered

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from idp_checks.providers.model import Provider

__all__ = ["CLIENT_ID", "DOMAIN", "HOST", "TOKEN", "Wire", "form_of"]

CLIENT_ID: Final = "sample-client"
DOMAIN: Final = "issuer.example.com"
HOST: Final = f"https://{DOMAIN}"
TOKEN: Final = "sample-token"
"""What stands for an access token, and for a signed one. It was made up."""

_CONFIGURATION = {
    "issuer": HOST,
    "authorization_endpoint": f"{HOST}/authorize",
    "token_endpoint": f"{HOST}/token",
    "userinfo_endpoint": f"{HOST}/userinfo",
    "jwks_uri": f"{HOST}/jwks",
    "id_token_signing_alg_values_supported": ["RS256"],
}
"""OpenID Connect Discovery 1.0, section 3, of an issuer that was made up."""
_KEY = {
    "kty": "RSA",
    "alg": "RS256",
    "use": "sig",
    "kid": "sample",
    "e": "AQAB",
    "n": "sAmPlE" * 57,
}
"""A public key in form alone (RFC 7517): nothing is ever verified with it."""
_KEY_SETS = ("jwks", "keys", "certs")

_ONE_AT_A_TIME = threading.RLock()
"""What is put in place for one thread must not be taken away by another: a request would leave for the network."""

_Raw = Mapping[str, Any]

_BEFORE: Mapping[str, Callable[[_Raw], Any]] = {
    "accessible-resources": lambda _: [{"id": "sample-cloud", "url": HOST, "scopes": ["read:jira-user"]}],
    "get_token_info": lambda raw: {"uid": raw.get("id")},
    "members": lambda _: {"data": {}, "included": []},
    "flickr.test.login": lambda raw: {"user": {"id": _inside(raw, "person", "nsid") or _inside(raw, "person", "id")}},
}
"""Answers to calls around the profile that no recording holds, by the last name in the path or by the parameter
``method``."""
_TOLD_BY_RAW: Mapping[str, Callable[[_Raw], Any]] = {
    "me": lambda raw: {"client_id": CLIENT_ID, "openid": raw["openid"]} if "openid" in raw else None,
}
"""Further answers whose content a raw profile may hold already; None where it does not."""
_REFUSALS = frozenset({"error", "errors", "message"})
"""Members by which a recorded answer to a further call shows that the call was refused."""

_GRANTED: Mapping[str, Callable[[_Raw], dict[str, Any]]] = {
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
"""What a provider's token answer holds about the user beside the tokens, told from the raw profile."""

_ERROR_NAMES = frozenset(
    "code err errcode error error_code error_msg error_summary errors message msg serviceErrorCode".split()
)
"""Members by which an answer that is no profile shows that it is an error."""
_ERRORS_UNDER_200 = frozenset(
    "flickr mailru odnoklassniki qq shopify slack snapchat tiktok twitter vkontakte weixin".split()
)
"""Providers whose errors come with HTTP 200, unless the body names another status."""
_AS_PLAIN_TEXT = frozenset({"weixin"})
"""Providers whose JSON comes as ``text/plain`` without a character set, so that ``requests`` takes it for Latin-1."""
_WRAPPED: Mapping[str, str] = {"me": "callback( {} );\n"}
"""Answers that come as a call of a script function."""


class Wire:
    """One provider's answers.

    Args:
        provider: whose answers they are.
        raw: its answer about the user, a JSON value or the exact text; claims, where the library reads a signed token.
        also: its answers to further calls, by their names; a call that is not among them is not permitted (403).

    ``asked`` lists what was asked, without parameters.
    """

    def __init__(self, provider: Provider, raw: Any, also: Mapping[str, Any]) -> None:
        self.provider = provider
        self.raw = raw
        self.also = also
        self.asked: list[str] = []
        self._refused: list[str] = []

    @cached_property
    def value(self) -> Any:
        """The raw profile, parsed; None where it is no JSON."""
        if not isinstance(self.raw, str):
            return self.raw
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    @property
    def granted(self) -> dict[str, Any]:
        """What the token answer holds about the user."""
        about = _GRANTED.get(self.provider.variant_of or self.provider.name)
        value = self.value[0] if isinstance(self.value, list) and self.value else self.value
        return about(deepcopy(value)) if about is not None and isinstance(value, Mapping) else {}

    def answer(self, request: PreparedRequest) -> tuple[int, str]:
        """Status and body for a request."""
        parts = urlsplit(request.url or "")
        self.asked.append(f"{request.method} {parts.scheme}://{parts.netloc}{parts.path}")
        name = parts.path.rstrip("/").rpartition("/")[2].partition(".")[0]
        if name == "openid-configuration":
            return 200, json.dumps(_CONFIGURATION)
        if name in _KEY_SETS:
            return 200, json.dumps({"keys": [_KEY]})
        if name in self.provider.profile.also:
            return self._further(name)
        for around in (name, dict(parse_qsl(parts.query)).get("method", "")):
            if around in _BEFORE and isinstance(self.value, Mapping):
                return 200, json.dumps(_BEFORE[around](self.value))
        # Escapes are what half a character survives in; a text without a character set has none.
        body = self.raw if isinstance(self.raw, str) else json.dumps(self.raw, ensure_ascii=not self._plain)
        return self._status, body

    @property
    def _plain(self) -> bool:
        return self.provider.name in _AS_PLAIN_TEXT

    @cached_property
    def _status(self) -> int:
        """The status that the provider's answer comes with: that of an error where the raw profile is one."""
        if not isinstance(self.value, Mapping) or not _ERROR_NAMES & self.value.keys() or self.form is not None:
            return 200
        named = self.value.get("status")
        if isinstance(named, int) and 400 <= named < 600:
            return named
        return 200 if self.provider.name in _ERRORS_UNDER_200 else 401

    @cached_property
    def form(self) -> str | None:
        """The name of the model that fits the raw profile."""
        return form_of(self.provider, self.raw)

    def _further(self, name: str) -> tuple[int, str]:
        """Status and body for a further call; one of which nothing is told is not permitted."""
        told = self.also.get(name)
        if told is None and name in _TOLD_BY_RAW and isinstance(self.value, Mapping):
            told = _TOLD_BY_RAW[name](self.value)
        if told is None:
            return 403, json.dumps({"error": "insufficient_scope"})
        if isinstance(told, Mapping) and _REFUSALS & told.keys():
            return 403, json.dumps(told)
        body = json.dumps(told)
        unwrap = self.provider.profile.also[name].unwrap
        return 200, body if unwrap is None or name not in _WRAPPED else _WRAPPED[name].replace("{}", body)

    def claims(self) -> dict[str, Any]:
        """What a signed token says.

        Raises:
            Unanswered: the raw profile is no object, which a signed token always is (RFC 7519, section 7.2).
        """
        if not isinstance(self.value, dict):
            raise Unanswered("no signed token holds this: its claims are an object")
        return deepcopy(self.value)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Answer what this thread asks.

        Raises:
            Unanswered: something was asked by another way than ``requests``.
        """
        import jwt
        from requests import Session
        from requests.adapters import HTTPAdapter

        mine = threading.get_ident()

        def only_here(owner: Any, name: str, answer: Callable[..., Any]) -> Any:
            before = getattr(owner, name)

            def either(*args: Any, **options: Any) -> Any:
                return (answer if threading.get_ident() == mine else before)(*args, **options)

            return patch.object(owner, name, either)

        def send(_: HTTPAdapter, request: PreparedRequest, *__: object, **___: object) -> Response:
            return _response(request, *self.answer(request), plain=self._plain)

        def refuse(*_: object, **__: object) -> None:
            self._refused.append("a socket")
            raise ConnectionRefusedError("no socket is opened here")

        with _ONE_AT_A_TIME, ExitStack() as stack:
            for owner, name, answer in (
                (HTTPAdapter, "send", send),
                # Neither proxies nor certificates of this machine: nothing is sent.
                (Session, "merge_environment_settings", lambda *_: {"proxies": {}}),
                (jwt, "decode", lambda *_, **__: self.claims()),
                (jwt, "get_unverified_header", lambda *_, **__: {"alg": "RS256", "kid": _KEY["kid"]}),
                (socket, "getaddrinfo", refuse),
                (socket.socket, "connect", refuse),
            ):
                stack.enter_context(only_here(owner, name, answer))
            # What a library deprecates is no answer to the question, and must not become an error here.
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            try:
                yield
            finally:
                if self._refused:
                    raise Unanswered(f"the library wanted {self._refused[0]}, and nothing is recorded of that")


def form_of(provider: Provider, raw: Any) -> str | None:
    """The name of the model that fits a raw profile; None where none does, so that any library may be asked."""
    from idp_checks.errors import ProfileError

    try:
        return type(provider.read(raw)).__name__
    except ProfileError:
        return None


def _response(request: PreparedRequest, status: int, body: str, *, plain: bool) -> Response:
    from io import BytesIO

    from requests import Response
    from requests.utils import get_encoding_from_headers

    response = Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers["Content-Type"] = "text/plain" if plain else "application/json"
    response.raw = BytesIO(body.encode("utf-8", "replace"))
    response.encoding = get_encoding_from_headers(response.headers)
    response.url = request.url or ""
    response.request = request
    return response


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _inside(raw: _Raw, outer: str, name: str) -> Any:
    within = raw.get(outer)
    return within.get(name) if isinstance(within, Mapping) else None
