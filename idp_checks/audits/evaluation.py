"""Evaluate all checks on a population, and pass the findings to the ledger or to memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from idp_checks import checks, recordings
from idp_checks.audits.introspections import find_introspection
from idp_checks.audits.masking import Masker
from idp_checks.audits.population import PROGRESS_INTERVAL, ConnectionState, Population
from idp_checks.audits.sources.records import Record
from idp_checks.checks import (
    Calibration,
    ConnectionContext,
    Context,
    EvidenceIntegrity,
    Finding,
    IdentityContext,
    LeakSearch,
    PopulationCounts,
    RunContext,
    Subject,
)
from idp_checks.checks.policy import Policy
from idp_checks.clock import zulu
from idp_checks.errors import UsageError
from idp_checks.evidence import Evidence
from idp_checks.profiles.profile import Identity
from idp_checks.progress import Progress
from idp_checks.secret import Redactor

__all__ = ["Evaluation"]


class Evaluation:
    """Evaluates the checks of identities, connections and the run, in this order.

    Args:
        evidence: receives the findings; None keeps them in memory.
        redactor: knows all secrets of the population.

    Attributes:
        verdicts: the number of verdicts of each kind.
        findings: the findings, if there is no evidence.
    """

    def __init__(
        self,
        population: Population,
        policy: Policy,
        redactor: Redactor,
        masker: Masker,
        evidence: Evidence | None,
        now: Callable[[], datetime],
    ) -> None:
        self.verdicts: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self._population = population
        self._policy = policy
        self._redactor = redactor
        self._masker = masker
        self._evidence = evidence
        self._now = now
        self._checked_records = 0

    def run(self, progress: Progress) -> None:
        """Evaluate all checks.

        Raises:
            UsageError: a source changed since it was read.
        """
        occurrences: Counter[tuple[str, str]] = Counter()
        for context in self._identity_contexts(progress):
            key = (str(context.subject.identity), str(context.subject.record))
            self._evaluate(context, occurrences[key])
            occurrences[key] += 1
        for state in self._population.states.values():
            self._evaluate(self._connection_context(state))
        self._evaluate(self._run_context())

    def _evaluate(self, context: Context, occurrence: int = 0) -> None:
        at = zulu(self._now())
        for finding in checks.evaluate(context):
            self.verdicts[finding.verdict.value] += 1
            if self._evidence is None:
                self.findings.append(finding)
            else:
                self._evidence.add(finding, at, occurrence)

    def _identity_contexts(self, progress: Progress) -> Iterator[IdentityContext]:
        total = self._population.record_count
        done = 0
        for source, count in zip(self._population.sources, self._population.counts, strict=True):
            records = 0
            for record in source.records():
                records += 1
                fingerprint = self._masker.fingerprint("record", record.profile.user_id)
                for identity in record.profile.identities:
                    yield self._identity_context(record, identity, fingerprint)
                self._checked_records = done = done + 1
                if done % PROGRESS_INTERVAL == 0:
                    progress("judging", done, total)
            if records != count.records or source.digest != count.sha256:
                raise _changed_error(source.name)
        progress("judging", done, total)

    def _identity_context(self, record: Record, identity: Identity, record_fingerprint: str) -> IdentityContext:
        state = self._population.find_state(identity.connection, identity.provider)
        try:
            introspection = find_introspection(identity, state)
        except KeyError:
            raise _changed_error(str(record.place)) from None
        return IdentityContext(
            subject=Subject(
                scope="identity",
                connection=self._masker.mask(identity.connection),
                provider=self._masker.mask(state.connection.provider),
                identity=self._masker.fingerprint("identity", identity.provider, identity.connection, identity.user_id),
                record=record_fingerprint,
            ),
            redactor=self._redactor,
            record=record.profile,
            identity=identity,
            provider=state.provider,
            connection=state.connection,
            policy=self._policy,
            introspection=introspection,
            calibration=state.calibration or Calibration(),
        )

    def _connection_context(self, state: ConnectionState) -> ConnectionContext:
        connection, provider = state.connection, state.provider
        other_providers = {
            peer.provider.name: peer.provider for peer in self._population.states.values() if peer.provider is not None
        }
        other_providers.pop(connection.provider, None)
        return ConnectionContext(
            subject=Subject(
                scope="connection",
                connection=self._masker.mask(connection.name),
                provider=self._masker.mask(connection.provider),
            ),
            redactor=self._redactor,
            provider=provider,
            connection=connection,
            recordings=() if provider is None else tuple(recordings.load_profiles(provider.name)),
            calibration=state.calibration or Calibration(),
            policy=self._policy,
            other_providers=tuple(other_providers.values()),
            revocation=state.revocation,
        )

    def _run_context(self) -> RunContext:
        """Build the context of the run, with the results for the ledger as written so far.

        The rows of this scope cannot cover themselves. ``Evidence.finish`` searches and verifies the complete folder
        and deletes it if there is a problem.
        """
        leak_search = integrity = None
        if self._evidence is not None:
            leak_search = LeakSearch(files=self._evidence.FILE_COUNT, leaks=self._evidence.find_leaks())
            integrity = EvidenceIntegrity(problems=tuple(map(str, self._evidence.find_problems())))
        return RunContext(
            subject=Subject(scope="run"),
            redactor=self._redactor,
            counts=PopulationCounts(
                expected=self._population.record_count,
                read=self._checked_records,
                checked=self._checked_records,
                identities=self._population.identity_count,
                connections=len(self._population.states),
            ),
            complete=True,
            rows=self.verdicts.total(),
            leak_search=leak_search,
            integrity=integrity,
        )


def _changed_error(place: str) -> UsageError:
    return UsageError("changed during the audit", where=place, remedy="audit a copy that does not change")
