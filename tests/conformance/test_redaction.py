"""Tests of redaction."""

from __future__ import annotations

from idp_checks.conformance.redaction import CANARY, redact


def test_redact_masks_secret_fields_and_the_canary():
    """Secret fields are masked at any depth, and the canary is masked in any string."""
    value = {"raw": {"id": 1, "x": [{"Refresh_Token": "s3cr3t-text", "y": f"a {CANARY}"}]}}
    assert redact(value) == {"raw": {"id": 1, "x": [{"Refresh_Token": "[secret]", "y": "a [secret]"}]}}
