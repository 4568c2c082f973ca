"""Experiments for the M rules: compare the results for a raw profile and its variants."""

from __future__ import annotations

from collections.abc import Iterator

from idp_checks.conformance.case import Case, expected_properties
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.json_values import json_equal
from idp_checks.conformance.search.attempt import (
    Attempt,
    Experiment,
    UnsuitableSampleError,
    fail_variant,
    observe_variant,
    read_profile,
    standard_properties,
)
from idp_checks.conformance.search.observer import Observer
from idp_checks.conformance.search.pool import Sample
from idp_checks.conformance.search.variants import VARIANTS, adjacent_identifiers, claims_equal, with_verified_email

__all__ = ["compare_adjacent_identifiers", "compare_properties", "withdraw_vouching"]


def withdraw_vouching(observer: Observer, sample: Sample, partner: Sample, variation: int) -> Attempt:
    """Test M1: compare a verified address with variants for which the provider does not vouch."""
    read_profile(observer, sample)
    case = read_profile(observer, with_verified_email(observer.case(sample)))
    if case.claims is None or case.claims.email_verified is not True:
        raise UnsuitableSampleError
    variants = [
        variant
        for variant in _variants("M1", observer, case, partner, variation)
        if variant.claims is not None and not variant.claims.email_verified
    ]
    if not variants:
        raise UnsuitableSampleError
    was_judged = False
    for variant in variants:
        observation = observe_variant(observer, variant)
        was_judged = was_judged or observation.profile is not None
        if (observation.profile or {}).get("email_verified") is True:
            objection = "email_verified stays true although the provider no longer vouches for the address"
            return fail_variant(case, variant, observation, objection)
    return Attempt(case, was_judged=was_judged)


def compare_properties(rule_id: str, objection: str) -> Experiment:
    """Return the experiment that compares a rule's properties between a raw profile and its variants."""
    names = RULES[rule_id].properties

    def experiment(observer: Observer, sample: Sample, partner: Sample, variation: int) -> Attempt:
        case = read_profile(observer, sample)
        variants = [
            variant
            for variant in _variants(rule_id, observer, case, partner, variation)
            if _is_comparable(rule_id, case, variant)
        ]
        if not variants:
            raise UnsuitableSampleError
        profile = observer.observe(sample)[1].profile
        if profile is None:
            return Attempt(case, was_judged=False)
        first = standard_properties(profile)
        was_judged = False
        for variant in variants:
            observation = observe_variant(observer, variant)
            if observation.profile is None:
                continue
            was_judged = True
            second = standard_properties(observation.profile)
            changed = [name for name in names if not json_equal(first.get(name), second.get(name))]
            if changed:
                message = f"{', '.join(changed)}: {objection}"
                return Attempt(case, (message,), observation=observation, variant=variant, expected=first)
        return Attempt(case, was_judged=was_judged)

    return experiment


def compare_adjacent_identifiers(observer: Observer, sample: Sample, _partner: Sample, variation: int) -> Attempt:
    """Test M6: compare the ``user_id`` of two adjacent identifiers."""
    pair = adjacent_identifiers(read_profile(observer, sample), variation)
    if pair is None:
        raise UnsuitableSampleError
    first, second = (read_profile(observer, variant) for variant in pair)
    if first.claims is None or second.claims is None or str(first.claims.id) == str(second.claims.id):
        raise UnsuitableSampleError
    first_result, second_result = observe_variant(observer, first), observe_variant(observer, second)
    if first_result.profile is None or second_result.profile is None:
        return Attempt(first, was_judged=False)
    if first_result.profile.get("user_id") != second_result.profile.get("user_id"):
        return Attempt(first)
    # One of the two may be correct by chance: a float represents some large integers exactly. Show the wrong one.
    observation, expected = second_result, expected_properties(second)
    if second_result.profile.get("user_id") == expected.get("user_id"):
        observation, expected = first_result, expected_properties(first)
    objection = "two identifiers above 2^53 that differ by 1 have the same user_id"
    return Attempt(first, (objection,), observation=observation, variant=second, expected=expected)


def _variants(rule_id: str, observer: Observer, case: Case, partner: Sample, variation: int) -> Iterator[Case]:
    for sample in VARIANTS[rule_id](observer.provider, case, partner, variation):
        yield Case.from_raw(observer.provider, *sample)


def _is_comparable(rule_id: str, case: Case, variant: Case) -> bool:
    """Whether a variant is a profile with the same identifier (M2) or the same claims (other rules)."""
    if case.claims is None or variant.claims is None:
        return False
    if rule_id == "M2":
        return str(variant.claims.id) == str(case.claims.id)
    return claims_equal(variant.claims, case.claims)
