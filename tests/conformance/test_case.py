"""Tests of cases."""

from __future__ import annotations

import pytest

from idp_checks import providers
from idp_checks.conformance.case import Case, expected_properties, parse_response

GITHUB = providers.get("github")


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"id": 42}', {"id": 42}), ("[42]", "[42]"), ("<html>", "<html>"), ('"eyJ.e30."', '"eyJ.e30."')],
)
def test_response_is_an_object_or_text(text, value):
    """A JSON object is parsed; every other response stays text."""
    assert parse_response(text) == value


@pytest.mark.parametrize("raw", [{"message": "Bad credentials"}, {"id": " "}, [], "<html>"])
def test_case_without_profile_has_no_claims(raw):
    """A response without a usable identifier has no claims, and so no expected properties."""
    case = Case.from_raw(GITHUB, raw)
    assert case.claims is None
    assert expected_properties(case) == {}


def test_case_reads_additional_calls():
    """The responses of additional calls are part of the claims."""
    emails = [{"email": "mia@example.com", "primary": True, "verified": True}]
    assert Case.from_raw(GITHUB, {"id": 42}, {"emails": emails}).claims.email_verified is True
    assert Case.from_raw(GITHUB, {"id": 42}, {"emails": "none"}).claims is None


def test_secrets_are_found_by_field_name():
    """Secret fields are found at any depth, in any letter case."""
    raw = {"id": 42, "x": [{"Access_Token": "sample-token-1"}], "refresh_token": "sample-token-2", "note": "text"}
    assert Case.from_raw(GITHUB, raw).secrets == ("sample-token-1", "sample-token-2")
