"""The checks of a token's state, client, user and scopes."""

from __future__ import annotations

import pytest

from idp_checks.checks import Calibration, Verdict
from idp_checks.checks.policy import Policy
from idp_checks.secret import Secret
from idp_checks.tokens.reading import DECIDED
from tests.checks.builders import (
    ACCEPTED,
    ACCEPTS_ANYTHING,
    BARE_REJECTION,
    DISCOVERED,
    GITHUB,
    HUB_TOKEN,
    INCONCLUSIVE,
    NO_CANARY,
    NOT_PERMITTED,
    OAUTH1,
    OTHER_CLIENT,
    OUR_CLIENT,
    REJECTED,
    REJECTS_CANARY,
    SCOPELESS,
    UNASKABLE,
    Case,
    build_identity,
    build_introspection,
    evaluate_check,
    google_response,
    read_response,
)

CASES = [
    Case("IDP-TOK-001", "reported as active", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-001",
        "active token of another client",
        build_identity(read_response(google_response(azp=OTHER_CLIENT))),
        "pass",
    ),
    Case(
        "IDP-TOK-001", "rejected by the issuer", build_identity(read_response({"error": "invalid_token"}, 400)), "fail"
    ),
    Case(
        "IDP-TOK-001",
        "reported as active after its expiry",
        build_identity(read_response(google_response(exp="1000000000"))),
        "fail",
    ),
    Case("IDP-TOK-001", "bare rejection, client known to be permitted", build_identity(BARE_REJECTION), "fail"),
    Case(
        "IDP-TOK-001",
        "bare rejection, canary accepted",
        build_identity(BARE_REJECTION, calibration=Calibration(negative=REJECTED, positive=ACCEPTED)),
        "fail",
    ),
    Case(
        "IDP-TOK-001",
        "bare rejection, no token ever active",
        build_identity(BARE_REJECTION, calibration=NOT_PERMITTED),
        "indeterminate",
        "not_permitted",
    ),
    Case(
        "IDP-TOK-001",
        "error in a 200 response",
        build_identity(read_response({"error": "oops"})),
        "indeterminate",
        "unparsable",
    ),
    Case(
        "IDP-TOK-001",
        "truncated response",
        build_identity(read_response('{"aud": "x", "ex')),
        "indeterminate",
        "unparsable",
    ),
    Case("IDP-TOK-001", "rate limited", build_identity(read_response({}, 429)), "indeterminate", "rate_limited"),
    Case("IDP-TOK-001", "issuer error", build_identity(read_response({}, 503)), "indeterminate", "issuer_error"),
    Case("IDP-TOK-001", "network error", build_identity(INCONCLUSIVE), "indeterminate", "network"),
    Case(
        "IDP-TOK-001",
        "client credentials rejected",
        build_identity(read_response({"message": "Bad credentials"}, 401, GITHUB), GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "caller_rejected",
    ),
    Case("IDP-TOK-001", "no token in the source", build_identity(token=None), "indeterminate", "no_data"),
    Case("IDP-TOK-001", "issuer not asked", build_identity(), "indeterminate", "no_data"),
    Case("IDP-TOK-001", "unknown provider", build_identity(provider=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-001",
        "no introspection method, not accepted",
        build_identity(provider=UNASKABLE),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-001",
        "no introspection method, accepted",
        build_identity(provider=UNASKABLE, policy=Policy(accept_unaskable={"mute": "read-only use"})),
        "not_applicable",
    ),
    Case(
        "IDP-TOK-001",
        "endpoint not calibrated",
        build_identity(read_response(google_response()), calibration=NO_CANARY),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-001",
        "endpoint accepts anything",
        build_identity(read_response(google_response()), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-001",
        "rejection by an endpoint that accepts anything",
        build_identity(REJECTED, calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-001",
        "rejection by an endpoint that rejects the canary",
        build_identity(REJECTED, calibration=REJECTS_CANARY),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-001",
        "rejection, canary not sent",
        build_identity(REJECTED, canary=Secret("a-known-good-token")),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-001",
        "rejection without a random canary token",
        build_identity(REJECTED, calibration=NO_CANARY),
        "fail",
    ),
    Case("IDP-TOK-002", "our client", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-002",
        "second of our clients",
        build_identity(read_response(google_response()), client_ids=("other", OUR_CLIENT)),
        "pass",
    ),
    Case(
        "IDP-TOK-002",
        "token of a foreign client",
        build_identity(read_response(google_response(azp=OTHER_CLIENT, aud=OTHER_CLIENT))),
        "fail",
    ),
    Case(
        "IDP-TOK-002",
        "client id with our id as its prefix",
        build_identity(read_response(google_response(azp=OUR_CLIENT + ".evil.example"))),
        "fail",
    ),
    Case(
        "IDP-TOK-002",
        "client id in upper case",
        build_identity(read_response(google_response(azp=OUR_CLIENT.upper()))),
        "fail",
    ),
    Case(
        "IDP-TOK-002",
        "expired token of a foreign client",
        build_identity(build_introspection(False, "expired", client_id=OTHER_CLIENT)),
        "fail",
    ),
    Case(
        "IDP-TOK-002",
        "audience without a client",
        build_identity(build_introspection(audience=(OUR_CLIENT,))),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-002",
        "client not stated",
        build_identity(build_introspection(reason="not_stated")),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-002",
        "bare rejection",
        build_identity(BARE_REJECTION, calibration=NOT_PERMITTED),
        "indeterminate",
        "not_permitted",
    ),
    Case(
        "IDP-TOK-002",
        "no client in the policy",
        build_identity(read_response(google_response()), client_ids=()),
        "indeterminate",
        "no_policy",
    ),
    Case("IDP-TOK-002", "rate limited", build_identity(read_response({}, 429)), "indeterminate", "rate_limited"),
    Case("IDP-TOK-002", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-002",
        "endpoint accepts anything",
        build_identity(read_response(google_response()), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-002",
        "foreign client, endpoint accepts anything",
        build_identity(read_response(google_response(azp=OTHER_CLIENT)), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case("IDP-TOK-002", "no introspection method", build_identity(provider=UNASKABLE), "indeterminate", "not_stated"),
    Case("IDP-TOK-002", "OAuth 1.0a provider", build_identity(provider=OAUTH1), "not_applicable"),
    Case(
        "IDP-TOK-002",
        "OAuth 1.0a token secret",
        build_identity(build_introspection(), identity={"access_token_secret": "s3cr3t-of-the-token"}),
        "not_applicable",
    ),
    Case("IDP-TOK-003", "same user", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-003",
        "another user's token",
        build_identity(read_response(google_response(sub="100000000000000000043"))),
        "fail",
    ),
    Case(
        "IDP-TOK-003",
        "CONNECTION|ID of a custom connection",
        build_identity(
            build_introspection(subject="42", provider="discovered"),
            DISCOVERED,
            identity={"user_id": "corp|42", "connection": "corp", "provider": "oidc"},
        ),
        "pass",
    ),
    Case(
        "IDP-TOK-003",
        "prefix of another connection",
        build_identity(
            build_introspection(subject="42", provider="discovered"),
            DISCOVERED,
            identity={"user_id": "corp|42", "connection": "other", "provider": "oidc"},
        ),
        "fail",
    ),
    Case(
        "IDP-TOK-003",
        "separator in a social identifier",
        build_identity(build_introspection(subject="42"), identity={"user_id": "google-oauth2|42"}),
        "fail",
    ),
    Case(
        "IDP-TOK-003",
        "account not stated",
        build_identity(read_response(google_response(sub=None))),
        "indeterminate",
        "not_stated",
    ),
    Case("IDP-TOK-003", "network error", build_identity(INCONCLUSIVE), "indeterminate", "network"),
    Case(
        "IDP-TOK-003",
        "bare rejection",
        build_identity(BARE_REJECTION, calibration=NOT_PERMITTED),
        "indeterminate",
        "not_permitted",
    ),
    Case("IDP-TOK-003", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-003",
        "endpoint not calibrated",
        build_identity(read_response(google_response()), calibration=NO_CANARY),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-003",
        "policy expects an application token",
        build_identity(build_introspection(), token_kind="application"),
        "not_applicable",
    ),
    Case("IDP-TOK-004", "all scopes allowed", build_identity(read_response(google_response())), "pass"),
    Case(
        "IDP-TOK-004",
        "two names of the same scope",
        build_identity(read_response(google_response()), allowed_scopes=frozenset({"openid", "email"})),
        "pass",
    ),
    Case(
        "IDP-TOK-004",
        "an excess scope",
        build_identity(read_response(google_response(scope="openid https://mail.example.com/"))),
        "fail",
    ),
    Case(
        "IDP-TOK-004", "scope in another case", build_identity(read_response(google_response(scope="OpenID"))), "fail"
    ),
    Case(
        "IDP-TOK-004",
        "implied scope not allowed",
        build_identity(
            build_introspection(scopes=("user",), provider="github"),
            GITHUB,
            token=HUB_TOKEN,
            allowed_scopes=frozenset({"read:user"}),
        ),
        "fail",
    ),
    Case(
        "IDP-TOK-004",
        "scope implied by an allowed scope",
        build_identity(
            build_introspection(scopes=("read:user",), provider="github"),
            GITHUB,
            token=HUB_TOKEN,
            allowed_scopes=frozenset({"user"}),
        ),
        "pass",
    ),
    Case("IDP-TOK-004", "no granted scope", build_identity(build_introspection(scopes=())), "pass"),
    Case(
        "IDP-TOK-004",
        "scopes not stated",
        build_identity(read_response(google_response(scope=None))),
        "indeterminate",
        "not_stated",
    ),
    Case(
        "IDP-TOK-004",
        "no allow-list in the policy",
        build_identity(read_response(google_response()), allowed_scopes=None),
        "indeterminate",
        "no_policy",
    ),
    Case("IDP-TOK-004", "issuer error", build_identity(read_response({}, 500)), "indeterminate", "issuer_error"),
    Case("IDP-TOK-004", "no token", build_identity(token=None), "indeterminate", "no_data"),
    Case(
        "IDP-TOK-004",
        "endpoint accepts anything",
        build_identity(read_response(google_response()), calibration=ACCEPTS_ANYTHING),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-TOK-004",
        "provider without scopes",
        build_identity(build_introspection(provider="scopeless"), SCOPELESS),
        "not_applicable",
    ),
    Case(
        "IDP-TOK-004",
        "scopes of a provider that documents none",
        build_identity(build_introspection(provider="scopeless", scopes=("admin",)), SCOPELESS),
        "fail",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_token_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


@pytest.mark.parametrize("reason", sorted(DECIDED - {"ok", "wrong_client", "wrong_subject"}))
def test_active_fails_for_every_rejection(reason):
    """A definite rejection with any reason fails the check."""
    context = build_identity(build_introspection(False, reason))
    assert evaluate_check("IDP-TOK-001", context).verdict is Verdict.FAIL


def test_scopes_names_the_excess_scopes():
    """The finding names each scope that is not allowed, including implied scopes."""
    context = build_identity(
        build_introspection(scopes=("user", "repo"), provider="github"),
        GITHUB,
        token=HUB_TOKEN,
        allowed_scopes=frozenset({"read:user"}),
    )
    finding = evaluate_check("IDP-TOK-004", context)
    assert finding.facts["not_allowed"] == ["repo", "user", "user:email", "user:follow"]


def test_user_shows_fingerprints_that_can_be_compared():
    """Both forms of a filed identifier are shown as fingerprints, and the matching one is equal to the stated one."""
    context = build_identity(
        build_introspection(subject="42", provider="discovered"),
        DISCOVERED,
        identity={"user_id": "corp|42", "connection": "corp", "provider": "oidc"},
    )
    facts = evaluate_check("IDP-TOK-003", context).facts
    assert facts["stated"] == facts["filed_without_connection"] != facts["filed"]
    assert all(facts[name].startswith("hmac-sha256:") for name in ("stated", "filed", "filed_without_connection"))


def test_read_response_detects_a_foreign_client():
    """The builder of these tests reads responses as live questions do."""
    introspection = read_response(google_response(azp=OTHER_CLIENT))
    assert introspection.reason == "wrong_client"
    assert not introspection.good
