"""The hostile issuer and its thief."""

from __future__ import annotations

import httpx
import pytest
from support.simulated_issuers import WORLD

from idp_checks.issuers.hostile import HostileIssuer


def test_thief_receives_the_token_of_a_client_that_follows_redirects():
    """A client that follows a redirect sends the token to the thief, who says that it is good."""
    with HostileIssuer("google-oauth2", world=WORLD) as issuer:
        url, token = f"{issuer.url('redirect-302')}/tokeninfo", issuer.token("redirect-302")
        followed = httpx.get(url, params={"access_token": token}, follow_redirects=True)
        stayed = httpx.get(url, params={"access_token": token})
        assert issuer.thief.connection_count == 1
        assert issuer.requested_behaviors == ["redirect-302", "redirect-302"]
    assert token in issuer.thief.stolen_requests[0].reveal()
    assert token not in repr(issuer.thief.stolen_requests)
    assert followed.json()["sub"] == issuer.subject
    assert stayed.status_code == 302


def test_unknown_behavior_is_an_error():
    """A misspelled behavior raises an error instead of returning the good response."""
    with HostileIssuer("github", world=WORLD) as issuer, pytest.raises(LookupError, match="gzip-bom"):
        issuer.url("gzip-bom")
