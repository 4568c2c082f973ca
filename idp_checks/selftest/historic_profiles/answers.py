"""Historic mistakes about the form of an answer: what is inside what, what is an error, and what was renamed."""

from __future__ import annotations

import base64
import json

from idp_checks.errors import ProfileError
from idp_checks.selftest.historic_profiles.wrong import Example, Profile, Raw, right, under, wrong

__all__: list[str] = []


@wrong(
    "BUG-039",
    "Members of another provider, copied with the code",
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
def members_of_another_provider(provider: str, raw: Raw) -> Profile:
    """Identifier, name and picture are always empty."""
    out = under(right(provider, raw), raw.get("https://slack.com/user_id", ""))
    return {**out, "name": raw.get("name", ""), "picture": raw.get("picture", "")}


@wrong(
    "BUG-123",
    "An envelope that is gone",
    Example({"id": "17840000000000123", "username": "mia.sample"}, {"user_id": "instagram|17840000000000123"}),
    Example({"data": {"id": "42000123", "username": "mia.sample"}}, {"user_id": "instagram|42000123"}),
    provider="instagram",
    rule="N12",
    source="https://github.com/parse-community/parse-server/commit/a1cd6314257abd0ea80852fc84e4952e16fe0451",
)
def envelope_always_there(provider: str, raw: Raw) -> Profile:
    """The old API wrapped the user, the new one does not."""
    return under(right(provider, raw), raw["data"]["id"])


@wrong(
    "BUG-125",
    "The name inside a user that is gone",
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
def name_in_the_old_place(provider: str, raw: Raw) -> Profile:
    """The answer has become flat."""
    return {**right(provider, raw), "name": (raw.get("user") or {}).get("name")}


def _unsigned(payload: str) -> str:
    """A JWT that nobody signed (RFC 7519, section 6)."""
    parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"none"}', payload))
    return ".".join((*parts, ""))


@wrong(
    "BUG-127",
    "A signed answer taken without its signature",
    Example(_unsigned('{"sub":"sample-127","name":"Mia Chen"}'), None),
    provider="oidc",
    rule="N12",
    takes_text=True,
    source="https://github.com/outline/outline/issues/12878",
)
def signature_unseen(provider: str, raw: Raw) -> Profile:
    """Whoever can change the answer is whom they like."""
    if not isinstance(raw, str):
        return right(provider, raw)
    payload = raw.split(".")[1]
    return right(provider, json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


@wrong(
    "BUG-129",
    "The user one level deeper",
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
def user_one_level_too_high(provider: str, raw: Raw) -> Profile:
    """Everybody is None."""
    return under(right(provider, raw), raw["data"].get("open_id"))


@wrong(
    "BUG-131",
    "200 expected where success is 0",
    Example(
        {"openid": "oSample131", "nickname": "Mia", "headimgurl": "", "privilege": []}, {"user_id": "weixin|oSample131"}
    ),
    Example({"openid": "oSample131", "nickname": "Mia", "errcode": 0}, {"user_id": "weixin|oSample131"}),
    provider="weixin",
    rule="N12",
    source="https://github.com/logto-io/logto/pull/422",
)
def success_is_200(provider: str, raw: Raw) -> Profile:
    """The answer has a code of its own, or none."""
    if raw.get("errcode") != 200:
        raise ValueError("the answer is an error")
    return right(provider, raw)


@wrong(
    "BUG-133",
    "An error read as a user whose identifier is empty",
    Example({"error": {"code": "InvalidAuthenticationToken", "message": "Access token is empty."}}, None),
    provider="windowslive",
    rule="N12",
    source="https://github.com/ory/kratos/commit/3f490a31cddc53ce5d9958454f41c352580904c9",
)
def error_for_a_user(provider: str, raw: Raw) -> Profile:
    """Neither status nor identifier was looked at: all errors are one user."""
    try:
        return right(provider, raw)
    except ProfileError:
        return {"user_id": f"{provider}|{raw.get('id', '')}", "name": "", "nickname": ""}


@wrong(
    "BUG-135",
    "A time that is a text where the standard has a number",
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
def time_must_be_number(provider: str, raw: Raw) -> Profile:
    """A member that nobody needs refuses everybody."""
    if "updated_at" in raw:
        int(raw["updated_at"])
    return right(provider, raw)


@wrong(
    "BUG-139",
    "Members that come only when asked for",
    Example({"name": "Mia Chen", "id": "1000000000139"}, {"name": "Mia Chen", "email": None}),
    provider="facebook",
    rule="N12",
    source="https://github.com/angular-fullstack/generator-angular-fullstack/pull/1093",
)
def members_never_asked_for(provider: str, raw: Raw) -> Profile:
    """Without the parameter fields only the identifier and the name come."""
    return {**right(provider, raw), "email": raw["email"], "given_name": raw["first_name"]}


@wrong(
    "BUG-149",
    "Members of an API that was shut down",
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
def members_of_a_closed_api(provider: str, raw: Raw) -> Profile:
    """displayName, emails and image were those of Google+."""
    out = right(provider, raw)
    return {
        **out,
        "name": raw.get("displayName"),
        "email": next((each.get("value") for each in raw.get("emails") or ()), None),
        "picture": (raw.get("image") or {}).get("url"),
    }
