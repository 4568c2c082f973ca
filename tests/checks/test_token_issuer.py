"""The check that the issuer of a token is the provider in the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idp_checks.checks import Verdict
from tests.checks.builders import (
    ACCEPTS_ANYTHING,
    BARE_REJECTION,
    DISCOVERED,
    INCONCLUSIVE,
    ISSUER,
    NOT_PERMITTED,
    PROBE,
    PROBED,
    REJECTED,
    SIGNED,
    SIGNED_METHOD,
    Case,
    build_identity,
    build_introspection,
    build_provider,
    evaluate_check,
    google_response,
    read_response,
)

SIGNED_POLICY = {"credentials": {"tenant_id": "tenant-1"}}

CASES = [
    Case("IDP-TOK-011", "documented host", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-011",
        "host configured by the policy",
        build_identity(build_introspection(url="http://127.0.0.1:9/x/tokeninfo"), issuer_url="http://127.0.0.1:9/x"),
        "pass",
    ),
    Case(
        "IDP-TOK-011",
        "documented issuer",
        build_identity(build_introspection(issuer=ISSUER, **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "pass",
    ),
    Case(
        "IDP-TOK-011",
        "configured issuer",
        build_identity(
            build_introspection(issuer="https://op.example.com", provider="discovered"),
            DISCOVERED,
            issuer_url="https://op.example.com",
        ),
        "pass",
    ),
    Case(
        "IDP-TOK-011",
        "configured issuer with an extra slash",
        build_identity(
            build_introspection(issuer="https://op.example.com/", provider="discovered"),
            DISCOVERED,
            issuer_url="https://op.example.com",
        ),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "issuer under the same domain",
        build_identity(build_introspection(issuer="https://www.googleapis.com")),
        "pass",
    ),
    Case(
        "IDP-TOK-011",
        "look-alike issuer",
        build_identity(build_introspection(issuer="https://accounts.google.com.evil.example")),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "look-alike tenant",
        build_identity(build_introspection(issuer=ISSUER + "0", **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "token of another tenant",
        build_identity(build_introspection(False, "unknown_token", **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "foreign host",
        build_identity(build_introspection(url="https://oauth2.googleapis.com.evil.example/tokeninfo")),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "issuer other than the configured one",
        build_identity(
            build_introspection(issuer="https://evil.example", provider="discovered"),
            DISCOVERED,
            issuer_url="https://op.example.com",
        ),
        "fail",
    ),
    Case("IDP-TOK-011", "issuer of another provider", build_identity(build_introspection(provider="github")), "fail"),
    Case(
        "IDP-TOK-011",
        "record names another provider",
        build_identity(read_response(google_response()), identity={"provider": "facebook"}),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "social provider recorded as enterprise",
        build_identity(read_response(google_response()), identity={"isSocial": False}),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "enterprise provider recorded as social",
        build_identity(
            build_introspection(issuer=ISSUER, **SIGNED_METHOD), SIGNED, identity={"isSocial": True}, **SIGNED_POLICY
        ),
        "fail",
    ),
    Case(
        "IDP-TOK-011",
        "no configured issuer",
        build_identity(build_introspection(issuer="https://op.example.com", provider="discovered"), DISCOVERED),
        "indeterminate",
        "no_policy",
    ),
    Case(
        "IDP-TOK-011",
        "no configured host",
        build_identity(build_introspection(provider="discovered"), DISCOVERED),
        "indeterminate",
        "no_policy",
    ),
    Case(
        "IDP-TOK-011",
        "documented host of a generic provider",
        build_identity(
            build_introspection(provider="generic", url=PROBE.url),
            build_provider("generic", kind="generic", debug=PROBE),
        ),
        "indeterminate",
        "no_policy",
    ),
    Case("IDP-TOK-011", "rejected token", build_identity(REJECTED), "indeterminate", "not_stated"),
    Case(
        "IDP-TOK-011",
        "bare rejection",
        build_identity(BARE_REJECTION, calibration=NOT_PERMITTED),
        "indeterminate",
        "not_permitted",
    ),
    Case(
        "IDP-TOK-011", "request not recorded", build_identity(build_introspection(url=None)), "indeterminate", "no_data"
    ),
    Case("IDP-TOK-011", "unknown provider", build_identity(provider=None), "indeterminate", "no_data"),
    Case("IDP-TOK-011", "network error", build_identity(INCONCLUSIVE), "indeterminate", "network"),
    Case(
        "IDP-TOK-011",
        "endpoint accepts anything",
        build_identity(read_response(google_response()), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_token_issuer_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


def test_issuer_under_the_same_public_suffix_fails():
    """Hosts below a public suffix, which many owners share, do not have the same owner."""
    shared = replace(PROBED, debug=replace(PROBE, url="https://example.co.uk/userinfo"))
    context = build_identity(build_introspection(provider="probed", issuer="https://evil.co.uk"), shared)
    assert evaluate_check("IDP-TOK-011", context).verdict is Verdict.FAIL
