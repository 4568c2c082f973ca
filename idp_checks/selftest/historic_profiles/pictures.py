"""Historic bugs about pictures."""

from __future__ import annotations

import base64

from idp_checks.profiles.profile import gravatar
from idp_checks.selftest.historic_profiles.bug import Example, ProfileDict, Raw, historic_bug, normalize_correctly

__all__: list[str] = []


@historic_bug(
    "BUG-107",
    "The default picture is derived from the discriminator, which is obsolete",
    Example({"id": "900000000000000107", "username": "mia", "discriminator": "0", "avatar": None}, {"nickname": "mia"}),
    provider="discord",
    rule="N5",
    source="https://github.com/nextauthjs/next-auth/commit/96908df20b92dc5d4886a4f4811acbc588e584e8",
)
def derive_picture_from_discriminator(provider: str, raw: Raw) -> ProfileDict:
    """Use the discriminator for new usernames too, whose default picture depends on the identifier."""
    profile = normalize_correctly(provider, raw)
    discriminator = raw.get("discriminator")
    if (
        "/embed/avatars/" not in profile["picture"]
        or not isinstance(discriminator, str)
        or not discriminator.isdecimal()
    ):
        return profile
    return {**profile, "picture": f"https://cdn.discordapp.com/embed/avatars/{int(discriminator[-1]) % 5}.png"}


@historic_bug(
    "BUG-109",
    "The picture format is guessed from the subscription",
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
def derive_format_from_subscription(provider: str, raw: Raw) -> ProfileDict:
    """Request a GIF for subscribers, although the hash marks animated pictures."""
    profile = normalize_correctly(provider, raw)
    if "/embed/avatars/" in profile["picture"] or "/avatars/" not in profile["picture"]:
        return profile
    extension = "gif" if raw.get("premium_type") in (1, 2) else "png"
    return {**profile, "picture": f"{profile['picture'].rpartition('.')[0]}.{extension}"}


@historic_bug(
    "BUG-111",
    "The first picture is used instead of the largest",
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
    why_not="N5 allows any of several pictures that the provider sends.",
)
def use_first_picture(provider: str, raw: Raw) -> ProfileDict:
    """Rely on the order of the list, which is not documented."""
    profile = normalize_correctly(provider, raw)
    images = raw.get("images")
    return {**profile, "picture": images[0]["url"]} if images and images[0] and images[0].get("url") else profile


@historic_bug(
    "BUG-113",
    "The picture is an object instead of a URL",
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
def use_object_as_picture(provider: str, raw: Raw) -> ProfileDict:
    """Use the whole object, although the URL is nested inside it."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "picture": raw["picture"]} if raw.get("picture") else profile


@historic_bug(
    "BUG-115",
    "A placeholder picture is used although the provider marks it as empty",
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
def ignore_empty_picture_flag(provider: str, raw: Raw) -> ProfileDict:
    """Ignore the flag is_avatar_empty."""
    profile = normalize_correctly(provider, raw)
    avatar = raw.get("default_avatar_id")
    return {**profile, "picture": f"https://avatars.yandex.net/get-yapic/{avatar}/islands-200"} if avatar else profile


@historic_bug(
    "BUG-117",
    "An error response is encoded as a picture",
    Example(
        {"id": "0000000000011742", "displayName": "No Picture", "mail": "mia@corp.example"}, {"name": "No Picture"}
    ),
    provider="windowslive",
    rule="N5",
    source="https://github.com/nextauthjs/next-auth/commit/4824f8c02ad1b0799f4c15eea9c86e93fc5c72fc",
)
def encode_error_as_picture(provider: str, raw: Raw) -> ProfileDict:
    """Encode the 404 response about a user without a picture."""
    body = base64.b64encode(b'{"error": {"code": "ImageNotFound"}}').decode()
    return {**normalize_correctly(provider, raw), "picture": f"data:image/jpeg;base64,{body}"}


@historic_bug(
    "BUG-119",
    "The picture is read only from the ID token",
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
def read_picture_from_id_token_only(provider: str, raw: Raw) -> ProfileDict:
    """Ignore the picture in userinfo, although the ID token often lacks it."""
    profile = normalize_correctly(provider, raw)
    return profile if "iss" in raw else {**profile, "picture": gravatar(profile.get("email"))}
