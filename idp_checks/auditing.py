"""An audit: identities x connections x checks to findings, and from them evidence.

In this order: all sources are read, so that a broken record stops the run before anybody is asked; the endpoint of each
connection is calibrated; each distinct token is put to its issuer once; then everything is judged, and the rows go to
the ledger as they come.

A token is sent to the issuer of the provider that its identity names, and only where the policy does not say that the
connection is another provider's. Where nobody is asked, the checks are told why.
"""

from __future__ import annotations

import asyncio
import hashlib
import platform
import random
import secrets
import string
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from os import PathLike
from typing import Any, TypeAlias

from msgspec import Struct, field, structs, to_builtins

from idp_checks import checks, providers
from idp_checks.checks.context import Calibration, ConnectionContext, IdentityContext, RunContext
from idp_checks.checks.finding import Finding, Subject, Verdict
from idp_checks.config import Config, load
from idp_checks.errors import UnknownProvider, UsageError
from idp_checks.evidence import Evidence, check_place, ledger
from idp_checks.introspection import Introspection, Reading, conclude, zulu
from idp_checks.live import Asker
from idp_checks.policy import Connection, Policy
from idp_checks.profile import Identity
from idp_checks.provider import Provider
from idp_checks.secret import Redactor, Secret, fingerprint, new_key
from idp_checks.sources import Given, Record, Source, sources

__all__ = ["AuditResult", "Progress", "audit", "audit_async", "audit_config"]

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and how much there is, where that is known."""

TITLE = "Audit of linked identities and their tokens"
WORKERS = 32
"""Questions of one connection that wait for their turn at a time."""
_STEP = 250
"""Records between two words of progress."""


class AuditResult(Struct, frozen=True, kw_only=True):
    """What an audit came to.

    Args:
        run: the facts of the run, as in ``run.json``.
        out: the folder of evidence; None where none was asked for.
        digest: the SHA-256 of its manifest: note it elsewhere, it shows that nobody wrote the folder anew.
        held: the findings, where no evidence was written.
    """

    run: Mapping[str, Any]
    out: str | None = None
    digest: str | None = None
    held: tuple[Finding, ...] = ()

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How many verdicts of each kind there are."""
        counts: Mapping[str, int] = self.run["verdicts"]
        return counts

    @property
    def complete(self) -> bool:
        """Whether every identity was accounted for."""
        return bool(self.run["state"] == "complete")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings; where evidence was written they are read from its ledger."""
        return self.held if self.out is None else tuple(self._from_ledger())

    def _from_ledger(self) -> Iterator[Finding]:
        from pathlib import Path

        for row in ledger.rows(Path(self.out or "")):
            yield Finding(
                check=row["check"],
                verdict=Verdict(row["verdict"]),
                subject=Subject(**row["subject"]),
                detail=row["detail"],
                reason=row.get("reason"),
                facts=row["facts"],
            )

    @property
    def exit_code(self) -> int:
        """0, all that applies passed; 1, something failed; 3, nothing failed, and not everything was decided."""
        if self.verdicts["fail"]:
            return 1
        return 0 if self.complete and self.verdicts["pass"] and not self.verdicts["indeterminate"] else 3

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the facts of the run, where the evidence is, and its digest."""
        return {"out": self.out, "digest": self.digest, "exit_code": self.exit_code, **self.run}


def audit(
    profiles: Given | Iterable[Given],
    *,
    policy: Policy | None = None,
    out: str | PathLike[str] | None = None,
    title: str = TITLE,
    key: Secret | str | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit identities and the tokens held for them.

    Args:
        profiles: one or many of: a path to a file of profiles as Auth0 exports them, a profile, a source.
        policy: what holds for each connection; what is not stated cannot be judged.
        out: the folder for the evidence, which must not be there yet; none is written if not given.
        title: the title of the evidence.
        key: the key of all fingerprints; one for this run alone if not given.
        asker: asks the issuers; one over the network if not given.
        now: gives the time, in UTC.
        progress: is told how far the audit is.

    It works with and without an event loop, such as in a notebook; ``audit_async`` is the same inside one.

    Raises:
        UsageError: a source, a record of it, or ``out`` cannot be used; nothing was asked or written.
        EvidenceError: the evidence is withheld, since it held what must not be shown or did not verify.
    """
    return _driven(
        audit_async(profiles, policy=policy, out=out, title=title, key=key, asker=asker, now=now, progress=progress)
    )


async def audit_async(
    profiles: Given | Iterable[Given],
    *,
    policy: Policy | None = None,
    out: str | PathLike[str] | None = None,
    title: str = TITLE,
    key: Secret | str | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """``audit`` for callers inside an event loop."""
    if out is not None:
        check_place(out)
    given = None if key is None else Secret.of(key).reveal().encode()
    if given is not None and asker is not None and asker.redactor.key != given:
        raise UsageError("two keys are given", where="key", remedy="give the asker a redactor with this key, or leave the key out")
    async with AsyncExitStack() as stack:
        if asker is None:
            asker = await stack.enter_async_context(Asker(redactor=Redactor(given or new_key())))
        run = _Run(policy or Policy(), asker, now or _now, progress or _silent, title, engagement=key is not None)
        run.read(sources(profiles))
        await run.calibrate()
        await run.ask()
        return run.judge(out)


def audit_config(
    config: str | PathLike[str] | Config,
    *,
    out: str | PathLike[str] | None = None,
    asker: Asker | None = None,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit as a configuration says: a file (``idp_checks.config``), or one already read; as ``audit`` otherwise."""
    return _driven(_audit_config(config if isinstance(config, Config) else load(config), out, asker, now, progress))


async def _audit_config(
    config: Config,
    out: str | PathLike[str] | None,
    asker: Asker | None,
    now: Callable[[], datetime] | None,
    progress: Progress | None,
) -> AuditResult:
    if out is not None:
        check_place(out)
    async with AsyncExitStack() as stack:
        if asker is None:
            key = new_key() if config.key is None else config.key.reveal().encode()
            limits = {"timeout": config.timeout_s, "concurrency": config.concurrency, "rate": config.rate_per_s}
            asker = await stack.enter_async_context(Asker(redactor=Redactor(key), **limits))
        return await audit_async(
            config.sources, policy=config.policy, out=out, title=config.title or TITLE, key=config.key, asker=asker,
            now=now, progress=progress,
        )  # fmt: skip


def _driven(run: Coroutine[Any, Any, AuditResult]) -> AuditResult:
    """Run to the end, in a loop of its own; in a thread of its own where a loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, run).result()


class _Tally(Struct):
    """What is there of one connection, and what was learnt of its endpoint."""

    connection: Connection
    provider: Provider | None
    questions: dict[Secret, str] = field(default_factory=dict)
    answers: dict[Secret, Introspection] = field(default_factory=dict)
    identities: int = 0
    with_token: int = 0
    asked: int = 0
    not_asked: Counter[str] = field(default_factory=Counter)
    calibration: Calibration | None = None


class _Run:
    """One audit under way."""

    def __init__(
        self,
        policy: Policy,
        asker: Asker,
        now: Callable[[], datetime],
        progress: Progress,
        title: str,
        *,
        engagement: bool,
    ) -> None:
        self.policy = policy
        self.asker = asker
        self.now = now
        self.progress = progress
        self.title = title
        self.engagement = engagement
        self.key = asker.redactor.key
        self.known = Redactor(self.key)
        self.started = now()
        self.sources: tuple[Source, ...] = ()
        self.counts: list[dict[str, Any]] = []
        self.tallies: dict[tuple[str, str], _Tally] = {}

    # ------------------------------------------------------------ reading

    def read(self, given: tuple[Source, ...]) -> None:
        """Read everything once: count it, learn its secrets, gather the questions."""
        self.sources = given
        for connection in self.policy.connections.values():
            self._tally(connection.name, connection.provider)
            self.known.learn(*_secrets_of(connection))
        done = 0
        for source in given:
            count = {"name": self.known.text(source.name), "records": 0, "identities": 0, "sha256": None}
            for record in source.records():
                count["records"] += 1
                for identity in record.profile.identities:
                    count["identities"] += 1
                    self._count(identity)
                done += 1
                if done % _STEP == 0:
                    self.progress("reading", done, None)
            count["sha256"] = source.digest
            self.counts.append(count)
        self.progress("reading", done, done)

    def _tally(self, name: str, stated: str) -> _Tally:
        """What is known of a connection; ``stated`` is the provider that an identity or the policy names."""
        connection = self.policy.connection(name, stated)
        if connection.provider != stated and not _generic(stated):
            connection = Connection(name=name, provider=stated)
        key = (name, connection.provider)
        if key not in self.tallies:
            self.tallies[key] = _Tally(connection, _provider(connection.provider))
        return self.tallies[key]

    def _count(self, identity: Identity) -> None:
        tally = self._tally(identity.connection, identity.provider)
        tally.identities += 1
        held = (identity.access_token, identity.access_token_secret, identity.refresh_token)
        self.known.learn(*(each for each in held if each is not None and not _is_word(each)))
        if identity.access_token is None:
            return
        tally.with_token += 1
        why = self.unasked(identity, tally)
        if why is not None:
            tally.not_asked[why] += 1
            return
        tally.asked += 1
        tally.questions.setdefault(identity.access_token, identity.user_id)

    def unasked(self, identity: Identity, tally: _Tally) -> str | None:
        """Why nobody is asked about an identity's token; None where somebody is."""
        stated = self.policy.connections.get(identity.connection)
        if identity.access_token is None:
            return "the record holds no access token"
        if stated is not None and stated.provider != identity.provider and not _generic(identity.provider):
            return f"the record names the provider {identity.provider}, the policy {stated.provider}"
        if tally.provider is None:
            return f"the provider {tally.connection.provider} is not known"
        if identity.access_token_secret is not None or tally.provider.protocol == "oauth1":
            return "an OAuth 1.0a token works only in a signed call, not as a bearer token"
        if tally.provider.debug is None:
            return "the provider documents no way to ask"
        return None

    # ------------------------------------------------------------ asking

    async def calibrate(self) -> None:
        """Ask each endpoint about a token that it must deny, and about one that it must accept where the policy has one."""
        asked = [tally for tally in self.tallies.values() if tally.questions]
        for done, tally in enumerate(asked):
            self.progress("calibrating", done, len(asked))
            negative = await self._put(tally, _made_up(tally.provider), None)
            canary = tally.connection.canary
            positive = None if canary is None else await self._put(tally, canary, None)
            tally.calibration = Calibration(negative=negative, positive=positive, any_active=positive is not None and positive.active is True)
        self.progress("calibrating", len(asked), len(asked))

    async def ask(self) -> None:
        """Put every distinct token of a connection to its issuer, once."""
        total = sum(len(tally.questions) for tally in self.tallies.values())
        done = 0

        async def work(tally: _Tally, waiting: Iterator[tuple[Secret, str]]) -> None:
            nonlocal done
            for token, subject in waiting:
                tally.answers[token] = await self._put(tally, token, subject)
                done += 1
                self.progress("asking", done, total)

        async with asyncio.TaskGroup() as group:
            for tally in self.tallies.values():
                waiting = iter(tally.questions.items())
                for _ in range(min(WORKERS, len(tally.questions))):
                    group.create_task(work(tally, waiting))
        for tally in self.tallies.values():
            if tally.calibration is not None and any(each.active is True for each in tally.answers.values()):
                tally.calibration = structs.replace(tally.calibration, any_active=True)

    async def _put(self, tally: _Tally, token: Secret, subject: str | None) -> Introspection:
        connection = tally.connection
        return await self.asker.ask(
            connection.provider,
            token,
            client_id=connection.client_ids[0] if connection.client_ids else None,
            client_secret=connection.client_secret,
            clients=connection.client_ids,
            subject=subject,
            issuer_url=connection.issuer_url,
            credentials=connection.credentials,
        )

    def _answer(self, identity: Identity, tally: _Tally) -> Introspection | None:
        """What the issuer says of an identity's token, held against this identity's account."""
        token = identity.access_token
        if token is None or self.unasked(identity, tally) is not None:
            return None
        said = tally.answers[token]
        if tally.questions[token] == identity.user_id or said.active is not True:
            return said
        # The same token in another record: the issuer is not asked again, its answer is held against the other account.
        again = Reading(
            active=True,
            reason="ok",
            bare=said.bare,
            client_id=said.client_id,
            audience=said.audience,
            subject=said.subject,
            scopes=said.scopes,
            expires_at=said.expires_at,
            endless=said.endless,
            issued_at=said.issued_at,
            issuer=said.issuer,
            token_type=said.token_type,
        )
        return conclude(
            said.provider, again, method=said.method, asked_at=said.asked_at, clients=tally.connection.client_ids,
            subject=identity.user_id, exchanges=said.exchanges,
        )  # fmt: skip
