"""Redacted records of requests and responses."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from idp_checks.secret import Redactor, Secret, replace_unencodable
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.wire import Request, Response

__all__ = ["record_exchange", "redact_introspection"]

MAX_RECORDED = 1 << 16
"""Bytes of a response body that are redacted and recorded; of a longer one only the length is recorded."""
RECORDED_HEADERS = (
    "content-type",
    "retry-after",
    "www-authenticate",
    "date",
    "x-oauth-scopes",
    "x-ratelimit-remaining",
)
MIN_SECRET_LENGTH = 8
"""Secrets shorter than this are not removed from an issuer's own values, where they may occur by chance."""
REDACTED_FIELDS = ("detail", "client_id", "audience", "subject", "scopes", "issuer", "token_type")


def record_exchange(request: Request, response: Response | None, redactor: Redactor) -> Exchange:
    """Record a request and its response as evidence, without secrets."""
    fields = ((name, getattr(request, name)) for name in ("headers", "path", "query", "form", "json"))
    tables: dict[str, Mapping[str, str | Secret]] = {name: table for name, table in fields if table}
    headers: dict[str, str] = {}
    body: object = None
    strings = [request.url, *[value for table in tables.values() for value in table.values() if isinstance(value, str)]]
    if request.basic is not None:
        strings.append(request.basic[0])
    if response is not None:
        headers = {name: response.headers[name] for name in RECORDED_HEADERS if name in response.headers}
        strings += headers.values()
        if len(response.body) <= MAX_RECORDED and isinstance(response.json, dict | list):
            body = response.json
            strings.append(response.body.decode())
    # One search over all strings instead of one per string; an escape in the body could hide a secret from it.
    combined = "\n".join(strings)
    is_clean = "\\" not in combined and combined == replace_unencodable(combined) and redactor.is_clean(combined)

    def redact(value: str) -> str:
        return value if is_clean else replace_unencodable(redactor.redact_text(value))

    record: dict[str, Any] = {"method": request.method, "url": redact(request.url)}
    for name, table in tables.items():
        record[name] = {
            key: redact(value) if isinstance(value, str) else _redact_secret(value, redactor)
            for key, value in table.items()
        }
    if request.basic is not None:
        record["basic"] = [redact(request.basic[0]), _redact_secret(request.basic[1], redactor)]
    if response is None:
        return Exchange(record)
    response_record: dict[str, Any] = {
        "status": response.status,
        "headers": {name: redact(value) for name, value in headers.items()},
    }
    with contextlib.suppress(RecursionError):  # a body nested too deeply is recorded by its length
        if body is not None:
            response_record["json"] = (
                redactor.redact_value(body) if request.cacheable else redactor.redact_response(body, clean=is_clean)
            )
    if "json" not in response_record:
        response_record["body_bytes"] = len(response.body)
    return Exchange(record, response_record)


def _redact_secret(secret: Secret, redactor: Redactor) -> str:
    if redactor.has_secret(secret):
        return redactor.placeholder(secret)
    redacted = redactor.redact_text(secret.reveal())
    return redacted if "[hmac-" in redacted else redactor.placeholder(secret)


def redact_introspection(result: Introspection, redactor: Redactor) -> Introspection:
    """Redact a result whose issuer returned one of our secrets as an application, an account or the like."""
    reading = result.reading
    values = (
        result.detail,
        reading.detail,
        reading.client_id,
        reading.subject,
        reading.issuer,
        reading.token_type,
        *(reading.audience or ()),
        *(reading.scopes or ()),
    )
    if not redactor.contains_secret("\n".join([value for value in values if value])):
        return result
    redact = redactor.with_minimum_length(MIN_SECRET_LENGTH).redact_known
    fields = {name: getattr(reading, name) for name in REDACTED_FIELDS}
    redacted = {
        name: tuple(map(redact, value)) if isinstance(value, tuple) else redact(value)
        for name, value in fields.items()
        if value is not None
    }
    detail = None if result.detail is None else redact(result.detail)
    return replace(result, detail=detail, reading=replace(reading, **redacted))
