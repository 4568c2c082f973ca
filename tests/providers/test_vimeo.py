"""Vimeo identifies the application by a number that is not its client id."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idp_checks.issuers.world import World

WORLD = World(lambda: datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC), names=("vimeo",))


@pytest.mark.parametrize(
    ("client", "case", "reason", "stated_client"),
    [
        ("9000001", "valid", "ok", "9000001"),
        ("9000001", "other-client", "wrong_client", "9000002"),
        ("0123456789abcdef0123456789abcdef01234567", "valid", "not_stated", None),
        ("0123456789abcdef0123456789abcdef01234567", "other-client", "not_stated", None),
    ],
)
def test_vimeo_application_is_compared_by_number(client, case, reason, stated_client):
    """A number is confirmed or contradicted; a client id is neither."""
    introspection = WORLD.ask("vimeo", case, client_id=client, clients=(client,))
    assert (introspection.active, introspection.reason, introspection.client_id) == (True, reason, stated_client)
    assert introspection.good is (reason == "ok")


def test_vimeo_application_number_is_reported_without_an_expected_client():
    """Without an expected client the result contains the number."""
    assert WORLD.ask("vimeo", "other-client", client_id=None).client_id == "9000002"
