"""Checks of a token's kind and signature, from its form and the response."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.issuer_response import (
    require_calibration,
    require_response,
    require_token,
    response_facts,
    undecided_response,
)
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import has_jws_form, read_header
from idp_checks.tokens.signed import ID_TOKEN_CLAIMS, SignedToken

__all__ = ["is_distinctive"]

USER_KINDS = frozenset({"user", "access_token"})
"""Issuers' names for a user access token, in lower case."""
OTHER_KINDS = frozenset({"page", "app", "application", "system_user", "id", "id_token", "refresh", "refresh_token"})
"""Issuers' names for other kinds of token. ``Bearer`` and the like describe how a token is used, not its kind."""
TYPE_OF = {"at+jwt": "access token", "id+jwt": "ID token", "logout+jwt": "logout token", "dpop+jwt": "proof"}
"""Token kinds by the JWT header ``typ`` (RFC 9068, section 2.1); ``JWT`` does not name a kind."""
OPAQUE_FORMS = ("opaque", "oauth1")


@evaluates("IDP-TOK-010")
def check_kind(context: IdentityContext) -> CheckOutcome:
    """Check that the response or the documented form shows a user access token.

    A form never proves that a token is valid.
    """
    if context.connection.token_kind != "user":
        return not_applicable("The policy expects another kind of token.", token_kind=context.connection.token_kind)
    if context.identity.access_token is None:
        return undecided("no_data", "The source contains no access token for this identity.")
    token = context.identity.access_token.reveal()
    introspection = context.introspection
    if introspection is not None and (outcome := _compare_stated_kind(context, introspection)) is not None:
        return outcome
    kind, marks = _read_jwt_kind(token)
    if kind == "other":
        return failed("The form of the token shows another kind of token.", form="jwt", **marks)
    documented = None if context.provider is None else context.provider.token
    if documented is not None and documented.pattern is not None and is_distinctive(documented.pattern):
        if re.fullmatch(documented.pattern, token):
            return passed("The token has the documented form of a user access token.", sources=documented.sources)
        return failed("The token does not have the documented form of a user access token.", sources=documented.sources)
    if kind == "access":
        return passed("The form of the token shows an access token.", form="jwt", **marks)
    if introspection is not None and introspection.active is None:
        return undecided_response(introspection)
    return undecided("not_stated", "Neither the issuer's response nor the token's form shows the kind of token.")


def _compare_stated_kind(context: IdentityContext, introspection: Introspection) -> CheckOutcome | None:
    """Judge the kind that the issuer states for an active token; None if unknown."""
    if introspection.active is not True or introspection.token_type is None:
        return None
    kind = introspection.token_type.lower()
    facts = {**response_facts(introspection), "token_type": introspection.token_type}
    if kind in OTHER_KINDS:
        return require_calibration(context, failed("The issuer states that it is another kind of token.", **facts))
    if kind in USER_KINDS:
        return require_calibration(context, passed("The issuer states that it is a user access token.", **facts))
    return None


def _read_jwt_kind(token: str) -> tuple[Literal["access", "other"] | None, dict[str, Any]]:
    """Return the kind that an unverified JWT's form shows, and the marks of it."""
    if not has_jws_form(token):
        return None, {}
    header, claims = read_header(token) or {}, _read_unverified_claims(token)
    kind = TYPE_OF.get(str(header.get("typ", "")).lower().removeprefix("application/"))
    if kind is not None:
        return ("access" if kind == "access token" else "other"), {"typ": kind}
    marks = [name for name in ID_TOKEN_CLAIMS if name in claims]
    return ("other", {"id_token_claims": marks}) if marks else (None, {})


def _read_unverified_claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a JWT without verifying it; empty if they cannot be read."""
    segment = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(segment.encode("ascii") + b"=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


@cache
def is_distinctive(pattern: str) -> bool:
    """Return whether a token pattern distinguishes tokens from other strings.

    It must not match a plain run of letters or digits, or a UUID.
    """
    matches = re.compile(pattern).fullmatch
    plain_runs = (letter * length for letter in "0aA" for length in range(1, 257))
    return not any(map(matches, plain_runs)) and matches("00000000-0000-4000-8000-000000000000") is None


@evaluates("IDP-TOK-012")
def check_signature(context: IdentityContext) -> CheckOutcome:
    """Check that a signed token was verified with its issuer's keys, or not used.

    A token that is not verified must be treated as opaque.
    """
    stored = require_token(context)
    if isinstance(stored, CheckOutcome):
        return stored
    provider = stored.provider
    if provider.token.form in OPAQUE_FORMS:
        return not_applicable(
            "The provider's tokens are not signed documents.",
            form=provider.token.form,
            sources=provider.token.sources,
        )
    if not isinstance(provider.debug, SignedToken) or provider.debug.is_unsigned(stored.token):
        return passed("The token was treated as opaque throughout; its contents were not used.", form="opaque")
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        return response
    facts = {**response_facts(response), "why": response.detail}
    if response.active is False:
        return require_calibration(context, _judge_rejection(response, facts))
    if response.client_id is None:
        return undecided(
            "not_stated", "The signature is valid, but the token does not name the application it is for.", **facts
        )
    clients = context.connection.client_ids
    if not clients:
        return undecided(
            "no_policy", "The signature is valid, but the policy lists no client that the token may be for.", **facts
        )
    if response.client_id not in clients:
        return undecided(
            "contradiction", "The signature is valid, but the token is for another application (IDP-TOK-002).", **facts
        )
    return require_calibration(context, passed("Signature, algorithm, times and audience are valid.", **facts))


def _judge_rejection(response: Introspection, facts: Mapping[str, Any]) -> CheckOutcome:
    """Judge a token that the signature check rejected, by the reason."""
    if response.reason == "malformed":
        return failed("The signature is invalid under the issuer's keys and algorithms.", **facts)
    if response.reason == "expired":
        return undecided("stale", "The signature is valid, but the token has expired.", **facts)
    return undecided("contradiction", "The signature is valid, but another claim of the token is not.", **facts)
