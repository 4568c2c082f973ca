"""The checks of a token's kind and signature."""

from __future__ import annotations

import pytest

from tests.checks.builders import (
    ACCEPTS_ANYTHING,
    GITHUB,
    ISSUER,
    JWT_PROBED,
    NO_CANARY,
    OAUTH1,
    PROBED,
    SIGNED,
    SIGNED_METHOD,
    Case,
    build_identity,
    build_introspection,
    build_jwt,
    build_provider,
    evaluate_check,
    google_response,
    read_response,
)

OUR_APP = {"client_ids": ("app-1",)}

CASES = [
    Case("IDP-TOK-010", "documented form", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-010",
        "stated user token",
        build_identity(build_introspection(provider="probed", token_type="USER"), PROBED),
        "pass",
    ),
    Case(
        "IDP-TOK-010",
        "access token by its header",
        build_identity(provider=PROBED, token=build_jwt({"alg": "RS256", "typ": "at+jwt"})),
        "pass",
    ),
    Case(
        "IDP-TOK-010",
        "stated page token",
        build_identity(build_introspection(provider="probed", token_type="PAGE"), PROBED),
        "fail",
    ),
    Case("IDP-TOK-010", "stated application token", build_identity(build_introspection(token_type="APP")), "fail"),
    Case(
        "IDP-TOK-010",
        "ID token by its claims",
        build_identity(token=build_jwt(claims={"sub": "1", "at_hash": "x"})),
        "fail",
    ),
    Case(
        "IDP-TOK-010",
        "JWT at a provider with another form",
        build_identity(token=build_jwt({"alg": "RS256", "typ": "at+jwt"})),
        "fail",
    ),
    Case(
        "IDP-TOK-010",
        "DPoP proof by its header",
        build_identity(token=build_jwt({"alg": "ES256", "typ": "dpop+jwt"})),
        "fail",
    ),
    Case(
        "IDP-TOK-010", "refresh token by its prefix", build_identity(provider=GITHUB, token="ghr_" + "a" * 40), "fail"
    ),
    Case(
        "IDP-TOK-010",
        "Bearer as token type",
        build_identity(build_introspection(provider="probed", token_type="Bearer"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-010",
        "form that matches any hash",
        build_identity(provider=build_provider("hashy", pattern="[0-9a-f]{64}"), token="0f" * 32),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-010",
        "indistinct form, rate limited",
        build_identity(build_introspection(None, "rate_limited", provider="probed"), PROBED),
        "indeterminate",
        "rate_limited",
    ),
    Case("IDP-TOK-010", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-010",
        "endpoint not calibrated",
        build_identity(build_introspection(provider="probed", token_type="USER"), PROBED, calibration=NO_CANARY),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-010",
        "policy expects an application token",
        build_identity(build_introspection(token_type="APP"), token_kind="application"),
        "not_applicable",
    ),
    Case(
        "IDP-TOK-012",
        "verified",
        build_identity(
            build_introspection(client_id="app-1", issuer=ISSUER, **SIGNED_METHOD), SIGNED, token=build_jwt(), **OUR_APP
        ),
        "pass",
    ),
    Case("IDP-TOK-012", "unsigned token", build_identity(provider=SIGNED), "pass"),
    Case("IDP-TOK-012", "JWT checked by a probe", build_identity(provider=JWT_PROBED, token=build_jwt()), "pass"),
    Case(
        "IDP-TOK-012",
        "invalid signature",
        build_identity(build_introspection(False, "malformed", **SIGNED_METHOD), SIGNED, token=build_jwt()),
        "fail",
    ),
    Case(
        "IDP-TOK-012",
        "key set unavailable",
        build_identity(build_introspection(None, "network", **SIGNED_METHOD), SIGNED, token=build_jwt()),
        "indeterminate",
        "network",
    ),
    Case(
        "IDP-TOK-012",
        "unknown key",
        build_identity(build_introspection(None, "not_stated", **SIGNED_METHOD), SIGNED, token=build_jwt()),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-012",
        "token without an application",
        build_identity(build_introspection(**SIGNED_METHOD), SIGNED, token=build_jwt()),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-012",
        "no client in the policy",
        build_identity(
            build_introspection(client_id="app-1", **SIGNED_METHOD), SIGNED, token=build_jwt(), client_ids=()
        ),
        "indeterminate",
        "no_policy",
    ),
    Case(
        "IDP-TOK-012",
        "verified token of another application",
        build_identity(build_introspection(client_id="app-2", **SIGNED_METHOD), SIGNED, token=build_jwt(), **OUR_APP),
        "indeterminate",
        "contradiction",
    ),
    Case(
        "IDP-TOK-012",
        "verified token of another tenant",
        build_identity(build_introspection(False, "unknown_token", **SIGNED_METHOD), SIGNED, token=build_jwt()),
        "indeterminate",
        "contradiction",
    ),
    Case(
        "IDP-TOK-012",
        "verified expired token",
        build_identity(build_introspection(False, "expired", **SIGNED_METHOD), SIGNED, token=build_jwt()),
        "indeterminate",
        "stale",
    ),
    Case(
        "IDP-TOK-012",
        "endpoint accepts any signature",
        build_identity(
            build_introspection(client_id="app-1", **SIGNED_METHOD),
            SIGNED,
            token=build_jwt(),
            calibration=ACCEPTS_ANYTHING,
            **OUR_APP,
        ),
        "indeterminate",
        "uncalibrated",
    ),
    Case("IDP-TOK-012", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case("IDP-TOK-012", "opaque tokens", build_identity(read_response(google_response())), "not_applicable"),
    Case("IDP-TOK-012", "OAuth 1.0a tokens", build_identity(provider=OAUTH1), "not_applicable"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_token_form_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding
