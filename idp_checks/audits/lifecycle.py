"""Run a token's lifecycle and judge it by the checks IDP-LIF-001, 002 and 004."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, NamedTuple, Unpack

from msgspec import Struct, to_builtins

from idp_checks.checks import ConnectionContext, Finding, IdentityContext, Subject, Verdict, get_evaluator
from idp_checks.checks.policy import Connection
from idp_checks.clock import zulu
from idp_checks.lifecycles.run import run_lifecycle
from idp_checks.lifecycles.values import (
    ASK_INTERVAL,
    REVOCATION_TIMEOUT,
    LifecycleCallbacks,
    LifecycleOptions,
    LifecycleRecord,
    Planned,
    Renewed,
    Revocation,
    Step,
)
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync
from idp_checks.profiles.profile import Identity, NormalizedProfile
from idp_checks.progress import Progress, ignore_progress
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.question import Question, QuestionOptions

__all__ = ["Lifecycle", "LifecycleArguments", "lifecycle", "lifecycle_sync"]


class LifecycleArguments(QuestionOptions, total=False):
    """The optional arguments of ``lifecycle`` and ``lifecycle_sync``.

    Attributes:
        refresh_token: the token that renews the access token, at issuers that use one.
        timeout: seconds for one question; 10 by default.
        renew: allow one request that obtains a new token. At issuers that rotate refresh tokens it replaces the
            refresh token; ``renewed`` contains the one that is valid from then on.
        revoke: allow one request that revokes the token, and at many issuers the whole grant. It revokes the token
            that was passed, or the renewed token if the renewal already ended the first one.
        patience: seconds after which a revoked token that still works is a failure; 60 by default.
        every: seconds between two questions about a revoked token; 2 by default.
        progress: receives the name of each step.
        keep: receives the new tokens immediately after a renewal, before another request can fail.
        announce: receives the plan before anything is changed.
    """

    refresh_token: str | Secret | None
    timeout: float
    renew: bool
    revoke: bool
    patience: float
    every: float
    progress: Progress | None
    keep: Callable[[Renewed], None] | None
    announce: Callable[[tuple[Planned, ...]], None] | None


class Lifecycle(Struct, frozen=True, kw_only=True):
    """The steps of a token's lifecycle, and the findings about it.

    Args:
        renewed: the new tokens, if the token was renewed; never in ``to_dict``.
        revocation: the result of the revocation; None if nothing was revoked.
    """

    provider: str
    started: datetime
    steps: tuple[Step, ...]
    plan: tuple[Planned, ...]
    findings: tuple[Finding, ...]
    renewed: Renewed | None = None
    revocation: Revocation | None = None

    @property
    def exit_code(self) -> int:
        """The exit code: 1 if a finding failed, 3 if one is indeterminate, else 0."""
        verdicts = {finding.verdict for finding in self.findings}
        return 1 if Verdict.FAIL in verdicts else 3 if Verdict.INDETERMINATE in verdicts else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON without any token."""
        return {
            "provider": self.provider,
            "started": zulu(self.started),
            "exit_code": self.exit_code,
            "steps": [step.to_dict() for step in self.steps],
            "plan": [to_builtins(planned) for planned in self.plan],
            "findings": [_finding_to_dict(finding) for finding in self.findings],
            "renewed": None if self.renewed is None else _renewed_to_dict(self.renewed),
        }


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in to_builtins(finding).items() if value is not None and name != "subject"}


def _renewed_to_dict(renewed: Renewed) -> dict[str, Any]:
    return {
        "refresh_token_held": renewed.refresh_token is not None,
        "refresh_token_replaced": renewed.rotated,
        "expires_in": renewed.expires_in,
    }


async def lifecycle(
    provider: str, token: str | Secret, *, asker: Asker | None = None, **arguments: Unpack[LifecycleArguments]
) -> Lifecycle:
    """Run a token's lifecycle, and judge it.

    The steps are: ask about the token, use it, renew and revoke it if allowed, and ask until it is inactive.

    Args:
        provider: the provider's name, such as ``facebook``.
        token: the access token.
        asker: the client that asks the issuer; a new one over the network if None. It is not closed here.
        arguments: described in ``LifecycleArguments`` and ``QuestionOptions``.

    Returns:
        Every step with its time, the steps that were possible but not allowed, and the findings of the checks. A failed
        request is not an exception.

    Raises:
        UnknownProvider: the provider is unknown.
        UsageError: ``issuer_url`` is not a URL that may receive a token, or a number of seconds is invalid.
    """
    invocation = _read_arguments(provider, token, arguments)
    del token, arguments  # a traceback must not show them
    return await _run_invocation(invocation, asker)


def lifecycle_sync(provider: str, token: str | Secret, **arguments: Unpack[LifecycleArguments]) -> Lifecycle:
    """Run ``lifecycle`` from synchronous code.

    It also works inside an event loop, such as in a notebook.
    """
    invocation = _read_arguments(provider, token, arguments)
    del token, arguments
    return run_sync(_run_invocation(invocation, None))


class _Invocation(NamedTuple):
    """The arguments of ``lifecycle`` as values."""

    question: Question
    refresh_token: Secret | None
    timeout: float
    options: LifecycleOptions
    callbacks: LifecycleCallbacks


def _read_arguments(provider: str, token: str | Secret, arguments: LifecycleArguments) -> _Invocation:
    """Convert the arguments to values.

    Raises:
        TypeError: an argument is unknown.
        UsageError: a number of seconds is invalid.
    """
    unknown = sorted(arguments.keys() - LifecycleArguments.__optional_keys__)
    if unknown:
        raise TypeError(f"lifecycle() got an unexpected keyword argument {unknown[0]!r}")
    refresh_token = arguments.get("refresh_token")
    defaults = LifecycleCallbacks()
    return _Invocation(
        question=Question(
            provider=provider,
            token=token,
            client_id=arguments.get("client_id"),
            client_secret=arguments.get("client_secret"),
            subject=arguments.get("subject"),
            issuer_url=arguments.get("issuer_url"),
            credentials=arguments.get("credentials", {}),
        ),
        refresh_token=None if refresh_token is None else Secret.of(refresh_token),
        timeout=arguments.get("timeout", 10.0),
        options=LifecycleOptions(
            renew=arguments.get("renew", False),
            revoke=arguments.get("revoke", False),
            patience=arguments.get("patience", REVOCATION_TIMEOUT),
            every=arguments.get("every", ASK_INTERVAL),
        ),
        callbacks=LifecycleCallbacks(
            progress=arguments.get("progress") or ignore_progress,
            keep=arguments.get("keep") or defaults.keep,
            announce=arguments.get("announce") or defaults.announce,
        ),
    )


async def _run_invocation(invocation: _Invocation, asker: Asker | None) -> Lifecycle:
    async with AsyncExitStack() as stack:
        if asker is None:
            seconds = invocation.timeout
            asker = await stack.enter_async_context(Asker(timeout=seconds, patience=seconds))
        record = await run_lifecycle(
            invocation.question,
            asker,
            refresh_token=invocation.refresh_token,
            options=invocation.options,
            callbacks=invocation.callbacks,
        )
        return Lifecycle(
            provider=record.provider.name,
            started=record.started,
            steps=record.steps,
            plan=record.plan,
            findings=tuple(_judge(record, invocation.refresh_token, asker.redactor)),
            renewed=record.renewed,
            revocation=record.revocation,
        )


def _judge(record: LifecycleRecord, refresh_token: Secret | None, redactor: Redactor) -> Iterator[Finding]:
    """Evaluate the lifecycle checks for the record of a run.

    Args:
        refresh_token: the refresh token before any renewal.
    """
    question, provider = record.question, record.provider
    connection = Connection(
        name=question.provider,
        provider=question.provider,
        client_ids=question.expected_clients,
        client_secret=question.client_secret,
        issuer_url=question.issuer_url,
        credentials=question.credentials,
        needs_offline=refresh_token is not None,
    )
    identity = Identity(
        provider=provider.name,
        user_id=question.subject or "",
        connection=connection.name,
        is_social=provider.kind == "social",
        access_token=question.token,
        refresh_token=refresh_token,
    )
    identity_context = IdentityContext(
        subject=Subject(scope="identity", connection=connection.name, provider=provider.name),
        redactor=redactor,
        record=NormalizedProfile(user_id="", name="", nickname="", picture="", identities=(identity,)),
        identity=identity,
        provider=provider,
        connection=connection,
        introspection=record.introspection,
        renewal=record.renewal,
    )
    connection_context = ConnectionContext(
        subject=Subject(scope="connection", connection=connection.name, provider=provider.name),
        redactor=redactor,
        provider=provider,
        connection=connection,
        revocation=record.revocation,
    )
    yield get_evaluator("IDP-LIF-001")(identity_context)
    yield get_evaluator("IDP-LIF-002")(connection_context)
    yield get_evaluator("IDP-LIF-004")(identity_context)
