"""The input of the checks, for each of the three scopes.

The caller that runs the checks builds the contexts. Strings of a context never appear unredacted in a finding: facts
pass through the context's ``redactor``, and values that identify an account are shown as fingerprints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol, TypeAlias

from msgspec import Struct

from idp_checks.checks.catalog import Scope
from idp_checks.checks.finding import Subject
from idp_checks.checks.policy import Connection, Policy
from idp_checks.lifecycles.values import Renewal, Revocation
from idp_checks.profiles.profile import Identity, NormalizedProfile
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording
from idp_checks.secret import Redactor, Secret, fingerprint
from idp_checks.tokens.introspection import Introspection

__all__ = [
    "Calibration",
    "ConnectionContext",
    "Context",
    "EvidenceIntegrity",
    "IdentityContext",
    "LeakSearch",
    "PopulationCounts",
    "ProfileParser",
    "RunContext",
]


class ProfileParser(Protocol):
    """A normalizer under test."""

    def __call__(self, provider: str, raw: Any, /, *, also: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a profile in Auth0's JSON shape.

        Raises:
            ProfileError: the raw profile is not one of this provider.
        """


class Calibration(Struct, frozen=True, kw_only=True):
    """The evidence that an endpoint distinguishes valid from invalid tokens.

    Args:
        negative: the response about a canary token made up for the run; None if it was not sent.
        positive: the response about the policy's canary, a token known to be valid; None if it was not sent.
        any_active: whether any token of this connection was reported as active in this run.
    """

    negative: Introspection | None = None
    positive: Introspection | None = None
    any_active: bool = False

    @property
    def is_permitted(self) -> bool:
        """Whether this client is known to have permission to introspect."""
        return self.any_active or (self.positive is not None and self.positive.active is True)

    @property
    def is_unreliable(self) -> bool:
        """Whether the endpoint misjudged a canary, so that none of its responses counts."""
        accepted = self.negative is not None and self.negative.active is True
        rejected = self.positive is not None and self.positive.active is False
        return accepted or rejected

    @property
    def rejects_invalid(self) -> bool:
        """Whether an acceptance counts, because the endpoint rejected an invalid token."""
        return not self.is_unreliable and self.negative is not None and self.negative.active is False

    def accepts_valid(self, connection: Connection) -> bool:
        """Return whether a rejection counts: the policy's canary, if any, was accepted."""
        accepted = self.positive is not None and self.positive.active is True
        return not self.is_unreliable and (accepted or connection.canary is None)


class _Base(Struct, frozen=True, kw_only=True):
    scope: ClassVar[Scope]

    subject: Subject
    redactor: Redactor

    def __post_init__(self) -> None:
        if self.subject.scope != self.scope:
            raise ValueError(f"a context of scope {self.scope} got a subject of scope {self.subject.scope}")

    def fingerprint(self, text: str) -> str:
        """Return a keyed fingerprint of a private string, the same throughout a run."""
        return fingerprint(text, self.redactor.key)

    def private_strings(self) -> Iterator[str]:
        """Iterate over the strings that findings must not show.

        The secrets known to the redactor are not included.
        """
        yield from ()


class IdentityContext(_Base, frozen=True, kw_only=True):
    """One identity of one record.

    Args:
        subject: the subject of the findings; of scope ``identity``.
        redactor: the run's redactor, which creates fingerprints and knows the run's secrets.
        record: the user record as its source contains it.
        identity: the element of its ``identities``.
        provider: the provider of the connection; None if it is unknown.
        connection: the policy's settings for the connection.
        introspection: the issuer's response about the identity's token; None if the record contains no token or the
            issuer could not be asked.
        calibration: the calibration of the connection.
        renewal: the result of a renewal with the stored tokens; None if none was attempted.
    """

    scope: ClassVar[Scope] = "identity"

    record: NormalizedProfile
    identity: Identity
    provider: Provider | None
    connection: Connection
    policy: Policy = Policy()
    introspection: Introspection | None = None
    calibration: Calibration = Calibration()
    renewal: Renewal | None = None

    @property
    def is_primary(self) -> bool:
        """Whether the record's standard properties come from this identity, its first."""
        return not self.record.identities or self.record.identities[0] == self.identity

    @property
    def secrets(self) -> Iterator[Secret]:
        """The tokens and credentials of the record and the policy."""
        for identity in (self.identity, *self.record.identities):
            yield from filter(None, (identity.access_token, identity.access_token_secret, identity.refresh_token))
        yield from self.connection.secrets

    def private_strings(self) -> Iterator[str]:
        """Iterate over the secrets and the account identifiers of the record."""
        yield from (secret.reveal() for secret in self.secrets)
        yield self.identity.user_id
        yield self.record.user_id
        if self.introspection is not None and self.introspection.subject is not None:
            yield self.introspection.subject


class ConnectionContext(_Base, frozen=True, kw_only=True):
    """One connection.

    Args:
        subject: the subject of the findings; of scope ``connection``.
        recordings: the provider's recorded profiles.
        normalizer: the normalizer under test; the provider's own if None.
        policy: the policy, which lists the connections of the tenant.
        other_providers: the providers whose accounts must have different keys than this provider's.
        revocation: the result of revoking a token made for that purpose; None if none was attempted.
    """

    scope: ClassVar[Scope] = "connection"

    provider: Provider | None
    connection: Connection
    recordings: tuple[ProfileRecording, ...] = ()
    normalizer: ProfileParser | None = None
    calibration: Calibration = Calibration()
    policy: Policy = Policy()
    other_providers: tuple[Provider, ...] = ()
    revocation: Revocation | None = None

    def private_strings(self) -> Iterator[str]:
        """Iterate over the secrets of the connection."""
        return (secret.reveal() for secret in self.connection.secrets)


class PopulationCounts(Struct, frozen=True, kw_only=True):
    """The number of records, identities and connections in the run.

    Args:
        expected: user records in the sources by their own count; None if they have no count.
        read: records that were read.
        checked: records whose every identity was checked.
        skipped: records that were skipped on purpose, by reason.
        identities: identities in the checked records.
        connections: connections that were checked.
    """

    expected: int | None
    read: int
    checked: int
    identities: int
    connections: int
    skipped: Mapping[str, int] = {}


class LeakSearch(Struct, frozen=True, kw_only=True):
    """The search of the written files for secrets and addresses.

    Args:
        files: the number of files searched.
        leaks: descriptions of the leaks, without the leaked values.
        unreadable: files that could not be read back.
    """

    files: int
    leaks: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


class EvidenceIntegrity(Struct, frozen=True, kw_only=True):
    """The result of verifying the ledger from its files.

    Args:
        problems: descriptions of everything that does not verify.
        is_signed: whether the run is signed.
        has_key: whether there was a key to verify the signature with.
    """

    problems: tuple[str, ...] = ()
    is_signed: bool = False
    has_key: bool = False


class RunContext(_Base, frozen=True, kw_only=True):
    """The run.

    Args:
        subject: the subject of the findings; of scope ``run``.
        complete: whether the run finished.
        rows: the number of verdicts of scopes ``identity`` and ``connection`` in the ledger.
        leak_search: the search for secrets; None if there was none.
        integrity: the verification of the ledger; None if there was none.
    """

    scope: ClassVar[Scope] = "run"

    counts: PopulationCounts
    complete: bool
    rows: int
    leak_search: LeakSearch | None = None
    integrity: EvidenceIntegrity | None = None


Context: TypeAlias = IdentityContext | ConnectionContext | RunContext
