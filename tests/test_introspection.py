"""What follows from an issuer's answer, at the edges of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp_checks.introspection import Reading, conclude

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "active", "reason"), [(-1, False, "expired"), (0, False, "expired"), (1, True, "ok"), (None, True, "ok")]
)
def test_a_token_is_past_from_its_end_on(left, active, reason):
    """At its end a token is expired, whatever the issuer calls it; a second before, it is not."""
    end = None if left is None else AT + timedelta(seconds=left)
    said = conclude("oidc", Reading(active=True, reason="ok", expires_at=end), method="introspection", asked_at=AT)
    assert (said.active, said.reason, said.good) == (active, reason, reason == "ok")
