"""The checks of `email_verified`."""

from __future__ import annotations

import pytest

from idp_checks.checks import Verdict
from idp_checks.profiles.profile import Identity
from tests.checks.builders import (
    EMAIL,
    GITHUB,
    HUB_TOKEN,
    RECORDING_FULL,
    RECORDING_TRUE,
    UNASKABLE,
    BooleanFlagShape,
    Case,
    NamelessShape,
    StringFlagShape,
    build_connection,
    build_identity,
    build_profile,
    build_provider,
    build_second_identity,
    evaluate_check,
)
from tests.checks.wrong_normalizers import (
    always_verified,
    false_by_default,
    reject_non_booleans,
    string_flag_result,
    true_by_default,
    truthy_flag,
    truthy_list,
    unchanged_flag,
)

CASES = [
    Case("IDP-PRF-005", "true, provider's own field stored", build_identity(), "pass"),
    Case("IDP-PRF-005", "false", build_identity(profile=build_profile(email_verified=False)), "pass"),
    Case("IDP-PRF-005", "absent", build_identity(profile=build_profile(email_verified=None)), "pass"),
    Case(
        "IDP-PRF-005",
        "true, confirmed by the provider's list",
        build_identity(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=build_profile(emails=[{"email": EMAIL, "primary": True, "verified": True}]),
        ),
        "pass",
    ),
    Case(
        "IDP-PRF-005",
        "true, confirmed by a linked account's data",
        build_second_identity(
            {
                "email": EMAIL,
                "email_verified": True,
                "emails": [{"email": EMAIL.upper(), "primary": False, "verified": True}],
            }
        ),
        "pass",
    ),
    Case(
        "IDP-PRF-005",
        "true, listed with and without a statement",
        build_identity(
            provider=GITHUB, token=HUB_TOKEN, profile=build_profile(emails=[EMAIL, {"email": EMAIL, "verified": True}])
        ),
        "pass",
    ),
    Case(
        "IDP-PRF-005",
        "true, contradicted by an older field",
        build_identity(profile=build_profile(verified_email=False)),
        "fail",
    ),
    Case(
        "IDP-PRF-005",
        "true, older field is a string",
        build_identity(profile=build_profile(verified_email="true")),
        "fail",
    ),
    Case(
        "IDP-PRF-005",
        "true, contradicted by the provider's list",
        build_identity(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=build_profile(emails=[{"email": EMAIL, "primary": True, "verified": False}]),
        ),
        "fail",
    ),
    Case(
        "IDP-PRF-005",
        "true, list contains only another address",
        build_identity(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=build_profile(emails=[{"email": "else@example.org", "primary": True, "verified": True}]),
        ),
        "fail",
    ),
    Case(
        "IDP-PRF-005",
        "true, statement about another address",
        build_identity(
            profile=build_profile(), identity={"profileData": {"email": "else@example.org", "email_verified": True}}
        ),
        "fail",
    ),
    Case(
        "IDP-PRF-005",
        "true, linked account of a provider that never vouches",
        build_second_identity({"email": EMAIL, "email_verified": True}, build_provider("github")),
        "fail",
    ),
    Case("IDP-PRF-005", "true, provider never vouches", build_identity(provider=UNASKABLE), "fail"),
    Case(
        "IDP-PRF-005",
        "true, statement not stored",
        build_identity(provider=GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "no_data",
    ),
    Case("IDP-PRF-005", "unknown provider", build_identity(provider=None), "indeterminate", "no_data"),
    Case("IDP-PRF-005", "no address", build_identity(profile=build_profile(email=None)), "not_applicable"),
    Case("IDP-PRF-005", "linked account without data", build_second_identity(None), "not_applicable"),
    Case(
        "IDP-PRF-005",
        "trusted by the policy",
        build_identity(provider=UNASKABLE, email_trust="our own directory"),
        "not_applicable",
    ),
    Case("IDP-PRF-006", "our normalizer, Google", build_connection(), "pass"),
    Case("IDP-PRF-006", "our normalizer, GitHub", build_connection(provider=GITHUB), "pass"),
    Case("IDP-PRF-006", "false by default", build_connection(false_by_default), "pass"),
    Case("IDP-PRF-006", "truthy parsing", build_connection(truthy_flag), "fail"),
    Case("IDP-PRF-006", "true by default", build_connection(true_by_default), "fail"),
    Case("IDP-PRF-006", "value passed through", build_connection(unchanged_flag), "fail"),
    Case("IDP-PRF-006", "truthy parsing of an additional response", build_connection(truthy_list, GITHUB), "fail"),
    Case(
        "IDP-PRF-006",
        "always true, provider never vouches",
        build_connection(always_verified, build_provider(), recordings=[RECORDING_FULL]),
        "fail",
    ),
    Case(
        "IDP-PRF-006",
        "documented string flag",
        build_connection(string_flag_result, build_provider(shape=StringFlagShape), recordings=[RECORDING_TRUE]),
        "pass",
    ),
    Case(
        "IDP-PRF-006",
        "undocumented string flag",
        build_connection(string_flag_result, build_provider(shape=BooleanFlagShape), recordings=[RECORDING_TRUE]),
        "fail",
    ),
    Case("IDP-PRF-006", "non-boolean rejected", build_connection(reject_non_booleans), "indeterminate", "unparsable"),
    Case(
        "IDP-PRF-006",
        "no recording with an address",
        build_connection(provider=build_provider(), recordings=[]),
        "indeterminate",
        "no_data",
    ),
    Case("IDP-PRF-006", "unknown provider", build_connection(provider=None), "indeterminate", "no_data"),
    Case(
        "IDP-PRF-006",
        "provider without addresses",
        build_connection(provider=build_provider(shape=NamelessShape), recordings=[]),
        "not_applicable",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_email_verified_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


def test_never_true_names_the_variant():
    """The finding names the value that resulted in true."""
    assert evaluate_check("IDP-PRF-006", build_connection(truthy_flag)).facts["variant"] == '"false"'
    assert evaluate_check("IDP-PRF-006", build_connection(true_by_default)).facts["variant"] == "removed"


def test_never_true_reports_whether_false_is_distinguished():
    """The finding reports whether the normalizer distinguishes false from missing."""
    name = "false_kept_apart_from_not_stated"
    assert evaluate_check("IDP-PRF-006", build_connection()).facts[name] is True
    assert evaluate_check("IDP-PRF-006", build_connection(false_by_default)).facts[name] is False


def test_vouched_address_of_a_linked_identity_uses_its_own_data():
    """The record's standard properties belong to the first identity, so a linked one is checked by its own data."""
    context = build_second_identity({"email": EMAIL})
    assert isinstance(context.identity, Identity)
    assert evaluate_check("IDP-PRF-005", context).verdict is Verdict.PASS
