"""Read the responses to renewal, revocation and use requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from idp_checks.lifecycles.values import Renewed
from idp_checks.providers.operations import Operation
from idp_checks.secret import Secret
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import read_undecided
from idp_checks.tokens.wire import Response

__all__ = ["read_operation", "read_renewed"]

ERROR_CODES = frozenset(
    (
        "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope "
        "invalid_token insufficient_scope unsupported_token_type server_error temporarily_unavailable"
    ).split()
)
"""Standard error codes, which may be repeated in a detail.

RFC 6749, section 5.2, RFC 6750, section 3.1, and RFC 7009, section 2.2.1.
"""
CLIENT_ERROR_CODES = frozenset({"invalid_client", "unauthorized_client"})
"""Error codes that are about the client."""
TOKEN_ERROR_CODES = frozenset({"invalid_grant", "invalid_token", "unsupported_token_type"})
"""Error codes that are about the token."""

SUCCESS_FIELDS = ("ok", "success")
ERROR_FIELDS = ("error", "errors", "errcode", "error_code")

MAX_EXACT_SECONDS = 2**53


def read_renewed(response: Response, current: Secret | None) -> Renewed | None:
    """Read the new tokens from a renewal's response; None if it contains none.

    RFC 6749, section 5.1. The tokens are found at any depth, and in form-encoded responses too: a rotated refresh token
    must not be lost because of the response's format.

    Args:
        current: the refresh token that was sent.
    """
    if not 200 <= response.status < 300:
        return None
    body = response.json
    if isinstance(body, str):
        body = dict(parse_qsl(body))
    token = _find_field(body, "access_token")
    if not isinstance(token, str) or not token.strip():
        return None
    refresh = _find_field(body, "refresh_token")
    new = Secret(refresh) if isinstance(refresh, str) and refresh.strip() else None
    return Renewed(
        access_token=Secret(token),
        refresh_token=new or current,
        rotated=new is not None and current is not None and new != current,
        expires_in=_read_seconds(_find_field(body, "expires_in")),
    )


def _read_seconds(value: object) -> int | None:
    """Read a number of seconds from a JSON number or a string of digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        return None
    return int(value) if abs(float(value)) < MAX_EXACT_SECONDS else None


def _find_field(body: object, name: str) -> Any:
    """Return the non-empty field with that name at the least depth."""
    level = [body]
    while level:
        for value in level:
            if isinstance(value, Mapping) and value.get(name) not in (None, ""):
                return value[name]
        level = [item for value in level for item in _iterate_children(value)]
    return None


def _iterate_children(value: object) -> Iterator[object]:
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return (item for item in items if isinstance(item, Mapping | list))


def read_operation(response: Response, operation: Operation) -> Reading:
    """Read whether an operation succeeded.

    ``active`` is True if it did, False if the issuer refused it, and None if the response does not show that.
    """
    body = response.json
    error = body.get("error") if isinstance(body, Mapping) else None
    code = error if isinstance(error, str) and error in ERROR_CODES else None
    detail = f"HTTP {response.status}, {code}" if code else f"HTTP {response.status}"
    is_success = response.status in operation.success_statuses
    if is_success and not _reports_error(body):
        return Reading(active=True, reason="ok")
    if not is_success and (passing := _read_passing(response)) is not None:
        return passing
    if code in CLIENT_ERROR_CODES:
        return Reading(active=None, reason="caller_rejected", detail=detail)
    if code in TOKEN_ERROR_CODES:
        return Reading(active=False, reason="denied", detail=detail)
    if response.status == 401:
        if _authenticates_client(operation):
            return Reading(active=None, reason="caller_rejected", detail=detail)
        return Reading(active=False, reason="denied", detail=detail)
    if response.status == 403:
        return Reading(active=None, reason="not_permitted", detail=detail)
    note = "error in a success response" if is_success else "undocumented response"
    return Reading(active=None, reason="unparsable", detail=f"{detail}: {note}")


def _authenticates_client(operation: Operation) -> bool:
    """Return whether the request contains the client's credentials."""
    request = operation.request
    return request is not None and (request.basic or "client_secret" in request.required_credentials)


def _read_passing(response: Response) -> Reading | None:
    """Read a temporary failure of the issuer; None if there was none."""
    reading = read_undecided(response)
    return reading if reading is not None and reading.reason in ("rate_limited", "issuer_error") else None


def _reports_error(body: object) -> bool:
    """Return whether a body reports an error, even in a response with status 200."""
    if not isinstance(body, Mapping):
        return False
    errors = [body[name] for name in ERROR_FIELDS if body.get(name)]
    harmless = [
        error for error in errors if isinstance(error, Mapping) and str(error.get("code")).lower() in ("ok", "0")
    ]
    return len(errors) > len(harmless) or any(body.get(name) is False for name in SUCCESS_FIELDS)
