"""The rules of the normalised profile, and Auth0's shape read and written."""

from __future__ import annotations

import hashlib
import json

import pytest

from idp_checks import NormalizedProfile, ProfileError, normalize, providers
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.profile import assemble
from idp_checks.profiles.profile import is_email
from idp_checks.profiles.profile import is_web_url

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


def profile(**claims):
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
def test_name_and_nickname_fall_back_in_order(claims, name, nickname):
    """name: full, given and family, username, local part, id; nickname: username, local part, name."""
    made = profile(**claims)
    assert (made.name, made.nickname) == (name, nickname)


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
def test_an_address_is_kept_as_given_or_left_out(email, expected):
    """Trimmed, otherwise unchanged; what is no address is not repaired, and nothing is then said of its verification."""
    made = profile(email=email, email_verified=True)
    assert made.email == expected
    assert made.email_verified is (True if expected else None)


@pytest.mark.parametrize(
    ("picture", "kept"),
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
def test_a_picture_is_an_absolute_web_address_or_a_gravatar(picture, kept):
    """Other schemes and broken addresses are dropped; the Gravatar of the address stands in."""
    made = profile(picture=picture, email="Mia@Example.com")
    fallback = f"https://www.gravatar.com/avatar/{hashlib.md5(b'mia@example.com').hexdigest()}?d=mp"
    assert made.picture == (picture.strip() if kept else fallback)


def test_without_address_the_default_picture_stands_in():
    """Nobody's Gravatar is guessed."""
    assert profile().picture == "https://www.gravatar.com/avatar/?d=mp"


def test_ids_keep_every_digit():
    """64-bit, snowflake and longer ids are exact, as numbers and as texts."""
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
def test_what_is_no_profile_raises_one_error(raw):
    """ProfileError with provider and path, whatever the input is."""
    with pytest.raises(ProfileError) as caught:
        normalize("github", raw)
    assert caught.value.provider == "github"
    assert caught.value.path.startswith("$")


def test_the_input_is_not_changed():
    """A mapping given is the same afterwards."""
    raw = {"id": 1, "name": "Mia", "nested": {"list": [1, {"a": None}]}}
    before = json.dumps(raw)
    normalize("github", raw).to_dict()["nested"]["list"].append(2)
    assert json.dumps(raw) == before


def test_other_properties_pass_through_but_never_secrets():
    """Unknown members come through unchanged; standard ones win; members that hold secrets by name are left out."""
    raw = {
        "id": 1,
        "login": "mia",
        "bio": "ü\u202e",
        "email_verified": True,
        "identities": ["theirs"],
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


def test_the_same_from_bytes_text_and_mapping():
    """The three forms of input give the same profile."""
    raw = {"id": 1, "login": "mia", "name": "Mïa", "extra": [1, 2.5, None]}
    text = json.dumps(raw, ensure_ascii=False)
    shapes = [
        normalize("github", form).to_dict() for form in (raw, text, text.encode(), b"\xef\xbb\xbf" + text.encode())
    ]
    assert all(shape == shapes[0] for shape in shapes)


def test_half_surrogates_are_replaced():
    """A text that cannot be written as UTF-8 is mended, not an error and not passed on."""
    shape = normalize("github", b'{"id": 1, "name": "bad\\ud83dname", "bio": "\\ude00"}').to_dict()
    assert json.dumps(shape, ensure_ascii=False).encode()
    assert shape["name"] == "bad\ufffdname"


def test_an_identifier_with_half_a_surrogate_is_refused():
    """Mended, two identifiers could become one."""
    for half in ("\\ud83d", "\\ud83e"):
        with pytest.raises(ProfileError) as caught:
            normalize("github", f'{{"id": "a{half}"}}')
        assert caught.value.path == "$.id"


def test_a_further_call_must_be_known():
    """A misspelt further call is not passed over in silence; what it answered is checked like the rest."""
    with pytest.raises(ProfileError, match=r"also\.email: .*emails"):
        normalize("github", {"id": 1}, also={"email": []})
    with pytest.raises(ProfileError) as caught:
        normalize("github", {"id": 1}, also={"emails": [{"email": 3}]})
    assert caught.value.path == "also.emails[0].email"


def test_auth0_profiles_are_read_and_written():
    """Both identities are read with their tokens; what is written has neither tokens nor changed properties."""
    read = NormalizedProfile.from_auth0(json.dumps(LINKED))
    google, twitter = read.identities
    assert (google.access_token.reveal(), google.refresh_token.reveal(), google.expires_in) == (
        "ya29.canary-access",
        "canary-refresh",
        3599,
    )
    assert (twitter.access_token_secret.reveal(), twitter.user_id) == ("canary-secret", "2400000042")
    shape = read.to_dict()
    for name in ("user_id", "email", "email_verified", "name", "nickname", "picture", "locale", "created_at"):
        assert shape[name] == LINKED[name]
    assert "canary" not in json.dumps(shape) + repr(read) + repr(read.identities)
    assert NormalizedProfile.from_auth0(LINKED).to_dict() == shape


def test_a_custom_connection_keeps_its_middle_part():
    """``oauth2|CONNECTION|ID`` is one user_id; it is not split."""
    raw = {
        "user_id": "oauth2|discord|8000",
        "identities": [{"provider": "oauth2", "user_id": "discord|8000", "connection": "discord", "isSocial": True}],
    }
    read = NormalizedProfile.from_auth0(raw)
    assert (read.user_id, read.identities[0].user_id) == ("oauth2|discord|8000", "discord|8000")


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
def test_what_is_no_auth0_profile_names_the_place(change, path):
    """Each fault is a ProfileError at its path."""
    with pytest.raises(ProfileError) as caught:
        NormalizedProfile.from_auth0({**LINKED, **change})
    assert caught.value.path == path


def test_the_common_patterns_agree_with_the_whole_rules():
    """The fast patterns let nothing through that the whole rules refuse."""
    from idp_checks.profiles import profile as module

    for text in ("a@b", "a.b@c.d", "a..b@c.d", "a.@c.d", ".a@c.d", "a@c..d", "a@c.d.", "a@-c", "a@c-"):
        assert is_email(text) is (module._match_email(text) is not None), text
    for text in (
        "http://a",
        "https://a.b/c?d#e",
        "https://a..b",
        "https://-a/",
        "https://a?b",
        "https://a#b",
        "https://a/<",
        'https://a/"',
    ):
        assert is_web_url(text) is (module._match_url(text) is not None), text


def test_every_provider_names_itself():
    """The registry gives each provider under its own name, and the face normalises with it."""
    for name in providers.names():
        assert providers.get(name).name == name
