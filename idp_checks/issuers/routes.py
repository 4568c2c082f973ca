"""The URLs at which a simulated issuer answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from idp_checks.providers.model import Provider
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.signed import SignedToken

__all__ = ["IssuerRoute", "fill_host", "issuer_routes"]


class IssuerRoute(NamedTuple):
    """A method and documented URL at which an issuer answers.

    Attributes:
        method: the HTTP method.
        url: the URL; ``{client_id}`` and the like match one path segment.
        role: ``debug``, ``keys``, ``discovery``, ``profile``, ``renewal``, ``revocation``, ``use``, or the name of an
            additional profile call.
    """

    method: str
    url: str
    role: str

    def matches(self, method: str, path: str, query: str = "") -> bool:
        """Return whether a request belongs to this route; the query distinguishes calls that share a path."""
        fixed = {pair for pair in parse_qsl(urlsplit(self.url).query) if "{" not in pair[1]}
        has_query = not query or fixed <= set(parse_qsl(query))
        return method == self.method and has_query and re.fullmatch(self.pattern, path) is not None

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        path = unquote(urlsplit(self.url).path) or "/"
        return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({\w+})", path))


def issuer_routes(provider: Provider, credentials: Mapping[str, str]) -> tuple[IssuerRoute, ...]:
    """Return the routes of a provider's issuer; the first route that matches a request wins."""
    routes = (
        *_debug_routes(provider.debug, credentials),
        *_profile_routes(provider),
        *_operation_routes(provider, credentials),
    )
    return tuple(route._replace(url=fill_host(route.url, credentials)) for route in routes)


def fill_host(url: str, credentials: Mapping[str, str]) -> str:
    """Fill credentials such as a tenant's domain into the host of a URL."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    for name, value in credentials.items():
        host = host.replace("{" + name + "}", value)
    return f"{scheme}://{host}{slash}{path}"


def _debug_routes(debug: Endpoint | None, credentials: Mapping[str, str]) -> Iterator[IssuerRoute]:
    if isinstance(debug, HttpEndpoint):
        yield IssuerRoute(debug.method, credentials.get("introspection_endpoint", debug.url), "debug")
        if debug.profile is not None:
            yield IssuerRoute(debug.profile.method, debug.profile.url, "profile")
    elif isinstance(debug, SignedToken):
        yield IssuerRoute("GET", debug.url, "keys")
        yield from _debug_routes(debug.opaque, credentials)
    elif isinstance(debug, DiscoveredEndpoint):
        issuer = credentials["issuer"]
        yield IssuerRoute("GET", debug.url.replace("{issuer}", issuer), "discovery")
        yield IssuerRoute("POST", f"{issuer}/introspect", "debug")
        yield IssuerRoute("GET", f"{issuer}/userinfo", "profile")
        yield IssuerRoute("GET", f"{issuer}/keys", "keys")


def _profile_routes(provider: Provider) -> Iterator[IssuerRoute]:
    profile = provider.profile
    calls = [] if profile.request is None else [("profile", profile.request)]
    calls += [(name, further.request) for name, further in profile.also.items()]
    for role, call in calls:
        if call.url.startswith("https://"):
            yield IssuerRoute(call.method, call.url, role)


def _operation_routes(provider: Provider, credentials: Mapping[str, str]) -> Iterator[IssuerRoute]:
    """Yield the documented routes that renew, revoke and use tokens."""
    token = provider.token
    for role, operation in (("renewal", token.renewal), ("revocation", token.termination), ("use", token.uses)):
        if operation.request is None:
            continue
        if operation.request.url.startswith("https://"):
            yield IssuerRoute(operation.request.method, operation.request.url, role)
        elif isinstance(provider.debug, DiscoveredEndpoint) and role != "use":
            yield IssuerRoute(operation.request.method, f"{credentials['issuer']}/{role}", role)
