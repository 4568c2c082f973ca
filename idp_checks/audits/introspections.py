"""Introspect the tokens of a population, after calibrating each endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from msgspec import structs

from idp_checks.audits.population import ConnectionState, skip_reason
from idp_checks.checks import Calibration
from idp_checks.live.asker import Asker
from idp_checks.live.calibration import make_canary
from idp_checks.profiles.profile import Identity
from idp_checks.progress import Progress
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Introspection, conclude

__all__ = ["calibrate_endpoints", "find_introspection", "introspect_tokens"]

WORKERS = 32
"""Concurrent questions per connection; the asker's throttle limits the actual requests."""


async def calibrate_endpoints(states: Iterable[ConnectionState], asker: Asker, progress: Progress) -> None:
    """Ask each endpoint about a random token, which it must reject, and about the policy's canary, if any."""
    pending = [state for state in states if state.subjects]
    for done, state in enumerate(pending):
        progress("calibrating", done, len(pending))
        negative = await _ask(state, make_canary(state.provider), asker)
        canary = state.connection.canary
        positive = None if canary is None else await _ask(state, canary, asker)
        state.calibration = Calibration(
            negative=negative, positive=positive, any_active=positive is not None and positive.active is True
        )
    progress("calibrating", len(pending), len(pending))


async def introspect_tokens(states: Iterable[ConnectionState], asker: Asker, progress: Progress) -> None:
    """Ask the issuers about every distinct token of each connection, once."""
    states = list(states)
    total = sum(len(state.subjects) for state in states)
    done = 0

    async def work(state: ConnectionState, pending: Iterator[tuple[Secret, str]]) -> None:
        nonlocal done
        for token, subject in pending:
            state.introspections[token] = await _ask(state, token, asker, subject)
            done += 1
            progress("asking", done, total)

    async with asyncio.TaskGroup() as group:
        for state in states:
            pending = iter(state.subjects.items())
            for _ in range(min(WORKERS, len(state.subjects))):
                group.create_task(work(state, pending))
    for state in states:
        has_active = any(introspection.active is True for introspection in state.introspections.values())
        if state.calibration is not None and has_active:
            state.calibration = structs.replace(state.calibration, any_active=True)


async def _ask(state: ConnectionState, token: Secret, asker: Asker, subject: str | None = None) -> Introspection:
    return await asker.ask(state.connection.build_question(token, subject))


def find_introspection(identity: Identity, state: ConnectionState) -> Introspection | None:
    """Return the introspection of an identity's token, compared with this identity's account.

    Raises:
        KeyError: the token was not introspected, because its record changed during the audit.
    """
    token = identity.access_token
    if token is None or skip_reason(identity, state) is not None:
        return None
    introspection = state.introspections[token]
    if state.subjects[token] == identity.user_id or introspection.active is not True:
        return introspection
    # Another record contains the same token: compare the same response with the other account.
    return conclude(
        introspection.provider,
        structs.replace(introspection.reading, active=True, reason="ok", detail=None),
        method=introspection.method,
        asked_at=introspection.asked_at,
        clients=state.connection.client_ids,
        subject=identity.user_id,
        exchanges=introspection.exchanges,
    )
