"""Every recording gives the expected result: a normalized profile, an introspection, or an error."""

from __future__ import annotations

from datetime import datetime

import pytest

from idp_checks import ProfileError, providers, recordings
from idp_checks.issuers.world import World
from idp_checks.profiles.profile import STANDARD
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.signed import SignedToken

PROFILES = [item for name in providers.names_with_recordings() for item in recordings.load_profiles(name)]
DEBUG = [item for name in providers.names_with_recordings() for item in recordings.load_debug(name)]


def recording_id(recording):
    """Return provider and case as the test id."""
    return f"{recording.provider}-{recording.case}"


@pytest.mark.parametrize("recording", PROFILES, ids=recording_id)
def test_profile_recording_gives_its_expected_result(recording):
    """The standard properties equal the recorded ones, or the error has the recorded path."""
    if isinstance(recording.error, str):
        with pytest.raises(ProfileError) as caught:
            providers.normalize(recording.provider, recording.text, also=recording.also)
        assert caught.value.path == recording.error
        return
    profile = providers.normalize(recording.provider, recording.text, also=recording.also).to_dict()
    assert {name: profile[name] for name in STANDARD if name in profile} == recording.normalized


@pytest.mark.parametrize("recording", DEBUG, ids=recording_id)
def test_debug_recording_gives_its_expected_introspection(recording):
    """The recorded response, at its recorded time, gives the recorded introspection."""
    at = datetime.fromisoformat(recording.introspection["asked_at"])
    introspection = World(lambda: at, names=(recording.provider,)).ask(recording.provider, recording.case).to_dict()
    for name in ("good", "provider", "method", "detail", "unproven", "exchanges"):
        introspection.pop(name, None)
    expected = dict(recording.introspection)
    expected.setdefault("active", None)
    assert introspection == expected


@pytest.mark.parametrize("recording", DEBUG, ids=recording_id)
def test_endpoint_builds_the_recorded_request(recording):
    """Method, URL and the placement of token and credentials equal the recording."""
    endpoint = providers.get(recording.provider).debug
    if isinstance(endpoint, SignedToken) and endpoint.opaque is not None:
        token = World(names=(recording.provider,)).token(recording.provider, recording.case)
        endpoint = endpoint.opaque if endpoint.is_unsigned(token) else endpoint
    assert recording.exchange.request == endpoint.describe_request()


@pytest.mark.parametrize("name", providers.names_with_recordings())
def test_provider_has_the_required_recordings(name):
    """Each provider has a full and a minimal profile, and an active and an inactive token at its debug endpoint."""
    assert {"full", "minimal"} <= {recording.case for recording in recordings.load_profiles(name)}
    endpoint = providers.get(name).debug
    if isinstance(endpoint, HttpEndpoint | SignedToken):
        states = {recording.introspection.get("active") for recording in recordings.load_debug(name)}
        assert {True, False} <= states
