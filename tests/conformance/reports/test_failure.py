"""The message of a failing conformance test."""

from __future__ import annotations

from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.failure import Evidence, render_failure

VIOLATED = {
    "N7": {
        "outcome": "violated",
        "objections": ["email_verified is true"],
        "expected": {},
        "got": {"email_verified": True},
    }
}


def test_message_has_rule_source_values_and_profile():
    """The message contains the objection, the rule with reason, attack and source, both values and the profile."""
    message = render_failure("github", VIOLATED, Evidence({"raw": {"id": 42}}, "a.json", "reproduce: seed 0"))
    lines = message.splitlines()
    assert lines[0] == "github N7: email_verified is true"
    assert lines[1] == f"rule N7: {RULES['N7'].title}"
    assert f"  why: {RULES['N7'].reason}" in lines
    assert f"  attack: {RULES['N7'].attack}" in lines
    assert any(line.startswith("  source: ") and "https://docs.github.com/" in line for line in lines)
    assert [line.split() for line in lines if line.startswith("  email_verified")] == [
        ["email_verified", "(absent)", "true"]
    ]
    assert "smallest raw profile: {" in message
    assert lines[-2:] == ["recording: a.json", "reproduce: seed 0"]


def test_message_of_a_recording_is_brief():
    """For a recording, the message omits the reason and shortens the profile."""
    evidence = Evidence({"raw": {"name": "m" * 1000}}, "github/profile/full.json", is_recorded=True)
    message = render_failure("github", VIOLATED, evidence)
    assert "why:" not in message
    assert "recorded profile: {" in message
    assert "m" * 500 not in message


def test_message_limits_objections():
    """Only the first objections to a rule are shown, with the number of the others."""
    outcomes = {"N10": {"outcome": "violated", "objections": [f"field {number}" for number in range(9)]}}
    message = render_failure("github", outcomes, Evidence())
    assert "github N10: field 2" in message
    assert "field 3" not in message
    assert "github N10: and 6 more of this kind" in message


def test_message_groups_unjudged_rules():
    """Rules without a profile to judge share one line."""
    unjudged = {"outcome": "error", "objections": ["no profile"], "unjudged": True}
    message = render_failure("github", {"N1": unjudged, "N2": unjudged}, Evidence())
    assert message == "github N1, N2: no profile"


def test_message_is_empty_without_failures():
    """Passed and skipped rules have no message."""
    outcomes = {"N1": {"outcome": "passed"}, "N5": {"outcome": "not_claimed", "why": "x"}}
    assert render_failure("github", outcomes, Evidence()) == ""
