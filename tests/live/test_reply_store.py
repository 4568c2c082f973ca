"""Tests of the temporary store of replies."""

from __future__ import annotations

from idp_checks.clock import utc_now
from idp_checks.live.prepared_question import IssuerReply
from idp_checks.live.reply_store import ReplyStore
from idp_checks.tokens.reading import Reading


def test_stored_replies_are_returned_unchanged():
    """Replies are found in memory and in the file; an unknown fingerprint has none."""
    store = ReplyStore()
    reply = IssuerReply(Reading(active=True, reason="ok", scopes=("a", "b")), utc_now(), ())
    for number in range(600):
        store.put(number.to_bytes(16, "big"), reply)
    assert store.get((3).to_bytes(16, "big")) == reply
    assert store.get((599).to_bytes(16, "big")) == reply
    assert store.get((600).to_bytes(16, "big")) is None
    store.close()
