"""Generated raw profiles are valid and include unusual values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from idp_checks import ProfileError, providers, strategies
from idp_checks.strategies.profiles import is_profile

NAMES = providers.names_with_recordings()
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=20)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_raw_profile_normalizes(name):
    """Each generated profile normalizes as a string and as an object, and can be encoded as UTF-8."""
    provider = providers.get(name)

    @FIXED
    @given(strategies.raw_profiles(name))
    def check(raw):
        text = json.dumps(raw, ensure_ascii=False)
        assert provider.normalize(text.encode("utf-8")).user_id == provider.normalize(raw).user_id

    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_raw_profiles_cover_all_shapes(name, draw):
    """Each shape of the provider's response is generated."""
    provider = providers.get(name)
    raw_profiles = draw(strategies.raw_profiles(name), 150)
    assert {type(provider.read(json.dumps(raw))) for raw in raw_profiles} == set(provider.profile.shapes)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_further_answers_are_accepted(name, draw):
    """Responses are generated for every additional call, and the provider accepts some of them."""
    provider = providers.get(name)
    raw = draw(strategies.raw_profiles(name), 10)[0]
    responses = draw(strategies.further_answers(name), 100)
    assert {call for response in responses for call in response} == set(provider.profile.also)
    assert any(is_profile(provider, raw, response) for response in responses)


@pytest.mark.slow
def test_raw_profiles_include_unusual_ids(draw):
    """Large integers, long digit strings and mixed-case ids are generated."""
    ids = [raw["id"] for raw in draw(strategies.raw_profiles("github"), 400)]
    assert any(isinstance(value, int) and value > 2**64 for value in ids)
    assert any(isinstance(value, int) and 2**53 < value < 2**64 and int(float(value)) != value for value in ids)
    assert any(isinstance(value, str) and value.isdigit() and len(value) == 21 for value in ids)
    subjects = [raw.get("sub") for raw in draw(strategies.raw_profiles("google-oauth2"), 400)]
    assert any(isinstance(value, str) and value != value.lower() for value in subjects)


@pytest.mark.slow
def test_raw_profiles_include_unusual_names(draw):
    """Missing, empty, blank, long, right-to-left and non-BMP names are generated."""
    raws = draw(strategies.raw_profiles("github"), 400)
    assert any("name" not in raw for raw in raws)
    names = [raw.get("name") for raw in raws if "name" in raw]
    assert None in names
    assert "" in names
    assert any(name and name.isspace() for name in names)
    strings = [name for name in names if name]
    assert any(" " not in name for name in strings)
    assert any(len(name) > 1000 for name in strings)
    assert any("\u200b" in name for name in strings)
    assert any("\u0627" <= letter <= "\u064a" for name in strings for letter in name)
    assert any(ord(letter) > 0xFFFF for name in strings for letter in name)


@pytest.mark.slow
def test_raw_profiles_include_invalid_and_extra_fields(draw):
    """Invalid emails, invalid URLs and extra fields with standard names are generated."""
    raws = draw(strategies.raw_profiles("github"), 400)
    assert any("@" not in (raw.get("email") or "@") for raw in raws)
    assert any(str(raw.get("avatar_url")).startswith("javascript:") for raw in raws)
    assert {"nickname", "identities", "email_verified"} <= {name for raw in raws for name in raw}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_not_profiles_are_rejected(name):
    """Error bodies and profiles without an identifier raise an error with provider and path."""
    provider = providers.get(name)

    @FIXED
    @given(strategies.not_profiles(name))
    def check(raw):
        with pytest.raises(ProfileError) as caught:
            provider.normalize(raw)
        assert caught.value.path.startswith("$")
        assert caught.value.provider == name

    check()


@pytest.mark.slow
def test_normalized_profiles_hide_their_tokens(draw):
    """Profiles with one and with several identities are generated; no repr or JSON form contains a token."""
    profiles = draw(strategies.normalized_profiles(), 100)
    assert {1, 3} <= {len(profile.identities) for profile in profiles}
    tokens = [
        (profile, identity.access_token.reveal())
        for profile in profiles
        for identity in profile.identities
        if identity.access_token
    ]
    assert tokens
    assert not any(token in f"{profile!r}{profile.to_dict()}{profile.identities!r}" for profile, token in tokens)
