"""Reading the responses to renewals."""

from __future__ import annotations

import json

import pytest

from idp_checks.lifecycles.responses import read_renewed
from idp_checks.secret import Secret
from idp_checks.tokens.wire import Response


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"access_token": "a", "refresh_token": "r", "expires_in": "60"}, ("a", "r", True, 60)),
        ({"data": {"access_token": "a"}}, ("a", "current", False, None)),
        ({"data": [{"authed_user": {"access_token": "a", "refresh_token": "current"}}]}, ("a", "current", False, None)),
        ({"access_token": "a", "expires_in": True, "inner": {"access_token": "b"}}, ("a", "current", False, None)),
        ({"access_token": 7}, None),
        ({"access_token": "  "}, None),
        ([], None),
    ],
)
def test_read_renewed_finds_tokens_at_any_depth(body, expected):
    """The token at the least depth is read; a value that is not a string is ignored."""
    renewed = read_renewed(Response(200, {}, json.dumps(body).encode()), Secret("current"))
    values = renewed and (
        renewed.access_token.reveal(),
        renewed.refresh_token.reveal(),
        renewed.rotated,
        renewed.expires_in,
    )
    assert values == expected


def test_read_renewed_accepts_form_encoded_responses():
    """Some issuers respond with a form-encoded body; an error response contains no tokens."""
    renewed = read_renewed(Response(200, {}, b"access_token=a%2Bb&refresh_token=c"), None)
    assert (renewed.access_token.reveal(), renewed.refresh_token.reveal()) == ("a+b", "c")
    assert read_renewed(Response(400, {}, b"access_token=a"), None) is None
