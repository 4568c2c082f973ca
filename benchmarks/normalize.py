"""How fast profiles are normalised, as ratios taken in one run over all recorded full profiles.

- against ``json.loads`` of the same bytes alone: at most 1.0;
- against social-auth-core's way (``json.loads`` and a backend's ``get_user_details``): at least 3 times faster, over
  the providers whose current answer it has a backend for.

    pip install social-auth-core && python benchmarks/normalize.py
"""

from __future__ import annotations

import json
import sys
import timeit
from importlib import import_module

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
INSIDE = {"twitch": lambda answer: answer["data"][0], "twitter": lambda answer: answer["data"]}
"""What social-auth-core's ``user_data`` takes out of an answer before it reads the details."""
ROUNDS, REPEATS = 2000, 7


def backend(path: str):
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


def needed(recording) -> dict[str, bytes]:
    """The further answers without which the profile is none: they are parsed and read with it."""
    try:
        normalize(recording.provider, recording.text)
    except ProfileError:
        return {name: json.dumps(answer).encode() for name, answer in recording.also.items()}
    return {}


def seconds(work) -> float:
    return min(timeit.repeat(work, number=ROUNDS, repeat=REPEATS)) / ROUNDS


def main() -> int:
    rows = []
    for name in providers.names():
        for recording in recordings.load_profiles(name):
            if recording.case != "full":
                continue
            raw = recording.text.encode()
            also = needed(recording)
            ours = seconds(lambda raw=raw, name=name, also=also: normalize(name, raw, also=also))
            texts = (raw, *also.values())
            parsing = seconds(lambda texts=texts: [json.loads(text) for text in texts])
            theirs = None
            if name in BACKENDS:
                details = backend(BACKENDS[name]).get_user_details
                inside = INSIDE.get(name)
                theirs = seconds(
                    (lambda raw=raw, details=details, inside=inside: details(inside(json.loads(raw))))
                    if inside
                    else (lambda raw=raw, details=details: details(json.loads(raw)))
                )
            rows.append((name, len(raw), ours, parsing, theirs))

    print(f"{'provider':16}{'bytes':>7}{'ours us':>10}{'json us':>10}{'social-core us':>16}{'/ json':>9}{'faster':>9}")
    for name, size, ours, parsing, theirs in rows:
        other = f"{theirs * 1e6:16.2f}" if theirs else " " * 16
        faster = f"{theirs / ours:8.2f}x" if theirs else ""
        print(f"{name:16}{size:7}{ours * 1e6:10.2f}{parsing * 1e6:10.2f}{other}{ours / parsing:9.2f}{faster:>9}")
    against_json = sum(row[2] for row in rows) / sum(row[3] for row in rows)
    shared = [row for row in rows if row[4]]
    against_social = sum(row[4] for row in shared) / sum(row[2] for row in shared)
    print(f"\nall full recordings: {against_json:.2f} x json.loads (at most 1.0)")
    print(f"shared providers: {against_social:.2f} x faster than social-auth-core (at least 3)")
    return 0 if against_json <= 1.0 and against_social >= 3.0 else 1


if __name__ == "__main__":
    sys.exit(main())
