"""The policy: own applications, allowed scopes, maximum lifetimes, exceptions.

A ``Policy`` contains a ``Connection`` for each connection of the tenant. A check that needs a setting you left out is
reported as indeterminate (``no_policy``), never as pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from idp_checks.secret import Secret
from idp_checks.tokens.question import Question

__all__ = ["Connection", "Policy"]


class Connection(Struct, frozen=True, kw_only=True):
    """The settings of one connection.

    Args:
        name: the connection's name, as in ``identities[].connection``.
        provider: the provider of the connection, as in ``identities[].provider``. For an ``oauth2`` or ``oidc``
            connection to a known provider (such as Discord through a custom connection), that provider's name.
        client_ids: our applications at this provider; a token must be issued to one of them.
        client_secret: the secret of the first application, for endpoints that require it.
        credentials: further values that the issuer's endpoint requires, by name.
        issuer_url: a server other than the documented one.
        allowed_scopes: the scopes that a token may carry; None if not set.
        max_lifetime_s: the maximum lifetime of a token in seconds; None if not set.
        allow_unbounded: the reason why tokens of this connection need not expire; None if they must.
        email_trust: the reason why ``email_verified`` may be true although the provider never vouches for an
            address; None if it may not.
        token_kind: the kind of token that is stored; ``user`` by default.
        canary: a token known to be valid, for calibration.
        max_unrevocable_s: the seconds for which a token that cannot be revoked may remain valid; None if not set.
        needs_offline: whether access must last without the user; None if not set.
        renew_before_s: how many seconds before its expiry a token must be renewable; None if not set.
        revocation_delay_s: the seconds for which a revoked token may still work; one minute if None.
        lifecycle_token: a token of a dedicated account that an audit may revoke; if None, the audit revokes nothing.
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

    @property
    def secrets(self) -> Iterator[Secret]:
        """The secrets of the connection."""
        values = (self.client_secret, self.canary, self.lifecycle_token, *self.credentials.values())
        return (value for value in values if isinstance(value, Secret) and value)

    def build_question(self, token: Secret, subject: str | None = None) -> Question:
        """Build the question about a token of this connection.

        Args:
            subject: the account that the token must belong to; None to accept any account.
        """
        return Question(
            provider=self.provider,
            token=token,
            client_id=self.client_ids[0] if self.client_ids else None,
            client_secret=self.client_secret,
            clients=self.client_ids,
            subject=subject,
            issuer_url=self.issuer_url,
            credentials=self.credentials,
        )


class Policy(Struct, frozen=True, kw_only=True):
    """The settings of a run.

    Args:
        connections: the connections by name.
        accept_unaskable: the providers without an introspection method that are accepted, with the reasons.
    """

    connections: Mapping[str, Connection] = {}
    accept_unaskable: Mapping[str, str] = {}

    def find_connection(self, name: str, provider: str) -> Connection:
        """Return the connection, or one without settings if the policy lacks it."""
        return self.connections.get(name) or Connection(name=name, provider=provider)
