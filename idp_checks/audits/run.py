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
import json
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from importlib.metadata import version
from os import PathLike
from typing import Any

from msgspec import Struct, field, structs, to_builtins

from idp_checks import checks, providers, recordings
from idp_checks.audits.config import Config, load
from idp_checks.audits.result import AuditResult
from idp_checks.audits.sources import Given, Record, Source, sources
from idp_checks.checks import (
    Calibration,
    ConnectionContext,
    Context,
    EvidenceIntegrity,
    Finding,
    IdentityContext,
    LeakSearch,
    PopulationCounts,
    Revocation,
    RunContext,
    Subject,
    Verdict,
)
from idp_checks.checks.policy import Connection, Policy
from idp_checks.clock import utc_now, zulu
from idp_checks.errors import UnknownProvider, UsageError
from idp_checks.evidence import Evidence, check_output_folder, ledger
from idp_checks.lifecycles import run as lifecycles
from idp_checks.live.asker import Asker
from idp_checks.live.calibration import make_canary
from idp_checks.live.loop import run_sync
from idp_checks.profiles.jsontext import replace_surrogates
from idp_checks.profiles.profile import Identity
from idp_checks.progress import Progress, ignore_progress
from idp_checks.providers.model import Provider
from idp_checks.secret import Redactor, Secret, fingerprint, new_key
from idp_checks.tokens.introspection import Introspection, conclude
from idp_checks.tokens.reading import Reading

__all__ = ["audit", "audit_async", "audit_config"]

TITLE = "Audit of linked identities and their tokens"
WORKERS = 32
"""Questions of one connection that wait for their turn at a time."""
_STEP = 250
"""Records between two words of progress."""
_WORD = 12
"""Letters of the longest word that is taken for junk in a token's place."""


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
        asker: asks the issuers; one over the network if not given. It is not closed here.
        now: gives the time, in UTC.
        progress: is told how far the audit is.

    It works with and without an event loop, such as in a notebook; ``audit_async`` is the same inside one.

    Raises:
        UsageError: a source, a record of it, or ``out`` cannot be used; nothing was asked or written.
        EvidenceError: the evidence is withheld, since it held what must not be shown or did not verify.
    """
    return run_sync(
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
        check_output_folder(out)
    given = None if key is None else Secret.of(key).reveal().encode()
    if given is not None and asker is not None and asker.redactor.key != given:
        raise UsageError(
            "two keys are given", where="key", remedy="give the asker a redactor with this key, or leave the key out"
        )
    async with AsyncExitStack() as stack:
        if asker is None:
            asker = await stack.enter_async_context(Asker(redactor=Redactor(given or new_key()), bulk=True))
        run = _Run(
            policy or Policy(), asker, now or utc_now, progress or ignore_progress, title, engagement=key is not None
        )
        run.read(sources(profiles))
        await run.calibrate()
        await run.ask()
        await run.revoke()
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
            made = Asker(
                redactor=Redactor(key),
                timeout=config.timeout_s,
                concurrency=config.concurrency,
                rate=config.rate_per_s,
                bulk=True,
            )
            asker = await stack.enter_async_context(made)
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
    revocation: Revocation | None = None


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
        self.judged = 0
        self._texts: dict[str, str] = {}

    # ------------------------------------------------------------ reading

    def read(self, given: tuple[Source, ...]) -> None:
        """Read everything once: count it, learn its secrets, gather the questions."""
        self.sources = given
        for connection in self.policy.connections.values():
            self._tally(connection.name, connection.provider)
            self.known.add(*_secrets_of(connection))
        done = 0
        for source in given:
            records = identities = 0
            for record in source.records():
                records += 1
                for identity in record.profile.identities:
                    identities += 1
                    self._count(identity)
                done += 1
                if done % _STEP == 0:
                    self.progress("reading", done, None)
            count = {"name": source.name, "records": records, "identities": identities, "sha256": source.digest}
            self.counts.append(count)
        self.progress("reading", done, done)
        for tally in self.tallies.values():
            if tally.connection.lifecycle_token in tally.questions:
                raise UsageError(
                    "the token that may be revoked is one that a user's record holds",
                    where=f"connections.{tally.connection.name}.lifecycle_token",
                    remedy="make a token for the purpose, with an account of its own",
                )

    def _tally(self, name: str, stated: str) -> _Tally:
        """What is known of a connection; ``stated`` is the provider that an identity or the policy names."""
        connection = self.policy.find_connection(name, stated)
        key = (name, connection.provider)
        if key not in self.tallies:
            self.tallies[key] = _Tally(connection, _provider(connection.provider))
        return self.tallies[key]

    def _count(self, identity: Identity) -> None:
        tally = self._tally(identity.connection, identity.provider)
        tally.identities += 1
        held = (identity.access_token, identity.access_token_secret, identity.refresh_token)
        self.known.add(*(each for each in held if each is not None and not _is_word(each)))
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
        if identity.access_token is None:
            return "the record holds no access token"
        if tally.connection.provider != identity.provider and not _generic(identity.provider):
            return f"the record names the provider {identity.provider}, the policy {tally.connection.provider}"
        if tally.provider is None:
            return f"the provider {tally.connection.provider} is not known"
        if identity.access_token_secret is not None or tally.provider.protocol == "oauth1":
            return "an OAuth 1.0a token works only in a signed call, not as a bearer token"
        if tally.provider.debug is None:
            return "the provider documents no way to ask"
        return None

    # ------------------------------------------------------------ asking

    async def calibrate(self) -> None:
        """Ask each endpoint about a token that it must deny, and about the policy's canary, which it must accept."""
        asked = [tally for tally in self.tallies.values() if tally.questions]
        for done, tally in enumerate(asked):
            self.progress("calibrating", done, len(asked))
            negative = await self._put(tally, make_canary(tally.provider), None)
            canary = tally.connection.canary
            positive = None if canary is None else await self._put(tally, canary, None)
            tally.calibration = Calibration(
                negative=negative, positive=positive, any_active=positive is not None and positive.active is True
            )
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

    async def revoke(self) -> None:
        """Revoke the tokens that the policy names for it, and nothing else, and see whether they die.

        It comes last: at many issuers more than the token ends.
        """
        named = [tally for tally in self.tallies.values() if tally.connection.lifecycle_token is not None]
        for done, tally in enumerate(named):
            self.progress("revoking", done, len(named))
            token, delay = tally.connection.lifecycle_token, tally.connection.revocation_delay_s
            if token is not None and tally.provider is not None:
                patience = lifecycles.REVOCATION_TIMEOUT if delay is None else float(delay)
                tried = await lifecycles.live_through(
                    tally.connection, token, self.asker, revoke=True, patience=patience
                )
                tally.revocation = tried.revocation
        if named:
            self.progress("revoking", len(named), len(named))

    async def _put(self, tally: _Tally, token: Secret, subject: str | None) -> Introspection:
        return await self.asker.ask(tally.connection.question(token, subject))

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
            said.provider,
            again,
            method=said.method,
            asked_at=said.asked_at,
            clients=tally.connection.client_ids,
            subject=identity.user_id,
            exchanges=said.exchanges,
        )

    # ------------------------------------------------------------ judging

    def judge(self, out: str | PathLike[str] | None) -> AuditResult:
        """Evaluate every check on everything, write the rows as they come, and close the evidence."""
        held: list[Finding] = []
        verdicts: Counter[str] = Counter()
        with ExitStack() as stack:
            evidence = None if out is None else stack.enter_context(Evidence(out, self.known))

            def say(context: Context, occurrence: int = 0) -> None:
                at = zulu(self.now())
                for finding in checks.evaluate(context):
                    verdicts[finding.verdict.value] += 1
                    if evidence is None:
                        held.append(finding)
                    else:
                        evidence.add(finding, at, occurrence)

            for context, occurrence in self._identities():
                say(context, occurrence)
            for tally in self.tallies.values():
                say(self._of_connection(tally))
            say(self._of_run(evidence, verdicts.total()))
            run = self._facts(verdicts)
            if evidence is None:
                return AuditResult(run=run, held=tuple(held))
            self.progress("writing", 0, None)
            digest = evidence.finish(run)
            return AuditResult(run=run, out=str(evidence.out), digest=digest)

    def _identities(self) -> Iterator[tuple[IdentityContext, int]]:
        """Every identity as the checks see it; the number tells how often the same stood in the sources before."""
        total = sum(count["records"] for count in self.counts)
        done = 0
        before: Counter[tuple[str, str]] = Counter()
        for source, count in zip(self.sources, self.counts, strict=True):
            records = 0
            for record in source.records():
                records += 1
                name = self._named("record", record.profile.user_id)
                for identity in record.profile.identities:
                    context = self._of_identity(record, identity, name)
                    key = (str(context.subject.identity), name)
                    yield context, before[key]
                    before[key] += 1
                self.judged = done = done + 1
                if done % _STEP == 0:
                    self.progress("judging", done, total)
            if records != count["records"] or source.digest != count["sha256"]:
                raise _changed(source)
        self.progress("judging", done, total)

    def _of_identity(self, record: Record, identity: Identity, name: str) -> IdentityContext:
        tally = self._tally(identity.connection, identity.provider)
        if (
            identity.access_token is not None
            and self.unasked(identity, tally) is None
            and identity.access_token not in tally.answers
        ):
            raise UsageError(
                "changed while it was audited", where=str(record.place), remedy="audit a copy that stands still"
            )
        return IdentityContext(
            subject=Subject(
                scope="identity",
                connection=self._shown(identity.connection),
                provider=self._shown(tally.connection.provider),
                identity=self._named("identity", identity.provider, identity.connection, identity.user_id),
                record=name,
            ),
            redactor=self.known,
            record=record.profile,
            identity=identity,
            provider=tally.provider,
            connection=tally.connection,
            policy=self.policy,
            introspection=self._answer(identity, tally),
            calibration=tally.calibration or Calibration(),
        )

    def _of_connection(self, tally: _Tally) -> ConnectionContext:
        connection = tally.connection
        others = {each.provider.name: each.provider for each in self.tallies.values() if each.provider is not None}
        others.pop(connection.provider, None)
        return ConnectionContext(
            subject=Subject(
                scope="connection", connection=self._shown(connection.name), provider=self._shown(connection.provider)
            ),
            redactor=self.known,
            provider=tally.provider,
            connection=connection,
            recordings=() if tally.provider is None else tuple(recordings.load_profiles(tally.provider.name)),
            calibration=tally.calibration or Calibration(),
            policy=self.policy,
            other_providers=tuple(others.values()),
            revocation=tally.revocation,
        )

    def _of_run(self, evidence: Evidence | None, rows: int) -> RunContext:
        searched = intact = None
        if evidence is not None:
            # These rows belong to the ledger that they speak of: what is verified is the ledger up to here. The rest is
            # searched and verified when the folder is finished, and there is no folder where anything is found then.
            searched = LeakSearch(files=evidence.FILE_COUNT, leaks=evidence.find_leaks())
            intact = EvidenceIntegrity(problems=tuple(map(str, evidence.find_problems())))
        return RunContext(
            subject=Subject(scope="run"),
            redactor=self.known,
            counts=PopulationCounts(
                expected=sum(count["records"] for count in self.counts),
                read=self.judged,
                checked=self.judged,
                identities=sum(count["identities"] for count in self.counts),
                connections=len(self.tallies),
            ),
            complete=True,
            rows=rows,
            leak_search=searched,
            integrity=intact,
        )

    # ------------------------------------------------------------ facts

    def _facts(self, verdicts: Counter[str]) -> dict[str, Any]:
        """The facts of the run, as ``run.json`` holds them."""
        known = checks.load_catalog()
        tallies = self.tallies.values()
        policy = self._policy()
        started, ended = zulu(self.started), zulu(self.now())
        key = fingerprint("the name of this key", self.key)
        policy_digest = _digest(policy)
        return {
            "form": "idp-checks run 1",
            "tool": {"name": "idp-checks", "version": version("idp-checks"), "python": platform.python_version()},
            "run": ledger.derive_uuid(
                "run", key, started, policy_digest, known.digest, *(str(each["sha256"]) for each in self.counts)
            ),
            "title": self._shown(self.title),
            "state": "complete",
            "left_undone": [],
            "started": started,
            "ended": ended,
            "key": {"of": "engagement" if self.engagement else "run", "name": key},
            "policy": policy,
            "policy_digest": policy_digest,
            "catalogue_digest": known.digest,
            "sources": self._clean(self.counts),
            "population": {
                "records": sum(each["records"] for each in self.counts),
                "identities": sum(each["identities"] for each in self.counts),
                "with_token": sum(each.with_token for each in tallies),
                "asked": sum(each.asked for each in tallies),
                "questions": sum(len(each.answers) for each in tallies),
                "not_asked": [
                    {"connection": self._shown(each.connection.name), "why": self._shown(why), "count": count}
                    for each in tallies
                    for why, count in sorted(each.not_asked.items())
                ],
            },
            "connections": [
                {
                    "name": self._shown(each.connection.name),
                    "provider": self._shown(each.connection.provider),
                    "known_provider": each.provider is not None,
                    "status": None if each.provider is None else each.provider.status,
                    "status_note": None if each.provider is None else each.provider.status_note,
                    "in_policy": self.policy.connections.get(each.connection.name) is each.connection,
                    "identities": each.identities,
                    "with_token": each.with_token,
                    "asked": each.asked,
                    "questions": len(each.answers),
                    "calibration": _calibrated(each),
                }
                for each in tallies
            ],
            "verdicts": {each.value: verdicts[each.value] for each in Verdict},
            "checks": [
                {
                    "id": each.id,
                    "title": each.title,
                    "statement": each.statement,
                    "severity": each.severity,
                    "scope": each.scope,
                    "evaluated": each.evaluated,
                    "attack": each.attack,
                    "remedy": each.remedy,
                    "controls": to_builtins(each.controls),
                }
                for each in known.checks
            ],
        }

    def _policy(self) -> dict[str, Any]:
        """The policy as it may be shown: of secrets only that they were given."""
        stated: dict[str, Any] = {}
        for connection in self.policy.connections.values():
            members = {}
            for name in connection.__struct_fields__:
                value = getattr(connection, name)
                if name == "credentials":
                    value = sorted(value)
                elif isinstance(value, Secret):
                    value = "given"
                elif isinstance(value, frozenset):
                    value = sorted(value)
                if value not in (None, (), []) and name != "name":
                    members[name] = self._clean(value)
            stated[self._shown(connection.name)] = members
        return {"connections": stated, "accept_unaskable": self._clean(dict(self.policy.accept_unaskable))}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._shown(value)
        if isinstance(value, Mapping):
            return {self._shown(name): self._clean(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(each) for each in value]
        return value

    def _shown(self, text: str) -> str:
        """A text as it may be shown."""
        if text not in self._texts:
            self._texts[text] = self.known.redact_text(replace_surrogates(text))
        return self._texts[text]

    def _named(self, *parts: str) -> str:
        return named(self.key, *parts)


def named(key: bytes, *parts: str) -> str:
    """The fingerprint of what must not be shown; the parts are told apart from any others that join to the same.

    An identity is named by ``"identity"``, provider, connection and user id, as they are stored.
    """
    return fingerprint(json.dumps(parts), key)


def _calibrated(tally: _Tally) -> dict[str, Any]:
    """What the calibration came to, in a word for programs and a sentence for people."""
    done = tally.calibration
    if done is None or done.negative is None:
        return {"negative": None, "positive": None, "text": "nothing was asked"}
    said = {False: "denied", True: "accepted", None: "did not answer"}
    text = f"{said[done.negative.active]} a made-up token"
    if done.negative.active is None:
        text = f"no answer about a made-up token ({done.negative.reason})"
    if done.positive is not None:
        word = said[done.positive.active] if done.positive.active is not None else f"no answer ({done.positive.reason})"
        text += (
            f"; {word} the known good one" if done.positive.active is not None else f"; {word} about the known good one"
        )
    return {
        "negative": done.negative.reason,
        "positive": None if done.positive is None else done.positive.reason,
        "text": text,
    }


def _provider(name: str) -> Provider | None:
    try:
        return providers.get(name)
    except UnknownProvider:
        return None


def _generic(provider: str) -> bool:
    """Whether an identity of this provider may really be another's, by a connection of one's own making."""
    found = _provider(provider)
    return provider in ("oauth2", "oidc") or (found is not None and found.kind == "generic")


def _secrets_of(connection: Connection) -> Iterator[Secret]:
    yield from (
        each for each in (connection.client_secret, connection.canary, connection.lifecycle_token) if each is not None
    )
    yield from (each for each in connection.credentials.values() if isinstance(each, Secret))


def _is_word(token: Secret) -> bool:
    """Whether what is stored as a token is a plain word, such as ``undefined``: junk that any text may hold."""
    text = token.reveal()
    return len(text) <= _WORD and text.isalpha()


def _digest(value: object) -> str:
    return f"sha256:{hashlib.sha256(ledger.canonical_json(value)).hexdigest()}"


def _changed(source: Source) -> UsageError:
    return UsageError("changed while it was audited", where=source.name, remedy="audit a copy that stands still")
