"""Tests of all judges with handwritten profiles."""

from __future__ import annotations

import hashlib

import pytest

from idp_checks import recordings
from idp_checks.conformance.catalog import RULES
from idp_checks.profiles.profile import STANDARD
from idp_checks.selftest.historic_profiles import normalize_correctly

FULL = recordings.load_full_profile("github").raw


def test_judges_accept_permitted_differences(judge_profile):
    """A SHA-256 Gravatar, trimmed names, null for absent and a number as bare identifier are all permitted."""
    raw = {"id": 42, "login": " mia ", "name": "  Mia Chen ", "email": " Mia@Example.com ", "avatar_url": None}
    digest = hashlib.sha256(b"mia@example.com").hexdigest()
    profile = {
        "user_id": "github|42",
        "name": "Mia Chen",
        "nickname": "mia",
        "email": "Mia@Example.com",
        "email_verified": None,
        "given_name": None,
        "picture": f"https://s.gravatar.com/avatar/{digest}?s=480",
        "login": " mia ",
        "id": 42,
        "identities": [{"provider": "github", "user_id": 42, "connection": "github", "isSocial": True}],
    }
    assert {rule: objections for rule in RULES if (objections := judge_profile(rule, profile, raw))} == {}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("N1", {"user_id": 42}),
        ("N2", {"nickname": 42}),
        ("N2", {"picture": " "}),
        ("N5", {"picture": "https://evil.example.com/a.png"}),
        ("N5", {"picture": "https://"}),
        ("N6", {"email": None}),
        ("N6", {"email": ["mia.chen@example.com"]}),
        ("N7", {"email_verified": "true"}),
        ("N7", {"email_verified": False}),
        ("N7", {"email": None, "email_verified": True}),
        ("N8", {"given_name": ["Mia"]}),
        ("N9", {"family_name": ""}),
        ("N9", {"name": "None None"}),
        ("N10", {"site_admin": 0}),
        ("N10", {"followers": 42.0}),
        ("N10", {"plan": {}}),
        ("N11", {"identities": []}),
        (
            "N11",
            {"identities": [{"provider": "google-oauth2", "user_id": "90000042", "connection": "x", "isSocial": True}]},
        ),
        ("N11", {"identities": [{"provider": "github", "user_id": "90000042", "connection": None, "isSocial": 1}]}),
    ],
)
def test_judge_objects_to_a_wrong_property(judge_profile, rule, changes):
    """The rule for a property objects if that property alone is wrong."""
    profile = normalize_correctly("github", FULL)
    assert not judge_profile(rule, profile)
    assert judge_profile(rule, {**profile, **changes})


@pytest.mark.parametrize(
    "value",
    [{"localized": {"en": "Mia"}}, ["Mia"], 42, 1.5, True, b"Mia", object()],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("name", STANDARD)
def test_judges_object_to_a_value_of_the_wrong_type(judge_profile, name, value):
    """No judge fails on a value of any type, and at least one of them objects to it."""
    if name == "email_verified" and value is True:
        value = 1
    profile = {**normalize_correctly("github", FULL), name: value}
    for raw in (FULL, {"id": FULL["id"]}):
        objections = [objection for rule in RULES for objection in judge_profile(rule, profile, raw)]
        assert any(objection.startswith(name) for objection in objections)
