"""The adapter for django-allauth runs the library's own code and neither adds nor hides its mistakes."""

from __future__ import annotations

import pytest

from idp_checks import recordings
from idp_checks.conformance import adapters
from idp_checks.conformance.adapters.adapter import UnsupportedFormError

pytestmark = pytest.mark.slow

LIBRARY = "django-allauth"


def test_email_verified_is_the_librarys_decision(run_recorded):
    """The flag is true if the library's own code believes the provider, and false otherwise."""
    assert run_recorded(LIBRARY, "google-oauth2", "full")["email_verified"] is True
    assert run_recorded(LIBRARY, "google-oauth2", "unverified_email")["email_verified"] is False


def test_missing_identifier_is_reported_unchanged(run_recorded):
    """The library converts a missing identifier to the string None, and the adapter reports it."""
    assert run_recorded(LIBRARY, "dwolla", "error_body")["user_id"] == "dwolla|None"


def test_unverified_email_is_reported_unchanged(objections):
    """The library marks every email of Untappd as verified, and the suite objects by N7."""
    assert ("untappd", "N7") in {(provider, rule) for provider, rule, _ in objections(LIBRARY)}


def test_unsupported_form_is_an_adapter_error(run_library):
    """A response of a call that the library does not make is an error of the adapter, not a finding."""
    recording = recordings.load_full_profile("mailru")
    assert not adapters.get(LIBRARY).can_read("mailru", recording.raw)
    with pytest.raises(UnsupportedFormError, match="mailru"):
        run_library(LIBRARY, "mailru", recording.raw)
