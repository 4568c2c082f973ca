"""Tests of the judge of pictures."""

from __future__ import annotations

import pytest

from idp_checks.selftest.historic_profiles import normalize_correctly

HASH = "0123456789abcdef0123456789abcdef"
CDN = "https://cdn.discordapp.com"
DISCORD = {"id": "900000000000000042", "username": "mia", "discriminator": "0", "avatar": HASH}
DEFAULT_AVATAR = (int(DISCORD["id"]) >> 22) % 6


def test_picture_may_be_any_picture_that_the_provider_sends(judge_profile):
    """Another size that the provider sends is accepted; a URL from a field that is not a picture is not."""
    raw = {
        "sub": "U1",
        "ok": True,
        "picture": "https://img.example.com/512.png",
        "https://slack.com/user_image_192": "https://img.example.com/192.png",
        "site": "https://example.com/x.png",
    }
    profile = normalize_correctly("slack", raw)
    assert not judge_profile("N5", {**profile, "picture": "https://img.example.com/192.png"}, raw, "slack")
    assert judge_profile("N5", {**profile, "picture": "https://example.com/x.png"}, raw, "slack")


@pytest.mark.parametrize(
    ("raw", "picture", "provider"),
    [
        (DISCORD, f"{CDN}/avatars/{DISCORD['id']}/{HASH}.webp?size=128", "discord"),
        (DISCORD, f"{CDN}/avatars/{DISCORD['id']}/{HASH}", "discord"),
        ({**DISCORD, "avatar": f"a_{HASH}"}, f"{CDN}/avatars/{DISCORD['id']}/a_{HASH}.png?size=64", "discord"),
        (
            {"id": "42", "login": "mia", "default_avatar_id": "0/0-42"},
            "https://avatars.yandex.net/get-yapic/0/0-42/islands-75",
            "yandex",
        ),
        ({**DISCORD, "avatar": None}, f"{CDN}/embed/avatars/{DEFAULT_AVATAR}.webp", "discord"),
    ],
)
def test_built_picture_may_have_another_size_or_format(judge_profile, raw, picture, provider):
    """A URL that is built from a hash may have any size and format."""
    assert not judge_profile("N5", {**normalize_correctly(provider, raw), "picture": picture}, raw, provider)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (DISCORD, f"avatars/{DISCORD['id']}/{HASH}.gif"),
        (DISCORD, f"avatars/{DISCORD['id']}/{HASH}0.png"),
        (DISCORD, f"avatars/{DISCORD['id']}/{HASH[::-1]}.png"),
        (DISCORD, f"avatars/900000000000000043/{HASH}.png"),
        (DISCORD, "embed/avatars/0.png"),
        ({**DISCORD, "avatar": None}, f"avatars/{DISCORD['id']}/None.png"),
        ({**DISCORD, "avatar": None}, f"embed/avatars/{DEFAULT_AVATAR + 1}.png"),
        ({**DISCORD, "avatar": None}, f"embed/avatars/{DEFAULT_AVATAR}/x.png"),
    ],
)
def test_built_picture_must_show_the_same_image(judge_profile, raw, path):
    """Another hash, account or default picture is rejected; so is a GIF of a picture that is not animated."""
    assert judge_profile("N5", {**normalize_correctly("discord", raw), "picture": f"{CDN}/{path}"}, raw, "discord")
