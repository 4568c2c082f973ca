"""Behaviors that alter the JSON value: its type, the field that proves the token good, and times."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from idp_checks.issuers.hostile.bodies import change_body
from idp_checks.issuers.hostile.request import Behavior, HostileRequest, Json, Respond
from idp_checks.issuers.substitutions import shift_times

__all__ = ["JSON", "TIMES"]

LONG_AGO = 400 * 24 * 3600
"""Seconds by which times are moved into the past."""
_DUPLICATE = "\0"
"""Placeholder for a second field of the same name, which a dict cannot hold."""


def change_value(change: Callable[[Json], Json]) -> Respond:
    """Respond with another JSON value."""
    return lambda request: request.encode(body=json.dumps(change(request.value)).encode())


def change_proof(change: Callable[[dict[str, Json], str], None]) -> Respond:
    """Respond with a change to the object and the name of the field that proves the token good."""

    def respond(request: HostileRequest) -> bytes:
        value = json.loads(request.body)
        *path, name = request.proof_path
        parent = value
        for key in path:
            parent = parent[key]
        change(parent, name)
        text = json.dumps(value).replace(json.dumps(_DUPLICATE), json.dumps(name))
        return request.encode(body=text.encode())

    return respond


def replace_proof(value: Json) -> Respond:
    """Respond with another value in the field that proves the token good."""
    return change_proof(lambda parent, name: parent.update({name: value}))


def duplicate_proof(parent: dict[str, Json], name: str) -> None:
    """Insert the field a second time, with another value, before the good value."""
    original = dict(parent)
    parent.clear()
    parent[_DUPLICATE] = not original[name] if isinstance(original[name], bool) else None
    parent.update(original)


def change_times(change: Callable[[Json], Json]) -> Respond:
    """Respond with each time changed; the model of the response tells which fields are times."""

    def respond(request: HostileRequest) -> bytes:
        value = _change_times(request.value, change, request.model) if request.model else request.value
        return request.encode(body=json.dumps(value).encode())

    return respond


def _change_times(value: Json, change: Callable[[Json], Json], model: type[Any]) -> Json:
    return _change_differing(value, shift_times(value, 1, model), change)


def _change_differing(value: Json, shifted: Json, change: Callable[[Json], Json]) -> Json:
    """Change every value that differs from its shifted copy, which makes it a time."""
    if isinstance(value, dict):
        return {name: _change_differing(item, shifted[name], change) for name, item in value.items()}
    if isinstance(value, list):
        return [_change_differing(item, copy, change) for item, copy in zip(value, shifted, strict=True)]
    return value if value == shifted else change(value)


def _parse_seconds(time: Json) -> float:
    """Parse a time in any format of a response as seconds since 1970."""
    if isinstance(time, str) and not time.isdigit():
        return datetime.fromisoformat(time).timestamp()
    return float(time)


def move_to_past(time: Json) -> Json:
    """Move a time into the past and keep its format."""
    seconds = int(_parse_seconds(time)) - LONG_AGO
    if isinstance(time, str):
        return str(seconds) if time.isdigit() else datetime.fromtimestamp(seconds, UTC).isoformat()
    return seconds


JSON = (
    Behavior("null", "`null`", change_value(lambda _: None)),
    Behavior("true", "`true`", change_value(lambda _: True)),
    Behavior("number", "a number", change_value(lambda _: 1)),
    Behavior("string", "the good response encoded as a string", change_value(json.dumps)),
    Behavior("list", "a list that contains the good response", change_value(lambda value: [value])),
    Behavior("concatenated", "the good response twice in one body", change_body(lambda body: body + b"\n" + body)),
    Behavior(
        "proof-string",
        "the field that proves the token good (`active`) is the string `true`",
        replace_proof("true"),
        alters_proof=True,
    ),
    Behavior("proof-number", "this field is the number 1", replace_proof(1), alters_proof=True),
    Behavior("proof-null", "this field is null", replace_proof(None), alters_proof=True),
    Behavior(
        "proof-lone-surrogate", "this field is a lone surrogate (`\\ud800`)", replace_proof("\ud800"), alters_proof=True
    ),
    Behavior(
        "proof-missing",
        "this field is missing",
        change_proof(lambda parent, name: parent.pop(name)),
        alters_proof=True,
    ),
    Behavior(
        "proof-duplicate",
        "this field appears twice, the good value last",
        change_proof(duplicate_proof),
        alters_proof=True,
    ),
)

TIMES = tuple(
    Behavior(name, description, change_times(change), change_time=change)
    for name, description, change in (
        ("time-past", "more than a year ago", move_to_past),
        ("time-nan", "`NaN`", lambda _: float("nan")),
        ("time-infinite", "`Infinity`", lambda _: float("inf")),
        ("time-word", "the string `soon`", lambda _: "soon"),
        ("time-digits", "a string of digits", lambda time: str(int(_parse_seconds(time)))),
        ("time-float", "seconds as a float", lambda time: _parse_seconds(time) + 0.5),
        ("time-milliseconds", "milliseconds", lambda time: int(_parse_seconds(time)) * 1000),
        ("time-huge", "10^30", lambda _: 10**30),
        ("time-true", "`true`", lambda _: True),
    )
)
