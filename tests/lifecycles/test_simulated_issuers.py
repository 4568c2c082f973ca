"""Lifecycles at the simulated issuers."""

from __future__ import annotations

import pytest

from idp_checks import lifecycle_sync
from idp_checks.issuers.cases import LINGERING, UNDYING
from idp_checks.issuers.server import serve
from idp_checks.issuers.world import World
from tests.lifecycles.openid_issuer import get_step, get_verdict


@pytest.fixture
def server():
    """Serve the simulated issuers to one test, because revoked tokens stay revoked."""
    with serve(world=World(names=("google-oauth2", "github", "oidc", "tiktok"))) as running:
        yield running


def run_simulated(server, provider, case="valid", **arguments):
    """Run a lifecycle with a sample token of a simulated issuer."""
    issuer = server.world.issuer(provider)
    return lifecycle_sync(
        provider,
        issuer.token(case),
        **{
            "refresh_token": server.refresh_token,
            "client_id": issuer.client_id,
            "client_secret": server.client_secret,
            "issuer_url": server.url(provider),
            "credentials": issuer.loopback_credentials,
            "patience": 0.3,
            "every": 0.05,
            **arguments,
        },
    )


@pytest.mark.parametrize("provider", ["google-oauth2", "github", "oidc"])
def test_simulated_token_completes_its_lifecycle(server, provider):
    """Every step works at issuers of three kinds, and the token is inactive afterwards."""
    result = run_simulated(server, provider, renew=True, revoke=True)
    assert {finding.check: finding.verdict.value for finding in result.findings} == {
        "IDP-LIF-001": "pass",
        "IDP-LIF-002": "pass",
        "IDP-LIF-004": "pass",
    }
    assert run_simulated(server, provider).steps[0].outcome == "not_good"


@pytest.mark.slow
def test_simulated_token_that_lingers_passes_only_with_patience(server):
    """A revoked token that works for two more seconds fails with a short patience and passes with a long one."""
    assert get_verdict(run_simulated(server, "github", LINGERING, revoke=True)) == ("fail", None)
    assert get_verdict(run_simulated(server, "github", LINGERING, revoke=True, patience=20.0)) == ("pass", None)


def test_simulated_token_that_survives_its_revocation_fails(server):
    """An issuer that accepts the revocation and keeps the token active fails."""
    assert get_verdict(run_simulated(server, "github", UNDYING, revoke=True)) == ("fail", None)


def test_use_accepts_an_error_object_with_code_ok(server):
    """TikTok's success responses contain an error object whose code is ``ok``."""
    assert get_step(run_simulated(server, "tiktok"), "use").outcome == "worked"


def test_rotated_refresh_token_works_once(server):
    """A replaced refresh token is refused, and the new one is accepted."""
    first = run_simulated(server, "google-oauth2", renew=True)
    second = run_simulated(server, "google-oauth2", renew=True)
    assert [get_step(result, "renew").outcome for result in (first, second)] == ["renewed", "refused"]
    assert get_verdict(second, "IDP-LIF-004") == ("fail", None)
    refresh_token = first.renewed.refresh_token
    third = run_simulated(server, "google-oauth2", renew=True, refresh_token=refresh_token)
    assert get_step(third, "renew").outcome == "renewed"
