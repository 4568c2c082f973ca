"""Trials with variations of a good debug response."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from idp_checks.issuers.issuer import Issuer
from idp_checks.issuers.substitutions import shift_times
from idp_checks.recordings import RecordedJwt
from idp_checks.secret import Secret
from idp_checks.selftest.readers.rules import MUST_BE_BAD, MUST_BE_GOOD, MUST_BE_UNDECIDED, MUST_NOT_BE_GOOD
from idp_checks.selftest.readers.scenario import ASKED_AT, Scenario, scenario_for
from idp_checks.selftest.readers.trial import ReaderTrial
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

__all__ = ["UNUSABLE_BODIES", "expectation_trials", "outage_trials", "required_credentials", "response_trials"]

FAILURES = (
    "no such host",
    "connect timeout",
    "read timeout",
    "connection reset",
    "certificate not valid",
    "too many redirects",
)
"""Reasons why a request gets no response."""

OUTAGE_STATUSES = (302, 408, 429, 500, 502, 503, 504)
PAGE = b"<html><title>Service Unavailable</title></html>"
UNUSABLE_BODIES = (
    b"",
    b"null",
    b"true",
    b'"ok"',
    b"[]",
    b"{}",
    b"OK",
    PAGE,
    b'{"data": {"me": {"user": null}}}',
    b"\xff\xfe",
)
"""Bodies that do not mention a token."""


def required_credentials(issuer: Issuer) -> tuple[str, ...]:
    """Return the credentials that the debug endpoint requires."""
    return issuer.provider.debug.required_credentials if issuer.provider.debug else ()


def response_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    """Yield the trials with variations of a good debug response."""
    for case, recording in sorted(issuer.recordings.items(), key=lambda item: item[0] != "valid"):
        scenario = scenario_for(issuer.provider.name, case)
        recorded = recording.introspection
        if recorded["reason"] == "ok" and "keys" not in scenario.responses and scenario.debug_response is not None:
            yield from outage_trials(scenario, "debug")
            yield from _status_and_body_trials(scenario, scenario.debug_response)
            yield from expectation_trials(issuer, scenario, recorded.get("client_id"))
            if isinstance(scenario.debug_body, dict):
                yield from _field_trials(issuer, scenario, recorded)
            yield from _revocation_trials(issuer, scenario, recorded)
            return


def outage_trials(scenario: Scenario, role: str) -> Iterator[ReaderTrial]:
    """Yield the trials with one endpoint out of service."""
    for status in OUTAGE_STATUSES:
        for body in (PAGE, b'{"error": "too_many_requests"}' if status == 429 else b""):
            response = Response(status, {"content-type": "text/html"}, body)
            how = f"generated: HTTP {status} from {role}"
            yield ReaderTrial("T5", scenario.with_responses(**{role: response}), MUST_BE_UNDECIDED, how)
    for failure in FAILURES:
        unreachable = replace(scenario.with_responses(**{role: None}), failure=failure)
        yield ReaderTrial("T5", unreachable, MUST_BE_UNDECIDED, f"generated: {failure}")


def expectation_trials(issuer: Issuer, scenario: Scenario, client: str | None) -> Iterator[ReaderTrial]:
    """Yield the trials with several expected applications, and with blank expectations and credentials."""
    if client is not None:
        for clients in (("an-earlier-app", client), (client, "a-later-app")):
            one_of_several = scenario.with_question(clients=clients)
            yield ReaderTrial("T8", one_of_several, MUST_BE_GOOD, "generated: several applications expected")
    how = "generated: blank"
    yield ReaderTrial("T15", scenario.with_question(clients=("",)), MUST_NOT_BE_GOOD, how)
    yield ReaderTrial("T15", scenario.with_question(subject=""), MUST_NOT_BE_GOOD, how)
    debug = issuer.provider.debug
    for name in required_credentials(issuer):
        blank = _with_blank_credential(scenario, name)
        if debug is not None and debug.missing_credentials(blank.question):
            yield ReaderTrial("T15", blank, MUST_BE_UNDECIDED, how)


def _with_blank_credential(scenario: Scenario, name: str) -> Scenario:
    if name == "client_secret":
        return scenario.with_question(client_secret=Secret(""))
    if name == "client_id":
        return scenario.with_question(client_id="")
    return scenario.with_question(credentials={**scenario.question.credentials, name: ""})


def _status_and_body_trials(scenario: Scenario, good: Response) -> Iterator[ReaderTrial]:
    body = b'{"object": "error", "status": 403, "code": "restricted_resource", "message": "sample"}'
    for status in (400, 401, 403, 404, 418):
        changed = scenario.with_responses(debug=Response(status, good.headers, body))
        rule, allowed = "T6" if status == 403 else "T3", MUST_BE_UNDECIDED if status in (403, 418) else MUST_NOT_BE_GOOD
        yield ReaderTrial(rule, changed, allowed, f"generated: HTTP {status} about permissions")
    for body in (*UNUSABLE_BODIES, good.body[: len(good.body) // 2]):
        changed = scenario.with_responses(debug=Response(good.status, good.headers, body))
        yield ReaderTrial("T3", changed, MUST_BE_UNDECIDED, "generated: a body without a statement about the token")


def _field_trials(issuer: Issuer, scenario: Scenario, recorded: Mapping[str, Any]) -> Iterator[ReaderTrial]:
    """Yield the trials with changed fields of the debug response."""
    body = scenario.debug_body
    debug = issuer.provider.debug
    endpoint = debug.opaque if isinstance(debug, SignedToken) else debug
    error_fields = endpoint.error_fields if isinstance(endpoint, HttpEndpoint) else ("error", "errors")
    for name in error_fields:
        if name not in body:
            error = {name: "invalid_client", f"{name}_description": "sample"}
            how = f"generated: {name} added"
            yield ReaderTrial("T7", _with_body(scenario, json.dumps({**body, **error})), MUST_NOT_BE_GOOD, how)
            yield ReaderTrial("T7", _with_body(scenario, json.dumps(error)), MUST_BE_UNDECIDED, how)
    fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in body.items()]
    for duplicate in fields:
        text = "{" + ", ".join([*fields, duplicate]) + "}"
        yield ReaderTrial("T14", _with_body(scenario, text), MUST_NOT_BE_GOOD, "generated: a duplicate field")
    if body.get("active") is True:
        yield from _active_trials(scenario, body)
    model = endpoint.response_model if isinstance(endpoint, HttpEndpoint) else IntrospectionResponse
    yield from _expiry_trials(scenario, model, recorded)


def _active_trials(scenario: Scenario, body: Mapping[str, Any]) -> Iterator[ReaderTrial]:
    values: tuple[Any, ...] = ("true", "false", "", 1, 0, None, [], {})
    for value in values:
        changed = _with_body(scenario, json.dumps({**body, "active": value}))
        yield ReaderTrial("T14", changed, MUST_NOT_BE_GOOD, "generated: active of another type")
    without = _with_body(scenario, json.dumps({name: value for name, value in body.items() if name != "active"}))
    yield ReaderTrial("T3", without, MUST_NOT_BE_GOOD, "generated: active missing")


def _expiry_trials(scenario: Scenario, model: Any, recorded: Mapping[str, Any]) -> Iterator[ReaderTrial]:
    if "expires_at" not in recorded:
        return
    body, lifetime = scenario.debug_body, _remaining_lifetime(recorded)
    text, expiry = json.dumps(body), ASKED_AT + lifetime
    if str(int(expiry.timestamp())) in text or expiry.isoformat()[:19] in text:  # else it is a remaining lifetime
        expired = shift_times(body, -int(lifetime.total_seconds()) - 60, model)
        how = "generated: expired a minute ago"
        yield ReaderTrial("T10", _with_body(scenario, json.dumps(expired)), MUST_NOT_BE_GOOD, how)
        later = scenario.with_question(asked_at=expiry + timedelta(days=1))
        yield ReaderTrial("T10", later, MUST_NOT_BE_GOOD, "generated: asked a day after the expiry")


def _revocation_trials(issuer: Issuer, scenario: Scenario, recorded: Mapping[str, Any]) -> Iterator[ReaderTrial]:
    """Yield the trials in which the token is denied before its expiry, and the sender's server confirms it."""
    lifetime = _remaining_lifetime(recorded) if "expires_at" in recorded else timedelta(days=1)
    for case, recording in issuer.recordings.items():
        if recording.introspection.get("active") is not False or case == "past-end":
            continue
        denied = scenario_for(issuer.provider.name, case)
        if denied.debug_response is None or "keys" in denied.responses:
            continue
        if scenario.debug_response is not None and not isinstance(recording.token, RecordedJwt):
            revoked = scenario.with_responses(debug=denied.debug_response)
            later = revoked.with_question(asked_at=ASKED_AT + lifetime / 2)
            how = f"generated: good before, {case} after half of its lifetime"
            yield ReaderTrial("T16", later, MUST_BE_BAD, how, earlier=(scenario,))
            with_server = replace(
                revoked,
                sender_values={"api_url": "https://api.stranger.example.net"},
                sender_responses={"debug": scenario.debug_response},
            )
            yield ReaderTrial("T17", with_server, MUST_BE_BAD, "generated: the sender provides the URL of a server")
        return


def _with_body(scenario: Scenario, text: str) -> Scenario:
    good = scenario.debug_response
    assert good is not None, "only good debug responses are varied"
    return scenario.with_responses(debug=Response(good.status, good.headers, text.encode()))


def _remaining_lifetime(recorded: Mapping[str, Any]) -> timedelta:
    return datetime.fromisoformat(recorded["expires_at"]) - datetime.fromisoformat(recorded["asked_at"])
