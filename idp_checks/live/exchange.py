"""Keep a redacted record of a request and its response."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from idp_checks.secret import Redactor, Secret, replace_unencodable
from idp_checks.tokens.introspection import Exchange, Introspection
from idp_checks.tokens.wire import Request, Response

MAX_KEPT = 1 << 16
"""Bytes of an answer that are looked through and kept in the record; of a longer one only the length is."""


KEPT_HEADERS = ("content-type", "retry-after", "www-authenticate", "date", "x-oauth-scopes", "x-ratelimit-remaining")


_LONG = 8
"""Characters from which on a secret is taken out of an answer's own data: a shorter one may stand there by chance."""


def _kept(request: Request, response: Response | None, redactor: Redactor) -> Exchange:
    """The exchange as evidence."""
    named = ((name, getattr(request, name)) for name in ("headers", "path", "query", "form", "json"))
    tables: dict[str, Mapping[str, str | Secret]] = {name: table for name, table in named if table}
    headers: dict[str, str] = {}
    body: object = None
    texts = [request.url, *[value for table in tables.values() for value in table.values() if isinstance(value, str)]]
    if request.basic is not None:
        texts.append(request.basic[0])
    if response is not None:
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        texts += headers.values()
        if len(response.body) <= MAX_KEPT and isinstance(response.json, dict | list):
            body = response.json
            texts.append(response.body.decode())
    # One look at all that came and went, in place of one at each text; an escape in the body could hide something.
    whole = "\n".join(texts)
    clean = "\\" not in whole and whole == replace_unencodable(whole) and redactor.is_clean(whole)

    def text(value: str) -> str:
        return value if clean else replace_unencodable(redactor.redact_text(value))

    question: dict[str, Any] = {"method": request.method, "url": text(request.url)}
    for name, table in tables.items():
        question[name] = {
            each: text(value) if isinstance(value, str) else _named(value, redactor) for each, value in table.items()
        }
    if request.basic is not None:
        question["basic"] = [text(request.basic[0]), _named(request.basic[1], redactor)]
    if response is None:
        return Exchange(question)
    answer: dict[str, Any] = {
        "status": response.status,
        "headers": {name: text(value) for name, value in headers.items()},
    }
    with contextlib.suppress(RecursionError):  # lists within lists, deeper than anybody means
        if body is not None:
            answer["json"] = redactor.redact_value(body) if request.cacheable else redactor.redact_response(body, clean=clean)
    if "json" not in answer:
        answer["body_bytes"] = len(response.body)
    return Exchange(question, answer)


def _told(*parts: str | None) -> bytes:
    """The parts as bytes from which each can be told again, whatever stands in it."""
    encoded = [None if part is None else part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join([b"-," if part is None else b"%d:%b," % (len(part), part) for part in encoded])


def _hushed(found: Introspection, redactor: Redactor) -> Introspection:
    """The same, should the issuer have put a secret of ours where an application or an account belongs."""
    said = (
        found.detail,
        found.reading.detail,
        found.client_id,
        found.subject,
        found.issuer,
        found.token_type,
        *(found.audience or ()),
        *(found.scopes or ()),
    )
    if not redactor.contains_secret("\n".join([each for each in said if each])):
        return found
    known = redactor.with_minimum_length(_LONG).redact_known
    values = {name: getattr(found.reading, name) for name in _TELLING_MEMBERS}
    redacted = {
        name: tuple(map(known, value)) if isinstance(value, tuple) else known(value)
        for name, value in values.items()
        if value is not None
    }
    detail = None if found.detail is None else known(found.detail)
    return replace(found, detail=detail, reading=replace(found.reading, **redacted))


_TELLING_MEMBERS = ("detail", "client_id", "audience", "subject", "scopes", "issuer", "token_type")


def _named(secret: Secret, redactor: Redactor) -> str:
    if redactor.has_secret(secret):
        return redactor.placeholder(secret)
    shown = redactor.redact_text(secret.reveal())
    return shown if "[hmac-" in shown else redactor.placeholder(secret)
