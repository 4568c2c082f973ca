"""Read the responses to renewal and revocation requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from idp_checks.lifecycles.values import Renewed
from idp_checks.providers.operations import Manner
from idp_checks.secret import Secret
from idp_checks.tokens.endpoint import no_verdict
from idp_checks.tokens.introspection import Reading
from idp_checks.tokens.template import Recipe
from idp_checks.tokens.wire import Response

ERRORS = frozenset(
    (
        "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope "
        "invalid_token insufficient_scope unsupported_token_type server_error temporarily_unavailable"
    ).split()
)
"""Error codes of RFC 6749, section 5.2, RFC 6750, section 3.1, and RFC 7009, section 2.2.1: what may be repeated."""


OURS = frozenset({"invalid_client", "unauthorized_client"})
"""Those that are about the client."""


FALSE_SIGNS = ("ok", "success")


ERROR_SIGNS = ("error", "errors", "errcode", "error_code")


def renewed_of(answer: Response, held: Secret | None) -> Renewed | None:
    """The new tokens of a renewal's answer (RFC 6749, section 5.1); None where it gives none.

    They are looked for at any depth, and in a form-encoded answer too: a refresh token that was replaced must not be
    lost over the form of an answer.
    """
    if not 200 <= answer.status < 300:
        return None
    body = answer.json
    if isinstance(body, str):
        body = dict(parse_qsl(body))
    token = _member(body, "access_token")
    if not isinstance(token, str) or not token.strip():
        return None
    refresh, seconds = _member(body, "refresh_token"), _member(body, "expires_in")
    new = Secret(refresh) if isinstance(refresh, str) and refresh.strip() else None
    whole = isinstance(seconds, int | float) or (isinstance(seconds, str) and seconds.isascii() and seconds.isdigit())
    return Renewed(
        access_token=Secret(token),
        refresh_token=new or held,
        rotated=new is not None and held is not None and new != held,
        expires_in=int(seconds) if whole and not isinstance(seconds, bool) and abs(float(seconds)) < 2**53 else None,
    )


def _member(body: object, name: str) -> Any:
    """The member of that name that stands least deep."""
    level = [body]
    while level:
        for each in level:
            if isinstance(each, Mapping) and each.get(name) not in (None, ""):
                return each[name]
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else ())
            if isinstance(inner, Mapping | list)
        ]
    return None


def _read(answer: Response, manner: Manner, recipe: Recipe) -> Reading:
    """Whether a call was carried out: ``active`` true, it was; false, the issuer refused it; None, nobody knows."""
    body = answer.json
    stated = body.get("error") if isinstance(body, Mapping) else None
    code = stated if isinstance(stated, str) and stated in ERRORS else None
    detail = f"HTTP {answer.status}, {code}" if code else f"HTTP {answer.status}"
    if answer.status in manner.done and not _says_no(body):
        return Reading(active=True, reason="ok")
    if answer.status not in manner.done and (none := _passing(answer)) is not None:
        return none
    if code in OURS:
        return Reading(active=None, reason="caller_rejected", detail=detail)
    if code in ("invalid_grant", "invalid_token", "unsupported_token_type"):
        return Reading(active=False, reason="denied", detail=detail)
    if answer.status == 401:
        ours = recipe.basic or "client_secret" in recipe.needs
        return Reading(active=None if ours else False, reason="caller_rejected" if ours else "denied", detail=detail)
    if answer.status == 403:
        return Reading(active=None, reason="not_permitted", detail=detail)
    note = "an error" if answer.status in manner.done else "not an answer that the issuer documents"
    return Reading(active=None, reason="unparsable", detail=f"{detail}: {note}")


def _passing(answer: Response) -> Reading | None:
    """Why an answer says nothing, where it is about the issuer and not about the call."""
    none = no_verdict(answer)
    return none if none is not None and none.reason in ("rate_limited", "issuer_error") else None


def _says_no(body: object) -> bool:
    """Whether a body is an error, whatever its status: some issuers answer 200 to everything."""
    if not isinstance(body, Mapping):
        return False
    found = [body[name] for name in ERROR_SIGNS if body.get(name)]
    none = [each for each in found if isinstance(each, Mapping) and str(each.get("code")).lower() in ("ok", "0")]
    return len(found) > len(none) or any(body.get(name) is False for name in FALSE_SIGNS)
