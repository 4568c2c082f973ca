"""The registry of adapters, and the properties that all adapters share."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from idp_checks import UsageError, providers
from idp_checks.conformance import adapters, conform
from idp_checks.conformance.adapters.adapter import is_adapter_fault
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.normalizers.normalizer import NormalizerCallError
from idp_checks.profiles.profile import STANDARD

LIBRARIES = ("django-allauth", "python-social-auth")
ALIASES = {"django-allauth": "allauth", "python-social-auth": "social_core"}


def test_names_lists_adapters_in_order():
    """``names`` returns the two adapters, and ``get`` returns each of them."""
    assert adapters.names() == LIBRARIES
    assert [adapters.get(name).name for name in adapters.names()] == list(LIBRARIES)


def test_get_unknown_name_lists_adapters():
    """An unknown name raises a LookupError that lists the adapters."""
    with pytest.raises(LookupError, match="'passport': choose django-allauth or python-social-auth"):
        adapters.get("passport")


@pytest.mark.parametrize(("library", "extra"), [("python-social-auth", "social-auth"), ("django-allauth", "allauth")])
def test_get_missing_library_names_pip_command(monkeypatch, library, extra):
    """If the library is not installed, the error contains the pip command that installs it."""

    def version(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(adapters, "version", version)
    with pytest.raises(UsageError) as caught:
        adapters.get.__wrapped__(library)
    assert f"pip install 'idp-checks[{extra}]'" in str(caught.value)


def test_conform_rejects_unsupported_provider():
    """A run does not start for a provider that the library does not support, since it would find nothing wrong."""
    supported = adapters.get("python-social-auth").providers
    missing = next(name for name in providers.names_with_recordings() if name not in supported)
    with pytest.raises(UsageError, match=f"python-social-auth does not support {missing}; it supports amazon, "):
        conform("python-social-auth", ["github", missing])


def test_import_loads_no_library():
    """Importing the adapters and listing their names loads neither library, nor Django, nor requests."""
    code = (
        "import sys; from idp_checks.conformance import adapters; adapters.names();"
        "print([name for name in ('django', 'allauth', 'social_core', 'requests') if name in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


@pytest.mark.parametrize("library", LIBRARIES)
def test_adapter_supports_most_providers(library):
    """An adapter supports at least fifty of our providers, each with an alias for the library."""
    adapter = adapters.get(library)
    assert len(adapter.providers) >= 50
    assert set(adapter.providers) <= set(providers.names_with_recordings())
    assert all(ALIASES[library] in providers.get(name).aliases for name in adapter.providers)


@pytest.mark.parametrize("library", LIBRARIES)
def test_unclaimed_names_have_reasons(library):
    """Each unclaimed name is a rule or a property, and has a reason."""
    for name, reason in adapters.get(library).unclaimed.items():
        assert name in RULES or name in STANDARD
        assert len(reason) > 20


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_recordings_run_without_adapter_errors(library, recorded_runs):
    """The library's own code reads or rejects every recorded profile; no error is the adapter's."""
    runs = recorded_runs(library)
    errors = [run.error for run in runs if run.error is not None]
    assert not [error for error in errors if isinstance(error, NormalizerCallError)]
    assert not [error for error in errors if is_adapter_fault(error)]
    assert len(runs) > 250


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_each_provider_reads_a_recording(library, recorded_runs):
    """For each supported provider, some recorded profile yields a profile with an identifier."""
    providers_with_profile = {
        run.recording.provider
        for run in recorded_runs(library)
        if run.profile is not None and run.profile["user_id"].startswith(f"{run.recording.provider}|")
    }
    assert set(adapters.get(library).providers) == providers_with_profile


@pytest.mark.parametrize("library", LIBRARIES)
def test_recordings_are_not_modified(library, recorded_runs):
    """Neither the raw profile nor the additional responses change, although the libraries modify their input."""
    runs = recorded_runs(library)
    assert [(run.recording.provider, run.recording.case) for run in runs if run.modified_input] == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_merges_additional_responses(library, run_recorded):
    """GitHub's private email comes from ``/user/emails``, which the library's own code requests."""
    assert run_recorded(library, "github", "private_email")["email"] == "mia.chen@example.com"


@pytest.mark.parametrize("library", LIBRARIES)
def test_apple_name_is_read_from_form_field(library, run_recorded):
    """Apple sends the name beside the token, and both libraries find it there."""
    assert run_recorded(library, "apple", "full")["given_name"] == "Mia"


@pytest.mark.parametrize("library", LIBRARIES)
def test_wechat_plain_text_is_decoded(library, run_recorded):
    """WeChat responds with text/plain, and the libraries' own workaround restores the name."""
    assert run_recorded(library, "weixin", "emoji")["nickname"] == "陈美雅 🏺"
