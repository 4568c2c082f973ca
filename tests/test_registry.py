"""Providers by name: those of this package, those of others, and those that are not there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from idp_checks import UnknownProvider, providers
from idp_checks.recordings import folder

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
    assert "IdpChecksError: provider 'github' is there twice" in done.stderr


def test_an_entry_point_that_holds_no_such_provider_is_an_error(tmp_path):
    """The name of the entry point is the provider's own name."""
    done = run(installed(tmp_path, "other = acme_idp:PROVIDER"), "import idp_checks; idp_checks.providers.get('other')")
    assert "IdpChecksError: provider 'other'" in done.stderr


@pytest.mark.parametrize("name", ["githb", "", "GitHub", "../github", "__init__", "_graph", "os"])
def test_what_is_not_there_is_unknown(name):
    """UnknownProvider, which is also a LookupError; nothing else is imported or raised."""
    with pytest.raises(UnknownProvider) as caught:
        providers.get(name)
    assert isinstance(caught.value, LookupError)
    assert caught.value.name == name


def test_a_provider_is_one_file_and_one_folder():
    """Every module has its folder of recordings, and every folder its module."""
    assert sorted(each.name for each in folder().iterdir()) == list(providers.own())
