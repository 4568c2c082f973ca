"""The adapter for Python Social Auth runs the library's own code and neither adds nor hides its mistakes."""

from __future__ import annotations

import pytest

from idp_checks import recordings
from idp_checks.conformance import adapters
from idp_checks.conformance.adapters import python_social_auth
from idp_checks.conformance.adapters.adapter import AdapterError, UnsupportedFormError, is_adapter_fault

LIBRARY = "python-social-auth"


def test_library_error_propagates(run_recorded):
    """A field that the library requires ends in its own KeyError."""
    with pytest.raises(KeyError, match="email") as caught:
        run_recorded(LIBRARY, "asana", "minimal")
    assert not is_adapter_fault(caught.value)


def test_adapter_failure_is_not_a_finding(monkeypatch, run_library):
    """An error in the adapter's own code is raised as an AdapterError that names the adapter."""
    monkeypatch.setattr(python_social_auth, "_details_to_profile", None)
    with pytest.raises(AdapterError, match="Python Social Auth failed at github: TypeError"):
        run_library(LIBRARY, "github", {"id": 90000042})


def test_unsupported_form_is_an_adapter_error(run_library):
    """A response of a call that the library does not make is an error of the adapter, not a finding."""
    recording = recordings.load_full_profile("atlassian")
    assert not adapters.get(LIBRARY).can_read("atlassian", recording.raw)
    with pytest.raises(UnsupportedFormError, match="atlassian"):
        run_library(LIBRARY, "atlassian", recording.raw)
