"""The registry: providers of this package, of other packages, and unknown names."""

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


def install(tmp_path, entry_points):
    """Return a folder that contains a distribution with these entry points."""
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[idp_checks.providers]\n{entry_points}\n")
    (tmp_path / "acme_idp.py").write_text(FOREIGN)
    return tmp_path


def run(path, code):
    """Run code with a folder on the path."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


def test_entry_point_adds_a_provider(tmp_path):
    """A provider of another package is listed and works like those of this package."""
    done = run(
        install(tmp_path, "acme = acme_idp:PROVIDER"),
        "import idp_checks; print('acme' in idp_checks.providers.names(), "
        "idp_checks.normalize('acme', {'id': 7, 'login': 'mia'}).user_id)",
    )
    assert done.stdout == "True acme|7\n", done.stderr


def test_entry_point_cannot_replace_a_provider(tmp_path):
    """Two providers of one name are an error."""
    done = run(install(tmp_path, "github = acme_idp:PROVIDER"), "import idp_checks; idp_checks.providers.names()")
    assert "IdpChecksError: provider 'github' is defined twice" in done.stderr


def test_entry_point_must_have_the_name_of_its_provider(tmp_path):
    """An entry point with another name than its provider is an error."""
    done = run(install(tmp_path, "other = acme_idp:PROVIDER"), "import idp_checks; idp_checks.providers.get('other')")
    assert "IdpChecksError: provider 'other'" in done.stderr


VARIANTS = [name for name in providers.names() if providers.get(name).variant_of]


@pytest.mark.parametrize("name", VARIANTS)
def test_variant_shares_shapes_and_recordings(name):
    """A variant has the shapes of its provider, normalizes under another name, and has no recordings."""
    variant = providers.get(name)
    base = providers.get(variant.variant_of)
    assert variant.profile.shapes is base.profile.shapes
    assert not (fixtures_folder() / name).exists()
    full = recordings.load_full_profile(base.name)
    profile, base_profile = (provider.normalize(full.text, also=full.also) for provider in (variant, base))
    assert profile.user_id == f"{name}|{base_profile.identities[0].user_id}"


def test_sandbox_token_is_sent_to_the_sandbox():
    """Tokens of a sandbox are not sent to the production hosts."""
    assert providers.get("paypal-sandbox").debug.url.startswith("https://api-m.sandbox.paypal.com/")
    assert providers.get("salesforce-sandbox").debug.url.startswith("https://test.salesforce.com/")


@pytest.mark.parametrize("name", [name for name in providers.names() if providers.get(name).status == "defunct"])
def test_defunct_provider_says_since_when(name):
    """The status note of a defunct provider states the date, or that it is not known."""
    assert re.search(r"\d{4}|not known|closed", providers.get(name).status_note)


@pytest.mark.parametrize("name", ["ad", "sms", "aol"])
def test_tokenless_provider_cannot_normalize(name):
    """Normalizing without a known profile is an error."""
    with pytest.raises(ProfileError, match="not documented"):
        providers.normalize(name, {"id": 1})


@pytest.mark.parametrize("name", ["githb", "", "GitHub", "../github", "__init__", "_graph", "os"])
def test_unknown_name_raises_unknown_provider(name):
    """Names that are not providers, also of modules, raise UnknownProvider, which is a LookupError."""
    with pytest.raises(UnknownProvider) as error:
        providers.get(name)
    assert isinstance(error.value, LookupError)
    assert error.value.name == name


def test_every_provider_has_a_folder_of_recordings():
    """Every provider with a known profile has a folder of recordings, and every folder has a provider."""
    assert sorted(folder.name for folder in fixtures_folder().iterdir()) == list(providers.names_with_recordings())


def test_every_provider_is_registered_under_its_name():
    """The registry returns each provider under its own name."""
    assert [providers.get(name).name for name in providers.names()] == list(providers.names())
