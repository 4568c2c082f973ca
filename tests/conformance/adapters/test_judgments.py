"""Every difference between a library and the rules is examined, and no entry is outdated."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp_checks.conformance import adapters
from idp_checks.conformance.adapters import judgments
from idp_checks.conformance.adapters.judgments import load_judgments
from idp_checks.conformance.catalog import RULES
from idp_checks.errors import RecordingError

pytestmark = pytest.mark.slow

LIBRARIES = ("django-allauth", "python-social-auth")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_objection_to_a_recording_has_an_entry(library, objections):
    """Each objection of a rule to a recording has an entry that classifies it."""
    entries = load_judgments(library)
    unexplained = [item for item in objections(library) if entries.cause(item[1], item[0], item[2]) is None]
    assert objections(library)
    assert unexplained == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_entries_name_existing_rules_and_providers(library):
    """Each entry names existing rules and supported providers, and its consequence is a full sentence."""
    adapter = adapters.get(library)
    for entry in load_judgments(library).judgment:
        assert set(entry.rules) <= set(RULES), entry.name
        assert set(entry.providers) <= {judgments.ANY_PROVIDER, *adapter.providers}, entry.name
        assert entry.consequence.endswith("."), entry.name


@pytest.mark.parametrize("library", LIBRARIES)
def test_entries_are_for_the_installed_series(library):
    """The entries were made for a version of the installed library's major series."""
    series = load_judgments(library).version.split(".")[0]
    assert adapters.get(library).version.split(".")[0] == series


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_bug_occurs_in_a_recording(library, objections):
    """Each bug of a library occurs in a recording at the installed version, so no entry is left of an earlier one."""
    entries = load_judgments(library)
    observed = {entries.cause(rule, name, objection) for name, rule, objection in objections(library)}
    bugs = {entry for entry in entries.judgment if entry.kind == "library_bug"}
    assert len(bugs) > 10
    assert {entry.name for entry in bugs - observed} == set()


def test_objection_without_entry_is_unexplained():
    """An objection without an entry is returned as unexplained and has no cause."""
    entries = load_judgments("python-social-auth")
    assert entries.unexplained("N1", "github", ("user_id is not a string",)) == ("user_id is not a string",)
    assert entries.causes("N1", "github", ("user_id is not a string",)) == ()


def test_entry_with_provider_takes_precedence(objections):
    """Kakao's given name has its own cause, and that of another provider has the general cause."""
    entries = load_judgments("python-social-auth")
    objection = next(text for name, rule, text in objections("python-social-auth") if (name, rule) == ("kakao", "N8"))
    assert objection.startswith(("given_name", "family_name"))
    assert entries.cause("N8", "kakao", objection).kind == "library_bug"
    assert entries.cause("N8", "github", objection).kind == "policy"
    assert len(entries.causes("N8", "github", [objection, f"also {objection}"])) == 1


def test_library_without_file_is_a_recording_error():
    """A missing file raises a RecordingError that names the file."""
    with pytest.raises(RecordingError, match=r"passport\.toml"):
        load_judgments("passport")


def test_files_are_packaged_with_the_module():
    """Each adapter has a file beside the module."""
    folder = Path(judgments.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.toml")) == list(LIBRARIES)
