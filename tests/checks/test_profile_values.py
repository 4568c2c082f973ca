"""The check that a normalizer invents no values."""

from __future__ import annotations

import pytest

from idp_checks import recordings
from tests.checks.builders import (
    EMAIL,
    GITHUB,
    RECORDING_MINIMAL,
    RECORDING_NAMES,
    Case,
    build_connection,
    build_provider,
    evaluate_check,
)
from tests.checks.wrong_normalizers import (
    false_by_default,
    invented_contact,
    none_as_name,
    none_in_picture,
    null_as_string,
    placeholder_address,
    reject_all,
    result_with,
)

CASES = [
    Case("IDP-PRF-009", "our normalizer, Google", build_connection(), "pass"),
    Case("IDP-PRF-009", "our normalizer, GitHub", build_connection(provider=GITHUB), "pass"),
    Case(
        "IDP-PRF-009",
        "address in lower case",
        build_connection(result_with(email=EMAIL), build_provider(), recordings=[RECORDING_MINIMAL]),
        "pass",
    ),
    Case(
        "IDP-PRF-009",
        "local part as name",
        build_connection(result_with(name="Mia.Chen"), build_provider(), recordings=[RECORDING_MINIMAL]),
        "pass",
    ),
    Case(
        "IDP-PRF-009",
        "joined first and last name",
        build_connection(result_with(name="Mia Chen"), build_provider(), recordings=[RECORDING_NAMES]),
        "pass",
    ),
    Case(
        "IDP-PRF-009",
        "Gravatar picture",
        build_connection(
            result_with(picture="https://www.gravatar.com/avatar/?d=mp"), build_provider(), recordings=[RECORDING_NAMES]
        ),
        "pass",
    ),
    Case(
        "IDP-PRF-009",
        "invented last name",
        build_connection(result_with(name="Mia Unknown"), build_provider(), recordings=[RECORDING_NAMES]),
        "fail",
    ),
    Case(
        "IDP-PRF-009",
        "invented name",
        build_connection(result_with(name="Unknown user"), build_provider(), recordings=[RECORDING_NAMES]),
        "fail",
    ),
    Case(
        "IDP-PRF-009",
        "invented picture",
        build_connection(
            result_with(picture="https://cdn.example.com/default.png"), build_provider(), recordings=[RECORDING_NAMES]
        ),
        "fail",
    ),
    Case(
        "IDP-PRF-009",
        "different identifier",
        build_connection(result_with(user_id="example|43"), build_provider(), recordings=[RECORDING_NAMES]),
        "fail",
    ),
    Case(
        "IDP-PRF-009",
        "additional property",
        build_connection(result_with(source="our own directory"), build_provider(), recordings=[RECORDING_NAMES]),
        "pass",
    ),
    Case(
        "IDP-PRF-009",
        "name as email_verified",
        build_connection(result_with(email_verified="Mia"), build_provider(), recordings=[RECORDING_NAMES]),
        "fail",
    ),
    Case("IDP-PRF-009", "minimal profile rejected", build_connection(reject_all), "fail"),
    Case("IDP-PRF-009", "placeholder address", build_connection(placeholder_address), "fail"),
    Case("IDP-PRF-009", "None as name", build_connection(none_as_name), "fail"),
    Case("IDP-PRF-009", "None in the picture URL", build_connection(none_in_picture), "fail"),
    Case("IDP-PRF-009", "invented false", build_connection(false_by_default), "fail"),
    Case("IDP-PRF-009", "invented contact", build_connection(invented_contact), "fail"),
    Case("IDP-PRF-009", "null as a string", build_connection(null_as_string), "fail"),
    Case(
        "IDP-PRF-009",
        "no minimal profile",
        build_connection(
            recordings=[recording for recording in recordings.load_profiles("github") if recording.case != "minimal"],
            provider=GITHUB,
        ),
        "indeterminate",
        "no_data",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_minimal_profile_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding
