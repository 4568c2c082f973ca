"""The checks of a token's revocation and renewal."""

from __future__ import annotations

import pytest

from idp_checks.lifecycles.values import Renewal
from idp_checks.secret import Secret
from tests.checks.builders import (
    ACCEPTED,
    ACCEPTS_ANYTHING,
    GITHUB,
    HOUR,
    HOURLY,
    HUB_TOKEN,
    INCONCLUSIVE,
    MANUAL,
    NOW,
    PROBED,
    REJECTED,
    UNLIMITED,
    Case,
    build_connection,
    build_identity,
    build_introspection,
    build_offline,
    build_revoked,
    evaluate_check,
    google_response,
    read_response,
)

CASES = [
    Case("IDP-LIF-001", "revocation without credentials", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-LIF-001",
        "revocation with available credentials",
        build_identity(provider=GITHUB, token=HUB_TOKEN, client_secret=Secret("a-client-secret")),
        "pass",
    ),
    Case(
        "IDP-LIF-001",
        "revocation with missing credentials",
        build_identity(provider=GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "no_data",
    ),
    Case("IDP-LIF-001", "manual revocation", build_identity(provider=MANUAL), "indeterminate", "not_stated"),
    Case(
        "IDP-LIF-001",
        "no revocation, token never expires",
        build_identity(provider=UNLIMITED, max_unrevocable_s=7200),
        "fail",
    ),
    Case(
        "IDP-LIF-001",
        "no revocation, long lifetime",
        build_identity(
            build_introspection(expires_at=NOW + 3 * HOUR, provider="hourly"), HOURLY, max_unrevocable_s=7200
        ),
        "fail",
    ),
    Case(
        "IDP-LIF-001",
        "no revocation, short lifetime",
        build_identity(
            build_introspection(expires_at=NOW + 2 * HOUR, provider="hourly"), HOURLY, max_unrevocable_s=7200
        ),
        "not_applicable",
    ),
    Case(
        "IDP-LIF-001",
        "no revocation, short documented lifetime",
        build_identity(provider=HOURLY, max_unrevocable_s=3600),
        "not_applicable",
    ),
    Case(
        "IDP-LIF-001",
        "no revocation, unknown expiry",
        build_identity(provider=PROBED, max_unrevocable_s=7200),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-LIF-001",
        "no revocation, no limit in the policy",
        build_identity(provider=UNLIMITED),
        "indeterminate",
        "no_policy",
    ),
    Case("IDP-LIF-001", "no token in the source", build_identity(token=None), "indeterminate", "no_data"),
    Case("IDP-LIF-001", "unknown provider", build_identity(provider=None), "indeterminate", "no_data"),
    Case("IDP-LIF-002", "active before, inactive after", build_revoked(), "pass"),
    Case("IDP-LIF-002", "active after", build_revoked(after=(ACCEPTED,)), "fail"),
    Case("IDP-LIF-002", "second token of the grant active after", build_revoked(after=(REJECTED, ACCEPTED)), "fail"),
    Case("IDP-LIF-002", "network error after", build_revoked(after=(INCONCLUSIVE,)), "indeterminate", "network"),
    Case("IDP-LIF-002", "not asked after", build_revoked(after=()), "indeterminate", "no_data"),
    Case("IDP-LIF-002", "inactive before", build_revoked(before=REJECTED), "indeterminate", "no_data"),
    Case("IDP-LIF-002", "network error before", build_revoked(before=INCONCLUSIVE), "indeterminate", "network"),
    Case("IDP-LIF-002", "not asked before", build_revoked(before=None), "indeterminate", "no_data"),
    Case(
        "IDP-LIF-002",
        "issuer error",
        build_revoked(accepted=None, reason="issuer_error"),
        "indeterminate",
        "issuer_error",
    ),
    Case(
        "IDP-LIF-002",
        "issuer error, active after",
        build_revoked(accepted=None, reason="issuer_error", after=(ACCEPTED,)),
        "indeterminate",
        "issuer_error",
    ),
    Case(
        "IDP-LIF-002",
        "revocation refused",
        build_revoked(accepted=False, reason="denied"),
        "indeterminate",
        "not_permitted",
    ),
    Case(
        "IDP-LIF-002",
        "only the signature checked",
        build_revoked(
            before=build_introspection(method="signed-token"), after=(build_introspection(method="signed-token"),)
        ),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-LIF-002",
        "expired by its own time",
        build_revoked(before=build_introspection(expires_at=NOW)),
        "indeterminate",
        "stale",
    ),
    Case(
        "IDP-LIF-002",
        "reported as expired",
        build_revoked(after=(build_introspection(False, "expired"),)),
        "indeterminate",
        "stale",
    ),
    Case(
        "IDP-LIF-002",
        "endpoint accepts anything",
        build_revoked(calibration=ACCEPTS_ANYTHING, after=(ACCEPTED,)),
        "indeterminate",
        "uncalibrated",
    ),
    Case("IDP-LIF-002", "no token designated", build_connection(), "not_applicable"),
    Case(
        "IDP-LIF-004",
        "renewal inputs available",
        build_offline(refresh=True, client_secret=Secret("a-client-secret")),
        "pass",
    ),
    Case(
        "IDP-LIF-004", "renewed, new token active", build_offline(renewal=Renewal(outcome=True, after=ACCEPTED)), "pass"
    ),
    Case(
        "IDP-LIF-004",
        "renewed, new token inactive",
        build_offline(renewal=Renewal(outcome=True, after=REJECTED)),
        "indeterminate",
        "contradiction",
    ),
    Case(
        "IDP-LIF-004",
        "renewed, network error after",
        build_offline(renewal=Renewal(outcome=True, after=INCONCLUSIVE)),
        "indeterminate",
        "network",
    ),
    Case("IDP-LIF-004", "renewal refused", build_offline(renewal=Renewal(outcome=False, reason="denied")), "fail"),
    Case(
        "IDP-LIF-004",
        "network error",
        build_offline(renewal=Renewal(outcome=None, reason="network")),
        "indeterminate",
        "network",
    ),
    Case("IDP-LIF-004", "no refresh token, expiry near", build_offline(renew_before_s=3600), "fail"),
    Case(
        "IDP-LIF-004",
        "no refresh token, expiry distant",
        build_offline(renew_before_s=3599),
        "indeterminate",
        "no_data",
    ),
    Case("IDP-LIF-004", "no refresh token, no threshold in the policy", build_offline(), "indeterminate", "no_policy"),
    Case(
        "IDP-LIF-004",
        "no refresh token, unknown expiry",
        build_offline(build_introspection(provider="probed"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    Case("IDP-LIF-004", "no client secret", build_offline(refresh=True, renew_before_s=3600), "fail"),
    Case("IDP-LIF-004", "token never expires", build_offline(build_introspection(endless=True)), "not_applicable"),
    Case(
        "IDP-LIF-004",
        "access need not last",
        build_identity(read_response(google_response()), needs_offline=False),
        "not_applicable",
    ),
    Case(
        "IDP-LIF-004",
        "not set in the policy",
        build_identity(read_response(google_response())),
        "indeterminate",
        "no_policy",
    ),
    Case(
        "IDP-LIF-004",
        "no token in the source",
        build_identity(token=None, needs_offline=True),
        "indeterminate",
        "no_data",
    ),
    Case(
        "IDP-LIF-004", "unknown provider", build_identity(provider=None, needs_offline=True), "indeterminate", "no_data"
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lifecycle_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding
