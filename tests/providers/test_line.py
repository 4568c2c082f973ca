"""LINE's account stands in the profile call alone: it is asked for only where it is expected, and never invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idp_checks import providers
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response, Unreachable

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
ACCOUNT = "U0123456789abcdef0123456789abcdef"
GOOD = Response(200, {}, b'{"scope": "profile", "client_id": "2000000042", "expires_in": 60}')


def _reason(*answers, subject=ACCOUNT):
    """The reason of the whole answer, and how many requests it took."""
    endpoint = providers.get("line").debug
    steps = endpoint.steps(Question(provider="oauth2", token=Secret("sample"), asked_at=AT, subject=subject))
    next(steps)
    for count, answer in enumerate(answers, 1):
        try:
            steps.throw(answer) if isinstance(answer, Exception) else steps.send(answer)
        except StopIteration as stop:
            return conclude("line", stop.value, method=endpoint.kind, asked_at=AT, subject=subject).reason, count
    raise AssertionError("further requests than expected")


@pytest.mark.parametrize(
    ("subject", "reason"), [(ACCOUNT, "ok"), ("Ufedcba9876543210fedcba9876543210", "wrong_subject")]
)
def test_the_account_is_compared(subject, reason):
    """The profile call's account confirms or contradicts the expected one."""
    assert World(lambda: AT, names=("line",)).ask("line", "valid", subject=subject).reason == reason


def test_no_account_expected_is_one_request():
    """Without an expected account the profile is not asked for."""
    assert _reason(GOOD, subject=None) == ("ok", 1)


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
def test_no_account_told_leaves_the_question_open(profile):
    """A profile call that names no account confirms none."""
    assert _reason(GOOD, profile) == ("not_stated", 2)
