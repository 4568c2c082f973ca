"""The message of a failing conformance test: rule, reason, source, profile and values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp_checks import providers
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.printable import printable_json

__all__ = ["Evidence", "render_failure"]

MAX_EXAMPLE = 2000
"""Characters of an example that are shown."""
MAX_RECORDED_EXAMPLE = 400
"""Characters that are shown of an example whose recording is named."""
MAX_OBJECTIONS = 3
"""Objections to one rule that are shown."""
MAX_VALUE = 60
"""Characters of an expected or returned value that are shown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The raw profile behind a failure.

    Attributes:
        example: the raw profile, a JSON value with secrets redacted.
        recording: the file that contains it.
        hint: how to reproduce the failure.
        is_recorded: whether the profile is a recording, which is shown shortened and without the rule's reason. Many
            recordings may fail for one cause.
    """

    example: Any = None
    recording: str | None = None
    hint: str | None = None
    is_recorded: bool = False


def render_failure(provider: str, outcomes: Mapping[str, Mapping[str, Any]], evidence: Evidence) -> str:
    """Return the message for all rules that a test found violated or could not judge; empty without any.

    Args:
        outcomes: the outcomes of the test by rule, as ``RuleOutcomes`` collects them.
    """
    lines: list[str] = []
    for rule, outcome in outcomes.items():
        if not outcome.get("unjudged"):
            lines += _objection_lines(provider, rule, outcome.get("objections", ()))
    unjudged = [rule for rule, outcome in outcomes.items() if outcome.get("unjudged")]
    if unjudged:
        reason = outcomes[unjudged[0]]["objections"][0]
        lines.append(f"{provider} {', '.join(unjudged)}: {reason}")
    violated = [rule for rule, outcome in outcomes.items() if outcome["outcome"] == "violated"]
    for rule in violated:
        lines += _rule_lines(provider, rule, is_brief=evidence.is_recorded)
        lines += _comparison_lines(outcomes[rule].get("expected") or {}, outcomes[rule].get("got") or {})
    if violated:
        lines += _evidence_lines(evidence)
    return "\n".join(lines)


def _objection_lines(provider: str, rule: str, objections: Sequence[str]) -> Iterator[str]:
    for objection in objections[:MAX_OBJECTIONS]:
        yield f"{provider} {rule}: {objection}"
    if len(objections) > MAX_OBJECTIONS:
        yield f"{provider} {rule}: and {len(objections) - MAX_OBJECTIONS} more of this kind"


def _rule_lines(provider: str, name: str, *, is_brief: bool) -> Iterator[str]:
    rule = RULES[name]
    yield f"rule {name}: {rule.title}"
    if is_brief:
        return
    yield f"  why: {rule.reason}"
    if rule.attack:
        yield f"  attack: {rule.attack}"
    yield f"  source: {'; '.join((rule.source, *providers.get(provider).profile.sources[:1]))}"


def _comparison_lines(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return a table of the expected and the returned properties."""
    if not expected and not actual:
        return []
    rows = [("", "expected", "got")]
    rows += [
        (name, _format_property(expected, name), _format_property(actual, name)) for name in {**expected, **actual}
    ]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"  {row[0]:{first}}  {row[1]:{second}}  {row[2]}".rstrip() for row in rows]


def _format_property(properties: Mapping[str, Any], name: str) -> str:
    return printable_json(properties[name], MAX_VALUE) if name in properties else "(absent)"


def _evidence_lines(evidence: Evidence) -> Iterator[str]:
    example = json.dumps(evidence.example, indent=1)
    limit = MAX_RECORDED_EXAMPLE if evidence.is_recorded else MAX_EXAMPLE
    label = "recorded profile" if evidence.is_recorded else "smallest raw profile"
    yield f"{label}: {example if len(example) <= limit else example[:limit].rstrip() + ' ...'}"
    if evidence.recording is not None:
        yield f"recording: {evidence.recording}"
    if evidence.hint is not None:
        yield evidence.hint
