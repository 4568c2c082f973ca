"""Generated introspection responses are varied, and every endpoint reads all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.steps import play, run_steps

from idp_checks import Secret, providers, strategies
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading

NAMES = [name for name in providers.names_with_recordings() if providers.get(name).debug is not None]
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=20)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_endpoint_reads_every_response(name):
    """Every generated response gives a reading, and only a successful status makes a token active."""
    endpoint = providers.get(name).debug
    asked_at = datetime(2026, 11, 24, tzinfo=UTC)
    is_signed = endpoint.kind == "signed-token"
    question = Question(
        provider=name,
        token=Secret("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiI0MiJ9.c2ln" if is_signed else "sample-token-0042"),
        asked_at=asked_at,
        client_id="sample",
        client_secret=Secret("sample"),
        credentials={
            credential: "https://op.example.com" if credential in ("issuer", "introspection_endpoint") else "sample"
            for credential in endpoint.required_credentials
        },
    )

    @FIXED
    @given(st.lists(strategies.introspection_responses(name), min_size=4, max_size=4))
    def check(responses):
        reading, requests = run_steps(endpoint.steps(question), play(*responses))
        assert isinstance(reading, Reading)
        introspection = conclude(name, reading, method=endpoint.kind, asked_at=asked_at)
        if introspection.active is True:
            assert {response.status for response in responses[: len(requests)]} <= {200, 201, 204}

    check()


@pytest.mark.slow
def test_responses_are_of_all_kinds(draw):
    """Good responses, server errors, HTML pages, truncated bodies and invalid UTF-8 are generated."""
    responses = draw(strategies.introspection_responses("github"), 400)
    bodies = [response.body for response in responses]
    assert any(b'"app"' in response.body and response.status == 200 for response in responses)
    assert any(response.status >= 500 for response in responses)
    assert any(body.startswith(b"<html>") for body in bodies)
    assert any(body.startswith(b"{") and not body.endswith(b"}") for body in bodies)
    assert any(b"\xff" in body for body in bodies)
