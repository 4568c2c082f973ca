"""Tests of the judges of all properties."""

from __future__ import annotations

import pytest

from idp_checks.selftest.historic_profiles import normalize_correctly

DISCORD = {"id": "900000000000000042", "username": "mia", "discriminator": "0", "avatar": "0" * 32}


@pytest.mark.parametrize("path", ["None.png", "null/a.png", "a.png?hash=undefined", "nan"])
def test_null_word_in_a_picture_url_is_rejected(judge_profile, path):
    """A URL built from a missing hash contains a null word; the word is accepted if the provider sends it."""
    profile = {**normalize_correctly("discord", DISCORD), "picture": f"https://cdn.discordapp.com/avatars/42/{path}"}
    objections = judge_profile("N9", profile, DISCORD, "discord")
    assert any("which the provider did not send" in objection for objection in objections)
    word = path.partition(".")[0].partition("/")[0] if "=" not in path else "undefined"
    assert not judge_profile("N9", profile, {**DISCORD, "flair": word}, "discord")
