"""Exemptions: rules that a normalizer is not judged by, because it does not claim them or returns another shape."""

from __future__ import annotations

from typing import Literal, NamedTuple

from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.normalizers.normalizer import Normalizer

__all__ = ["Exemption", "exemption"]


class Exemption(NamedTuple):
    """The outcome that replaces a judgment, and the reason."""

    outcome: Literal["not_claimed", "not_applicable"]
    reason: str


def exemption(rule_id: str, normalizer: Normalizer) -> Exemption | None:
    """Return why a normalizer is not judged by a rule; None if it is judged."""
    rule, unclaimed = RULES[rule_id], normalizer.unclaimed
    if rule_id in unclaimed:
        return Exemption("not_claimed", unclaimed[rule_id])
    if rule.subject and all(name in unclaimed for name in rule.subject):
        reasons = dict.fromkeys(f"{name}: {unclaimed[name]}" for name in rule.subject)
        return Exemption("not_claimed", "; ".join(reasons))
    for name in rule.requires:
        if name in unclaimed:
            return Exemption("not_claimed", f"{name}: {unclaimed[name]}")
    if normalizer.shape == "oidc" and rule.not_applicable.oidc is not None:
        return Exemption("not_applicable", rule.not_applicable.oidc)
    return None
