"""Revoke the lifecycle tokens of a policy."""

from __future__ import annotations

from collections.abc import Iterable

from idp_checks.audits.population import ConnectionState
from idp_checks.lifecycles.run import run_lifecycle
from idp_checks.lifecycles.values import REVOCATION_TIMEOUT, LifecycleOptions
from idp_checks.live.asker import Asker
from idp_checks.progress import Progress

__all__ = ["revoke_lifecycle_tokens"]


async def revoke_lifecycle_tokens(states: Iterable[ConnectionState], asker: Asker, progress: Progress) -> None:
    """Revoke the lifecycle token of each connection, and observe whether it stops working.

    This must be the last step that sends requests, because many issuers revoke more than the token.
    """
    pending = [state for state in states if state.connection.lifecycle_token is not None]
    for done, state in enumerate(pending):
        progress("revoking", done, len(pending))
        token, delay = state.connection.lifecycle_token, state.connection.revocation_delay_s
        if token is not None and state.provider is not None:
            patience = REVOCATION_TIMEOUT if delay is None else float(delay)
            options = LifecycleOptions(revoke=True, patience=patience)
            lifecycle = await run_lifecycle(state.connection.build_question(token), asker, options=options)
            state.revocation = lifecycle.revocation
    if pending:
        progress("revoking", len(pending), len(pending))
