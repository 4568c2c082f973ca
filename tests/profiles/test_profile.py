"""Tests of the normalized profile, and of reading and writing Auth0's shape."""

from __future__ import annotations

import hashlib
import json

import pytest

from idp_checks import NormalizedProfile, ProfileError, normalize
from idp_checks.profiles import profile as profile_module
from idp_checks.profiles.profile import Claims, assemble, is_email, is_web_url

LINKED = {
    "user_id": "google-oauth2|100000000000000000042",
    "email": "mia.chen@example.com",
    "email_verified": True,
    "name": "Mia Chen",
    "given_name": "Mia",
    "family_name": "Chen",
    "nickname": "mia.chen",
    "picture": "https://lh3.example.com/a/photo",
    "locale": "en",
    "created_at": "2026-01-02T03:04:05.678Z",
    "identities": [
        {
            "provider": "google-oauth2",
            "access_token": "ya29.canary-access",
            "refresh_token": "canary-refresh",
            "expires_in": 3599,
            "user_id": "100000000000000000042",
            "connection": "google-oauth2",
            "isSocial": True,
        },
        {
            "profileData": {"name": "Mia", "screen_name": "mia_chen_sample", "access_token": "canary-nested"},
            "provider": "twitter",
            "access_token": "2400000042-canary-oauth1",
            "access_token_secret": "canary-secret",
            "user_id": 2400000042,
            "connection": "twitter",
            "isSocial": True,
        },
    ],
}


def make_profile(**claims):
    """Assemble a profile of GitHub from claims."""
    return assemble("github", Claims(id=claims.pop("id", 7), **claims))


@pytest.mark.parametrize(
    ("claims", "name", "nickname"),
    [
        ({"name": "Mia Chen", "username": "mia", "email": "m@example.com"}, "Mia Chen", "mia"),
        ({"given_name": "Mia", "family_name": "Chen", "email": "m@example.com"}, "Mia Chen", "m"),
        ({"given_name": "Mia", "email": "m@example.com"}, "Mia", "m"),
        ({"family_name": "Chen"}, "Chen", "Chen"),
        ({"username": "mia"}, "mia", "mia"),
        ({"email": "m.c@example.com"}, "m.c", "m.c"),
        ({"name": "Mia"}, "Mia", "Mia"),
        ({"name": "  ", "username": "", "given_name": "\u3000", "email": " "}, "7", "7"),
        ({}, "7", "7"),
    ],
)
def test_name_and_nickname_have_fallbacks(claims, name, nickname):
    """``name``: full, given and family, username, local part, id. ``nickname``: username, local part, name."""
    profile = make_profile(**claims)
    assert (profile.name, profile.nickname) == (name, nickname)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (" mia@example.com ", "mia@example.com"),
        ("Mia@Example.com", "Mia@Example.com"),
        ("max@maßwerk.example", "max@maßwerk.example"),
        ("用户@例子.example", "用户@例子.example"),
        ("mia+tag@example.co.uk", "mia+tag@example.co.uk"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("not-an-address", None),
        ("a@b@example.com", None),
        ("@example.com", None),
        ("mia@", None),
        ("mia@.com", None),
        ("mia@example..com", None),
        (".mia@example.com", None),
        ("mia.@example.com", None),
        ("mi a@example.com", None),
        ("mia@exam ple.com", None),
        ("<mia@example.com>", None),
        ("mia@example.com\nBcc: x@example.com", None),
        ("", None),
    ],
)
def test_email_is_trimmed_or_omitted(email, expected):
    """A valid address is only trimmed; an invalid address is omitted together with its flag."""
    profile = make_profile(email=email, email_verified=True)
    assert profile.email == expected
    assert profile.email_verified is (True if expected else None)


@pytest.mark.parametrize(
    ("picture", "is_kept"),
    [
        ("https://img.example.com/a.png?x=1#y", True),
        (" https://img.example.com/a.png ", True),
        ("HTTP://img.example.com", True),
        ("https://img.example.com:8443/a", True),
        ("https://bücher.example/ä.png", True),
        ("javascript:alert(1)", False),
        ("data:image/png;base64,AAAA", False),
        ("//img.example.com/a.png", False),
        ("/a.png", False),
        ("https://", False),
        ("https:///a.png", False),
        ("https://user@img.example.com/a", False),
        ("https://img.example.com/a b", False),
        ('https://img.example.com/"><script>', False),
        ("https://img.example.com/\n", True),
        ("", False),
    ],
)
def test_picture_is_an_http_url_or_a_gravatar(picture, is_kept):
    """Other schemes and invalid URLs are replaced with the Gravatar of the address."""
    profile = make_profile(picture=picture, email="Mia@Example.com")
    fallback = f"https://www.gravatar.com/avatar/{hashlib.md5(b'mia@example.com').hexdigest()}?d=mp"
    assert profile.picture == (picture.strip() if is_kept else fallback)


def test_picture_without_email_is_the_default():
    """Without an address the picture is Gravatar's default image."""
    assert make_profile().picture == "https://www.gravatar.com/avatar/?d=mp"


def test_id_keeps_every_digit():
    """64-bit, snowflake and longer ids are exact, as numbers and as strings."""
    for digits in ("9007199254740993", "18446744073709551617", "800000000000000042", "007"):
        assert normalize("github", json.dumps({"id": digits})).user_id == f"github|{digits}"
        if not digits.startswith("0"):
            assert normalize("github", f'{{"id": {digits}}}').user_id == f"github|{digits}"


@pytest.mark.parametrize(
    "raw",
    [
        "{}",
        "null",
        "false",
        "[]",
        "3",
        '"x"',
        "",
        "{",
        '{"id": null}',
        '{"id": ""}',
        '{"id": " "}',
        '{"id": 1.5}',
        '{"id": true}',
        '{"id": {}}',
        b"\xff\xfe{",
        '{"id": 1} x',
        '{"id": NaN}',
        "[" * 100_000,
        {"id": object()},
        7,
    ],
)
def test_other_input_raises_profile_error(raw):
    """Any input that is not a profile raises ``ProfileError`` with provider and path."""
    with pytest.raises(ProfileError) as caught:
        normalize("github", raw)
    assert caught.value.provider == "github"
    assert caught.value.path.startswith("$")


def test_normalize_does_not_modify_its_input():
    """The input is the same after normalizing it and changing the result."""
    raw = {"id": 1, "name": "Mia", "nested": {"list": [1, {"a": None}]}}
    before = json.dumps(raw)
    normalize("github", raw).to_dict()["nested"]["list"].append(2)
    assert json.dumps(raw) == before


def test_other_fields_pass_through_without_secrets():
    """Unknown fields are unchanged, standard fields win, and fields with the name of a credential are dropped."""
    raw = {
        "id": 1,
        "login": "mia",
        "bio": "ü\u202e",
        "email_verified": True,
        "identities": ["other"],
        "big": 2**70,
        "access_token": "canary",
        "signed_access_token": {"signature": "canary"},
        "deep": [{"refresh_token": "canary", "kept": 1}],
    }
    shape = normalize("github", raw).to_dict()
    assert (shape["bio"], shape["big"], shape["deep"]) == ("ü\u202e", 2**70, [{"kept": 1}])
    assert "email_verified" not in shape
    assert shape["identities"] == [{"provider": "github", "user_id": "1", "connection": "github", "isSocial": True}]
    assert "canary" not in json.dumps(shape)


def test_bytes_string_and_mapping_give_the_same_profile():
    """All forms of input give the same profile, also with a byte order mark."""
    raw = {"id": 1, "login": "mia", "name": "Mïa", "extra": [1, 2.5, None]}
    text = json.dumps(raw, ensure_ascii=False)
    shapes = [
        normalize("github", form).to_dict() for form in (raw, text, text.encode(), b"\xef\xbb\xbf" + text.encode())
    ]
    assert all(shape == shapes[0] for shape in shapes)


def test_lone_surrogates_are_replaced():
    """A string that cannot be encoded as UTF-8 is repaired, and causes no error."""
    shape = normalize("github", b'{"id": 1, "name": "bad\\ud83dname", "bio": "\\ude00"}').to_dict()
    assert json.dumps(shape, ensure_ascii=False).encode()
    assert shape["name"] == "bad\ufffdname"


def test_id_with_a_lone_surrogate_is_rejected():
    """Repairing could make two identifiers equal."""
    for surrogate in ("\\ud83d", "\\ud83e"):
        with pytest.raises(ProfileError) as caught:
            normalize("github", f'{{"id": "a{surrogate}"}}')
        assert caught.value.path == "$.id"


def test_additional_response_is_checked():
    """An unknown additional call is an error, and its response is checked like the profile."""
    with pytest.raises(ProfileError, match=r"also\.email: .*emails"):
        normalize("github", {"id": 1}, also={"email": []})
    with pytest.raises(ProfileError) as caught:
        normalize("github", {"id": 1}, also={"emails": [{"email": 3}]})
    assert caught.value.path == "also.emails[0].email"


def test_from_auth0_reads_identities_and_tokens():
    """Both identities have their tokens, and ``to_dict`` returns unchanged fields without tokens."""
    profile = NormalizedProfile.from_auth0(json.dumps(LINKED))
    google, twitter = profile.identities
    assert (google.access_token.reveal(), google.refresh_token.reveal(), google.expires_in) == (
        "ya29.canary-access",
        "canary-refresh",
        3599,
    )
    assert (twitter.access_token_secret.reveal(), twitter.user_id) == ("canary-secret", "2400000042")
    shape = profile.to_dict()
    for name in ("user_id", "email", "email_verified", "name", "nickname", "picture", "locale", "created_at"):
        assert shape[name] == LINKED[name]
    assert "canary" not in json.dumps(shape) + repr(profile) + repr(profile.identities)
    assert NormalizedProfile.from_auth0(LINKED).to_dict() == shape


def test_from_auth0_keeps_the_connection_in_user_id():
    """``oauth2|CONNECTION|ID`` is one ``user_id`` and is not split."""
    raw = {
        "user_id": "oauth2|discord|8000",
        "identities": [{"provider": "oauth2", "user_id": "discord|8000", "connection": "discord", "isSocial": True}],
    }
    profile = NormalizedProfile.from_auth0(raw)
    assert (profile.user_id, profile.identities[0].user_id) == ("oauth2|discord|8000", "discord|8000")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"identities": None}, "$.identities"),
        ({"identities": []}, "$.identities"),
        ({"identities": "x"}, "$.identities"),
        ({"identities": [3]}, "$.identities[0]"),
        ({"identities": [{"user_id": "1"}]}, "$.identities[0].provider"),
        ({"identities": [{"provider": "github"}]}, "$.identities[0].user_id"),
        ({"identities": [{"provider": "github", "user_id": 1.5}]}, "$.identities[0].user_id"),
        ({"identities": [{"provider": "github", "user_id": "1", "access_token": 5}]}, "$.identities[0].access_token"),
        ({"identities": [{"provider": "github", "user_id": "1", "isSocial": "yes"}]}, "$.identities[0].isSocial"),
        ({"name": 3}, "$.name"),
    ],
)
def test_from_auth0_names_the_invalid_field(change, path):
    """Every problem is a ``ProfileError`` with its path."""
    with pytest.raises(ProfileError) as caught:
        NormalizedProfile.from_auth0({**LINKED, **change})
    assert caught.value.path == path


def test_fast_patterns_agree_with_the_full_rules():
    """The fast patterns accept nothing that the full rules reject."""
    for value in ("a@b", "a.b@c.d", "a..b@c.d", "a.@c.d", ".a@c.d", "a@c..d", "a@c.d.", "a@-c", "a@c-"):
        assert is_email(value) is (profile_module._match_email(value) is not None), value
    for value in (
        "http://a",
        "https://a.b/c?d#e",
        "https://a..b",
        "https://-a/",
        "https://a?b",
        "https://a#b",
        "https://a/<",
        'https://a/"',
    ):
        assert is_web_url(value) is (profile_module._match_url(value) is not None), value
