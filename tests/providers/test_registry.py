"""Providers by name: those of this package, those of others, and those that are not there."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from idp_checks import ProfileError, UnknownProvider, providers, recordings
from idp_checks.recordings import fixtures_folder

FOREIGN = """
from dataclasses import replace
from idp_checks.providers.github import PROVIDER as GITHUB
PROVIDER = replace(GITHUB, name="acme", title="Acme")
"""


def installed(tmp_path, entry_points):
    """A folder on the path that holds a distribution with these entry points."""
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[idp_checks.providers]\n{entry_points}\n")
    (tmp_path / "acme_idp.py").write_text(FOREIGN)
    return tmp_path


def run(path, code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(path)}
    )


def test_another_package_brings_a_provider(tmp_path):
    """Named by its entry point it is listed, found and used like one of ours."""
    done = run(
        installed(tmp_path, "acme = acme_idp:PROVIDER"),
        "import idp_checks; print('acme' in idp_checks.providers.names(), "
        "idp_checks.normalize('acme', {'id': 7, 'login': 'mia'}).user_id)",
    )
    assert done.stdout == "True acme|7\n", done.stderr


def test_another_package_cannot_replace_one_of_ours(tmp_path):
    """Two that claim one name are an error, not the last one."""
    done = run(installed(tmp_path, "github = acme_idp:PROVIDER"), "import idp_checks; idp_checks.providers.names()")
    assert "IdpChecksError: provider 'github' is defined twice" in done.stderr


def test_an_entry_point_that_holds_no_such_provider_is_an_error(tmp_path):
    """The name of the entry point is the provider's own name."""
    done = run(installed(tmp_path, "other = acme_idp:PROVIDER"), "import idp_checks; idp_checks.providers.get('other')")
    assert "IdpChecksError: provider 'other'" in done.stderr


VARIANTS = [name for name in providers.names() if providers.get(name).variant_of]


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_no_copy(name):
    """Another name of a provider has its shapes and facts, normalises under its own name, and has no recordings."""
    variant = providers.get(name)
    base = providers.get(variant.variant_of)
    assert variant.profile.shapes is base.profile.shapes
    assert not (fixtures_folder() / name).exists()
    full = next(each for each in recordings.load_profiles(base.name) if each.case == "full")
    ours, theirs = (each.normalize(full.text, also=full.also) for each in (variant, base))
    assert ours.user_id == f"{name}|{theirs.identities[0].user_id}"


def test_a_sandbox_is_asked_at_its_own_hosts():
    """Tokens of a sandbox do not go to the hosts of the real thing."""
    assert providers.get("paypal-sandbox").debug.url.startswith("https://api-m.sandbox.paypal.com/")
    assert providers.get("salesforce-sandbox").debug.url.startswith("https://test.salesforce.com/")


@pytest.mark.parametrize("name", [name for name in providers.names() if providers.get(name).status == "defunct"])
def test_what_is_gone_says_so(name):
    """A provider that is gone says since when, or that nobody knows."""
    assert re.search(r"\d{4}|not known|closed", providers.get(name).status_note)


@pytest.mark.parametrize("name", ["ad", "sms", "aol"])
def test_a_name_behind_which_nobody_is_cannot_be_normalised(name):
    """The error says why, rather than making a profile of anything."""
    with pytest.raises(ProfileError, match="not known"):
        providers.normalize(name, {"id": 1})


@pytest.mark.parametrize("name", ["githb", "", "GitHub", "../github", "__init__", "_graph", "os"])
def test_what_is_not_there_is_unknown(name):
    """UnknownProvider, which is also a LookupError; nothing else is imported or raised."""
    with pytest.raises(UnknownProvider) as caught:
        providers.get(name)
    assert isinstance(caught.value, LookupError)
    assert caught.value.name == name


def test_a_provider_is_one_file_and_one_folder():
    """Every module has its folder of recordings, and every folder its module."""
    assert sorted(each.name for each in fixtures_folder().iterdir()) == list(providers.names_with_recordings())


def test_every_provider_is_registered_under_its_name():
    """The registry returns each provider under its own name."""
    assert [providers.get(name).name for name in providers.names()] == list(providers.names())
