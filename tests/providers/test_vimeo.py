"""Vimeo names the application by a number that is not its client id."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idp_checks.issuers.world import World

WORLD = World(lambda: datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC), names=("vimeo",))


@pytest.mark.parametrize(
    ("client", "case", "reason", "named"),
    [
        ("9000001", "valid", "ok", "9000001"),
        ("9000001", "other-client", "wrong_client", "9000002"),
        ("0123456789abcdef0123456789abcdef01234567", "valid", "not_stated", None),
        ("0123456789abcdef0123456789abcdef01234567", "other-client", "not_stated", None),
    ],
)
def test_the_application_is_compared_by_its_number_alone(client, case, reason, named):
    """Our number is confirmed and another one contradicted; against a client id nothing is proven either way."""
    found = WORLD.ask("vimeo", case, client_id=client, clients=(client,))
    assert (found.active, found.reason, found.client_id) == (True, reason, named)
    assert found.good is (reason == "ok")


def test_who_expects_no_client_is_told_the_number():
    """Without an expectation the answer is shown as it is."""
    assert WORLD.ask("vimeo", "other-client", client_id=None).client_id == "9000002"
