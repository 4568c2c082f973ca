"""Tests of the redacted record of an exchange."""

from __future__ import annotations

import asyncio

from support.fake_server import CLIENT, GOOD, LATER, SECRET, TOKEN, http_response, introspect_at, serve

from idp_checks import Question, Secret
from idp_checks.live.asker import Asker
from idp_checks.secret import Redactor


def test_record_names_secrets_by_fingerprint():
    """The record contains request and response; a token has the same fingerprint within a run."""

    async def ask(server):
        async with Asker(redactor=Redactor(b"k" * 32)) as asker:
            question = Question(
                provider="oauth2", token=TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=server.url
            )
            return await asker.ask(question), asker

    with serve(http_response({**GOOD, "email": "mia.chen@example.com"})) as server:
        result, asker = asyncio.run(ask(server))
    assert result.exchange.request["form"]["token"] == f"[{Secret(TOKEN).fingerprint(b'k' * 32)}]"
    assert result.exchange.request["basic"] == [CLIENT, f"[{Secret(SECRET).fingerprint(b'k' * 32)}]"]
    response = result.exchange.response
    assert response["status"] == 200
    assert (response["json"]["active"], response["json"]["client_id"], response["json"]["exp"]) == (True, CLIENT, LATER)
    assert "mia.chen" not in repr(response)
    assert asker.redactor.contains_secret(f"x {TOKEN} y"), "an audit searches its evidence with the asker's redactor"


def test_long_response_is_recorded_by_its_length():
    """A response of more than 64 KiB is read but not recorded."""
    for size, field in ((60_000, "json"), (70_000, "body_bytes")):
        with serve(http_response({**GOOD, "further": "x" * size})) as server:
            result = introspect_at(server)
        assert result.good
        assert set(result.exchange.response) == {"status", "headers", field}
    assert result.exchange.response["body_bytes"] > 70_000


def test_deeply_nested_response_is_recorded_by_its_length():
    """It still counts as a response."""
    with serve(http_response(b'{"active": false, "further": ' + b"[" * 800 + b"]" * 800 + b"}")) as server:
        result = introspect_at(server)
    assert (result.active, result.reason) == (False, "denied")
    assert set(result.exchange.response) == {"status", "headers", "body_bytes"}
