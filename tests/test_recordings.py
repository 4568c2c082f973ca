"""Every recording means what it says: each profile normalises to what is recorded beside it, each answer is read so."""

from __future__ import annotations

from datetime import datetime

import pytest

from idp_checks import ProfileError, providers, recordings
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.issuers.world import World
from idp_checks.profiles.profile import STANDARD
from idp_checks.tokens.signed import SignedToken

PROFILES = [each for name in providers.own() for each in recordings.profiles(name)]
DEBUG = [each for name in providers.own() for each in recordings.debug(name)]


def _id(recording):
    return f"{recording.provider}-{recording.case}"


@pytest.mark.parametrize("recording", PROFILES, ids=_id)
def test_a_profile_normalises_to_what_is_recorded(recording):
    """The standard properties are exactly those recorded, or the error names the recorded path."""
    if isinstance(recording.error, str):
        with pytest.raises(ProfileError) as caught:
            providers.normalize(recording.provider, recording.text, also=recording.also)
        assert caught.value.path == recording.error
        return
    shape = providers.normalize(recording.provider, recording.text, also=recording.also).to_dict()
    assert {name: shape[name] for name in STANDARD if name in shape} == recording.normalized


@pytest.mark.parametrize("recording", DEBUG, ids=_id)
def test_an_answer_is_read_as_recorded(recording):
    """The recorded answer, at its recorded time, gives the recorded introspection."""
    at = datetime.fromisoformat(recording.introspection["asked_at"])
    read = World(lambda: at).ask(recording.provider, recording.case).to_dict()
    for name in ("good", "provider", "method", "detail", "unproven", "exchanges"):
        read.pop(name, None)
    expected = dict(recording.introspection)
    expected.setdefault("active", None)
    assert read == expected


@pytest.mark.parametrize("recording", DEBUG, ids=_id)
def test_the_recorded_request_is_the_one_that_is_built(recording):
    """Method, address and the places of token and credentials are as recorded."""
    endpoint = providers.get(recording.provider).debug
    if isinstance(endpoint, SignedToken) and endpoint.opaque is not None:
        token = World(names=(recording.provider,)).token(recording.provider, recording.case)
        endpoint = endpoint.opaque if endpoint.unsigned(token) else endpoint
    built = endpoint.described()
    assert recording.exchange.request == built


@pytest.mark.parametrize("name", providers.own())
def test_a_provider_has_its_cases(name):
    """Each provider has a full and a minimal profile, and a good answer and a refusal of its debug endpoint."""
    assert {"full", "minimal"} <= {each.case for each in recordings.profiles(name)}
    endpoint = providers.get(name).debug
    if isinstance(endpoint, HttpEndpoint | SignedToken):
        said = {each.introspection.get("active") for each in recordings.debug(name)}
        assert {True, False} <= said
