"""Collect identities by connection, and decide which tokens can be introspected."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from idp_checks import providers
from idp_checks.audits.sources.records import Source
from idp_checks.checks import Calibration
from idp_checks.checks.policy import Connection, Policy
from idp_checks.errors import UnknownProvider, UsageError
from idp_checks.lifecycles.values import Revocation
from idp_checks.profiles.profile import Identity
from idp_checks.progress import Progress
from idp_checks.providers.model import Provider
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.introspection import Introspection

__all__ = ["PROGRESS_INTERVAL", "ConnectionState", "Population", "SourceCount", "skip_reason"]

PROGRESS_INTERVAL = 250
"""Records between two progress reports."""
MAX_WORD_LENGTH = 12
"""The length of the longest plain word that is not redacted when it is stored as a token."""


class ConnectionState(Struct):
    """The identities and introspections of one connection.

    Args:
        connection: the policy's settings.
        provider: the provider; None if it is unknown.
        subjects: the tokens to introspect, each with the user id of its first identity.
        introspections: the results by token.
        identities: the number of identities.
        with_token: the number of identities with an access token.
        asked: the number of identities whose token is introspected.
        not_asked: the number of tokens that are not introspected, by reason.
        calibration: the result of the calibration; None if it was not calibrated.
        revocation: the result of revoking the lifecycle token; None if the policy has no lifecycle token.
    """

    connection: Connection
    provider: Provider | None
    subjects: dict[Secret, str] = field(default_factory=dict)
    introspections: dict[Secret, Introspection] = field(default_factory=dict)
    identities: int = 0
    with_token: int = 0
    asked: int = 0
    not_asked: Counter[str] = field(default_factory=Counter)
    calibration: Calibration | None = None
    revocation: Revocation | None = None


class SourceCount(Struct, frozen=True):
    """The content of a source: numbers of records and identities, and the SHA-256 of its bytes."""

    name: str
    records: int
    identities: int
    sha256: str | None


class Population:
    """All identities of an audit, grouped by connection.

    Attributes:
        sources: the sources, in reading order.
        counts: the content of each source.
        states: the state of each connection, by connection and provider.
    """

    def __init__(self, policy: Policy, redactor: Redactor) -> None:
        self.sources: tuple[Source, ...] = ()
        self.counts: list[SourceCount] = []
        self.states: dict[tuple[str, str], ConnectionState] = {}
        self._policy = policy
        self._redactor = redactor

    @property
    def record_count(self) -> int:
        """The number of user records."""
        return sum(count.records for count in self.counts)

    @property
    def identity_count(self) -> int:
        """The number of identities."""
        return sum(count.identities for count in self.counts)

    def read(self, sources: tuple[Source, ...], progress: Progress) -> None:
        """Read all sources once: count identities, collect tokens, and add all secrets to the redactor.

        Raises:
            UsageError: a source or a record is invalid, or a user record contains a token that the audit would revoke.
        """
        self.sources = sources
        for connection in self._policy.connections.values():
            self.find_state(connection.name, connection.provider)
            self._redactor.add(*connection.secrets)
        done = 0
        for source in sources:
            records = identities = 0
            for record in source.records():
                records += 1
                for identity in record.profile.identities:
                    identities += 1
                    self._add(identity)
                done += 1
                if done % PROGRESS_INTERVAL == 0:
                    progress("reading", done, None)
            self.counts.append(SourceCount(source.name, records, identities, source.digest))
        progress("reading", done, done)
        self._check_lifecycle_tokens()

    def find_state(self, name: str, provider: str) -> ConnectionState:
        """Return the state of a connection, creating it if needed.

        Args:
            provider: the provider in the identity or the policy; the policy's provider takes precedence.
        """
        connection = self._policy.find_connection(name, provider)
        key = (name, connection.provider)
        if key not in self.states:
            self.states[key] = ConnectionState(connection, find_provider(connection.provider))
        return self.states[key]

    def _add(self, identity: Identity) -> None:
        state = self.find_state(identity.connection, identity.provider)
        state.identities += 1
        secrets = (identity.access_token, identity.access_token_secret, identity.refresh_token)
        self._redactor.add(*(secret for secret in secrets if secret is not None and not _is_plain_word(secret)))
        if identity.access_token is None:
            return
        state.with_token += 1
        reason = skip_reason(identity, state)
        if reason is not None:
            state.not_asked[reason] += 1
            return
        state.asked += 1
        state.subjects.setdefault(identity.access_token, identity.user_id)

    def _check_lifecycle_tokens(self) -> None:
        for state in self.states.values():
            if state.connection.lifecycle_token in state.subjects:
                raise UsageError(
                    "a user record contains this token, and the audit would revoke it",
                    where=f"connections.{state.connection.name}.lifecycle_token",
                    remedy="create a token of an account that is used only for audits",
                )


def skip_reason(identity: Identity, state: ConnectionState) -> str | None:
    """Return why an identity's token is not introspected; None if it is."""
    connection, provider = state.connection, state.provider
    if identity.access_token is None:
        return "the record contains no access token"
    if connection.provider != identity.provider and not _is_generic(identity.provider):
        return f"the record names the provider {identity.provider}, but the policy names {connection.provider}"
    if provider is None:
        return f"the provider {connection.provider} is unknown"
    if identity.access_token_secret is not None or provider.protocol == "oauth1":
        return "OAuth 1.0a tokens work only in signed requests, not as bearer tokens"
    if provider.debug is None:
        return "the provider does not document an introspection method"
    return None


def find_provider(name: str) -> Provider | None:
    """Return a provider, or None if it is unknown."""
    try:
        return providers.get(name)
    except UnknownProvider:
        return None


def _is_generic(name: str) -> bool:
    """Return whether a custom connection can store identities of other providers under this name."""
    provider = find_provider(name)
    return name in ("oauth2", "oidc") or (provider is not None and provider.kind == "generic")


def _is_plain_word(token: Secret) -> bool:
    """Return whether a stored token is a plain word such as ``undefined``, which other strings can contain too."""
    text = token.reveal()
    return len(text) <= MAX_WORD_LENGTH and text.isalpha()
