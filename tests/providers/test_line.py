"""LINE states the account only in the profile call, which is made only if an account is expected."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.steps import play, run_steps

from idp_checks import providers
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
ACCOUNT = "U0123456789abcdef0123456789abcdef"
GOOD = Response(200, {}, b'{"scope": "profile", "client_id": "2000000042", "expires_in": 60}')


def ask(*responses, subject=ACCOUNT):
    """Return the reason of the introspection, and the number of requests."""
    endpoint = providers.get("line").debug
    question = Question(provider="line", token=Secret("sample"), asked_at=AT, subject=subject)
    reading, requests = run_steps(endpoint.steps(question), play(*responses))
    result = conclude("line", reading, method=endpoint.kind, asked_at=AT, subject=subject)
    return result.reason, len(requests)


@pytest.mark.parametrize(
    ("subject", "reason"), [(ACCOUNT, "ok"), ("Ufedcba9876543210fedcba9876543210", "wrong_subject")]
)
def test_line_account_is_compared(subject, reason):
    """The account of the profile call confirms or contradicts the expected account."""
    assert World(lambda: AT, names=("line",)).ask("line", "valid", subject=subject).reason == reason


def test_line_profile_is_not_requested_without_an_expected_account():
    """Without an expected account there is one request."""
    assert ask(GOOD, subject=None) == ("ok", 1)


@pytest.mark.parametrize(
    "profile",
    [
        Response(401, {}, b'{"message": "sample"}'),
        Response(403, {}, b'{"message": "sample"}'),
        Response(200, {}, b'{"userId": null}'),
        Response(200, {}, b"<html>"),
        Unreachable("network", "sample"),
    ],
)
def test_line_profile_without_an_account_is_undecided(profile):
    """A profile response without an account confirms nothing."""
    assert ask(GOOD, profile) == ("not_stated", 2)
