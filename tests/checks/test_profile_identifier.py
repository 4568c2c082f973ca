"""The checks of `user_id`."""

from __future__ import annotations

import pytest

from idp_checks.checks.policy import Connection, Policy
from tests.checks.builders import GITHUB, GOOGLE, RECORDING_FULL, Case, build_connection, build_provider, evaluate_check
from tests.checks.wrong_normalizers import (
    constant_namespace,
    float_id,
    id_by_email,
    id_by_listed_email,
    integer_id,
    login_as_id,
    lower_id,
    minimal_result,
    namespace_without_separator,
    no_id,
    no_namespace,
    number_id,
    reject_all,
    reject_other_logins,
    reject_unusual,
    trimmed_id,
    trusted_separator,
)

CASES = [
    Case("IDP-PRF-001", "our normalizer, Google", build_connection(), "pass"),
    Case("IDP-PRF-001", "our normalizer, GitHub", build_connection(provider=GITHUB), "pass"),
    Case("IDP-PRF-001", "login as identifier", build_connection(login_as_id, GITHUB), "fail"),
    Case("IDP-PRF-001", "empty identifier", build_connection(no_id), "fail"),
    Case("IDP-PRF-001", "identifier derived from the email", build_connection(id_by_email), "fail"),
    Case(
        "IDP-PRF-001",
        "identifier derived from an additional response",
        build_connection(id_by_listed_email, GITHUB),
        "fail",
    ),
    Case("IDP-PRF-001", "everything rejected", build_connection(reject_all), "indeterminate", "unparsable"),
    Case(
        "IDP-PRF-001",
        "another login rejected",
        build_connection(reject_other_logins, GITHUB),
        "indeterminate",
        "unparsable",
    ),
    Case("IDP-PRF-001", "no recordings", build_connection(recordings=()), "indeterminate", "no_data"),
    Case("IDP-PRF-001", "unknown provider", build_connection(provider=None), "indeterminate", "no_data"),
    Case("IDP-PRF-002", "our normalizer", build_connection(other_providers=(GITHUB,)), "pass"),
    Case("IDP-PRF-002", "no namespace", build_connection(no_namespace), "fail"),
    Case("IDP-PRF-002", "namespace without a separator", build_connection(namespace_without_separator), "fail"),
    Case(
        "IDP-PRF-002", "subject with a separator imitates another provider", build_connection(trusted_separator), "fail"
    ),
    Case(
        "IDP-PRF-002",
        "same namespace for every provider",
        build_connection(constant_namespace, other_providers=(GITHUB,)),
        "fail",
    ),
    Case("IDP-PRF-002", "separator in the subject rejected", build_connection(reject_unusual), "pass"),
    Case("IDP-PRF-002", "everything rejected", build_connection(reject_all), "indeterminate", "unparsable"),
    Case(
        "IDP-PRF-002",
        "undocumented subject scope",
        build_connection(minimal_result, build_provider(subject_scope=""), recordings=[RECORDING_FULL]),
        "indeterminate",
        "no_data",
    ),
    Case(
        "IDP-PRF-002",
        "subject unique within one of two connections",
        build_connection(
            minimal_result,
            build_provider(subject_scope="the application"),
            recordings=[RECORDING_FULL],
            policy=Policy(connections={name: Connection(name=name, provider="example") for name in "ab"}),
        ),
        "indeterminate",
        "no_data",
    ),
    Case(
        "IDP-PRF-002",
        "subject unique within the only connection",
        build_connection(
            minimal_result,
            build_provider(subject_scope="the application"),
            recordings=[RECORDING_FULL],
            policy=Policy(connections={"a": Connection(name="a", provider="example")}),
        ),
        "pass",
    ),
    Case("IDP-PRF-002", "no recordings", build_connection(recordings=()), "indeterminate", "no_data"),
    Case("IDP-PRF-004", "our normalizer, integer identifiers", build_connection(provider=GITHUB), "pass"),
    Case("IDP-PRF-004", "our normalizer, string identifiers", build_connection(), "pass"),
    Case("IDP-PRF-004", "identifier rounded by a float", build_connection(float_id, GITHUB), "fail"),
    Case("IDP-PRF-004", "identifier kept as a number", build_connection(number_id, GITHUB), "fail"),
    Case("IDP-PRF-004", "identifier trimmed", build_connection(trimmed_id), "fail"),
    Case("IDP-PRF-004", "identifier in lower case", build_connection(lower_id), "fail"),
    Case("IDP-PRF-004", "leading zeros lost", build_connection(integer_id), "fail"),
    Case("IDP-PRF-004", "unusual identifier rejected", build_connection(reject_unusual), "indeterminate", "unparsable"),
    Case("IDP-PRF-004", "no recordings", build_connection(recordings=()), "indeterminate", "no_data"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_identifier_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


def test_stable_subject_names_the_field_that_changes_it():
    """The finding names the field that changes user_id, and the field from which user_id was taken."""
    changing = evaluate_check("IDP-PRF-001", build_connection(id_by_email))
    assert changing.facts["moves_with"] == "$.email"
    login = evaluate_check("IDP-PRF-001", build_connection(login_as_id, GITHUB))
    assert login.facts["taken_from"] == ["$.login"]


def test_namespace_names_the_compared_providers():
    """A key is compared with the keys of other providers, never with the provider's own."""
    context = build_connection(other_providers=(GOOGLE, GITHUB))
    assert evaluate_check("IDP-PRF-002", context).facts["compared_with"] == ["github"]
