"""Tests of HTTP endpoints: the order in which a response is read, and the profile call."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from support import steps

from idp_checks.secret import Secret
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.probes import UserInfoResponse
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import ResponseModel, parse_epoch, read_body, split_scopes
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.template import by_bearer, by_form
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())


GOOD = {"active": True, "client_id": "client-a", "sub": "42", "scope": "openid email", "exp": NOW + 60}


def make_question(**options):
    """Make a question about a sample token."""
    return Question(provider="oauth2", token=Secret("sample-token"), asked_at=AT, **options)


def make_response(status=200, body=b"", **headers):
    """Make a response; underscores in header names become hyphens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


class SampleResponse(ResponseModel):
    """Client, account, scopes and end of a token."""

    client_id: str | None = None
    sub: str | None = None
    exp: int | None = None
    scope: str | None = None

    def read(self, question):
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.sub,
            scopes=split_scopes(self.scope),
            expires_at=parse_epoch(self.exp),
        )


def make_endpoint(**options):
    """Make a tokeninfo endpoint with these options."""
    defaults = {
        "kind": "tokeninfo",
        "url": "https://op.example.com/info",
        "placement": by_form(),
        "method": "POST",
        "response_model": IntrospectionResponse,
        "source": "https://op.example.com/docs",
    }
    return HttpEndpoint(**{**defaults, **options})


REFUSALS = (
    Refusal(200, "expired", {"error": "expired"}),
    Refusal(None, "denied", {"error": frozenset({"expired", "unknown"})}, bare=True),
    Refusal(503, "revoked", {"state": "revoked"}),
    Refusal(400, "caller_rejected", {"error": "client"}),
)


@pytest.mark.parametrize(
    ("status", "body", "active", "reason"),
    [
        (200, {"error": "expired", "client_id": "a"}, False, "expired"),
        (400, {"error": "expired"}, False, "denied"),
        (200, {"error": "unknown"}, False, "denied"),
        (503, {"state": "revoked"}, False, "revoked"),
        (503, {"state": "other"}, None, "issuer_error"),
        (400, {"error": "client"}, None, "caller_rejected"),
        (400, {"error": "other"}, None, "unparsable"),
        (200, {"error": "other"}, None, "unparsable"),
        (200, {"client_id": "a"}, True, "ok"),
    ],
)
def test_endpoint_reads_response_in_order(status, body, active, reason):
    """Documented refusals come first whatever the status, then the status, then the good response."""
    reading = make_endpoint(response_model=SampleResponse, refusals=REFUSALS).read(
        make_response(status, body), make_question()
    )
    assert (reading.active, reading.reason) == (active, reason)


def test_endpoint_accepts_only_the_documented_status():
    """The good status is the documented one."""
    created = make_endpoint(good_status=201)
    assert created.read(make_response(201, GOOD), make_question()).active is True
    assert created.read(make_response(200, GOOD), make_question()).active is None


def test_endpoint_uses_its_error_fields():
    """A non-empty error field makes the response undecided."""
    body = {**GOOD, "error_code": 7}
    assert make_endpoint().read(make_response(200, body), make_question()).active is True
    endpoint = make_endpoint(error_fields=("error_code",))
    assert endpoint.read(make_response(200, body), make_question()).active is None


def test_endpoint_unwraps_the_body():
    """The JSON text is extracted before it is decoded."""
    wrapped = b"callback(%s);" % json.dumps(GOOD).encode()
    endpoint = make_endpoint(unwrap=lambda text: text[9:-2])
    assert endpoint.read(make_response(200, wrapped), make_question()).active is True


def test_refusal_keeps_token_fields_of_its_body():
    """A decided refusal keeps client, account and end; a bare or undecided refusal has no token fields."""
    body = {"client_id": "client-a", "sub": "42", "exp": NOW - 60, "scope": ""}
    reading = make_endpoint(response_model=SampleResponse, refusals=(Refusal(400, "expired", detail="past"),)).read(
        make_response(400, body), make_question()
    )
    assert reading == Reading(
        active=False,
        reason="expired",
        detail="past",
        client_id="client-a",
        subject="42",
        scopes=(),
        expires_at=AT - timedelta(seconds=60),
    )
    full = {**GOOD, "nbf": NOW, "iat": NOW - 9, "aud": "api", "iss": "https://op.example.com", "token_type": "Bearer"}
    revoked = make_endpoint(refusals=(Refusal(400, "revoked"),)).read(make_response(400, full), make_question())
    assert revoked == msgspec.structs.replace(
        read_body(IntrospectionResponse, full, make_question()), active=False, reason="revoked"
    )
    for refusal in (Refusal(400, "denied", bare=True), Refusal(400, "not_permitted")):
        assert (
            make_endpoint(response_model=SampleResponse, refusals=(refusal,)).read(
                make_response(400, body), make_question()
            )
            == refusal.to_reading()
        )


@pytest.mark.parametrize("body", ["<html></html>", {"client_id": 7}, {"client_id": "a", "error": "x"}, {"exp": 10**30}])
def test_refusal_ignores_body_of_another_form(body):
    """A body that is not in the form of a good response changes nothing in the refusal."""
    refusal = Refusal(400, "expired")
    assert (
        make_endpoint(response_model=SampleResponse, refusals=(refusal,)).read(
            make_response(400, body), make_question()
        )
        == refusal.to_reading()
    )


PROFILE = make_endpoint(
    url="https://op.example.com/me",
    response_model=UserInfoResponse,
    placement=by_bearer(),
    method="GET",
    kind="userinfo-probe",
)


def run_steps(endpoint, *responses, subject=None):
    """Return the endpoint's reading of these responses, and the requested URLs."""
    question = make_question(subject=subject)
    reading, requests = steps.run_steps(endpoint.steps(question), steps.play(*responses))
    return reading, [request.url for request in requests]


@pytest.mark.parametrize(
    ("body", "subject", "profile", "calls"),
    [
        ({"active": True}, "42", PROFILE, 2),
        ({"active": True}, None, PROFILE, 1),
        ({"active": True}, "42", None, 1),
        ({"active": True, "sub": "42"}, "42", PROFILE, 1),
        ({"active": True, "sub": "43"}, "42", PROFILE, 1),
        ({"active": False}, "42", PROFILE, 1),
        ({"active": "true"}, "42", PROFILE, 1),
    ],
)
def test_profile_call_is_made_only_for_an_expected_missing_account(body, subject, profile, calls):
    """The second call needs an active token, an expected account, and a first response that does not name one."""
    reading, urls = run_steps(
        make_endpoint(profile=profile), make_response(200, body), make_response(200, {"sub": "42"}), subject=subject
    )
    assert urls == ["https://op.example.com/info", "https://op.example.com/me"][:calls]
    assert reading.subject == ("42" if calls == 2 else body.get("sub"))


@pytest.mark.parametrize(
    "second",
    [
        make_response(401, b""),
        make_response(200, {"id": 42}),
        make_response(500, b""),
        Unreachable("network", "no answer"),
    ],
    ids=["refused", "odd", "down", "unreachable"],
)
def test_failed_profile_call_keeps_the_first_reading(second):
    """If the profile call fails, the token stays active and its account unknown."""
    reading, urls = run_steps(
        make_endpoint(profile=PROFILE), make_response(200, {"active": True, "client_id": "a"}), second, subject="42"
    )
    assert reading == Reading(active=True, reason="ok", client_id="a")
    assert len(urls) == 2


def test_profile_call_adds_only_the_account():
    """The account of the second response is used even if it is not the expected one."""
    reading, _ = run_steps(
        make_endpoint(profile=PROFILE),
        make_response(200, {"active": True, "client_id": "a"}),
        make_response(200, {"sub": "43"}),
        subject="42",
    )
    assert reading == Reading(active=True, reason="ok", client_id="a", subject="43")


def test_refused_profile_call_adds_no_account():
    """The account in a refusal of the profile call is ignored."""
    refusing = make_endpoint(
        url="https://op.example.com/me", response_model=SampleResponse, refusals=(Refusal(400, "expired"),)
    )
    reading, _ = run_steps(
        make_endpoint(profile=refusing),
        make_response(200, {"active": True}),
        make_response(400, {"sub": "42"}),
        subject="42",
    )
    assert reading == Reading(active=True, reason="ok")


@pytest.mark.parametrize(("ahead", "active", "subject"), [(0, True, "42"), (61, True, None)])
def test_each_response_is_read_at_the_time_of_the_question(ahead, active, subject):
    """Both responses are compared with the question's time."""
    late = make_endpoint(url="https://op.example.com/me")
    first, second = {"active": True, "nbf": NOW}, {"active": True, "sub": "42", "nbf": NOW + ahead}
    reading, _ = run_steps(
        make_endpoint(profile=late), make_response(200, first), make_response(200, second), subject="42"
    )
    assert (reading.active, reading.subject) == (active, subject)
    assert run_steps(make_endpoint(), make_response(200, {**first, "nbf": NOW + 61}))[0].reason == "contradiction"
