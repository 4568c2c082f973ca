"""The evaluation of checks: complete, and without secrets in the findings."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_checks.checks import CHECKS, REASONS, Calibration, Verdict, evaluate
from idp_checks.checks.evaluation import evaluates
from idp_checks.checks.policy import Policy
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.reading import DECIDED, UNDECIDED, Reading
from tests.checks import (
    test_hygiene,
    test_lifecycle,
    test_profile_email,
    test_profile_identifier,
    test_profile_secrets,
    test_profile_values,
    test_token,
    test_token_form,
    test_token_issuer,
    test_token_lifetime,
)
from tests.checks.builders import (
    ACCEPTS_ANYTHING,
    CALIBRATED,
    DISCOVERED,
    EMAIL,
    GITHUB,
    GOOGLE,
    HOUR,
    HUB_TOKEN,
    ISSUER,
    NO_CANARY,
    NOT_PERMITTED,
    NOW,
    OAUTH1,
    OUR_CLIENT,
    PRIVATE,
    REJECTS_CANARY,
    SCOPES,
    SIGNED,
    SUBJECT,
    TOKEN,
    UNASKABLE,
    UNLIMITED,
    build_connection,
    build_identity,
    build_introspection,
    build_jwt,
    build_profile,
    build_run,
    evaluate_check,
)

MODULES = (
    test_hygiene,
    test_lifecycle,
    test_profile_email,
    test_profile_identifier,
    test_profile_secrets,
    test_profile_values,
    test_token,
    test_token_form,
    test_token_issuer,
    test_token_lifetime,
)
ALL_CASES = [case for module in MODULES for case in module.CASES]

UNREACHABLE = {
    # No provider documents a normalization of its identifiers.
    ("IDP-PRF-004", "not_applicable"),
}
RESPONSE_CHECKS = ("IDP-TOK-001", "IDP-TOK-002", "IDP-TOK-003", "IDP-TOK-004", "IDP-TOK-007", "IDP-TOK-011")


@pytest.mark.parametrize("check", [check for check in CHECKS if check.evaluated], ids=lambda check: check.id)
def test_cases_reach_every_verdict_of_the_catalog(check):
    """For each verdict with a meaning in the catalog there is a case that reaches it, and for no other verdict."""
    expected = {verdict.value for verdict in Verdict if check.verdicts.of(verdict) is not None}
    expected -= {verdict for check_id, verdict in UNREACHABLE if check_id == check.id}
    assert {case.verdict for case in ALL_CASES if case.check_id == check.id} == expected


def test_cases_produce_findings_without_secrets():
    """The finding of no case contains a token, an address or a subject."""
    for case in ALL_CASES:
        output = msgspec.json.encode(evaluate_check(case.check_id, case.context)).decode()
        assert [private for private in (*PRIVATE, HUB_TOKEN) if private in output] == []


def test_evaluation_keeps_undecided_reasons():
    """An undecided introspection makes each check based on it indeterminate, with the same reason."""
    for reason in UNDECIDED:
        for finding in evaluate(build_identity(build_introspection(None, reason))):
            if finding.check in RESPONSE_CHECKS:
                assert (finding.verdict, finding.reason) == ("indeterminate", reason)


def test_evaluation_covers_every_evaluated_check_once():
    """The contexts of the three scopes together evaluate each evaluated check once."""
    evaluated = [
        finding.check
        for context in (build_run(), build_connection(), build_identity())
        for finding in evaluate(context)
    ]
    assert sorted(evaluated) == sorted(check.id for check in CHECKS if check.evaluated)
    assert len(evaluated) == 23


@pytest.mark.parametrize("check_id", ["IDP-TOK-001", "IDP-TOK-005"])
def test_registration_rejects_duplicates_and_unevaluated_checks(check_id):
    """A check that has an evaluator or is only described cannot be registered."""
    with pytest.raises(ValueError, match=check_id):
        evaluates(check_id)


# ---------------------------------------------------------------- secrets


def build_hostile_identity():
    """Build a record and an introspection with secrets and names in every string."""
    return build_identity(
        build_introspection(
            client_id=TOKEN,
            audience=(EMAIL, SUBJECT),
            subject=SUBJECT,
            scopes=(TOKEN, EMAIL, f"user:{SUBJECT}"),
            issuer=f"https://{SUBJECT}.evil.example/?t={TOKEN}",
            token_type=EMAIL,
            detail=f"{TOKEN} of {EMAIL}",
            url=f"https://evil.example/{TOKEN}",
            expires_at=NOW + HOUR,
        ),
        identity={
            "refresh_token": "a-refresh-token-0123456789",
            "access_token_secret": "s3cr3t-of-the-token",
            "profileData": {
                TOKEN: {EMAIL: TOKEN},
                SUBJECT: [TOKEN],
                "email": EMAIL,
                "email_verified": True,
                "sub": EMAIL,
            },
        },
        profile=build_profile(**{TOKEN: "x", EMAIL: TOKEN}),
        policy=Policy(accept_unaskable={"google-oauth2": EMAIL}),
        client_ids=(SUBJECT, TOKEN),
        allowed_scopes=frozenset({EMAIL, TOKEN}),
        email_trust=EMAIL,
        token_kind="user",
    )


@pytest.mark.parametrize("active", [True, False, None])
def test_findings_contain_no_secret(active):
    """Findings contain no token, address or subject, even if record, policy and issuer contain them everywhere."""
    context = build_hostile_identity()
    reason = {True: "ok", False: "denied", None: "network"}[active]
    introspection = msgspec.structs.replace(context.introspection, active=active, reason=reason)
    context = msgspec.structs.replace(context, introspection=introspection)
    output = msgspec.json.encode(list(evaluate(context))).decode()
    assert [private for private in PRIVATE if private in output] == []
    assert "hmac-sha256:" in output


STRINGS = (
    st.none() | st.sampled_from((TOKEN, EMAIL, SUBJECT, OUR_CLIENT, "", "USER", "ya29.", ISSUER)) | st.text(max_size=12)
)
TIMES = st.none() | st.datetimes(timezones=st.just(NOW.tzinfo))
READINGS = st.builds(
    Reading,
    active=st.sampled_from((True, False, None)),
    reason=st.sampled_from(sorted(DECIDED | UNDECIDED)),
    bare=st.booleans(),
    client_id=STRINGS,
    audience=st.none() | st.lists(st.text(max_size=5), max_size=2).map(tuple),
    subject=STRINGS,
    scopes=st.none() | st.lists(st.sampled_from((*SCOPES, TOKEN, EMAIL)), max_size=3).map(tuple),
    expires_at=TIMES,
    issued_at=TIMES,
    endless=st.booleans(),
    issuer=STRINGS,
    token_type=STRINGS,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    reading=READINGS,
    issuer_provider=st.sampled_from(("google-oauth2", "github", "")),
    method=st.sampled_from(("tokeninfo", "signed-token", None)),
    provider=st.sampled_from((GOOGLE, GITHUB, SIGNED, UNASKABLE, UNLIMITED, DISCOVERED, OAUTH1, None)),
    token=st.sampled_from((TOKEN, HUB_TOKEN, build_jwt(), "eyJ.eyJ.", "eyJ\u00e9.!.x", None)),
    calibration=st.sampled_from(
        (CALIBRATED, NOT_PERMITTED, NO_CANARY, ACCEPTS_ANYTHING, REJECTS_CANARY, Calibration())
    ),
)
def test_evaluation_returns_one_finding_per_check(reading, issuer_provider, method, provider, token, calibration):
    """For any introspection each check returns one finding, with a valid reason and with JSON facts without floats."""
    introspection = Introspection(
        provider=issuer_provider,
        active=reading.active,
        reason=reading.reason,
        method=method,
        asked_at=NOW,
        reading=reading,
    )
    findings = list(evaluate(build_identity(introspection, provider, token=token, calibration=calibration)))
    assert [finding.check for finding in findings] == [
        check.id for check in CHECKS if check.evaluated and check.scope == "identity"
    ]
    for finding in findings:
        assert (finding.reason in REASONS) == (finding.verdict is Verdict.INDETERMINATE)
        output = json.dumps(finding.facts, allow_nan=False)
        assert json.loads(output, parse_float=lambda _: pytest.fail("a float")) == finding.facts
        assert [private for private in (TOKEN, SUBJECT, EMAIL) if private in output] == []
    if introspection.active is not True or not calibration.rejects_invalid:
        active = next(finding for finding in findings if finding.check == "IDP-TOK-001")
        assert active.verdict is not Verdict.PASS
