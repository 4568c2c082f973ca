"""The hostile issuer, and the thief to which its redirects lead."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from idp_checks import providers
from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.hostile.behaviors import BEHAVIORS
from idp_checks.issuers.hostile.request import HostileRequest, find_proof_field
from idp_checks.issuers.hostile.server import TLS_HANDSHAKE, LoopbackServer, parse_headers, parse_target
from idp_checks.issuers.requests import parse_request
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.tokens.discovery import OPENID_CONFIGURATION_PATH, DiscoveredEndpoint, Metadata
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.jws import read_claims, read_header
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

__all__ = ["HostileIssuer", "Thief"]

_UNALTERED = "unaltered"


class HostileIssuer(LoopbackServer):
    """A provider's issuer on loopback that alters its good response. A context manager.

    Args:
        provider: the provider whose issuer is simulated.
        world: the simulated issuers, all providers if not given; hostile issuers of one world share its signing key.
        discovery: for an issuer that is found by discovery, alter the discovery document instead of the response.
        tls: serve over TLS with this context.

    Attributes:
        requested_behaviors: the behaviors of all requests, in order.
        thief: the server to which redirects lead.
    """

    def __init__(
        self,
        provider: str,
        *,
        world: World | None = None,
        discovery: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._world = world or World()
        self._issuer = self._world.issuer(provider)
        self._discovery = discovery
        self._debug = providers.get(provider).debug
        super().__init__(tls)
        self._refusing_socket = socket.socket()
        self._refusing_socket.bind(("127.0.0.1", 0))  # bound without listening: connections are refused
        self.provider = provider
        self.requested_behaviors: list[str] = []
        self.thief = Thief(provider, self._world)

    def __enter__(self) -> Self:
        self.thief.__enter__()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.thief.__exit__(kind, error, trace)
        self._refusing_socket.close()

    @property
    def client_id(self) -> str:
        """The application that the token was issued to."""
        return self._issuer.client_id

    @property
    def client_secret(self) -> str:
        """The only client secret that is accepted."""
        return CLIENT_SECRET

    @property
    def subject(self) -> str | None:
        """The account that the token was issued for."""
        return self._issuer.subject

    @property
    def credentials(self) -> Mapping[str, str]:
        """The credentials that a client needs besides client id and secret."""
        return self._issuer.loopback_credentials

    def url(self, behavior: str | None = None) -> str:
        """Return the ``issuer_url`` of a behavior; None for the unaltered response.

        Raises:
            LookupError: the behavior does not exist.
        """
        name = _UNALTERED if behavior is None else BEHAVIORS[behavior].name
        refuses_directly = self._discovery or not isinstance(self._debug, DiscoveredEndpoint)
        return f"{self._refusing_url if name == 'refused' and refuses_directly else self.base_url}/{name}"

    def token(self, behavior: str | None = None) -> str:
        """Return the token to ask about, which is good apart from the behavior.

        A signed token contains its times, so they are altered in the token.
        """
        change_time = BEHAVIORS[behavior].change_time if behavior else None
        token = self._issuer.token("valid" if change_time is None else self._expiring_case or "valid")
        if change_time is None or not self._is_signed:
            return token
        import jwt

        claims = dict(read_claims(token))
        claims |= {name: change_time(claims[name]) for name in ("exp", "iat", "nbf") if name in claims}
        header = {name: value for name, value in (read_header(token) or {}).items() if name != "alg"}
        payload = json.dumps(claims).encode()
        return jwt.PyJWS().encode(payload, self._world.key, algorithm="RS256", headers=header)

    def why_not_applicable(self, behavior: str) -> str | None:
        """Return why a behavior does not apply to this issuer, or None if it does."""
        definition = BEHAVIORS[behavior]
        if definition.alters_proof and find_proof_field(self._model) is None:
            return "the response has no required field"
        if definition.change_time is None or self._is_signed:
            return None
        if self._discovery:
            return "a discovery document contains no times"
        if self._model is not None and "seconds" in _meanings(msgspec.inspect.type_info(self._model)):
            return "the response contains the remaining lifetime, not the expiry"
        return None if self._expiring_case else "the response contains no expiry"

    @property
    def _is_signed(self) -> bool:
        return isinstance(self._debug, SignedToken)

    @property
    def _expiring_case(self) -> str | None:
        """The name of a recorded case with a good token and an expiry."""
        introspections = ((case, recording.introspection) for case, recording in self._issuer.recordings.items())
        cases = [case for case, fields in introspections if fields.get("reason") == "ok" and "expires_at" in fields]
        return "valid" if "valid" in cases else next(iter(cases), None)

    @property
    def _refusing_url(self) -> str:
        return f"{self.base_url.rpartition(':')[0]}:{self._refusing_socket.getsockname()[1]}"

    def _respond(self, head: bytes, body: bytes, connection: socket.socket) -> bytes | None:
        if head[0] == TLS_HANDSHAKE:
            return b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nthis port does not use TLS"
        target = parse_target(head)
        name = target.split("/")[1]
        base = f"{self.base_url}/{name}"
        response = _good_response(self._world, self.provider, self.base_url, head, body, base)
        self.requested_behaviors.append(name)
        is_discovery = urlsplit(target).path.endswith(OPENID_CONFIGURATION_PATH)
        if is_discovery and name == "refused":
            old, new = f"{base}/introspect", f"{self._refusing_url}/{name}/introspect"
            response = msgspec.structs.replace(response, body=response.body.replace(old.encode(), new.encode()))
        thief_url = self.thief.base_url + target.removeprefix(f"/{name}")
        request = HostileRequest(response, connection, thief_url, self._model, self._closed)
        if name not in BEHAVIORS or is_discovery != self._discovery:
            return request.encode()
        return BEHAVIORS[name].respond(request)

    @property
    def _model(self) -> type[Any] | None:
        """The model of the response to alter; None for a key set."""
        if self._discovery:
            return Metadata
        if isinstance(self._debug, HttpEndpoint):
            return self._debug.response_model
        return IntrospectionResponse if isinstance(self._debug, DiscoveredEndpoint) else None


class Thief(LoopbackServer):
    """The server to which redirects lead: it records requests and responds as the issuer would.

    Attributes:
        stolen_requests: the received requests, each with the token in it; empty unless a client followed a redirect.
    """

    def __init__(self, provider: str, world: World | None = None) -> None:
        super().__init__()
        self._provider = provider
        self._world = world or World()
        self.stolen_requests: list[Secret] = []

    def _respond(self, head: bytes, body: bytes, connection: socket.socket) -> bytes:
        self.stolen_requests.append(Secret((head + b"\r\n\r\n" + body).decode("latin-1")))
        response = _good_response(self._world, self._provider, self.base_url, head, body, self.base_url)
        return HostileRequest(response, connection, "", None).encode()


def _good_response(world: World, provider: str, server_url: str, head: bytes, body: bytes, base: str) -> Response:
    method = head.partition(b" ")[0].decode("latin-1")
    request = parse_request(method, server_url + parse_target(head), parse_headers(head), body)
    return world.respond(provider, request, base)


def _meanings(type_info: msgspec.inspect.Type) -> Iterator[str]:
    """Yield the documented meanings of a model's fields."""
    if isinstance(type_info, msgspec.inspect.Metadata):
        yield (type_info.extra or {}).get("means", "")
        yield from _meanings(type_info.type)
    elif isinstance(type_info, msgspec.inspect.UnionType):
        for item in type_info.types:
            yield from _meanings(item)
    elif isinstance(type_info, msgspec.inspect.StructType):
        for attribute in type_info.fields:
            yield from _meanings(attribute.type)
