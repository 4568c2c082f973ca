"""Tests of the errors and of JSON paths."""

from __future__ import annotations

from idp_checks import ProfileError, UnknownProvider, UsageError
from idp_checks.errors import json_path


def test_json_path_joins_names_and_positions():
    """Names follow a dot and positions are in brackets."""
    assert json_path(()) == "$"
    assert json_path((0, "uid")) == "$[0].uid"
    assert json_path(("data", 0, "id")) == "$.data[0].id"


def test_profile_error_names_provider_and_path():
    """The message contains provider, path and problem."""
    assert str(ProfileError("missing", path="$.id", provider="github")) == "github: $.id: missing"
    assert str(ProfileError("missing", path="$.id")) == "$.id: missing"


def test_usage_error_names_place_and_remedy():
    """The message contains the place, the problem and the remedy."""
    error = UsageError("is missing", where="--out", remedy="name a directory")
    assert str(error) == "--out: is missing; name a directory"
    assert str(UsageError("is missing")) == "is missing"


def test_unknown_provider_suggests_similar_names():
    """The message contains the similar names, or the command that lists all names."""
    assert str(UnknownProvider("gihub", ("github",))) == "unknown provider 'gihub': did you mean github?"
    assert "idp-checks providers" in str(UnknownProvider("gihub"))
    assert isinstance(UnknownProvider("x"), LookupError)
