"""Historic mistakes about names, and about the letters they are written in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from idp_checks.selftest.historic_profiles.wrong import Example, Profile, Raw, right, wrong

__all__: list[str] = []

LAST_OF_THREE_BYTES = 0xFFFF
"""The last character that UTF-8 writes in three bytes and UTF-16 in one unit."""


@wrong(
    "BUG-037",
    "The name read from a member of another endpoint",
    Example(
        {"id": "100000000000000000037", "name": "Mia Chen", "given_name": "Mia", "family_name": "Chen"},
        {"name": "Mia Chen"},
    ),
    provider="google-oauth2",
    rule="N2 N3",
    source="https://github.com/supabase/auth/commit/f80ade5ddfbb5c8f4449876824d2218e9874ba0e",
)
def name_of_another_endpoint(provider: str, raw: Raw) -> Profile:
    """Another answer had displayName."""
    return {**right(provider, raw), "name": raw.get("displayName")}


@wrong(
    "BUG-067",
    "A name that is null",
    Example({"id": "0000000000006742", "displayName": None, "mail": "mia@corp.example"}, {"name": "mia"}),
    provider="windowslive",
    rule="N12",
    source="https://github.com/pennersr/django-allauth/commit/170e7b552fccfa90176a3c42339c370e8f639f1f",
)
def name_always_there(provider: str, raw: Raw) -> Profile:
    """It is trimmed unseen."""
    return {**right(provider, raw), "name": raw.get("displayName").strip()}


@wrong(
    "BUG-075",
    "The family name filled from the first name",
    Example(
        {"sub": "000042.sample.0075", "user": {"name": {"firstName": "Ines", "lastName": "Sample"}}},
        {"name": "Ines Sample", "given_name": "Ines", "family_name": "Sample"},
    ),
    provider="apple",
    rule="N8",
    source="https://github.com/ory/kratos/commit/df80377f5fe6180fba5904baa5be1ba1d68eb2aa",
)
def given_name_twice(provider: str, raw: Raw) -> Profile:
    """One line was copied."""
    out = right(provider, raw)
    return {**out, "family_name": out["given_name"]} if "given_name" in out else out


@wrong(
    "BUG-077",
    "Names that are texts in old records, read as objects",
    Example({"id": "sample-77", "firstName": "Mia", "lastName": "Chen"}, {"given_name": "Mia", "family_name": "Chen"}),
    provider="linkedin",
    rule="N12",
    source="https://github.com/pennersr/django-allauth/commit/817b264d8de17ee4ff5bf7c12dccbb8b28f968cc",
)
def names_are_objects(provider: str, raw: Raw) -> Profile:
    """They are in version 2 of the API; records of version 1 are still stored."""
    for member in ("firstName", "lastName"):
        if member in raw:
            raw[member].get("localized")
    return right(provider, raw)


@wrong(
    "BUG-079",
    "A name made of two names that are not there",
    Example(
        {"sub": "000042.sample.0079", "email": "mia@relay.example", "user": {"email": "mia@relay.example"}},
        {"name": "mia", "given_name": None, "family_name": None},
    ),
    provider="apple",
    rule="N9 N3",
    source="https://github.com/better-auth/better-auth/commit/f875a491e63de8077d15e16edee5c8afdbea8088",
)
def name_made_of_nothing(provider: str, raw: Raw) -> Profile:
    """A template writes None where nothing is."""
    out = right(provider, raw)
    user = raw.get("user")
    if not isinstance(user, dict):
        return out
    parts = user.get("name") or {}
    return {**out, "name": f"{parts.get('firstName')} {parts.get('lastName')}"}


@wrong(
    "BUG-081",
    "Empty names given on as names",
    Example(
        {"sub": "000042.sample.0081", "user": {"name": {"firstName": "", "lastName": ""}}},
        {"given_name": None, "family_name": None},
    ),
    provider="apple",
    rule="N9",
    source="https://github.com/python-social-auth/social-core/commit/c5c74f27dd848f93b0be2e319e697fda5833ed2f",
)
def empty_names(provider: str, raw: Raw) -> Profile:
    """What was stored is overwritten by nothing."""
    out = right(provider, raw)
    return {**out, "given_name": out.get("given_name", ""), "family_name": out.get("family_name", "")}


@wrong(
    "BUG-083",
    "A default that null does not reach",
    Example({"id": 83, "login": "mia", "name": None, "email": None}, {"name": "mia"}),
    provider="github",
    rule="N2 N9 M5",
    source="https://github.com/pennersr/django-allauth/commit/065d4dacd15370b5c827573fa94e34198e12d89e",
)
def default_for_absence_alone(provider: str, raw: Raw) -> Profile:
    """The member is there, and null."""
    out = right(provider, raw)
    return {**out, "name": raw.get("name", out["name"])}


@wrong(
    "BUG-085",
    "An account without a family name",
    Example(
        {"sub": "100000000000000000085", "name": "Madonna", "given_name": "Madonna"},
        {"name": "Madonna", "given_name": "Madonna", "family_name": None},
    ),
    provider="google-oauth2",
    rule="N12",
    source="https://github.com/jlab-sensing/ENTS-backend/issues/648",
)
def family_name_always_there(provider: str, raw: Raw) -> Profile:
    """Many people have one name."""
    return {**right(provider, raw), "family_name": raw["family_name"]}


@wrong(
    "BUG-087",
    "A whole object for the name (ORCID, shown on LinkedIn's)",
    Example(
        {"id": "sample-87", "firstName": {"localized": {"en_US": "Mia"}}, "lastName": {"localized": {"en_US": "Chen"}}},
        {"name": "Mia Chen"},
    ),
    provider="linkedin",
    rule="N2 N3",
    source="https://github.com/python-social-auth/social-core/commit/cb99254734909ebcde24299ffb714f9dee6be47e",
)
def object_for_name(provider: str, raw: Raw) -> Profile:
    """The name stands further in."""
    out = right(provider, raw)
    return {**out, "name": raw["firstName"]} if isinstance(raw.get("firstName"), Mapping) else out


@wrong(
    "BUG-089",
    "The name cut in two at a blank (Globus)",
    Example(
        {"sub": "sample-89-a", "name": "Maria del Mar Sample"},
        {"name": "Maria del Mar Sample", "given_name": None, "family_name": None},
    ),
    Example({"sub": "sample-89-b", "name": "Teller"}, {"name": "Teller", "given_name": None, "family_name": None}),
    provider="oidc",
    rule="N8 N12",
    source="https://github.com/OpenNeuroOrg/openneuro/issues/723",
)
def two_words_to_a_name(provider: str, raw: Raw) -> Profile:
    """Names have one word, or three."""
    out = right(provider, raw)
    if not raw.get("name"):
        return out
    given, family = raw["name"].split(" ")
    return {**out, "given_name": given, "family_name": family}


@wrong(
    "BUG-091",
    "The parts of a name joined in the wrong order",
    Example(
        {"id": "1000000000091", "name": "\u738b \u5c0f\u660e", "first_name": "\u5c0f\u660e", "last_name": "\u738b"},
        {"name": "\u738b \u5c0f\u660e"},
    ),
    provider="facebook",
    rule="N3",
    source="https://github.com/laravel/socialite/pull/107",
)
def name_from_its_parts(provider: str, raw: Raw) -> Profile:
    """The order is the person's choice, and stands in name."""
    out = right(provider, raw)
    parts = [out[name] for name in ("given_name", "family_name") if name in out]
    return {**out, "name": " ".join(parts)} if parts else out


@wrong(
    "BUG-093",
    "A real name that the person refused to give",
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
def real_name_alone(provider: str, raw: Raw) -> Profile:
    """The nickname was there."""
    return {**right(provider, raw), "name": raw["response"].get("name")}


@wrong(
    "BUG-095",
    "UTF-8 read as Latin-1",
    Example({"openid": "oSample95", "nickname": "\u5f20\u4e09", "headimgurl": ""}, {"nickname": "\u5f20\u4e09"}),
    provider="weixin",
    rule="N3 N4",
    source="https://github.com/wechatpy/wechatpy/pull/42",
)
def utf8_read_as_latin1(provider: str, raw: Raw) -> Profile:
    """The answer names no encoding, and the library guesses."""
    return right(provider, json.loads(json.dumps(raw, ensure_ascii=False).encode().decode("latin-1")))


@wrong(
    "BUG-097",
    "Claims read as ASCII",
    Example(
        {"sub": "auth0|sample97", "name": "\u00c1gnes Sample", "nickname": "agnes"},
        {"user_id": "auth0|sample97", "name": "\u00c1gnes Sample"},
    ),
    provider="auth0",
    rule="N12",
    source="https://github.com/auth0/passport-auth0/issues/100",
)
def claims_read_as_ascii(provider: str, raw: Raw) -> Profile:
    """Whoever has an accent in the name stays outside."""
    return right(provider, json.loads(json.dumps(raw, ensure_ascii=False).encode().decode("ascii")))


@wrong(
    "BUG-099",
    "Letters beyond ASCII thrown away",
    Example(
        {"id": "1000000000099", "name": "\u041e\u043b\u044c\u0433\u0430 \u0421\u043e\u0432\u0430"},
        {"nickname": "\u041e\u043b\u044c\u0433\u0430 \u0421\u043e\u0432\u0430"},
    ),
    provider="facebook",
    rule="N4 N2",
    source="https://github.com/miled/wordpress-social-login/issues/136",
)
def ascii_alone(provider: str, raw: Raw) -> Profile:
    """Nothing is left of a Cyrillic name."""
    out = right(provider, raw)
    return {**out, "nickname": re.sub("[^A-Za-z0-9_]", "", out["nickname"])}


@wrong(
    "BUG-101",
    "Half a surrogate, written as UTF-8",
    Example({"sub": "sample-101", "name": "Mia\ud83dChen", "email": "mia@example.com"}, {"name": "Mia\ufffdChen"}),
    provider="oidc",
    rule="N12",
    source="https://github.com/kirodotdev/KiroCrew/pull/7639",
)
def every_text_is_utf8(provider: str, raw: Raw) -> Profile:
    """An escape in JSON brings what UTF-8 cannot write."""
    out = right(provider, raw)
    return {**out, "x_digest": hashlib.sha256((raw.get("name") or "").encode()).hexdigest()}


@wrong(
    "BUG-103",
    "A character of four bytes cut to fit three",
    Example({"sub": "sample-103", "nickname": "\U0001f338 Mia"}, {"nickname": "\U0001f338 Mia"}),
    provider="oidc",
    rule="N4 N3",
    source="https://github.com/siteserver/cms/issues/3172",
)
def half_a_character(provider: str, raw: Raw) -> Profile:
    """Half of a pair of UTF-16 is left."""
    out = right(provider, raw)

    def cut(text: str) -> str:
        return "".join(
            each if ord(each) <= LAST_OF_THREE_BYTES else chr(0xD800 + ((ord(each) - 0x10000) >> 10)) for each in text
        )

    return {**out, "name": cut(out["name"]), "nickname": cut(out["nickname"])}


@wrong(
    "BUG-105",
    "A tag of #0 behind the username",
    Example(
        {"id": "900000000000000105", "username": "mia", "global_name": "Mia Chen", "discriminator": "0"},
        {"name": "Mia Chen", "nickname": "mia"},
    ),
    provider="discord",
    rule="N4",
    source="https://github.com/SocialiteProviders/Providers/commit/56a2a6d0adb7bbc4ed41e84dbac9711d4f22c7ee",
)
def tag_of_nought(provider: str, raw: Raw) -> Profile:
    """The text 0 is true, and no tag."""
    out = right(provider, raw)
    return {**out, "nickname": f"{out['nickname']}#{raw['discriminator']}"} if raw.get("discriminator") else out


@wrong(
    "BUG-137",
    "An empty name where none is told",
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
def empty_name_for_none(provider: str, raw: Raw) -> Profile:
    """A renewed token tells none, and the stored one is wiped out."""
    return {**right(provider, raw), "name": raw.get("name", "")}
