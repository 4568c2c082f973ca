"""Providers whose names occur in stored identities and whose tokens cannot be checked."""

from __future__ import annotations

from idp_checks.providers.model import Kind, ProfileFacts, Protocol, Provider, Scopes, TokenFacts
from idp_checks.providers.operations import Operation

__all__ = ["tokenless_provider"]

AUTH0_API = "https://auth0.com/docs/api/management/v2/users/get-users-by-id"


def tokenless_provider(
    name: str,
    title: str,
    kind: Kind,
    status_note: str,
    *,
    protocol: Protocol | None = None,
    is_defunct: bool = False,
    docs: tuple[str, ...] = (AUTH0_API,),
    uncertain: tuple[str, ...] = (),
) -> Provider:
    """Return a provider without a known profile and without tokens.

    Auth0's Management API lists the name, or once listed it: a sign-in method without tokens of a provider, or a
    service that was closed. An audit can thus report its connections.
    """
    note = "The service is closed." if is_defunct else "Auth0 stores no provider token for this connection."
    operation = Operation(note)
    return Provider(
        name=name,
        title=title,
        kind=kind,
        protocol=protocol,
        status="defunct" if is_defunct else "live",
        status_note=status_note,
        docs=docs,
        profile=ProfileFacts(shapes=(), request=None, sources=docs),
        token=TokenFacts(
            form="opaque",
            contents=note,
            validity=note,
            renewal=operation,
            termination=operation,
            uses=operation,
            sources=docs,
        ),
        scopes=Scopes(separator=""),
        debug=None,
        uncertain=uncertain,
    )
