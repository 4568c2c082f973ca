"""The life of one token, tried out: ask, use, renew, revoke, and ask until it is dead.

Asking and using change nothing at the issuer and are always done. Renewing and revoking are done where the caller says
so; what they would do is told beforehand (``Planned``). A call that changes something is sent once.

What counts is what the issuer says of the tokens, before and after: the answer of a revocation endpoint is no proof,
since a token that was never good gets the same (RFC 7009, section 2.2). The findings are those of the checks
IDP-LIF-001, 002 and 004.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Unpack
from urllib.parse import urlsplit

from msgspec import Struct, structs

from idp_checks import providers
from idp_checks.checks import ConnectionContext, Finding, IdentityContext, Renewal, Revocation, Subject
from idp_checks.checks.evaluation import MINIMUM_PRIVATE_LENGTH, get_evaluator
from idp_checks.checks.lifecycle import missing_inputs
from idp_checks.checks.policy import Connection
from idp_checks.clock import utc_now
from idp_checks.errors import ProfileError, UsageError
from idp_checks.lifecycles.responses import _read, renewed_of
from idp_checks.lifecycles.values import Lifecycle, Planned, Renewed, Step, StepName, StepOutcome, TokenRole
from idp_checks.live.asker import Asker, conclude_reply
from idp_checks.live.loop import run_sync
from idp_checks.profiles.profile import Identity, NormalizedProfile
from idp_checks.progress import Progress, ignore_progress
from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.discovery import Metadata, read_metadata
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.question import Question, QuestionOptions
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.template import HOLE
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["lifecycle", "lifecycle_sync", "live_through", "lifecycle_inputs"]

EVERY = 2.0
"""Seconds between two questions to a token that ought to be dead."""
REVOCATION_TIMEOUT = 60.0
"""Seconds for which a revoked token may go on working: RFC 7009, section 2.1, wants the delay to be small."""
CONFIRMED = 2
"""Denials in a row by which a token is dead: one of many servers of an issuer may know it before the others."""
CHECKS = ("IDP-LIF-001", "IDP-LIF-002", "IDP-LIF-004")


async def lifecycle(
    provider: str,
    token: str | Secret,
    *,
    refresh_token: str | Secret | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109 - the deadline of each call is the caller's
    renew: bool = False,
    revoke: bool = False,
    patience: float = REVOCATION_TIMEOUT,
    every: float = EVERY,
    progress: Progress | None = None,
    keep: Callable[[Renewed], None] | None = None,
    announce: Callable[[tuple[Planned, ...]], None] | None = None,
    asker: Asker | None = None,
    **options: Unpack[QuestionOptions],
) -> Lifecycle:
    """Try out the life of a token: ask, use, renew where allowed, revoke where allowed, ask until it is dead.

    Args:
        provider, token, client_id, client_secret, subject, issuer_url, credentials: as in ``idp_checks.introspect``.
        refresh_token: what renews it, where the issuer has such.
        timeout: seconds for one question.
        renew: allow one call that gives a new token. At issuers that rotate, the refresh token is replaced by it: the
            one that counts from then on is in ``renewed``.
        revoke: allow one call that ends the token, and at many issuers the whole grant. Which token: the one given; if
            the renewal ended that one, the renewed one.
        patience: seconds after which a revoked token that still works is a fail.
        every: seconds between two questions to it.
        progress: is told how far the run is.
        keep: is handed the new tokens as soon as they are there, before anything else can go wrong.
        announce: is told what can be changed and what will be, before anything is.
        asker: asks the issuer; one over the network if not given. It is not closed here.

    Returns:
        Every step with its time, what could be done and was not allowed, and the findings of the checks. A failure to
        ask is no exception.

    Raises:
        UnknownProvider: there is no provider of that name.
        UsageError: ``issuer_url`` is no address that a token may be sent to, or a time is none.
    """
    question = Question(provider=provider, token=token, **options)
    renewal_token = None if refresh_token is None else Secret.of(refresh_token)
    del token, refresh_token, options  # a traceback must not show them
    return await _lifecycle(
        question,
        renewal_token,
        timeout,
        asker,
        renew=renew,
        revoke=revoke,
        patience=patience,
        every=every,
        progress=progress,
        keep=keep,
        announce=announce,
    )


def lifecycle_sync(
    provider: str,
    token: str | Secret,
    *,
    refresh_token: str | Secret | None = None,
    timeout: float = 10.0,
    renew: bool = False,
    revoke: bool = False,
    patience: float = REVOCATION_TIMEOUT,
    every: float = EVERY,
    progress: Progress | None = None,
    keep: Callable[[Renewed], None] | None = None,
    announce: Callable[[tuple[Planned, ...]], None] | None = None,
    **options: Unpack[QuestionOptions],
) -> Lifecycle:
    """Run ``lifecycle`` from synchronous code; it also works inside an event loop, such as in a notebook."""
    question = Question(provider=provider, token=token, **options)
    renewal_token = None if refresh_token is None else Secret.of(refresh_token)
    del token, refresh_token, options
    return run_sync(
        _lifecycle(
            question,
            renewal_token,
            timeout,
            None,
            renew=renew,
            revoke=revoke,
            patience=patience,
            every=every,
            progress=progress,
            keep=keep,
            announce=announce,
        )
    )


async def _lifecycle(
    question: Question, refresh_token: Secret | None, seconds: float, asker: Asker | None, **steps: Any
) -> Lifecycle:
    """Build the connection of the question, and run its token's lifecycle."""
    connection = Connection(
        name=question.provider,
        provider=question.provider,
        client_ids=question.expected_clients,
        client_secret=question.client_secret,
        issuer_url=question.issuer_url,
        credentials=question.credentials,
        needs_offline=refresh_token is not None,
    )
    async with AsyncExitStack() as stack:
        if asker is None:
            asker = await stack.enter_async_context(Asker(timeout=seconds, patience=seconds))
        return await live_through(
            connection, question.token, asker, refresh_token=refresh_token, subject=question.subject, **steps
        )


async def live_through(
    connection: Connection,
    token: Secret,
    asker: Asker,
    *,
    refresh_token: Secret | None = None,
    subject: str | None = None,
    renew: bool = False,
    revoke: bool = False,
    patience: float = REVOCATION_TIMEOUT,
    every: float = EVERY,
    progress: Progress | None = None,
    keep: Callable[[Renewed], None] | None = None,
    announce: Callable[[tuple[Planned, ...]], None] | None = None,
) -> Lifecycle:
    """``lifecycle`` for a connection of a policy, whose limits the findings go by."""
    for name, seconds, least in (("patience", patience, 0.0), ("every", every, 0.001)):
        if not least <= seconds < float("inf"):
            raise UsageError("not a time", where=name, remedy=f"give seconds, at least {least:g}")
    run = LifecycleRun(connection, token, asker, refresh_token, subject, patience, every, progress or ignore_progress)
    return await run.whole(renew=renew, revoke=revoke, keep=keep or _kept, announce=announce or _kept)


def lifecycle_inputs(provider: Provider) -> tuple[str, ...]:
    """What a token's life may take beyond the tokens, by the names of arguments and credentials."""
    token, debug, call = provider.token, provider.debug, provider.profile.request
    names = ["issuer", *((*debug.required_credentials, *debug.optional_credentials) if debug is not None else ())]
    for way in (token.renewal, token.termination, token.uses):
        names += [*(way.request.required_credentials if way.request is not None else ()), *HOLE.findall(way.url or "")]
    names += HOLE.findall(call.url) if call is not None else []
    return tuple(each for each in dict.fromkeys(names) if each != "token")


class LifecycleRun:
    """One token's life under way."""

    def __init__(
        self,
        connection: Connection,
        token: Secret,
        asker: Asker,
        refresh_token: Secret | None,
        subject: str | None,
        patience: float,
        every: float,
        progress: Progress,
    ) -> None:
        self.provider: Provider = providers.get(connection.provider)
        self.connection = connection
        self.tokens: dict[TokenRole, Secret] = {"given": token}
        self.refresh_token = refresh_token
        self.first_refresh_token = refresh_token
        self.asker = asker
        self.subject = subject
        self.patience = patience
        self.every = every
        self.progress = progress
        self.started = utc_now()
        self.begun = asyncio.get_running_loop().time()
        self.steps: list[Step] = []
        self.said: dict[TokenRole, Introspection] = {}
        self.renewed: Renewed | None = None
        self.renewal: Renewal | None = None
        self.revocation: Revocation | None = None
        secrets = (token, refresh_token, connection.client_secret, *connection.credentials.values())
        asker.redactor.add(*(each for each in secrets if isinstance(each, Secret)))

    async def whole(
        self,
        *,
        renew: bool,
        revoke: bool,
        keep: Callable[[Renewed], None],
        announce: Callable[[tuple[Planned, ...]], None],
    ) -> Lifecycle:
        """All of it, in order."""
        first = await self.ask("ask", "given")
        await self.discover()
        await self.use()
        plan = tuple(self.plan(renew=renew, revoke=revoke))
        announce(plan)
        # A token that is not what the caller takes it for is somebody else's: nothing is changed with it.
        stopped = first.reason if first.reason in ("wrong_client", "wrong_subject", "malformed") else None
        for planned in plan:
            if not planned.allowed:
                continue
            if stopped is not None:
                self.step(planned.action, "given", "left_out", reason=stopped, detail=STOPPED)
            elif not planned.possible:
                why = f"not given: {', '.join(planned.missing)}" if planned.missing else planned.note
                self.step(planned.action, "given", "left_out", reason="not_stated", detail=why)
            elif planned.action == "renew":
                await self.renew(keep)
            else:
                await self.revoke()
            if planned.action == "revoke" and self.revocation is None and (stopped or planned.missing):
                self.revocation = Revocation(at=utc_now(), accepted=None, reason="caller_rejected", before=first)
        hushed = Redactor(self.asker.redactor.key, self.secrets()).with_minimum_length(MINIMUM_PRIVATE_LENGTH)
        return Lifecycle(
            provider=self.provider.name,
            started=self.started,
            steps=_hushed(tuple(self.steps), hushed),
            plan=plan,
            findings=tuple(self.findings()),
            renewed=self.renewed,
            revocation=_hushed(self.revocation, hushed),
        )

    def secrets(self) -> Iterator[Secret]:
        """Everything that must not show."""
        held = (self.first_refresh_token, self.refresh_token, self.connection.client_secret)
        for each in (*self.tokens.values(), *held, *self.connection.credentials.values()):
            if isinstance(each, Secret):
                yield each

    # ------------------------------------------------------------ asking

    async def ask(self, name: StepName, which: TokenRole) -> Introspection:
        """One question to the issuer, as a step."""
        self.progress(name, len(self.steps), None)
        found = self.said[which] = await self.put(which)
        outcome: StepOutcome = "good" if found.good else "not_good" if found.decided else "undecided"
        self.step(name, which, outcome, reason=found.reason, detail=found.detail, introspection=found)
        return found

    async def put(self, which: TokenRole) -> Introspection:
        """The question itself, never from an answer that was given before."""
        prepared = self.asker.prepare(self.connection.question(self.tokens[which], self.subject))
        return conclude_reply(prepared, prepared.reply or await self.asker.fetch_reply(prepared))

    def question(self, token: Secret) -> Question:
        """Build the question that a request template is filled from."""
        return structs.replace(self.connection.question(token, self.subject), asked_at=utc_now())

    def step(
        self,
        name: StepName,
        token: TokenRole,
        outcome: StepOutcome,
        *,
        reason: str | None = None,
        detail: str | None = None,
        exchange: Exchange | None = None,
        introspection: Introspection | None = None,
        times: int = 1,
        ago: float = 0.0,
    ) -> None:
        """Write down a step that is done; ``ago`` is how many seconds before now what it tells of took place."""
        seconds = asyncio.get_running_loop().time() - self.begun - ago
        self.steps.append(
            Step(
                name=name,
                token=token,
                at=datetime.fromtimestamp(utc_now(precise=True).timestamp() - ago, UTC),
                seconds=round(seconds, 3),
                outcome=outcome,
                reason=None if reason == "ok" else reason,
                detail=detail,
                times=times,
                exchange=exchange,
                introspection=introspection,
            )
        )

    # ------------------------------------------------------------ ways

    async def discover(self) -> None:
        """Find the endpoints of a server whose documentation leaves them to discovery.

        OpenID Connect Discovery 1.0, section 4, and RFC 8414, section 3.1; what the caller names comes first.
        """
        token = self.provider.token
        ways = {"renewal": token.renewal, "termination": token.termination, "uses": self.used()}
        open_ones = {
            name: hole[1]
            for name, way in ways.items()
            if (hole := HOLE.fullmatch(way.url or "")) is not None
            and hole[1] in Metadata.__struct_fields__
            and not self.connection.credentials.get(hole[1])
        }
        issuer = self.connection.issuer_url or self.question(token=Secret("")).credential("issuer")
        if open_ones and issuer:
            found = await self.metadata(issuer)
            if isinstance(found, Metadata):
                endpoints = {name: url for name, url in found.endpoints.items() if name in open_ones.values()}
                self.connection = structs.replace(
                    self.connection, credentials={**endpoints, **self.connection.credentials}
                )
                for name, endpoint in open_ones.items():
                    if endpoint not in endpoints:
                        ways[name] = Operation(f"The issuer's discovery document names no {endpoint}.")
            else:
                for name in open_ones:
                    note = f"The issuer's discovery document does not say: {found.detail or found.reason}."
                    ways[name] = replace(ways[name], note=note)
        changed = replace(token, renewal=ways["renewal"], termination=ways["termination"], uses=ways["uses"])
        self.provider = replace(self.provider, token=changed)

    async def metadata(self, issuer: str) -> Metadata | Reading:
        """The discovery document of the issuer, or why there is none."""
        parts = urlsplit(issuer)
        usual = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        other = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path.rstrip('/')}"
        why: Metadata | Reading = Reading(active=None, reason="not_stated")
        for url in (usual,) if self.provider.protocol == "oidc" else (other, usual):
            asked = Request(method="GET", url=url, headers={"Accept": "application/json"})
            answer, why, _ = await self.asker.send(asked)
            if answer is not None:
                why = read_metadata(answer, issuer)
                if isinstance(why, Metadata):
                    return why
        return why

    def used(self) -> Operation:
        """The harmless call: the documented one, or the call for the profile."""
        way, call = self.provider.token.uses, self.provider.profile.request
        return way if way.request is not None or call is None else Operation(way.note, call)

    def plan(self, *, renew: bool, revoke: bool) -> Iterator[Planned]:
        """What the steps that change something do."""
        token = self.provider.token
        for what, way, allowed in (("renew", token.renewal, renew), ("revoke", token.termination, revoke)):
            sendable = way.request is not None
            missing = missing_inputs(way, self.connection, refresh=self.refresh_token is not None) if sendable else ()
            yield Planned(
                action="renew" if what == "renew" else "revoke",
                allowed=allowed,
                possible=sendable and not missing,
                note=way.note,
                method=way.method,
                address=self.address(way),
                sends=way.token if sendable else None,
                effect=None if not sendable else RENEWS[way.token] if what == "renew" else ENDS[way.ends],
                missing=missing,
            )

    def address(self, way: Operation) -> str | None:
        """Where the call of a way goes; what is not held stays a hole in it."""
        recipe = way.request
        try:
            return way.url if recipe is None else recipe.address(self.question(Secret("")))
        except Unreachable:
            return way.url

    async def call(
        self, way: Operation, which: TokenRole, learned: Callable[[Response], tuple[Secret, ...]] = lambda _: ()
    ) -> tuple[Response | None, Reading, Exchange | None]:
        """Send the call of a way, once; with the refresh token where it takes that one."""
        recipe = way.request
        assert recipe is not None, "an operation without a request is never sent"  # noqa: S101
        token = self.tokens[which]
        if way.token == "refresh" and self.refresh_token is not None:
            token = self.refresh_token
        try:
            request = recipe.request(self.question(token))
        except Unreachable as unreachable:
            return None, Reading(active=None, reason=unreachable.reason, detail=unreachable.detail), None
        answer, why, exchange = await self.asker.send(request, learned)
        return answer, why if answer is None else _read(answer, way), exchange

    # ------------------------------------------------------------ steps

    async def use(self) -> None:
        """One harmless call with the token."""
        way = self.provider.token.uses
        self.progress("use", len(self.steps), None)
        if way.request is None:
            self.step("use", "given", "left_out", reason="not_stated", detail=way.note)
            return
        if missing := missing_inputs(way, self.connection, refresh=self.refresh_token is not None):
            self.step("use", "given", "left_out", reason="caller_rejected", detail=f"not given: {', '.join(missing)}")
            return
        answer, done, exchange = await self.call(way, "given")
        call = self.provider.profile.request
        if answer is not None and done.active and call is not None and way.url == call.url:
            try:
                self.provider.read(answer.body)
            except ProfileError as error:
                done = Reading(active=None, reason="unparsable", detail=f"{error.path}: {error.problem}")
        outcome: StepOutcome = "worked" if done.active else "undecided" if done.active is None else "refused"
        self.step("use", "given", outcome, reason=done.reason, detail=done.detail, exchange=exchange)

    async def renew(self, keep: Callable[[Renewed], None]) -> None:
        """Have a new token, hand it over at once, and ask about it."""
        self.progress("renew", len(self.steps), None)

        def new(answer: Response) -> tuple[Secret, ...]:
            found = renewed_of(answer, self.refresh_token)
            return () if found is None else tuple(filter(None, (found.access_token, found.refresh_token)))

        answer, done, exchange = await self.call(self.provider.token.renewal, "given", new)
        found = None if answer is None else renewed_of(answer, self.refresh_token)
        if found is None:
            if done.active:
                done = Reading(active=None, reason="unparsable", detail="the answer holds no new token")
            outcome: StepOutcome = "refused" if done.active is False else "undecided"
            detail = done.detail
            if answer is None and exchange is not None and self.refresh_token is not None:
                detail = f"{detail}; the refresh token may have been replaced all the same"
            self.renewal = Renewal(outcome=done.active, reason=done.reason)
            self.step("renew", "given", outcome, reason=done.reason, detail=detail, exchange=exchange)
            return
        self.renewed = found
        self.tokens["renewed"], self.refresh_token = found.access_token, found.refresh_token
        keep(found)
        detail = "the refresh token was replaced" if found.rotated else None
        self.step("renew", "given", "renewed", detail=detail, exchange=exchange)
        self.renewal = Renewal(outcome=True, after=await self.ask("ask-renewed", "renewed"))

    async def revoke(self) -> None:
        """End the token, and ask until it is dead."""
        which: TokenRole = "given"
        if "renewed" in self.tokens:
            again = await self.ask("ask", "given")
            if again.active is not True and self.said["renewed"].active is True:
                which = "renewed"  # the renewal ended the one that was given
        way = self.provider.token.termination
        self.progress("revoke", len(self.steps), None)
        before = self.said[which]
        at = asyncio.get_running_loop().time()
        _, done, exchange = await self.call(way, which)
        outcome: StepOutcome = "accepted" if done.active else "undecided" if done.active is None else "refused"
        self.step("revoke", which, outcome, reason=done.reason, detail=done.detail, exchange=exchange)
        self.revocation = Revocation(at=utc_now(), accepted=done.active, reason=done.reason, before=before)
        ending: tuple[TokenRole, ...] = (which,)
        if way.ends == "grant":
            ending = tuple(each for each in self.tokens if each == which or self.said[each].active is True)
        deadline = at + (self.patience if done.active else 0.0)
        after = await asyncio.gather(*(self.until_dead(each, deadline) for each in ending))
        if way.token == "refresh" and way.ends == "token":
            # The refresh token alone has to be dead, and of that nobody can be asked.
            after = [each for each in after if each.active is False]
        waited = int(asyncio.get_running_loop().time() - at)
        self.revocation = structs.replace(self.revocation, after=tuple(after), waited_s=waited)

    async def until_dead(self, which: TokenRole, deadline: float) -> Introspection:
        """Ask until the token is denied, and denied again, or the time is over: the last answer."""
        clock = asyncio.get_running_loop().time
        asked = denied = 0
        first = clock()
        while True:
            self.progress("ask-until-dead", len(self.steps), None)
            found = await self.put(which)
            now = clock()
            asked += 1
            denied = denied + 1 if found.active is False else 0
            if denied <= 1:
                first = now
            if denied == CONFIRMED or (not denied and now >= deadline):
                break
            await asyncio.sleep(self.every if denied else min(self.every, max(0.0, deadline - now)))
        outcome: StepOutcome = "dead" if found.active is False else "alive" if found.active else "undecided"
        self.step(
            "ask-until-dead",
            which,
            outcome,
            reason=found.reason,
            detail=found.detail,
            introspection=found,
            times=asked,
            ago=clock() - first,
        )
        return found

    # ------------------------------------------------------------ findings

    def findings(self) -> Iterator[Finding]:
        """What the checks say of it."""
        name = self.provider.name
        identity = Identity(
            provider=name,
            user_id=self.subject or "",
            connection=self.connection.name,
            is_social=self.provider.kind == "social",
            access_token=self.tokens["given"],
            refresh_token=self.first_refresh_token,
        )
        of_token = IdentityContext(
            subject=Subject(scope="identity", connection=self.connection.name, provider=name),
            redactor=self.asker.redactor,
            record=NormalizedProfile(user_id="", name="", nickname="", picture="", identities=(identity,)),
            identity=identity,
            provider=self.provider,
            connection=self.connection,
            introspection=next(each.introspection for each in self.steps if each.introspection is not None),
            renewal=self.renewal,
        )
        of_connection = ConnectionContext(
            subject=Subject(scope="connection", connection=self.connection.name, provider=name),
            redactor=self.asker.redactor,
            provider=self.provider,
            connection=self.connection,
            revocation=self.revocation,
        )
        for check in CHECKS:
            yield get_evaluator(check)(of_connection if check == "IDP-LIF-002" else of_token)


STOPPED = "nothing is changed with such a token"
RENEWS = {
    "refresh": "a new access token; at issuers that rotate, a new refresh token takes the old one's place",
    "access": "a new access token; at some issuers the old one ends",
}
ENDS = {
    "token": "the token ends (if the renewal ended it already, the renewed one)",
    "grant": "the whole grant ends: every token of this person at this application",
}


def _hushed(value: Any, redactor: Redactor) -> Any:
    """The same, should the issuer have put one of the secrets into an answer about another."""
    if isinstance(value, str):
        return redactor.redact_known(value)
    if isinstance(value, Mapping):
        return {redactor.redact_known(str(name)): _hushed(each, redactor) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_hushed(each, redactor) for each in value)
    if isinstance(value, Struct):
        return structs.replace(
            value, **{name: _hushed(getattr(value, name), redactor) for name in value.__struct_fields__}
        )
    return value


def _kept(_: object) -> None:
    """It stands in the result, and nowhere else."""
