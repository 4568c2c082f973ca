"""Sources are created from paths, profiles and sources."""

from __future__ import annotations

import json

import pytest

from idp_checks import NormalizedProfile, UsageError
from idp_checks.audits.sources.factory import create_sources


def build_user(user_id):
    """Return a user with one identity."""
    return {
        "user_id": f"github|{user_id}",
        "name": "Mia Chen",
        "identities": [{"provider": "github", "user_id": user_id, "connection": "github", "isSocial": True}],
    }


def test_profiles_in_memory_are_one_source(tmp_path):
    """Each file is a source, and all profiles in memory together are another source."""
    path = tmp_path / "users.json"
    path.write_text(json.dumps([build_user("1"), build_user("2"), build_user("3")]))
    inputs = [build_user("7"), path, NormalizedProfile.from_auth0(build_user("8"))]
    file, memory = create_sources(inputs)
    assert [record.profile.user_id for record in file.records()] == ["github|1", "github|2", "github|3"]
    places = [(record.profile.user_id, record.place.index) for record in memory.records()]
    assert places == [("github|7", 0), ("github|8", 1)]


def test_invalid_profile_in_memory_is_reported_with_its_place():
    """The error for an invalid profile in memory names its index and path."""
    (source,) = create_sources({"user_id": "a|1"})
    with pytest.raises(UsageError, match=r"index 0, \$.identities"):
        list(source.records())


@pytest.mark.parametrize("inputs", [[], [5], [None], 5, None])
def test_unsupported_inputs_are_a_usage_error(inputs):
    """An empty input and an unsupported type are usage errors."""
    with pytest.raises(UsageError):
        create_sources(inputs)
