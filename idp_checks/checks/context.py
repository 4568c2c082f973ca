"""What a check may look at, for each of the three scopes. A context is made by whoever runs the checks; all is given.

No text of a context shows in a finding as it is: what goes into facts passes the context's ``redactor``, and whatever
names an account is shown as a fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias

from msgspec import Struct

from idp_checks.checks.catalog import Scope
from idp_checks.checks.finding import Subject
from idp_checks.checks.policy import Connection, Policy
from idp_checks.profiles.profile import Identity, NormalizedProfile
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording
from idp_checks.secret import Redactor, Secret, fingerprint
from idp_checks.tokens.introspection import Introspection

__all__ = [
    "Calibration",
    "ConnectionContext",
    "Context",
    "PopulationCounts",
    "IdentityContext",
    "EvidenceIntegrity",
    "Normalizer",
    "Renewal",
    "Revocation",
    "RunContext",
    "LeakSearch",
]


class Normalizer(Protocol):
    """A normaliser under test."""

    def __call__(self, provider: str, raw: Any, /, *, also: Mapping[str, Any]) -> Mapping[str, Any]:
        """A profile in Auth0's JSON shape.

        Raises:
            ProfileError: the raw profile is none of this provider.
        """


class Calibration(Struct, frozen=True, kw_only=True):
    """Whether an endpoint was shown to tell good from bad in this run.

    Args:
        negative: the answer about a made-up token; None, it was not asked about one.
        positive: the answer about the canary of the policy; None, it was not asked about it.
        any_active: whether any token of this connection was answered active in this run.
    """

    negative: Introspection | None = None
    positive: Introspection | None = None
    any_active: bool = False

    @property
    def is_permitted(self) -> bool:
        """Whether the issuer is known to answer us: it called some token of ours active."""
        return self.any_active or (self.positive is not None and self.positive.active is True)

    @property
    def is_unreliable(self) -> bool:
        """Whether a control went wrong, so that nothing that this endpoint says stands."""
        accepted = self.negative is not None and self.negative.active is True
        refused = self.positive is not None and self.positive.active is False
        return accepted or refused

    @property
    def rejects_invalid(self) -> bool:
        """Whether it was shown to refuse a bad token, so that its good word counts."""
        return not self.is_unreliable and self.negative is not None and self.negative.active is False

    def accepts_valid(self, connection: Connection) -> bool:
        """Whether it was shown to accept a good token, where the policy gives one, so that its refusal counts."""
        tried = self.positive is not None and self.positive.active is True
        return not self.is_unreliable and (tried or connection.canary is None)


class _Base(Struct, frozen=True, kw_only=True):
    scope: ClassVar[Scope]

    subject: Subject
    redactor: Redactor

    def __post_init__(self) -> None:
        if self.subject.scope != self.scope:
            raise ValueError(f"a subject of scope {self.subject.scope} in a context of scope {self.scope}")

    def fingerprint(self, text: str) -> str:
        """A name for what must not show, the same within a run."""
        return fingerprint(text, self.redactor.key)

    def private_strings(self) -> Iterator[str]:
        """What must not show in a finding, beside what the redactor knows."""
        yield from ()


class Renewal(Struct, frozen=True, kw_only=True):
    """What became of a renewal that was tried in this run.

    Args:
        outcome: whether the issuer gave a new token; None, nobody knows.
        reason: why not, one of the reasons of an introspection.
        after: the answer about the new token.
    """

    outcome: bool | None
    reason: str = "ok"
    after: Introspection | None = None


class Revocation(Struct, frozen=True, kw_only=True):
    """What became of a revocation that was tried in this run.

    Args:
        at: when it was asked for, in UTC.
        accepted: whether the issuer says that it did it, which proves nothing; None, nobody knows.
        reason: why not, one of the reasons of an introspection.
        before: the answer about the token immediately before.
        after: the last answer about each token that has to be dead now.
        waited_s: for how many seconds the issuer was asked, until that answer.
    """

    at: datetime
    accepted: bool | None
    reason: str = "ok"
    before: Introspection | None = None
    after: tuple[Introspection, ...] = ()
    waited_s: int = 0


class IdentityContext(_Base, frozen=True, kw_only=True):
    """One identity of one record.

    Args:
        subject: what the findings are about; of scope ``identity``.
        redactor: the run's: gives fingerprints, and knows the run's secrets.
        record: the user record as its source has it.
        identity: the element of its ``identities``.
        provider: what is known of the provider behind the connection; None, nothing.
        connection: what the policy says of the connection.
        introspection: the issuer's answer about the identity's token; None where no token is held, or nobody could be
            asked.
        calibration: that of the connection.
        renewal: what became of a renewal with what is held; None, none was tried.
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
        """Whether the record's standard properties are this identity's: it is the first one."""
        return not self.record.identities or self.record.identities[0] == self.identity

    @property
    def secrets(self) -> Iterator[Secret]:
        """The tokens and credentials that the record and the policy hold."""
        for each in (self.identity, *self.record.identities):
            yield from filter(None, (each.access_token, each.access_token_secret, each.refresh_token))
        yield from _secrets(self.connection)

    def private_strings(self) -> Iterator[str]:
        yield from (each.reveal() for each in self.secrets)
        yield self.identity.user_id
        yield self.record.user_id
        if self.introspection is not None and self.introspection.subject is not None:
            yield self.introspection.subject


class ConnectionContext(_Base, frozen=True, kw_only=True):
    """One connection.

    Args:
        subject: what the findings are about; of scope ``connection``.
        recordings: the provider's recorded profiles.
        normalizer: the normaliser under test; None, the provider's own.
        policy: tells which other connections there are.
        others: providers from whose accounts this one's must be told apart.
        revocation: what became of the revocation of a token made for it; None, none was tried.
    """

    scope: ClassVar[Scope] = "connection"

    provider: Provider | None
    connection: Connection
    recordings: tuple[ProfileRecording, ...] = ()
    normalizer: Normalizer | None = None
    calibration: Calibration = Calibration()
    policy: Policy = Policy()
    other_providers: tuple[Provider, ...] = ()
    revocation: Revocation | None = None

    def private_strings(self) -> Iterator[str]:
        return (each.reveal() for each in _secrets(self.connection))


class PopulationCounts(Struct, frozen=True, kw_only=True):
    """How much there was to check.

    Args:
        stated: user records that the sources say they hold; None, they do not say.
        read: records that were read.
        checked: records of which every identity was checked.
        skipped: records that were left out on purpose, by reason.
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
    """The search of what was written for secrets and addresses.

    Args:
        files: how many files were searched.
        found: what was found, in words that hold nothing of it.
        unread: files that could not be read back.
    """

    files: int
    leaks: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


class EvidenceIntegrity(Struct, frozen=True, kw_only=True):
    """The ledger, verified from its files.

    Args:
        problems: what does not verify, in words.
        signed: whether the run is signed.
        key_at_hand: whether there was a key to check the signature with.
    """

    problems: tuple[str, ...] = ()
    is_signed: bool = False
    has_key: bool = False


class RunContext(_Base, frozen=True, kw_only=True):
    """The run.

    Args:
        subject: what the findings are about; of scope ``run``.
        complete: whether the run came to its end.
        rows: verdicts of scopes ``identity`` and ``connection`` in the ledger.
        searched: the search for secrets; None, there was none.
        intact: the verification of the ledger; None, there was none.
    """

    scope: ClassVar[Scope] = "run"

    counts: PopulationCounts
    complete: bool
    rows: int
    leak_search: LeakSearch | None = None
    integrity: EvidenceIntegrity | None = None


Context: TypeAlias = IdentityContext | ConnectionContext | RunContext


def _secrets(connection: Connection) -> Iterator[Secret]:
    yield from filter(None, (connection.client_secret, connection.canary, connection.lifecycle_token))
    yield from (each for each in connection.credentials.values() if isinstance(each, Secret))
