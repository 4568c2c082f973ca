"""Ask about a token, use, renew and revoke it, and ask until it is inactive.

Asking and using change nothing at the issuer and are always done. Renewing and revoking are done only if the caller
allows them; their effects are announced before (``Planned``). A request that changes something is sent once.

The result is the issuer's introspection of the tokens before and after. The response of a revocation endpoint is not
proof, because a token that was never valid gets the same response (RFC 7009, section 2.2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, structs

from idp_checks import providers
from idp_checks.clock import utc_now
from idp_checks.errors import ProfileError
from idp_checks.lifecycles.discovery import discover_operations
from idp_checks.lifecycles.plan import build_plan, missing_inputs
from idp_checks.lifecycles.responses import read_operation, read_renewed
from idp_checks.lifecycles.values import (
    LifecycleCallbacks,
    LifecycleOptions,
    LifecycleRecord,
    Planned,
    Renewal,
    Renewed,
    Revocation,
    Step,
    StepName,
    StepOutcome,
    TokenRole,
)
from idp_checks.live.asker import Asker
from idp_checks.live.prepared_question import conclude_reply
from idp_checks.providers.operations import Operation
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.wire import Response, Unreachable

__all__ = ["LifecycleRun", "run_lifecycle"]

REQUIRED_DENIALS = 2
"""Consecutive rejections that prove a token inactive, because the servers of an issuer learn of it one by one."""
MINIMUM_SECRET_LENGTH = 8
"""Minimum length of a secret that is removed from the record; a shorter one may occur by chance."""
FOREIGN_TOKEN_REASONS = ("wrong_client", "wrong_subject", "malformed")
"""Reasons that show that the token is not the caller's, so that it must not be changed."""
NOT_CHANGED = "a token that fails these expectations is not changed"


async def run_lifecycle(
    question: Question,
    asker: Asker,
    *,
    options: LifecycleOptions,
    refresh_token: Secret | None = None,
    callbacks: LifecycleCallbacks | None = None,
) -> LifecycleRecord:
    """Run the lifecycle of the question's token.

    Raises:
        UnknownProvider: the provider is unknown.
        UsageError: ``issuer_url`` is not a URL that may receive a token.
    """
    return await LifecycleRun(question, asker, refresh_token, options, callbacks or LifecycleCallbacks()).run()


class LifecycleRun:
    """A running lifecycle."""

    def __init__(
        self,
        question: Question,
        asker: Asker,
        refresh_token: Secret | None,
        options: LifecycleOptions,
        callbacks: LifecycleCallbacks,
    ) -> None:
        self.provider = providers.get(question.provider)
        self.question = question
        self.asker = asker
        self.first_refresh_token = refresh_token
        self.refresh_token = refresh_token
        self.options = options
        self.callbacks = callbacks
        self.tokens: dict[TokenRole, Secret] = {"given": question.token}
        self.introspections: dict[TokenRole, Introspection] = {}
        self.started = utc_now()
        self.clock_start = asyncio.get_running_loop().time()
        self.steps: list[Step] = []
        self.renewed: Renewed | None = None
        self.renewal: Renewal | None = None
        self.revocation: Revocation | None = None
        asker.redactor.add(*self.secrets())

    async def run(self) -> LifecycleRecord:
        """Run all steps in order, and return their record."""
        first = await self.ask("ask", "given")
        self.provider, self.question = await discover_operations(self.provider, self.question, self.asker)
        await self.use()
        plan = tuple(
            build_plan(self.provider, self.question, self.options, has_refresh_token=self.refresh_token is not None)
        )
        self.callbacks.announce(plan)
        for planned in plan:
            if planned.allowed:
                await self.carry_out(planned, first)
        redactor = Redactor(self.asker.redactor.key, self.secrets()).with_minimum_length(MINIMUM_SECRET_LENGTH)
        return LifecycleRecord(
            provider=self.provider,
            question=self.question,
            started=self.started,
            steps=_redact_values(tuple(self.steps), redactor),
            plan=plan,
            introspection=_redact_values(first, redactor),
            renewed=self.renewed,
            renewal=_redact_values(self.renewal, redactor),
            revocation=_redact_values(self.revocation, redactor),
        )

    def secrets(self) -> Iterator[Secret]:
        """Iterate over the secrets that must not appear in the record."""
        client = (self.question.client_secret, *self.question.credentials.values())
        for value in (*self.tokens.values(), self.first_refresh_token, self.refresh_token, *client):
            if isinstance(value, Secret):
                yield value

    # ------------------------------------------------------------ requests

    async def ask(self, name: StepName, role: TokenRole) -> Introspection:
        """Ask the issuer about a token, and record the step."""
        self.report_progress(name)
        introspection = self.introspections[role] = await self.introspect(role)
        outcome: StepOutcome = "good" if introspection.good else "not_good" if introspection.decided else "undecided"
        self.record_step(name, role, outcome, introspection=introspection)
        return introspection

    async def introspect(self, role: TokenRole) -> Introspection:
        """Ask the issuer about a token, without using an earlier response."""
        prepared = self.asker.prepare(structs.replace(self.question, token=self.tokens[role]))
        return conclude_reply(prepared, prepared.reply or await self.asker.fetch_reply(prepared))

    async def send(
        self,
        operation: Operation,
        role: TokenRole,
        find_secrets: Callable[[Response], tuple[Secret, ...]] = lambda _: (),
    ) -> tuple[Response | None, Reading, Exchange | None]:
        """Send the request of an operation once, with the token that it takes.

        Args:
            find_secrets: returns the secrets in the response, so that they are redacted before it is recorded.

        Returns:
            The response (None if there was none), whether the operation succeeded, and the redacted exchange.
        """
        template = operation.request
        assert template is not None, "an operation without a request is never sent"  # noqa: S101
        token = self.tokens[role]
        if operation.token == "refresh" and self.refresh_token is not None:
            token = self.refresh_token
        try:
            request = template.build_request(structs.replace(self.question, token=token, asked_at=utc_now()))
        except Unreachable as unreachable:
            return None, Reading(active=None, reason=unreachable.reason, detail=unreachable.detail), None
        response, reading, exchange = await self.asker.send(request, find_secrets)
        return response, reading if response is None else read_operation(response, operation), exchange

    # ------------------------------------------------------------ recording

    def report_progress(self, name: StepName) -> None:
        """Report the step that is about to be done."""
        self.callbacks.progress(name, len(self.steps), None)

    def record_step(
        self,
        name: StepName,
        role: TokenRole,
        outcome: StepOutcome,
        *,
        reading: Reading | None = None,
        exchange: Exchange | None = None,
        introspection: Introspection | None = None,
        times: int = 1,
        seconds_ago: float = 0.0,
    ) -> None:
        """Record a finished step, with the reason of its reading or introspection.

        Args:
            seconds_ago: how many seconds before now the recorded event took place.
        """
        source = reading if reading is not None else introspection
        seconds = asyncio.get_running_loop().time() - self.clock_start - seconds_ago
        self.steps.append(
            Step(
                name=name,
                token=role,
                at=datetime.fromtimestamp(utc_now(precise=True).timestamp() - seconds_ago, UTC),
                seconds=round(seconds, 3),
                outcome=outcome,
                reason=None if source is None or source.reason == "ok" else source.reason,
                detail=None if source is None else source.detail,
                times=times,
                exchange=exchange,
                introspection=introspection,
            )
        )

    def skip_step(self, name: StepName, reading: Reading) -> None:
        """Record a step that was not done, with the reason."""
        self.record_step(name, "given", "left_out", reading=reading)

    # ------------------------------------------------------------ steps

    async def use(self) -> None:
        """Send one harmless request with the token."""
        operation = self.provider.token.uses
        self.report_progress("use")
        if operation.request is None:
            self.skip_step("use", Reading(active=None, reason="not_stated", detail=operation.note))
            return
        missing = missing_inputs(operation, self.question, has_refresh_token=self.refresh_token is not None)
        if missing:
            detail = f"missing: {', '.join(missing)}"
            self.skip_step("use", Reading(active=None, reason="caller_rejected", detail=detail))
            return
        response, reading, exchange = await self.send(operation, "given")
        profile = self.provider.profile.request
        if response is not None and reading.active and profile is not None and operation.url == profile.url:
            try:
                self.provider.read(response.body)
            except ProfileError as error:
                reading = Reading(active=None, reason="unparsable", detail=f"{error.path}: {error.problem}")
        outcome: StepOutcome = "worked" if reading.active else "undecided" if reading.active is None else "refused"
        self.record_step("use", "given", outcome, reading=reading, exchange=exchange)

    async def carry_out(self, planned: Planned, first: Introspection) -> None:
        """Renew or revoke the token as planned, or record why that was not done."""
        is_foreign = first.reason in FOREIGN_TOKEN_REASONS
        if is_foreign:
            self.skip_step(planned.action, Reading(active=None, reason=first.reason, detail=NOT_CHANGED))
        elif not planned.possible:
            detail = f"missing: {', '.join(planned.missing)}" if planned.missing else planned.note
            self.skip_step(planned.action, Reading(active=None, reason="not_stated", detail=detail))
        elif planned.action == "renew":
            await self.renew()
        else:
            await self.revoke()
        if planned.action == "revoke" and self.revocation is None and (is_foreign or planned.missing):
            self.revocation = Revocation(at=utc_now(), accepted=None, reason="caller_rejected", before=first)

    async def renew(self) -> None:
        """Obtain a new token, pass it to the caller immediately, and ask about it."""
        self.report_progress("renew")

        def find_secrets(response: Response) -> tuple[Secret, ...]:
            renewed = read_renewed(response, self.refresh_token)
            return () if renewed is None else tuple(filter(None, (renewed.access_token, renewed.refresh_token)))

        response, reading, exchange = await self.send(self.provider.token.renewal, "given", find_secrets)
        renewed = None if response is None else read_renewed(response, self.refresh_token)
        if renewed is None:
            if reading.active:
                reading = Reading(active=None, reason="unparsable", detail="the response contains no new token")
            elif response is None and exchange is not None and self.refresh_token is not None:
                detail = f"{reading.detail}; the refresh token may have been replaced nevertheless"
                reading = structs.replace(reading, detail=detail)
            self.renewal = Renewal(outcome=reading.active, reason=reading.reason)
            outcome: StepOutcome = "refused" if reading.active is False else "undecided"
            self.record_step("renew", "given", outcome, reading=reading, exchange=exchange)
            return
        self.renewed = renewed
        self.tokens["renewed"], self.refresh_token = renewed.access_token, renewed.refresh_token
        self.callbacks.keep(renewed)
        note = "the refresh token was replaced" if renewed.rotated else None
        success = Reading(active=True, reason="ok", detail=note)
        self.record_step("renew", "given", "renewed", reading=success, exchange=exchange)
        self.renewal = Renewal(outcome=True, after=await self.ask("ask-renewed", "renewed"))

    async def revoke(self) -> None:
        """Revoke the token, and ask until it is inactive."""
        role = await self.choose_revoked()
        operation = self.provider.token.termination
        self.report_progress("revoke")
        clock = asyncio.get_running_loop().time
        started_at = clock()
        _, reading, exchange = await self.send(operation, role)
        outcome: StepOutcome = "accepted" if reading.active else "undecided" if reading.active is None else "refused"
        self.record_step("revoke", role, outcome, reading=reading, exchange=exchange)
        self.revocation = Revocation(
            at=utc_now(), accepted=reading.active, reason=reading.reason, before=self.introspections[role]
        )
        affected: tuple[TokenRole, ...] = (role,)
        if operation.ends == "grant":
            affected = tuple(
                token for token in self.tokens if token == role or self.introspections[token].active is True
            )
        deadline = started_at + (self.options.patience if reading.active else 0.0)
        after = await asyncio.gather(*(self.wait_until_inactive(token, deadline) for token in affected))
        if operation.token == "refresh" and operation.ends == "token":
            # Only the refresh token must be inactive, and the issuer cannot be asked about refresh tokens.
            after = [introspection for introspection in after if introspection.active is False]
        waited = int(clock() - started_at)
        self.revocation = structs.replace(self.revocation, after=tuple(after), waited_s=waited)

    async def choose_revoked(self) -> TokenRole:
        """Return the token to revoke: the renewed one if the renewal ended the first."""
        if "renewed" not in self.tokens:
            return "given"
        current = await self.ask("ask", "given")
        return "renewed" if current.active is not True and self.introspections["renewed"].active is True else "given"

    async def wait_until_inactive(self, role: TokenRole, deadline: float) -> Introspection:
        """Ask until the token is rejected repeatedly or the deadline is over.

        Returns:
            The last introspection.
        """
        clock = asyncio.get_running_loop().time
        questions = denials = 0
        decided_at = clock()
        while True:
            self.report_progress("ask-until-dead")
            introspection = await self.introspect(role)
            now = clock()
            questions += 1
            denials = denials + 1 if introspection.active is False else 0
            if denials <= 1:
                decided_at = now
            if denials == REQUIRED_DENIALS or (not denials and now >= deadline):
                break
            interval = self.options.every
            await asyncio.sleep(interval if denials else min(interval, max(0.0, deadline - now)))
        outcome: StepOutcome = (
            "dead" if introspection.active is False else "alive" if introspection.active else "undecided"
        )
        self.record_step(
            "ask-until-dead",
            role,
            outcome,
            introspection=introspection,
            times=questions,
            seconds_ago=clock() - decided_at,
        )
        return introspection


def _redact_values(value: Any, redactor: Redactor) -> Any:
    """Remove secrets that the issuer returned in a response about another token."""
    if isinstance(value, str):
        return redactor.redact_known(value)
    if isinstance(value, Mapping):
        return {redactor.redact_known(str(name)): _redact_values(item, redactor) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_redact_values(item, redactor) for item in value)
    if isinstance(value, Struct):
        fields = {name: _redact_values(getattr(value, name), redactor) for name in value.__struct_fields__}
        return structs.replace(value, **fields)
    return value
