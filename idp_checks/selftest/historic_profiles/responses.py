"""Historic bugs about the structure of a response: nesting, errors, and renamed fields."""

from __future__ import annotations

import base64
import json

from idp_checks.errors import ProfileError
from idp_checks.selftest.historic_profiles.bug import (
    Example,
    ProfileDict,
    Raw,
    historic_bug,
    normalize_correctly,
    with_id,
)

__all__: list[str] = []


@historic_bug(
    "BUG-039",
    "Field names of another provider are copied with the code",
    Example(
        {
            "id": "zSample39",
            "first_name": "Mia",
            "last_name": "Chen",
            "email": "mia@example.com",
            "verified": 1,
            "pic_url": "https://img.example.com/39",
        },
        {"user_id": "zoom|zSample39", "given_name": "Mia", "family_name": "Chen", "email_verified": True},
    ),
    provider="zoom",
    rule="N1 N2",
    source="https://github.com/supabase/auth/commit/52331e050f50338637382e2875334ecc6ffcec55",
)
def read_fields_of_another_provider(provider: str, raw: Raw) -> ProfileDict:
    """Return an empty identifier, name and picture for everybody."""
    profile = with_id(normalize_correctly(provider, raw), raw.get("https://slack.com/user_id", ""))
    return {**profile, "name": raw.get("name", ""), "picture": raw.get("picture", "")}


@historic_bug(
    "BUG-123",
    "A removed envelope is required",
    Example({"id": "17840000000000123", "username": "mia.sample"}, {"user_id": "instagram|17840000000000123"}),
    Example({"data": {"id": "42000123", "username": "mia.sample"}}, {"user_id": "instagram|42000123"}),
    provider="instagram",
    rule="N12",
    source="https://github.com/parse-community/parse-server/commit/a1cd6314257abd0ea80852fc84e4952e16fe0451",
)
def require_envelope(provider: str, raw: Raw) -> ProfileDict:
    """Require the object around the user, which the new API does not send."""
    return with_id(normalize_correctly(provider, raw), raw["data"]["id"])


@historic_bug(
    "BUG-125",
    "The name is read from a removed object",
    Example(
        {
            "ok": True,
            "sub": "U0SAMPLE125",
            "https://slack.com/user_id": "U0SAMPLE125",
            "https://slack.com/team_id": "T0SAMPLE",
            "name": "Mia Chen",
            "given_name": "Mia",
            "family_name": "Chen",
            "email": "mia@example.com",
            "email_verified": True,
        },
        {"name": "Mia Chen", "email_verified": True},
    ),
    provider="slack",
    rule="N2 N3",
    source="https://github.com/pennersr/django-allauth/commit/9c692c26f32386b11de4c22188bd481a9c978d67",
)
def read_nested_name(provider: str, raw: Raw) -> ProfileDict:
    """Read the name inside user, although the response is flat now."""
    return {**normalize_correctly(provider, raw), "name": (raw.get("user") or {}).get("name")}


def _unsigned(payload: str) -> str:
    """Return an unsecured JWT (RFC 7519, section 6)."""
    parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"none"}', payload))
    return ".".join((*parts, ""))


@historic_bug(
    "BUG-127",
    "The signature of a signed response is not checked",
    Example(_unsigned('{"sub":"sample-127","name":"Mia Chen"}'), None),
    provider="oidc",
    rule="N12",
    takes_text=True,
    source="https://github.com/outline/outline/issues/12878",
)
def skip_signature_check(provider: str, raw: Raw) -> ProfileDict:
    """Trust the claims, so anybody who can alter the response can become any user."""
    if not isinstance(raw, str):
        return normalize_correctly(provider, raw)
    payload = raw.split(".")[1]
    return normalize_correctly(provider, json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


@historic_bug(
    "BUG-129",
    "The user is read one level too high",
    Example(
        {
            "data": {"user": {"open_id": "sample-129", "union_id": "sample-u-129", "display_name": "Mia"}},
            "error": {"code": "ok", "message": "", "log_id": "20260000"},
        },
        {"user_id": "tiktok|sample-129"},
    ),
    Example(
        {"data": {"user": {"open_id": "sample-129"}}, "error": {"code": "access_token_invalid", "message": "no"}}, None
    ),
    provider="tiktok",
    rule="N1 N9",
    source="https://github.com/SocialiteProviders/Providers/pull/1000",
)
def read_user_one_level_too_high(provider: str, raw: Raw) -> ProfileDict:
    """Return None as the identifier of everybody."""
    return with_id(normalize_correctly(provider, raw), raw["data"].get("open_id"))


@historic_bug(
    "BUG-131",
    "An error code of 200 is expected, but success is 0",
    Example(
        {"openid": "oSample131", "nickname": "Mia", "headimgurl": "", "privilege": []}, {"user_id": "weixin|oSample131"}
    ),
    Example({"openid": "oSample131", "nickname": "Mia", "errcode": 0}, {"user_id": "weixin|oSample131"}),
    provider="weixin",
    rule="N12",
    source="https://github.com/logto-io/logto/pull/422",
)
def require_code_200(provider: str, raw: Raw) -> ProfileDict:
    """Require 200, although the code of a success is 0 or missing."""
    if raw.get("errcode") != 200:
        raise ValueError("the response is an error")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-133",
    "An error is read as a user with an empty identifier",
    Example({"error": {"code": "InvalidAuthenticationToken", "message": "Access token is empty."}}, None),
    provider="windowslive",
    rule="N12",
    source="https://github.com/ory/kratos/commit/3f490a31cddc53ce5d9958454f41c352580904c9",
)
def read_error_as_user(provider: str, raw: Raw) -> ProfileDict:
    """Check neither status nor identifier, so all errors become the same user."""
    try:
        return normalize_correctly(provider, raw)
    except ProfileError:
        return {"user_id": f"{provider}|{raw.get('id', '')}", "name": "", "nickname": ""}


@historic_bug(
    "BUG-135",
    "A time must be a number, but it is a string",
    Example(
        {
            "sub": "auth0|sample135",
            "nickname": "mia",
            "updated_at": "2026-05-01T10:00:00.000Z",
            "email": "mia@example.com",
            "email_verified": True,
        },
        {"user_id": "auth0|sample135", "email_verified": True},
    ),
    provider="auth0",
    rule="N12",
    source="https://github.com/ory/kratos/commit/52a965dc7e4ac868d21261cb44576846426bffa5",
)
def require_numeric_time(provider: str, raw: Raw) -> ProfileDict:
    """Reject every user because of a field that is not used."""
    if "updated_at" in raw:
        int(raw["updated_at"])
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-139",
    "Fields are required although they were not requested",
    Example({"name": "Mia Chen", "id": "1000000000139"}, {"name": "Mia Chen", "email": None}),
    provider="facebook",
    rule="N12",
    source="https://github.com/angular-fullstack/generator-angular-fullstack/pull/1093",
)
def require_unrequested_fields(provider: str, raw: Raw) -> ProfileDict:
    """Require fields that the provider sends only with the parameter fields."""
    return {**normalize_correctly(provider, raw), "email": raw["email"], "given_name": raw["first_name"]}


@historic_bug(
    "BUG-149",
    "Fields of a discontinued API are read",
    Example(
        {
            "sub": "100000000000000000149",
            "name": "Mia Chen",
            "given_name": "Mia",
            "family_name": "Chen",
            "picture": "https://img.example.com/149",
            "email": "mia@example.com",
            "email_verified": True,
        },
        {"name": "Mia Chen", "email": "mia@example.com", "email_verified": True},
    ),
    provider="google-oauth2",
    rule="N2 N6",
    source="https://github.com/jaredhanson/passport-google-oauth2/issues/52",
)
def read_google_plus_fields(provider: str, raw: Raw) -> ProfileDict:
    """Read displayName, emails and image of Google+."""
    profile = normalize_correctly(provider, raw)
    return {
        **profile,
        "name": raw.get("displayName"),
        "email": next((email.get("value") for email in raw.get("emails") or ()), None),
        "picture": (raw.get("image") or {}).get("url"),
    }
