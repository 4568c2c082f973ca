"""Checks of a token's state, client, user and scopes, from its issuer's response."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.issuer_response import (
    not_stated,
    require_calibration,
    require_response,
    require_token,
    response_facts,
)

__all__: list[str] = []


@evaluates("IDP-TOK-001")
def check_active(context: IdentityContext) -> CheckOutcome:
    """Check that the issuer reports the token as active."""
    provider = context.provider
    if provider is not None and provider.debug is None:
        accepted = context.policy.accept_unaskable.get(provider.name)
        if accepted is not None:
            return not_applicable(
                "The provider documents no introspection method, and the policy accepts that.", accepted=accepted
            )
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        introspection = context.introspection
        if introspection is None:
            return response
        return replace(response, facts={**response.facts, "explanation": introspection.explain()})
    facts = {**response_facts(response), "explanation": response.explain()}
    if response.active:
        return require_calibration(context, passed("The issuer reports the token as active.", **facts))
    if response.bare and not context.calibration.is_permitted:
        return not_stated(context, response, "The issuer does not state the reason of its rejection.")
    rejected = failed("The issuer rejects the token.", **facts, why=response.detail)
    return require_calibration(context, rejected, is_rejection=True)


@evaluates("IDP-TOK-002")
def check_client(context: IdentityContext) -> CheckOutcome:
    """Check that the token was issued to one of our clients.

    RFC 7662's ``aud`` is not a client, and is not compared.
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    is_oauth1 = "oauth1" in (stored.provider.token.form, stored.provider.protocol)
    if is_oauth1 or context.identity.access_token_secret is not None:
        return not_applicable("An OAuth 1.0a token works only with our own consumer secret.", form="oauth1")
    clients = context.connection.client_ids
    if not clients:
        return undecided("no_policy", "The policy lists no client of this connection.")
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        return response
    facts = {
        **response_facts(response),
        "client_id": response.client_id,
        "expected": clients,
        "audience": response.audience,
    }
    if response.client_id is None:
        return not_stated(context, response, "The issuer does not state to which application the token was issued.")
    if response.client_id in clients:
        return require_calibration(context, passed("The token was issued to one of our clients.", **facts))
    return require_calibration(context, failed("The token was issued to a client that is not ours.", **facts))


@evaluates("IDP-TOK-003")
def check_user(context: IdentityContext) -> CheckOutcome:
    """Check that the token belongs to the account under which it is filed.

    Auth0 files accounts of custom and enterprise connections as ``CONNECTION|ID``, so the identifier after the
    connection's name is compared as well.
    """
    if context.connection.token_kind != "user":
        return not_applicable(
            "The policy expects a token that represents no user.", token_kind=context.connection.token_kind
        )
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        return response
    if response.subject is None:
        return not_stated(context, response, "The issuer does not state for which account the token was issued.")
    user_id = context.identity.user_id
    bare_id = _strip_connection(context)
    facts = {
        **response_facts(response),
        "stated": context.fingerprint(response.subject),
        "filed": context.fingerprint(user_id),
        "filed_without_connection": None if bare_id is None else context.fingerprint(bare_id),
    }
    if response.subject in (user_id, bare_id):
        return require_calibration(context, passed("The token belongs to the account of this identity.", **facts))
    return require_calibration(context, failed("The token belongs to a different account.", **facts))


def _strip_connection(context: IdentityContext) -> str | None:
    """Return the identifier without the connection's name; None if it has none."""
    identity, provider = context.identity, context.provider
    if identity.provider not in ("oauth2", "oidc") and (provider is None or provider.kind == "social"):
        return None
    prefix, separator, identifier = identity.user_id.partition("|")
    return identifier if separator and prefix in (identity.connection, context.connection.name) else None


@evaluates("IDP-TOK-004")
def check_scopes(context: IdentityContext) -> CheckOutcome:
    """Check that every granted scope, including implied scopes, is allowed.

    An allowed scope also allows the scopes that it implies.
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    scopes = stored.provider.scopes
    response = require_response(context)
    granted = None if isinstance(response, CheckOutcome) else response.scopes
    if not scopes.separator and granted is None:
        return not_applicable("The provider has no scopes.", sources=scopes.sources)
    if context.connection.allowed_scopes is None:
        return undecided("no_policy", "The policy does not state which scopes are allowed.")
    if isinstance(response, CheckOutcome):
        return response
    if granted is None:
        return not_stated(context, response, "The issuer does not state the scopes.")
    allowed = _add_implied(context.connection.allowed_scopes, scopes.implied)
    excess = _add_implied(granted, scopes.implied) - allowed
    facts = {**response_facts(response), "granted": granted, "allowed": context.connection.allowed_scopes}
    if excess:
        detail = f"Scopes granted but not allowed: {len(excess)}."
        return require_calibration(context, failed(detail, **facts, not_allowed=excess))
    return require_calibration(context, passed("All granted scopes are allowed.", **facts))


def _add_implied(scopes: frozenset[str] | tuple[str, ...], implied: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the scopes with all that they imply, directly or indirectly."""
    result: set[str] = set()
    new = set(scopes)
    while new:
        result |= new
        new = {implied_scope for scope in new for implied_scope in implied.get(scope, ())} - result
    return frozenset(result)
