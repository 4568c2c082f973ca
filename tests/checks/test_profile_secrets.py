"""The check that a stored profile contains no secret."""

from __future__ import annotations

import msgspec
import pytest

from idp_checks.checks import Verdict
from idp_checks.secret import Secret
from tests.checks.builders import (
    PROBED,
    SIGNED,
    TOKEN,
    Case,
    build_identity,
    build_jwt,
    build_profile,
    build_second_identity,
    evaluate_check,
)

CASES = [
    Case("IDP-PRF-010", "no secret", build_identity(), "pass"),
    Case("IDP-PRF-010", "no secret, signed tokens", build_identity(provider=SIGNED), "pass"),
    Case(
        "IDP-PRF-010",
        "known token in the profile",
        build_identity(profile=build_profile(app={"note": f"see {TOKEN}"})),
        "fail",
    ),
    Case(
        "IDP-PRF-010",
        "field named like a secret",
        build_identity(profile=build_profile(id_token="whatever it is")),
        "fail",
    ),
    Case(
        "IDP-PRF-010",
        "token with this provider's form",
        build_identity(profile=build_profile(x=["ya29.anotherAnotherAnother"])),
        "fail",
    ),
    Case(
        "IDP-PRF-010",
        "JWT in a linked account's data",
        build_identity(identity={"profileData": {"idt": build_jwt()}}),
        "fail",
    ),
    Case(
        "IDP-PRF-010",
        "token in a URL",
        build_identity(profile=build_profile(picture="https://x.example/p.png?access_token=abc")),
        "fail",
    ),
    Case(
        "IDP-PRF-010",
        "signed URL",
        build_identity(profile=build_profile(file="https://x.example/f?X-Amz-Signature=00")),
        "fail",
    ),
    Case("IDP-PRF-010", "token as a field name", build_identity(profile=build_profile(tokens={TOKEN: 1})), "fail"),
    Case("IDP-PRF-010", "unknown token form", build_identity(provider=PROBED), "indeterminate", "no_data"),
    Case("IDP-PRF-010", "unknown provider", build_identity(provider=None), "indeterminate", "no_data"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_profile_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding


def test_secret_is_located_without_its_value():
    """The finding contains the path and the kind of a secret, not its value."""
    finding = evaluate_check("IDP-PRF-010", build_identity(profile=build_profile(app={"note": TOKEN})))
    assert finding.facts["places"] == [{"place": "$.app.note", "kind": "a known secret"}]


def test_secret_of_a_linked_account_is_located_in_its_data():
    """The path of a secret in a linked account starts with the account's element of the identities."""
    finding = evaluate_check("IDP-PRF-010", build_second_identity({"id_token": "whatever it is"}))
    assert finding.facts["places"] == [{"place": "$.identities[1].profileData.id_token", "kind": "by its field name"}]


def test_secret_of_another_user_is_found():
    """A token that the run knows from another record is found in this record."""
    token = "opaque-token-of-somebody-else"
    context = build_identity(profile=build_profile(note=token))
    assert evaluate_check("IDP-PRF-010", context).verdict is Verdict.PASS
    context.redactor.add(Secret(token))
    finding = evaluate_check("IDP-PRF-010", context)
    assert finding.facts["places"] == [{"place": "$.note", "kind": "a known secret"}]


def test_secret_of_the_first_identity_is_not_found_in_a_linked_one():
    """The record's standard properties are not part of a linked identity's profile."""
    context = build_second_identity({"note": "fine"})
    record = msgspec.structs.replace(context.record, name=TOKEN)
    context = msgspec.structs.replace(context, record=record)
    assert evaluate_check("IDP-PRF-010", context).verdict is Verdict.PASS
