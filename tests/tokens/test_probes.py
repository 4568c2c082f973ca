"""Tests of profile calls used as probes."""

from __future__ import annotations

from datetime import UTC, datetime

from idp_checks.secret import Secret
from idp_checks.tokens.probes import UserInfoResponse, userinfo_endpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import read_body
from idp_checks.tokens.wire import Request, Response

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
ISSUER = "https://op.example.com"
DOCS = "https://op.example.com/docs"


def make_question(**options):
    """Make a question kind an opaque token."""
    return Question(provider="oauth2", token=Secret("opaque-token"), asked_at=AT, **options)


def test_userinfo_response_proves_the_account():
    """OpenID Connect Core 1.0, section 5.3.2: the response names the account, and no client."""
    reading = read_body(UserInfoResponse, {"sub": "42", "client_id": "x"}, make_question())
    assert reading == Reading(active=True, reason="ok", subject="42")


def test_userinfo_endpoint_sends_only_the_token(in_words):
    """OpenID Connect Core 1.0, section 5.3: the token is a bearer token, and a refusal needs its documented status."""
    endpoint = userinfo_endpoint(f"{ISSUER}/userinfo")
    assert endpoint.build_request(make_question()) == Request(
        method="GET",
        url=f"{ISSUER}/userinfo",
        headers={"Accept": "application/json", "Authorization": Secret("Bearer opaque-token")},
    )
    assert (endpoint.kind, endpoint.proves, endpoint.missing_credentials(make_question())) == (
        "userinfo-probe",
        {"subject"},
        (),
    )
    assert endpoint.source == "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError"
    assert userinfo_endpoint(f"{ISSUER}/userinfo", DOCS).source == DOCS
    missing = endpoint.read(Response(403, {"www-authenticate": 'Bearer error="insufficient_scope"'}), make_question())
    assert missing.reason == "not_permitted"
    assert in_words(missing.detail)
    for status in (200, 400, 500):
        for error in ("invalid_token", "insufficient_scope"):
            reading = endpoint.read(Response(status, {"www-authenticate": f'Bearer error="{error}"'}), make_question())
            assert reading.active is None, "the status is part of the refusal"
            assert reading.reason != "not_permitted"
