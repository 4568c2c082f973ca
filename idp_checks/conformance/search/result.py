"""The result of a search: the objections, the counterexample, and the expected and actual values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from idp_checks.conformance import oidc
from idp_checks.conformance.case import expected_properties
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.json_values import json_equal
from idp_checks.conformance.normalizers.exemption import Exemption
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import describe_error
from idp_checks.conformance.redaction import CANARY, redact
from idp_checks.conformance.search.attempt import Attempt
from idp_checks.profiles.profile import STANDARD

__all__ = ["SearchResult", "exempt_result", "failed_result", "not_applicable_result"]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    Attributes:
        objections: empty if the rule held for everything that was tried.
        example: the smallest raw profile that breaks the rule, redacted.
        was_judged: whether the normalizer returned a profile to judge; if not, the rule is neither held nor broken.
        is_applicable: whether the rule applies to the provider and to the normalizer's shape; if not, ``was_judged`` is
            false too.
        is_claimed: whether the normalizer claims the rule; if not, ``was_judged`` is false too.
        reason: why the rule is not applicable or not claimed.
        expected: the correct values of the rule's properties.
        actual: their values in the normalizer's profile, or the error that it raised.
        attempt: the failed attempt, not redacted: may be saved as a recording, must not be shown.
    """

    objections: tuple[str, ...] = ()
    example: Any = None
    was_judged: bool = True
    is_applicable: bool = True
    is_claimed: bool = True
    reason: str | None = None
    expected: Mapping[str, Any] | None = None
    actual: Mapping[str, Any] | None = None
    attempt: Attempt | None = field(default=None, repr=False, compare=False)


def exempt_result(exemption: Exemption) -> SearchResult:
    """Return the result for a rule that the normalizer is not judged by."""
    return SearchResult(
        was_judged=False,
        is_applicable=exemption.outcome != "not_applicable",
        is_claimed=exemption.outcome != "not_claimed",
        reason=exemption.reason,
    )


def not_applicable_result(reason: str | None) -> SearchResult:
    """Return the result for a rule that cannot be tested with the given samples."""
    return SearchResult(was_judged=False, is_applicable=False, reason=reason)


def failed_result(rule_id: str, normalizer: Normalizer, attempt: Attempt) -> SearchResult:
    """Return the result for a broken rule, redacted for reports."""
    expected, actual = _compare_sides(rule_id, normalizer, attempt)
    objections = attempt.objections
    if normalizer.shape == "oidc":
        objections = tuple(map(oidc.use_claim_names, objections))
    return SearchResult(objections, redact(_example(attempt)), expected=expected, actual=actual, attempt=attempt)


def _example(attempt: Attempt) -> dict[str, Any]:
    case, variant = attempt.case, attempt.variant
    example = {"raw": case.raw, "also": case.also} if case.also else {"raw": case.raw}
    if variant is None:
        return example
    if not json_equal(variant.raw, case.raw):
        example["and"] = variant.raw
    return {**example, "and_also": variant.also} if not json_equal(variant.also, case.also) else example


def _compare_sides(
    rule_id: str, normalizer: Normalizer, attempt: Attempt
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Return the expected and actual values of the properties that differ or that the rule is about."""
    observation = attempt.observation
    if observation is None:
        return None, None
    is_profile = attempt.case.claims is not None
    profile = observation.profile
    if profile is None:
        error = "nothing" if observation.error is None else describe_error(observation.error)
        return expected_properties(attempt.case) if is_profile else {"raises": "an error"}, {"raises": error}
    if rule_id == "N13":
        items = (observation.return_value or {}).items()
        return {}, redact({name: value for name, value in items if CANARY in repr(value) and name != "identities"})
    if not is_profile:
        return {"raises": "an error"}, redact({name: profile[name] for name in STANDARD if name in profile})
    expected = expected_properties(attempt.case) if attempt.expected is None else attempt.expected
    names = _names_to_show(rule_id, attempt, expected, profile)
    return _select(normalizer, expected, names), redact(_select(normalizer, profile, names))


def _names_to_show(
    rule_id: str, attempt: Attempt, expected: Mapping[str, Any], profile: Mapping[str, Any]
) -> Sequence[str]:
    names = [
        name
        for name in RULES[rule_id].properties
        if attempt.expected is None or not json_equal(expected.get(name), profile.get(name))
    ]
    mentioned = [name for name in names if any(name in objection.split() for objection in attempt.objections)]
    return mentioned or names


def _select(normalizer: Normalizer, profile: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    labels = {name: oidc.use_claim_names(name) if normalizer.shape == "oidc" else name for name in names}
    return {labels[name]: profile[name] for name in names if name in profile}
