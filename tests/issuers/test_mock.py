"""The simulated issuers at the providers' own hosts."""

from __future__ import annotations

import httpx
import pytest
import respx
from support.simulated_issuers import NAMES, WORLD

from idp_checks import introspect_sync, normalize
from idp_checks.issuers.cases import CLIENT_SECRET, SLOW
from idp_checks.issuers.mock import router


@pytest.fixture(scope="module")
def mocked():
    """One router for all tests, which takes long to build; entering it starts it."""
    return router(WORLD)


@pytest.mark.parametrize("name", NAMES)
def test_router_answers_at_the_documented_hosts(mocked, name):
    """Without ``issuer_url`` the request goes to the documented host, and the router responds."""
    issuer = WORLD.issuer(name)
    hosts = {httpx.URL(route.url).host for route in issuer.routes}
    with mocked:
        result = introspect_sync(
            name,
            issuer.token("valid"),
            client_id=issuer.client_id,
            client_secret=CLIENT_SECRET,
            credentials=issuer.credentials,
        )
        assert result.active is True
        assert mocked.calls.call_count >= 1
        assert {call.request.url.host for call in mocked.calls} <= hosts
    assert result.exchanges


def test_router_refuses_undocumented_urls(mocked):
    """A request to an undocumented URL fails the test instead of reaching the network."""
    with mocked, pytest.raises(respx.models.AllMockedAssertionError):
        introspect_sync("google-oauth2", "ya29.whatever", issuer_url="https://elsewhere.example.com")
    with mocked, pytest.raises(respx.models.AllMockedAssertionError):
        httpx.get("https://api.github.com/not-simulated")
    with mocked, pytest.raises(respx.models.AllMockedAssertionError):
        httpx.delete("https://oauth2.googleapis.com/tokeninfo")


def test_router_simulates_trouble(mocked):
    """A slow issuer, and an issuer that is down for every request, are simulated at the documented hosts too."""
    with router(WORLD, cases={"google-oauth2": "down"}):
        result = introspect_sync("google-oauth2", WORLD.token("google-oauth2", "valid"))
        assert (result.active, result.reason) == (None, "issuer_error")
    with mocked:
        result = introspect_sync("google-oauth2", WORLD.token("google-oauth2", SLOW))
        assert (result.active, result.reason) == (None, "network")
        headers = {"Authorization": f"Bearer {WORLD.token('github', 'valid')}"}
        user = httpx.get("https://api.github.com/user", headers=headers)
    assert normalize("github", user.content).user_id == "github|90000042"
