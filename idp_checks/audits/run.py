"""Run an audit.

An audit has these steps:

1. Read all sources, so that an invalid record stops the run before the first request.
2. Calibrate the endpoint of each connection.
3. Introspect each distinct token of a connection once.
4. Revoke the lifecycle tokens of the policy, if any.
5. Evaluate the checks, and write the evidence.

A token is sent only to the issuer of the provider in its identity. It is not sent if the policy names a different
provider for the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from os import PathLike

from idp_checks.audits.config import Config, load
from idp_checks.audits.evaluation import Evaluation
from idp_checks.audits.facts import RunMetadata, build_run_facts
from idp_checks.audits.introspections import calibrate_endpoints, introspect_tokens
from idp_checks.audits.masking import Masker
from idp_checks.audits.population import Population
from idp_checks.audits.result import AuditResult
from idp_checks.audits.revocations import revoke_lifecycle_tokens
from idp_checks.audits.sources.factory import SourceInput, create_sources
from idp_checks.checks.policy import Policy
from idp_checks.clock import utc_now
from idp_checks.errors import UsageError
from idp_checks.evidence import Evidence, check_output_folder
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync
from idp_checks.progress import Progress, ignore_progress
from idp_checks.secret import Redactor, Secret, new_key

__all__ = ["audit", "audit_async", "audit_config"]

TITLE = "Audit of linked identities and their tokens"


def audit(
    profiles: SourceInput | Iterable[SourceInput],
    *,
    policy: Policy | None = None,
    out: str | PathLike[str] | None = None,
    title: str = TITLE,
    key: Secret | str | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit identities and their stored tokens.

    Works with and without a running event loop, for example in a notebook. Inside a coroutine, use ``audit_async``.

    Args:
        profiles: the path of a file of profiles exported from Auth0, a profile, a source, or an iterable of these.
        policy: the settings of each connection; a check that needs a missing setting is indeterminate.
        out: the evidence folder, which must be empty or not exist; None writes no evidence.
        title: the title of the evidence.
        key: the key of all fingerprints; a new key by default, so that runs cannot be compared.
        asker: asks the issuers; a new asker by default. A given asker is not closed.
        now: returns the current time in UTC.
        progress: receives progress reports.

    Raises:
        UsageError: a source, a record or ``out`` is invalid; no request was sent and no file was written.
        EvidenceError: the evidence was withheld, because it contains a secret or does not verify.
    """
    return run_sync(
        audit_async(profiles, policy=policy, out=out, title=title, key=key, asker=asker, now=now, progress=progress)
    )


async def audit_async(
    profiles: SourceInput | Iterable[SourceInput],
    *,
    policy: Policy | None = None,
    out: str | PathLike[str] | None = None,
    title: str = TITLE,
    key: Secret | str | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit identities inside an event loop; see ``audit``."""
    if out is not None:
        check_output_folder(out)
    key_bytes = None if key is None else Secret.of(key).reveal().encode()
    if key_bytes is not None and asker is not None and asker.redactor.key != key_bytes:
        raise UsageError(
            "the redactor of the asker has a different key",
            where="key",
            remedy="create the asker with Redactor(key), or omit the key",
        )
    policy, now, progress = policy or Policy(), now or utc_now, progress or ignore_progress
    async with AsyncExitStack() as stack:
        if asker is None:
            asker = await stack.enter_async_context(Asker(redactor=Redactor(key_bytes or new_key()), bulk=True))
        started = now()
        redactor = Redactor(asker.redactor.key)
        population = Population(policy, redactor)
        population.read(create_sources(profiles), progress)
        states = population.states.values()
        await calibrate_endpoints(states, asker, progress)
        await introspect_tokens(states, asker, progress)
        await revoke_lifecycle_tokens(states, asker, progress)
        masker = Masker(redactor)
        with ExitStack() as evidence_stack:
            evidence = None if out is None else evidence_stack.enter_context(Evidence(out, redactor))
            evaluation = Evaluation(population, policy, redactor, masker, evidence, now)
            evaluation.run(progress)
            metadata = RunMetadata(
                title=title,
                has_engagement_key=key is not None,
                started=started,
                ended=now(),
            )
            run = build_run_facts(metadata, population, policy, evaluation.verdicts, masker)
            if evidence is None:
                return AuditResult(run=run, memory_findings=tuple(evaluation.findings))
            progress("writing", 0, None)
            digest = evidence.finish(run)
            return AuditResult(run=run, out=str(evidence.out), digest=digest)


def audit_config(
    config: str | PathLike[str] | Config,
    *,
    out: str | PathLike[str] | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Run the audit that a configuration file describes (see ``idp_checks.audits.config``).

    Args:
        config: the path of the file, or its content as returned by ``idp_checks.audits.config.load``.
        out, asker, now, progress: as in ``audit``.
    """
    return run_sync(_audit_config(config if isinstance(config, Config) else load(config), out, asker, now, progress))


async def _audit_config(
    config: Config,
    out: str | PathLike[str] | None,
    asker: Asker | None,
    now: Callable[[], datetime] | None,
    progress: Progress | None,
) -> AuditResult:
    if out is not None:
        check_output_folder(out)
    async with AsyncExitStack() as stack:
        if asker is None:
            key = new_key() if config.key is None else config.key.reveal().encode()
            asker = await stack.enter_async_context(
                Asker(
                    redactor=Redactor(key),
                    timeout=config.timeout_s,
                    concurrency=config.concurrency,
                    rate=config.rate_per_s,
                    bulk=True,
                )
            )
        return await audit_async(
            config.sources,
            policy=config.policy,
            out=out,
            title=config.title or TITLE,
            key=config.key,
            asker=asker,
            now=now,
            progress=progress,
        )
