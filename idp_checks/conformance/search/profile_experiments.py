"""Experiments for the N rules: judge raw profiles as they are, and vary them for the rules that need it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.conformance.json_values import json_equal
from idp_checks.conformance.judges import judge
from idp_checks.conformance.observation import Observation
from idp_checks.conformance.redaction import CANARY
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
from idp_checks.conformance.search.variants import nullable_string_paths, replace_everywhere
from idp_checks.profiles.profile import STANDARD
from idp_checks.strategies import models, values
from idp_checks.strategies.json_paths import remove_at, replace_at

__all__ = [
    "MAX_VARIATIONS",
    "expect_rejection",
    "judge_unchanged",
    "plant_secret",
    "vary_identifier",
    "vary_missing",
    "vary_vouching",
]

SIMILAR_IDENTIFIERS: tuple[Callable[[int | str], int | str], ...] = (
    lambda value: value + 1 if isinstance(value, int) else f"{value}1",
    lambda value: f"0{value}",
    lambda value: str(value).swapcase(),
    lambda value: f"{value}|{value}",
    lambda value: str(value)[:-1] or "0",
    lambda value: 2**53 + 1 if value == 2**53 else 2**53,
)
"""Identifiers similar to another: the next number, a leading zero, other letter case, a bar, one digit fewer."""
SIMILAR_INTEGERS: tuple[Callable[[int | str], int], ...] = (
    lambda value: int(value) + 1,
    lambda value: 10 * int(value),
    lambda value: max(int(value) // 10, 1),
    lambda value: 2**53 + 1 if int(value) == 2**53 else 2**53,
)
"""The same for providers whose identifiers are integers."""
SECRET_PATHS = (
    ("access_token",),
    ("refresh_token",),
    ("id_token",),
    ("access_token_secret",),
    ("client_secret",),
    ("access_token", "x_session"),
    ("Access_Token", "x_sessions"),
    ("refresh_token", "x_inner", "x_outer"),
)
"""Where a secret is planted: its field, and the fields around it from the inside out."""
FLAGS: tuple[Any, ...] = tuple(
    flag
    for index, flag in enumerate(values.FLAGS)
    if not any(json_equal(flag, earlier) for earlier in values.FLAGS[:index])
)
"""The distinct values that a provider may send for a flag."""
MAX_VARIATIONS = max(map(len, (SIMILAR_IDENTIFIERS, SECRET_PATHS, values.FLAGS)))
"""The number of variations that uses every value above at least once."""
_has_number_id = cache(models.has_number_id)


def judge_unchanged(rule_id: str) -> Experiment:
    """Return the experiment that judges a sample as it is."""

    def experiment(observer: Observer, sample: Sample, _partner: Sample, _variation: int) -> Attempt:
        read_profile(observer, sample)
        case, observation = observer.observe(sample)
        objections = judge(rule_id, observer.normalizer, case, observation)
        return Attempt(case, objections, observation.profile is not None or rule_id == "N12", observation)

    return experiment


def vary_identifier(observer: Observer, sample: Sample, partner: Sample, variation: int) -> Attempt:
    """Test N1 with a similar identifier, then with the fields of another profile and the same identifier."""
    case = read_profile(observer, sample)
    assert case.shape is not None and case.claims is not None  # noqa: PT018 - both or neither
    profile = observer.observe(sample)[1].profile
    if profile is None:
        return Attempt(case, was_judged=False)
    path = case.shape.subject
    similar = SIMILAR_INTEGERS if _has_number_id(type(case.shape)) else SIMILAR_IDENTIFIERS
    identifier = similar[variation % len(similar)](case.claims.id)
    for raw, objection in (
        (replace_at(sample.raw, path, identifier), "two identifiers have the same user_id"),
        (replace_at(partner.raw, path, case.claims.id), "a field other than the identifier changes user_id"),
    ):
        variant = Case.from_raw(observer.provider, raw, case.also)
        if variant.claims is None:
            continue
        observation = observe_variant(observer, variant)
        if observation.profile is None:
            continue
        same_identifier = str(variant.claims.id) == str(case.claims.id)
        if same_identifier is not (observation.profile.get("user_id") == profile.get("user_id")):
            return fail_variant(case, variant, observation, objection)
    return Attempt(case)


def vary_vouching(observer: Observer, sample: Sample, _partner: Sample, variation: int) -> Attempt:
    """Test N7 with another value in the field by which the provider vouches for the address."""
    case = read_profile(observer, sample)
    path = None if case.shape is None else case.shape.vouched_by
    if path is None:
        observation = observer.observe(sample)[1]
        flag = None
    else:
        flag = FLAGS[variation % len(FLAGS)]
        case = read_profile(observer, Sample(replace_everywhere(sample.raw, path, flag), sample.also))
        observation = observe_variant(observer, case)
    objections = judge("N7", observer.normalizer, case, observation)
    if objections or case.also or (path is not None and _may_mean_true(flag)):
        return Attempt(case, objections, observation.profile is not None, observation)
    if (observation.profile or {}).get("email_verified") is True:
        objections = ("email_verified is true although no documented field states it",)
    return Attempt(case, objections, observation.profile is not None, observation)


def _may_mean_true(flag: object) -> bool:
    """Whether some provider may document a value as true; the provider's model decides which ones are."""
    return flag is True or (isinstance(flag, int) and flag == 1) or flag in ("true", "1")


def vary_missing(observer: Observer, sample: Sample, _partner: Sample, variation: int) -> Attempt:
    """Test N9 with a string field that is absent, null, empty and blank."""
    raw, also = sample
    case = read_profile(observer, sample)
    paths = nullable_string_paths(type(case.shape)) if case.shape is not None else ()
    if not paths:
        return Attempt(case, was_judged=False)
    path = paths[variation % len(paths)]
    results: list[tuple[Case, Observation, dict[str, Any]]] = []
    without_value = (remove_at(raw, path), *(replace_at(raw, path, value) for value in (None, "", " \t")))
    for changed in without_value:
        variant = Case.from_raw(observer.provider, changed, also)
        if type(variant.shape) is not type(case.shape) or variant.claims is None:
            return Attempt(case, was_judged=False)
        observation = observe_variant(observer, variant)
        if observation.profile is None:
            return Attempt(case, was_judged=False)
        results.append((variant, observation, standard_properties(observation.profile)))
    first_case, _, first = results[0]
    for variant, observation, properties in results[1:]:
        if not json_equal(properties, first):
            names = ", ".join(name for name in STANDARD if not json_equal(properties.get(name), first.get(name)))
            field = ".".join(map(str, path))
            objection = f"{names}: value depends on whether {field} is null, empty, blank or absent"
            return Attempt(first_case, (objection,), observation=observation, variant=variant, expected=first)
    return Attempt(case)


def expect_rejection(observer: Observer, sample: Sample, _partner: Sample, _variation: int) -> Attempt:
    """Test N12 with a response that is not a profile."""
    if not observer.normalizer.accepts(observer.provider.name, sample.raw):
        raise UnsuitableSampleError
    case, observation = observer.observe(sample)
    return Attempt(case, judge("N12", observer.normalizer, case, observation), observation=observation)


def plant_secret(observer: Observer, sample: Sample, _partner: Sample, variation: int) -> Attempt:
    """Test N13 with a token that is added to the raw profile, at the top level or nested."""
    raw, also = sample
    if not isinstance(raw, dict):
        raise UnsuitableSampleError
    name, *wrappers = SECRET_PATHS[variation % len(SECRET_PATHS)]
    secret: Any = {name: CANARY}
    for wrapper in wrappers:
        secret = {wrapper: [secret]} if wrapper.endswith("s") else {wrapper: secret}
    case = read_profile(observer, Sample({**raw, **secret}, also))
    if variation // len(SECRET_PATHS) % 2 and case.shape is not None:
        # An invalid identifier: the secret must not appear in the error either.
        invalid = replace_at(case.raw, case.shape.subject, {"not": "an identifier"})
        case = Case.from_raw(observer.provider, invalid)
    observation = observe_variant(observer, case)
    objections = judge("N13", observer.normalizer, case, observation)
    return Attempt(case, objections, observation.profile is not None, observation)
