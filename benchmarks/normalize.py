"""Measure how fast profiles are normalized, as ratios over all recorded full profiles.

The input is compact JSON in bytes, as providers send it.

- compared with ``json.loads`` of the same bytes: at most 1.0 times its duration;
- compared with social-auth-core (``json.loads`` and a backend's ``get_user_details``): at least 2 times as fast, over
  the providers whose current response has a backend there.

    pip install social-auth-core && python benchmarks/normalize.py
"""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from idp_checks import ProfileError, normalize, providers, recordings

BACKENDS = {
    "amazon": "amazon.AmazonOAuth2",
    "apple": "apple.AppleIdAuth",
    "discord": "discord.DiscordOAuth2",
    "facebook": "facebook.FacebookOAuth2",
    "github": "github.GithubOAuth2",
    "gitlab": "gitlab.GitLabOAuth2",
    "google-oauth2": "google.GoogleOAuth2",
    "line": "line.LineOAuth2",
    "linkedin": "linkedin.LinkedinOpenIdConnect",
    "oidc": "open_id_connect.OpenIdConnectAuth",
    "twitch": "twitch.TwitchOAuth2",
    "twitter": "twitter_oauth2.TwitterOAuth2",
    "waad": "azuread_tenant.AzureADTenantOAuth2",
    "windowslive": "microsoft.MicrosoftOAuth2",
}
UNWRAP: dict[str, Callable[[Any], Any]] = {
    "twitch": lambda response: response["data"][0],
    "twitter": lambda response: response["data"],
}
"""The part of a response that social-auth-core's ``user_data`` passes to ``get_user_details``."""
MAX_JSON_RATIO, MIN_SPEEDUP = 1.0, 2.0
ROUNDS, REPEATS = 2000, 7


class Row(NamedTuple):
    """The seconds of one profile; ``social_auth`` is None without a backend."""

    provider: str
    size: int
    normalize: float
    parse: float
    social_auth: float | None


def make_backend(path: str):
    from social_core.storage import BaseStorage
    from social_core.strategy import BaseStrategy

    class Strategy(BaseStrategy):
        def get_setting(self, name):
            raise KeyError(name)

        def get_request_data(self, merge=True):
            return {}

        def absolute_uri(self, path=None):
            return f"https://app.example.com{path or ''}"

    module, _, name = path.partition(".")
    return getattr(import_module(f"social_core.backends.{module}"), name)(Strategy(storage=BaseStorage))


def to_compact_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def required_responses(recording) -> dict[str, bytes]:
    """Return the additional responses without which the profile is incomplete; they are parsed with it."""
    try:
        normalize(recording.provider, recording.text)
    except ProfileError:
        return {name: to_compact_bytes(response) for name, response in recording.also.items()}
    return {}


def seconds(function: Callable[[], object]) -> float:
    return min(timeit.repeat(function, number=ROUNDS, repeat=REPEATS)) / ROUNDS


def measure(name: str, recording) -> Row:
    raw = to_compact_bytes(json.loads(recording.text))
    also = required_responses(recording)
    documents = (raw, *also.values())
    social_auth = None
    if name in BACKENDS:
        read_details = make_backend(BACKENDS[name]).get_user_details
        unwrap = UNWRAP.get(name, lambda response: response)
        social_auth = seconds(lambda: read_details(unwrap(json.loads(raw))))
    return Row(
        name,
        sum(map(len, documents)),
        seconds(lambda: normalize(name, raw, also=also)),
        seconds(lambda: [json.loads(document) for document in documents]),
        social_auth,
    )


def main() -> int:
    rows = [
        measure(name, recording)
        for name in providers.names()
        for recording in recordings.load_profiles(name)
        if recording.case == "full"
    ]
    print(f"{'provider':16}{'bytes':>7}{'normalize us':>14}{'json us':>10}{'ratio':>7}{'social us':>11}{'speedup':>9}")
    for row in rows:
        times = f"{row.normalize * 1e6:14.2f}{row.parse * 1e6:10.2f}{row.normalize / row.parse:7.2f}"
        comparison = f"{row.social_auth * 1e6:11.2f}{row.social_auth / row.normalize:8.2f}x" if row.social_auth else ""
        print(f"{row.provider:16}{row.size:7}{times}{comparison}")
    json_ratio = sum(row.normalize for row in rows) / sum(row.parse for row in rows)
    compared = [row for row in rows if row.social_auth]
    speedup = sum(row.social_auth or 0.0 for row in compared) / sum(row.normalize for row in compared)
    checks = (
        ("duration compared with json.loads", json_ratio, f"at most {MAX_JSON_RATIO}", json_ratio <= MAX_JSON_RATIO),
        ("speed compared with social-auth-core", speedup, f"at least {MIN_SPEEDUP}", speedup >= MIN_SPEEDUP),
    )
    print()
    for label, figure, bar, holds in checks:
        print(f"{label:40}{figure:6.2f} x   bar: {bar}, {'holds' if holds else 'MISSED'}")
    return 0 if all(holds for *_, holds in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
