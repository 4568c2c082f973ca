"""The checks of a token's expiry and lifetime."""

from __future__ import annotations

import pytest

from tests.checks.builders import (
    ACCEPTS_ANYTHING,
    GITHUB,
    HOUR,
    HOURLY,
    HUB_TOKEN,
    INCONCLUSIVE,
    NO_CANARY,
    NOW,
    PROBED,
    UNLIMITED,
    Case,
    build_identity,
    build_introspection,
    evaluate_check,
    google_response,
    read_response,
)

CASES = [
    Case("IDP-TOK-007", "expiry in the future", build_identity(read_response(google_response())), "pass"),
    Case("IDP-TOK-007", "expiry in the past", build_identity(read_response(google_response(exp="1000000000"))), "pass"),
    Case(
        "IDP-TOK-007",
        "documented lifetime and stated issue time",
        build_identity(build_introspection(provider="hourly", issued_at=NOW), HOURLY),
        "pass",
    ),
    Case("IDP-TOK-007", "stated to never expire", build_identity(build_introspection(endless=True)), "fail"),
    Case(
        "IDP-TOK-007",
        "documented to never expire",
        build_identity(build_introspection(provider="lasting"), UNLIMITED),
        "fail",
    ),
    Case(
        "IDP-TOK-007",
        "documented to never expire, network error",
        build_identity(build_introspection(None, provider="lasting"), UNLIMITED),
        "fail",
    ),
    Case(
        "IDP-TOK-007",
        "expiry neither stated nor documented",
        build_identity(build_introspection(provider="probed"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-007",
        "documented lifetime, unknown issue time",
        build_identity(build_introspection(provider="hourly"), HOURLY),
        "indeterminate",
        "not_stated",
    ),
    Case("IDP-TOK-007", "rate limited", build_identity(read_response({}, 429)), "indeterminate", "rate_limited"),
    Case(
        "IDP-TOK-007",
        "rejected token with a documented lifetime",
        build_identity(read_response({"message": "Not Found"}, 404, GITHUB), GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "not_stated",
    ),
    Case("IDP-TOK-007", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-007",
        "endpoint accepts anything",
        build_identity(read_response(google_response()), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-007",
        "exception in the policy",
        build_identity(build_introspection(endless=True), allow_unbounded="cannot be turned off"),
        "not_applicable",
    ),
    Case(
        "IDP-TOK-007",
        "expiry stated despite an exception",
        build_identity(read_response(google_response()), allow_unbounded="cannot be turned off"),
        "pass",
    ),
    Case(
        "IDP-TOK-008",
        "measured lifetime below the maximum",
        build_identity(build_introspection(issued_at=NOW, expires_at=NOW + HOUR)),
        "pass",
    ),
    Case(
        "IDP-TOK-008", "documented lifetime below the maximum", build_identity(read_response(google_response())), "pass"
    ),
    Case(
        "IDP-TOK-008",
        "measured lifetime above the maximum",
        build_identity(build_introspection(issued_at=NOW - 9 * HOUR, expires_at=NOW + HOUR)),
        "fail",
    ),
    Case(
        "IDP-TOK-008",
        "remaining lifetime above the maximum",
        build_identity(read_response(google_response(exp="4000000000"))),
        "fail",
    ),
    Case(
        "IDP-TOK-008",
        "documented lifetime above the maximum",
        build_identity(build_introspection(provider="hourly"), HOURLY, max_lifetime_s=60),
        "fail",
    ),
    Case("IDP-TOK-008", "stated to never expire", build_identity(build_introspection(endless=True)), "fail"),
    Case(
        "IDP-TOK-008",
        "documented to never expire",
        build_identity(build_introspection(provider="lasting"), UNLIMITED),
        "fail",
    ),
    Case(
        "IDP-TOK-008",
        "no maximum in the policy",
        build_identity(read_response(google_response()), max_lifetime_s=None),
        "indeterminate",
        "no_policy",
    ),
    Case(
        "IDP-TOK-008",
        "expiry before the issue time",
        build_identity(build_introspection(issued_at=NOW + 2 * HOUR, expires_at=NOW + HOUR)),
        "indeterminate",
        "contradiction",
    ),
    Case(
        "IDP-TOK-008",
        "lifetime neither stated nor documented",
        build_identity(build_introspection(provider="probed"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    Case("IDP-TOK-008", "network error", build_identity(INCONCLUSIVE), "indeterminate", "network"),
    Case("IDP-TOK-008", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-008",
        "endpoint not calibrated",
        build_identity(build_introspection(issued_at=NOW, expires_at=NOW + HOUR), calibration=NO_CANARY),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-008",
        "exception in the policy",
        build_identity(build_introspection(endless=True), allow_unbounded="cannot be turned off"),
        "not_applicable",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_token_lifetime_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


def test_expiry_in_the_past_is_reported():
    """The detail distinguishes an expiry in the past from an expiry in the future."""
    past = evaluate_check("IDP-TOK-007", build_identity(read_response(google_response(exp="1000000000"))))
    future = evaluate_check("IDP-TOK-007", build_identity(read_response(google_response())))
    assert "past" in past.detail
    assert "past" not in future.detail


def test_lifetime_is_shown_in_seconds():
    """The facts contain the measured lifetime in seconds, and times in UTC with Z."""
    context = build_identity(build_introspection(issued_at=NOW, expires_at=NOW + HOUR))
    facts = evaluate_check("IDP-TOK-008", context).facts
    assert (facts["lifetime_s"], facts["expires_at"]) == (3600, "2026-11-24T13:00:00Z")


def test_exception_is_shown_with_its_reason():
    """The facts contain the policy's reason for the exception."""
    context = build_identity(build_introspection(endless=True), allow_unbounded="the provider has no other tokens")
    assert evaluate_check("IDP-TOK-007", context).facts["exception"] == "the provider has no other tokens"
