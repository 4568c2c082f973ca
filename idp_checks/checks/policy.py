"""What the caller states: which applications are theirs, which scopes are allowed, how long a token may live.

A ``Policy`` holds one ``Connection`` for each connection of the tenant. What is not stated here cannot be judged: the
checks that need it are indeterminate with reason ``no_policy``, never passed.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from idp_checks.secret import Secret

__all__ = ["Connection", "Policy"]


class Connection(Struct, frozen=True, kw_only=True):
    """What holds for one connection.

    Args:
        name: the connection's name, as in ``identities[].connection``.
        provider: the provider behind it, as in ``identities[].provider``; for ``oauth2`` and ``oidc`` connections that
            are really another provider (Discord by a custom connection), that provider's name.
        client_ids: our applications at this provider, one of which a token must have been issued to.
        client_secret: the secret of the first of them, for the endpoints that want it.
        credentials: what else the issuer's endpoint needs, by name.
        issuer_url: another server than the documented one.
        allowed_scopes: the scopes that a token may carry; None, not stated.
        max_lifetime_s: the longest life of a token in seconds; None, not stated.
        allow_unbounded: why tokens of this connection may live without end; None, they may not.
        email_trust: why ``email_verified`` may be true although the provider vouches for nothing; None, it may not.
        token_kind: the kind of token that is stored; ``user`` if not stated.
        canary: a token that is known to be good, for calibration.
        max_unrevocable_s: how long a token that cannot be revoked may still live, in seconds; None, not stated.
        needs_offline: whether access must last without the user; None, not stated.
        renew_before_s: how long before its end, in seconds, a token must be renewable; None, not stated.
        revocation_delay_s: how long a revoked token may go on working, in seconds; None, a minute.
        lifecycle_token: one token, of an account made for the purpose, that an audit may revoke; None, it revokes none.
    """

    name: str
    provider: str
    client_ids: tuple[str, ...] = ()
    client_secret: Secret | None = None
    credentials: Mapping[str, str | Secret] = {}
    issuer_url: str | None = None
    allowed_scopes: frozenset[str] | None = None
    max_lifetime_s: int | None = None
    allow_unbounded: str | None = None
    email_trust: str | None = None
    token_kind: str = "user"
    canary: Secret | None = None
    max_unrevocable_s: int | None = None
    needs_offline: bool | None = None
    renew_before_s: int | None = None
    revocation_delay_s: int | None = None
    lifecycle_token: Secret | None = None


class Policy(Struct, frozen=True, kw_only=True):
    """What holds for a run. ``accept_unaskable`` names providers that offer no way to ask, and why that is accepted."""

    connections: Mapping[str, Connection] = {}
    accept_unaskable: Mapping[str, str] = {}

    def find_connection(self, name: str, provider: str) -> Connection:
        """The connection of that name, or one of which only the provider is known."""
        return self.connections.get(name) or Connection(name=name, provider=provider)
