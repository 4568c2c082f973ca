"""Historic bugs about names and their characters."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from idp_checks.selftest.historic_profiles.bug import Example, ProfileDict, Raw, historic_bug, normalize_correctly

__all__: list[str] = []

LAST_BMP_CHARACTER = 0xFFFF
"""The last character that takes three bytes in UTF-8 and one unit in UTF-16."""


@historic_bug(
    "BUG-037",
    "The name is read from a field of another endpoint",
    Example(
        {"id": "100000000000000000037", "name": "Mia Chen", "given_name": "Mia", "family_name": "Chen"},
        {"name": "Mia Chen"},
    ),
    provider="google-oauth2",
    rule="N2 N3",
    source="https://github.com/supabase/auth/commit/f80ade5ddfbb5c8f4449876824d2218e9874ba0e",
)
def read_display_name(provider: str, raw: Raw) -> ProfileDict:
    """Read displayName, which belongs to another response."""
    return {**normalize_correctly(provider, raw), "name": raw.get("displayName")}


@historic_bug(
    "BUG-067",
    "The name is null",
    Example({"id": "0000000000006742", "displayName": None, "mail": "mia@corp.example"}, {"name": "mia"}),
    provider="windowslive",
    rule="N12",
    source="https://github.com/pennersr/django-allauth/commit/170e7b552fccfa90176a3c42339c370e8f639f1f",
)
def strip_null_name(provider: str, raw: Raw) -> ProfileDict:
    """Strip the name without checking for null."""
    return {**normalize_correctly(provider, raw), "name": raw.get("displayName").strip()}


@historic_bug(
    "BUG-075",
    "The family name is filled with the given name",
    Example(
        {"sub": "000042.sample.0075", "user": {"name": {"firstName": "Ines", "lastName": "Sample"}}},
        {"name": "Ines Sample", "given_name": "Ines", "family_name": "Sample"},
    ),
    provider="apple",
    rule="N8",
    source="https://github.com/ory/kratos/commit/df80377f5fe6180fba5904baa5be1ba1d68eb2aa",
)
def copy_given_name(provider: str, raw: Raw) -> ProfileDict:
    """Copy the given name, after copying a line of code."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "family_name": profile["given_name"]} if "given_name" in profile else profile


@historic_bug(
    "BUG-077",
    "Names that are strings in old records are read as objects",
    Example({"id": "sample-77", "firstName": "Mia", "lastName": "Chen"}, {"given_name": "Mia", "family_name": "Chen"}),
    provider="linkedin",
    rule="N12",
    source="https://github.com/pennersr/django-allauth/commit/817b264d8de17ee4ff5bf7c12dccbb8b28f968cc",
)
def require_name_objects(provider: str, raw: Raw) -> ProfileDict:
    """Require the objects of version 2 of the API, although records of version 1 are still stored."""
    for name in ("firstName", "lastName"):
        if name in raw:
            raw[name].get("localized")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-079",
    "The name is built from two missing names",
    Example(
        {"sub": "000042.sample.0079", "email": "mia@relay.example", "user": {"email": "mia@relay.example"}},
        {"name": "mia", "given_name": None, "family_name": None},
    ),
    provider="apple",
    rule="N9 N3",
    source="https://github.com/better-auth/better-auth/commit/f875a491e63de8077d15e16edee5c8afdbea8088",
)
def format_missing_names(provider: str, raw: Raw) -> ProfileDict:
    """Format missing names as None."""
    profile = normalize_correctly(provider, raw)
    user = raw.get("user")
    if not isinstance(user, dict):
        return profile
    parts = user.get("name") or {}
    return {**profile, "name": f"{parts.get('firstName')} {parts.get('lastName')}"}


@historic_bug(
    "BUG-081",
    "Empty names are returned as names",
    Example(
        {"sub": "000042.sample.0081", "user": {"name": {"firstName": "", "lastName": ""}}},
        {"given_name": None, "family_name": None},
    ),
    provider="apple",
    rule="N9",
    source="https://github.com/python-social-auth/social-core/commit/c5c74f27dd848f93b0be2e319e697fda5833ed2f",
)
def return_empty_names(provider: str, raw: Raw) -> ProfileDict:
    """Overwrite stored names with empty strings."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "given_name": profile.get("given_name", ""), "family_name": profile.get("family_name", "")}


@historic_bug(
    "BUG-083",
    "A default value does not replace null",
    Example({"id": 83, "login": "mia", "name": None, "email": None}, {"name": "mia"}),
    provider="github",
    rule="N2 N9 M5",
    source="https://github.com/pennersr/django-allauth/commit/065d4dacd15370b5c827573fa94e34198e12d89e",
)
def default_missing_name_only(provider: str, raw: Raw) -> ProfileDict:
    """Apply the default only if the field is missing, not if it is null."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "name": raw.get("name", profile["name"])}


@historic_bug(
    "BUG-085",
    "An account without a family name is rejected",
    Example(
        {"sub": "100000000000000000085", "name": "Madonna", "given_name": "Madonna"},
        {"name": "Madonna", "given_name": "Madonna", "family_name": None},
    ),
    provider="google-oauth2",
    rule="N12",
    source="https://github.com/jlab-sensing/ENTS-backend/issues/648",
)
def require_family_name(provider: str, raw: Raw) -> ProfileDict:
    """Require a family name, although many people have a single name."""
    return {**normalize_correctly(provider, raw), "family_name": raw["family_name"]}


@historic_bug(
    "BUG-087",
    "The name is an object (ORCID, shown with LinkedIn's)",
    Example(
        {"id": "sample-87", "firstName": {"localized": {"en_US": "Mia"}}, "lastName": {"localized": {"en_US": "Chen"}}},
        {"name": "Mia Chen"},
    ),
    provider="linkedin",
    rule="N2 N3",
    source="https://github.com/python-social-auth/social-core/commit/cb99254734909ebcde24299ffb714f9dee6be47e",
)
def use_object_as_name(provider: str, raw: Raw) -> ProfileDict:
    """Use the whole object, although the name is nested inside it."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "name": raw["firstName"]} if isinstance(raw.get("firstName"), Mapping) else profile


@historic_bug(
    "BUG-089",
    "The full name is split at a space (Globus)",
    Example(
        {"sub": "sample-89-a", "name": "Maria del Mar Sample"},
        {"name": "Maria del Mar Sample", "given_name": None, "family_name": None},
    ),
    Example({"sub": "sample-89-b", "name": "Teller"}, {"name": "Teller", "given_name": None, "family_name": None}),
    provider="oidc",
    rule="N8 N12",
    source="https://github.com/OpenNeuroOrg/openneuro/issues/723",
)
def split_name_in_two(provider: str, raw: Raw) -> ProfileDict:
    """Require a name of two words."""
    profile = normalize_correctly(provider, raw)
    if not raw.get("name"):
        return profile
    given_name, family_name = raw["name"].split(" ")
    return {**profile, "given_name": given_name, "family_name": family_name}


@historic_bug(
    "BUG-091",
    "Given and family name are joined in the wrong order",
    Example(
        {"id": "1000000000091", "name": "\u738b \u5c0f\u660e", "first_name": "\u5c0f\u660e", "last_name": "\u738b"},
        {"name": "\u738b \u5c0f\u660e"},
    ),
    provider="facebook",
    rule="N3",
    source="https://github.com/laravel/socialite/pull/107",
)
def join_names(provider: str, raw: Raw) -> ProfileDict:
    """Join the parts, although name contains them in the order that the person chose."""
    profile = normalize_correctly(provider, raw)
    parts = [profile[name] for name in ("given_name", "family_name") if name in profile]
    return {**profile, "name": " ".join(parts)} if parts else profile


@historic_bug(
    "BUG-093",
    "The real name is read although the person did not share it",
    Example(
        {
            "resultcode": "00",
            "message": "success",
            "response": {"id": "sample-93", "nickname": "\ub3c4\ud1a0\ub9ac", "email": "mia@example.com"},
        },
        {"name": "\ub3c4\ud1a0\ub9ac", "nickname": "\ub3c4\ud1a0\ub9ac"},
    ),
    provider="naver",
    rule="N2 N3",
    source="https://github.com/nextauthjs/next-auth/commit/6e408e24bf95dde85938ab51e9330b0a9c12adc6",
)
def read_real_name_only(provider: str, raw: Raw) -> ProfileDict:
    """Ignore the nickname, which is present."""
    return {**normalize_correctly(provider, raw), "name": raw["response"].get("name")}


@historic_bug(
    "BUG-095",
    "UTF-8 is decoded as Latin-1",
    Example({"openid": "oSample95", "nickname": "\u5f20\u4e09", "headimgurl": ""}, {"nickname": "\u5f20\u4e09"}),
    provider="weixin",
    rule="N3 N4",
    source="https://github.com/wechatpy/wechatpy/pull/42",
)
def decode_as_latin1(provider: str, raw: Raw) -> ProfileDict:
    """Guess the encoding, because the response does not declare it."""
    return normalize_correctly(provider, json.loads(json.dumps(raw, ensure_ascii=False).encode().decode("latin-1")))


@historic_bug(
    "BUG-097",
    "Claims are decoded as ASCII",
    Example(
        {"sub": "auth0|sample97", "name": "\u00c1gnes Sample", "nickname": "agnes"},
        {"user_id": "auth0|sample97", "name": "\u00c1gnes Sample"},
    ),
    provider="auth0",
    rule="N12",
    source="https://github.com/auth0/passport-auth0/issues/100",
)
def decode_as_ascii(provider: str, raw: Raw) -> ProfileDict:
    """Reject everybody with an accent in the name."""
    return normalize_correctly(provider, json.loads(json.dumps(raw, ensure_ascii=False).encode().decode("ascii")))


@historic_bug(
    "BUG-099",
    "Non-ASCII letters are removed",
    Example(
        {"id": "1000000000099", "name": "\u041e\u043b\u044c\u0433\u0430 \u0421\u043e\u0432\u0430"},
        {"nickname": "\u041e\u043b\u044c\u0433\u0430 \u0421\u043e\u0432\u0430"},
    ),
    provider="facebook",
    rule="N4 N2",
    source="https://github.com/miled/wordpress-social-login/issues/136",
)
def remove_non_ascii(provider: str, raw: Raw) -> ProfileDict:
    """Turn a Cyrillic name into an empty string."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "nickname": re.sub("[^A-Za-z0-9_]", "", profile["nickname"])}


@historic_bug(
    "BUG-101",
    "A lone surrogate is encoded as UTF-8",
    Example({"sub": "sample-101", "name": "Mia\ud83dChen", "email": "mia@example.com"}, {"name": "Mia\ufffdChen"}),
    provider="oidc",
    rule="N12",
    source="https://github.com/kirodotdev/KiroCrew/pull/7639",
)
def encode_lone_surrogate(provider: str, raw: Raw) -> ProfileDict:
    """Encode a JSON escape that UTF-8 cannot represent."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "x_digest": hashlib.sha256((raw.get("name") or "").encode()).hexdigest()}


@historic_bug(
    "BUG-103",
    "A four-byte character is truncated to three bytes",
    Example({"sub": "sample-103", "nickname": "\U0001f338 Mia"}, {"nickname": "\U0001f338 Mia"}),
    provider="oidc",
    rule="N4 N3",
    source="https://github.com/siteserver/cms/issues/3172",
)
def truncate_surrogate_pairs(provider: str, raw: Raw) -> ProfileDict:
    """Keep only the first half of a UTF-16 surrogate pair."""
    profile = normalize_correctly(provider, raw)

    def truncate(name: str) -> str:
        return "".join(
            character if ord(character) <= LAST_BMP_CHARACTER else chr(0xD800 + ((ord(character) - 0x10000) >> 10))
            for character in name
        )

    return {**profile, "name": truncate(profile["name"]), "nickname": truncate(profile["nickname"])}


@historic_bug(
    "BUG-105",
    "The discriminator #0 is appended to the username",
    Example(
        {"id": "900000000000000105", "username": "mia", "global_name": "Mia Chen", "discriminator": "0"},
        {"name": "Mia Chen", "nickname": "mia"},
    ),
    provider="discord",
    rule="N4",
    source="https://github.com/SocialiteProviders/Providers/commit/56a2a6d0adb7bbc4ed41e84dbac9711d4f22c7ee",
)
def append_zero_discriminator(provider: str, raw: Raw) -> ProfileDict:
    """Treat the string 0 as a discriminator, because it is truthy."""
    profile = normalize_correctly(provider, raw)
    discriminator = raw.get("discriminator")
    return {**profile, "nickname": f"{profile['nickname']}#{discriminator}"} if discriminator else profile


@historic_bug(
    "BUG-137",
    "A missing name becomes an empty name",
    Example(
        {
            "iss": "https://accounts.google.com",
            "sub": "100000000000000000137",
            "email": "mia@example.com",
            "email_verified": True,
        },
        {"name": "mia"},
    ),
    provider="google-oauth2",
    rule="N2 N9",
    source="https://github.com/dexidp/dex/commit/98c0b47a54b2b0a98b14d83d1d7b6b43b8bfbb07",
)
def overwrite_with_empty_name(provider: str, raw: Raw) -> ProfileDict:
    """Overwrite the stored name, because a renewed token does not contain it."""
    return {**normalize_correctly(provider, raw), "name": raw.get("name", "")}
