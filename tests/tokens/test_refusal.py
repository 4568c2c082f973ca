"""Tests of documented refusals."""

from __future__ import annotations

import pytest

from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.wire import Response


def make_response(status=200, **headers):
    """Make a response without a body; underscores in header names become hyphens."""
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("pattern", "body", "matches"),
    [
        (None, None, True),
        (None, "<html></html>", True),
        ({}, {"error": "x"}, True),
        ({}, [], False),
        ({"error": "a"}, {"error": "a", "more": 1}, True),
        ({"error": "a"}, {"error": "b"}, False),
        ({"error": "a"}, {"more": 1}, False),
        ({"error": "a", "code": 1}, {"error": "a"}, False),
        ({"error": "a", "code": 1}, {"error": "a", "code": 2}, False),
        ({"error": "a", "code": 1}, {"error": "b", "code": 1}, False),
        ({"error": "a"}, "a", False),
        ({"error": "a"}, [{"error": "a"}], False),
        ({"error": {"code": 190}}, {"error": {"code": 190, "type": "x"}}, True),
        ({"error": {"code": 190}}, {"error": {"code": 191}}, False),
        ({"error": {"code": 190}}, {"error": 190}, False),
        ({"code": 1}, {"code": True}, False),
        ({"code": 1}, {"code": 1.0}, False),
        ({"code": True}, {"code": 1}, False),
        ({"code": 0}, {"code": False}, False),
        ({"code": False}, {"code": False}, True),
        ({"code": "1"}, {"code": 1}, False),
        ({"code": 1.5}, {"code": 1.5}, True),
        ({"code": 1.5}, {"code": 2.5}, False),
        ({"code": 1.0}, {"code": 1}, False),
        ({"code": None}, {"code": None}, True),
        ({"code": None}, {"code": 0}, False),
        ({"code": None}, {}, False),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 89, "message": "m"}]}, True),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 90}]}, False),
        ({"errors": [{"code": 89}]}, {"errors": []}, False),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 89}, {"code": 89}]}, False),
        ({"errors": [1, 2]}, {"errors": [1, 3]}, False),
        ({"errors": [1, 2]}, {"errors": [3, 2]}, False),
        ({"errors": [1]}, {"errors": {"0": 1}}, False),
        ({"errors": ["a"]}, {"errors": "a"}, False),
        ({"code": frozenset({1, 2})}, {"code": 2}, True),
        ({"code": frozenset({1, 2})}, {"code": 3}, False),
        ({"code": frozenset({1, 2})}, {"code": True}, False),
        ({"code": frozenset()}, {"code": 1}, False),
        (frozenset({"gone", "dead"}), "dead", True),
        (frozenset({"gone", "dead"}), "alive", False),
    ],
)
def test_refusal_matches_body_field_by_field(pattern, body, matches):
    """Every field of the pattern must be present, of the same type and equal; other fields are ignored."""
    assert Refusal(None, "denied", pattern).matches(make_response(), body) is matches


@pytest.mark.parametrize(
    ("status", "actual_status", "matches"),
    [
        (None, 500, True),
        (400, 400, True),
        (400, 401, False),
        (frozenset({400, 401}), 401, True),
        (frozenset({400, 401}), 403, False),
    ],
)
def test_refusal_matches_status(status, actual_status, matches):
    """The status is one, one of several, or any; the same body with another status does not match."""
    refusal = Refusal(status, "denied", {"error": "a"})
    assert refusal.matches(make_response(actual_status), {"error": "a"}) is matches
    assert not refusal.matches(make_response(actual_status), {"error": "b"})


@pytest.mark.parametrize(
    ("headers", "matches"),
    [
        ({"www_authenticate": 'Bearer error="invalid_token"'}, True),
        ({"www_authenticate": "Bearer"}, False),
        ({"x_error": "invalid_token"}, False),
        ({}, False),
    ],
)
def test_refusal_matches_header(headers, matches):
    """The header must contain the string, its name is compared without case, and the body must match too."""
    refusal = Refusal(401, "denied", header=("WWW-Authenticate", "invalid_token"))
    assert refusal.matches(make_response(401, **headers), None) is matches
    assert not refusal.matches(make_response(403, **headers), None)
    combined = Refusal(401, "denied", {"error": "a"}, header=("www-authenticate", "invalid_token"))
    assert combined.matches(make_response(401, **headers), {"error": "a"}) is matches
    assert not combined.matches(make_response(401, **headers), {"error": "b"})


@pytest.mark.parametrize(
    ("reason", "active"),
    [
        ("denied", False),
        ("expired", False),
        ("revoked", False),
        ("malformed", False),
        ("unknown_token", False),
        ("rate_limited", None),
        ("caller_rejected", None),
        ("not_permitted", None),
        ("issuer_error", None),
    ],
)
def test_refusal_reason_decides_active(reason, active):
    """Only a decided reason denies a token; ``detail`` and ``bare`` are copied to the reading."""
    assert Refusal(400, reason).to_reading() == Reading(active=active, reason=reason)
    assert Refusal(400, reason, bare=True, detail="explained").to_reading() == Reading(
        active=active, reason=reason, bare=True, detail="explained"
    )
