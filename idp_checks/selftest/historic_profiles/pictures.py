"""Historic mistakes about pictures."""

from __future__ import annotations

import base64

from idp_checks.profiles.profile import gravatar
from idp_checks.selftest.historic_profiles.wrong import Example, Profile, Raw, right, wrong

__all__: list[str] = []


@wrong(
    "BUG-107",
    "The default picture by the tag that is gone",
    Example({"id": "900000000000000107", "username": "mia", "discriminator": "0", "avatar": None}, {"nickname": "mia"}),
    provider="discord",
    rule="N5",
    source="https://github.com/nextauthjs/next-auth/commit/96908df20b92dc5d4886a4f4811acbc588e584e8",
)
def default_picture_by_tag(provider: str, raw: Raw) -> Profile:
    """For names of the new kind it goes by the identifier."""
    out = right(provider, raw)
    tag = raw.get("discriminator")
    if "/embed/avatars/" not in out["picture"] or not isinstance(tag, str) or not tag.isdecimal():
        return out
    return {**out, "picture": f"https://cdn.discordapp.com/embed/avatars/{int(tag[-1]) % 5}.png"}


@wrong(
    "BUG-109",
    "The form of a picture guessed from the subscription",
    Example(
        {
            "id": "900000000000000109",
            "username": "mia",
            "premium_type": 2,
            "avatar": "0123456789abcdef0123456789abcdef",
        },
        {"nickname": "mia"},
    ),
    provider="discord",
    rule="N5",
    source="https://github.com/nextauthjs/next-auth/commit/96ff048b594ab2f42f62be8c773a6de7819eafc5",
)
def form_by_subscription(provider: str, raw: Raw) -> Profile:
    """What moves is marked in the hash."""
    out = right(provider, raw)
    if "/embed/avatars/" in out["picture"] or "/avatars/" not in out["picture"]:
        return out
    form = "gif" if raw.get("premium_type") in (1, 2) else "png"
    return {**out, "picture": f"{out['picture'].rpartition('.')[0]}.{form}"}


@wrong(
    "BUG-111",
    "The first picture for the largest",
    Example(
        {
            "id": "sample111",
            "images": [
                {"url": "https://img.example.com/64", "height": 64, "width": 64},
                {"url": "https://img.example.com/300", "height": 300, "width": 300},
            ],
        },
        {"nickname": "sample111"},
    ),
    provider="spotify",
    rule="M4",
    source="https://github.com/supabase/auth/commit/4f9994bf792c3887f2f45910b11a9c19ee3a896b",
    why_not="Of several pictures that the provider sends N5 lets any stand.",
)
def first_picture(provider: str, raw: Raw) -> Profile:
    """The order of the list is not promised."""
    out = right(provider, raw)
    listed = raw.get("images")
    return {**out, "picture": listed[0]["url"]} if listed and listed[0] and listed[0].get("url") else out


@wrong(
    "BUG-113",
    "An object for the address of a picture",
    Example(
        {
            "id": "1000000000113",
            "name": "Mia Chen",
            "picture": {
                "data": {"height": 50, "width": 50, "is_silhouette": False, "url": "https://img.example.com/113"}
            },
        },
        {"name": "Mia Chen"},
    ),
    provider="facebook",
    rule="N2",
    source="https://github.com/multidots/android-social-signin-helper/issues/2",
)
def object_for_picture(provider: str, raw: Raw) -> Profile:
    """The address stands further in."""
    out = right(provider, raw)
    return {**out, "picture": raw["picture"]} if raw.get("picture") else out


@wrong(
    "BUG-115",
    "A picture that the provider says is none",
    Example(
        {
            "id": "10115",
            "login": "mia",
            "default_avatar_id": "0/0-0",
            "is_avatar_empty": True,
            "default_email": "mia@example.com",
        },
        {"email": "mia@example.com"},
    ),
    provider="yandex",
    rule="N5",
    source="https://github.com/hybridauth/hybridauth/issues/1365",
)
def empty_picture_taken(provider: str, raw: Raw) -> Profile:
    """The mark beside it was not read."""
    out = right(provider, raw)
    named = raw.get("default_avatar_id")
    return {**out, "picture": f"https://avatars.yandex.net/get-yapic/{named}/islands-200"} if named else out


@wrong(
    "BUG-117",
    "An error answer encoded as a picture",
    Example(
        {"id": "0000000000011742", "displayName": "No Picture", "mail": "mia@corp.example"}, {"name": "No Picture"}
    ),
    provider="windowslive",
    rule="N5",
    source="https://github.com/nextauthjs/next-auth/commit/4824f8c02ad1b0799f4c15eea9c86e93fc5c72fc",
)
def error_for_picture(provider: str, raw: Raw) -> Profile:
    """Who has no picture has the 404 for one."""
    body = base64.b64encode(b'{"error": {"code": "ImageNotFound"}}').decode()
    return {**right(provider, raw), "picture": f"data:image/jpeg;base64,{body}"}


@wrong(
    "BUG-119",
    "The picture looked for in the ID token alone",
    Example(
        {
            "id": "100000000000000000119",
            "email": "mia@example.com",
            "verified_email": True,
            "picture": "https://img.example.com/119",
        },
        {"email_verified": True},
    ),
    provider="google-oauth2",
    rule="N5",
    source="https://github.com/pennersr/django-allauth/commit/89ebcc5e5a5205542ebecc8bb8077f97095cee05",
)
def picture_of_the_id_token(provider: str, raw: Raw) -> Profile:
    """It is often missing there, and stands in userinfo."""
    out = right(provider, raw)
    return out if "iss" in raw else {**out, "picture": gravatar(out.get("email"))}
