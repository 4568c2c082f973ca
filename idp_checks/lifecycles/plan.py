"""The inputs of a provider's operations, and the plan of a lifecycle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from idp_checks.lifecycles.values import LifecycleOptions, Planned
from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation
from idp_checks.tokens.question import Question
from idp_checks.tokens.template import PLACEHOLDER
from idp_checks.tokens.wire import Unreachable

__all__ = ["build_plan", "lifecycle_inputs", "missing_inputs"]

RENEWAL_EFFECTS = {
    "refresh": "a new access token; at issuers that rotate, a new refresh token replaces the old one",
    "access": "a new access token; at some issuers, the old one becomes invalid",
}
"""The effects of a renewal, by the token that it sends."""
REVOCATION_EFFECTS = {
    "token": "the token is revoked (the renewed token, if the renewal already invalidated the first)",
    "grant": "the whole grant is revoked: every token of this user at this application",
}
"""The effects of a revocation, by its extent."""
REFRESH_TOKEN_REVOKED = "the refresh token is revoked; access tokens may stay valid until they expire"


def lifecycle_inputs(provider: Provider) -> tuple[str, ...]:
    """Return the names of all arguments and credentials that a lifecycle may use."""
    token, debug, profile = provider.token, provider.debug, provider.profile.request
    names = ["issuer"]
    if debug is not None:
        names += [*debug.required_credentials, *debug.optional_credentials]
    for operation in (token.renewal, token.termination, token.uses):
        if operation.request is not None:
            names += operation.request.required_credentials
        names += PLACEHOLDER.findall(operation.url or "")
    if profile is not None:
        names += PLACEHOLDER.findall(profile.url)
    return tuple(name for name in dict.fromkeys(names) if name != "token")


def missing_inputs(operation: Operation, question: Question, *, has_refresh_token: bool) -> tuple[str, ...]:
    """Return the names of the required inputs that the question lacks.

    Values in the host of the URL are not required if the question names another server.
    """
    request = operation.request
    if request is None:
        return ()
    url = request.url
    if question.issuer_url is not None and "://" in url:
        url = url.partition("://")[2].partition("/")[2]
    token_field = request.placement.name if request.placement.location == "path" else "token"
    names = [*request.required_credentials, *(name for name in PLACEHOLDER.findall(url) if name != token_field)]
    missing = [name for name in dict.fromkeys(names) if not _has_input(question, name)]
    if operation.token == "refresh" and not has_refresh_token:
        missing.append("refresh_token")
    return tuple(missing)


def _has_input(question: Question, name: str) -> bool:
    if name == "client_id":
        return bool(question.client_id)
    if name == "client_secret":
        return bool(question.client_secret)
    return bool(question.credentials.get(name) or (name == "issuer" and question.issuer_url))


def build_plan(
    provider: Provider, question: Question, options: LifecycleOptions, *, has_refresh_token: bool
) -> Iterator[Planned]:
    """Plan the renewal and the revocation."""
    renewal, revocation = provider.token.renewal, provider.token.termination
    renewal_effect = RENEWAL_EFFECTS[renewal.token]
    yield _plan_step(
        "renew", renewal, question, renewal_effect, allowed=options.renew, has_refresh_token=has_refresh_token
    )
    revokes_refresh_token = revocation.token == "refresh" and revocation.ends == "token"
    revocation_effect = REFRESH_TOKEN_REVOKED if revokes_refresh_token else REVOCATION_EFFECTS[revocation.ends]
    yield _plan_step(
        "revoke", revocation, question, revocation_effect, allowed=options.revoke, has_refresh_token=has_refresh_token
    )


def _plan_step(
    action: Literal["renew", "revoke"],
    operation: Operation,
    question: Question,
    effect: str,
    *,
    allowed: bool,
    has_refresh_token: bool,
) -> Planned:
    has_request = operation.request is not None
    missing = missing_inputs(operation, question, has_refresh_token=has_refresh_token)
    return Planned(
        action=action,
        allowed=allowed,
        possible=has_request and not missing,
        note=operation.note,
        method=operation.method,
        address=_format_address(operation, question),
        sends=operation.token if has_request else None,
        effect=effect if has_request else None,
        missing=missing,
    )


def _format_address(operation: Operation, question: Question) -> str | None:
    """Return the URL of an operation, with placeholders for missing values."""
    if operation.request is None:
        return operation.url
    try:
        return operation.request.build_url(question)
    except Unreachable:
        return operation.url
