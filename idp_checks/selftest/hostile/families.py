"""The families of issuers, the behaviors of each, and the altered responses that are rightly read as good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from idp_checks.issuers.hostile import BEHAVIORS

__all__ = ["DESCRIPTIONS", "EXPECTED_GOOD", "EXPIRED", "FAMILIES", "TLS_BEHAVIORS", "IssuerFamily"]


class IssuerFamily(NamedTuple):
    """A way of checking tokens, with a provider that uses it.

    Attributes:
        provider: the provider.
        altered: the altered part of the exchange.
        alters_discovery: whether the discovery document is altered.
    """

    provider: str
    altered: str = "the response"
    alters_discovery: bool = False


FAMILIES: Mapping[str, IssuerFamily] = {
    "introspection": IssuerFamily("oauth2"),
    "discovered introspection": IssuerFamily("oidc"),
    "discovery": IssuerFamily("oidc", "the discovery document", alters_discovery=True),
    "tokeninfo": IssuerFamily("google-oauth2"),
    "debug-token": IssuerFamily("facebook"),
    "check-token": IssuerFamily("github"),
    "userinfo-probe": IssuerFamily("spotify"),
    "signed-token": IssuerFamily("waad", "the key set, and the times in the token"),
    "OAuth 1.0a": IssuerFamily("flickr"),
}
"""One family for each kind of debug endpoint."""

TLS_BEHAVIORS: Mapping[str, str] = {
    "unknown-authority": "a certificate of an unknown authority",
    "wrong-name": "a certificate for another name",
    "expired-certificate": "a certificate that expired yesterday",
    "no-tls": "plain HTTP instead of TLS",
}
"""Behaviors of a server whose response is the good one, with descriptions."""

DESCRIPTIONS: Mapping[str, str] = {
    **{name: behavior.description for name, behavior in BEHAVIORS.items()},
    **TLS_BEHAVIORS,
}
"""All behaviors with descriptions."""

_FRACTION = "RFC 7519 allows a time with a fraction, and real servers send one"
EXPECTED_GOOD: Mapping[tuple[str, str], str] = {
    ("time-float", "introspection"): _FRACTION,
    ("time-float", "discovered introspection"): _FRACTION,
    ("time-float", "tokeninfo"): _FRACTION,
    ("time-float", "debug-token"): _FRACTION,
    ("time-float", "signed-token"): _FRACTION,
    ("time-digits", "tokeninfo"): "Google sends its numbers as strings",
    (
        "proof-string",
        "tokeninfo",
    ): "the response has no flag; the audience is another string, and `azp` still names the client",
}
"""Behaviors and families whose altered response is rightly read as good, with the reason."""

EXPIRED = "time-past"
"""The only behavior that denies the token: it has expired."""
