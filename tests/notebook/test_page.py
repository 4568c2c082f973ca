"""The page shows the facts about a provider's tokens."""

from __future__ import annotations

from idp_checks.notebook import known


def test_page_shows_every_fact():
    """The page has contents, validity, renewal, revocation, use, scopes and validation, and no script."""
    page = known("facebook")._repr_html_()
    for fact in ("contents", "validity", "renewal", "revocation", "use", "more scopes", "debug_token"):
        assert fact in page
    assert "<script" not in page
