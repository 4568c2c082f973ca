"""An observation: the profile or error that a normalizer returned for a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp_checks.conformance import oidc
from idp_checks.conformance.case import Case, expected_properties
from idp_checks.conformance.claim_values import sent_properties
from idp_checks.conformance.json_values import copy_json, json_equal
from idp_checks.conformance.normalizers.normalizer import (
    Normalizer,
    NormalizerCallError,
    NotAMappingError,
    as_mapping,
)

__all__ = ["Observation", "describe_error", "observe", "observe_once"]


@dataclass(frozen=True)
class Observation:
    """The result of calling a normalizer with a case.

    Attributes:
        profile: the profile in Auth0's shape, with correct values for properties that the normalizer does not claim,
            so that no rule objects to them; None if an error was raised.
        error: the error that was raised.
        representation: the ``repr`` of the returned value, if it is not a plain dictionary.
        modified_input: whether the call modified its input.
        is_inconsistent: whether a second call with the same input had another result.
        return_value: the profile as it was returned.
    """

    profile: Mapping[str, Any] | None = None
    error: Exception | None = None
    representation: str = ""
    modified_input: bool = False
    is_inconsistent: bool = False
    return_value: Mapping[str, Any] | None = None


def observe(normalizer: Normalizer, case: Case) -> Observation:
    """Call a normalizer twice with the same input and record both results.

    Raises:
        NormalizerCallError: the normalizer could not be called.
    """
    raw = copy_json(case.raw)
    profile, error, representation = _call(normalizer, case, raw)
    second_profile, second_error, _ = _call(normalizer, case, copy_json(case.raw))
    return Observation(
        _in_auth0_shape(normalizer, case, profile),
        error,
        representation,
        modified_input=not json_equal(raw, case.raw),
        is_inconsistent=not json_equal(profile, second_profile) or type(error) is not type(second_error),
        return_value=profile,
    )


def observe_once(normalizer: Normalizer, case: Case) -> Observation:
    """Call a normalizer once, without checking for a modified input or an inconsistent result.

    Raises:
        NormalizerCallError: the normalizer could not be called.
    """
    profile, error, representation = _call(normalizer, case, copy_json(case.raw))
    return Observation(_in_auth0_shape(normalizer, case, profile), error, representation, return_value=profile)


def describe_error(error: BaseException) -> str:
    """Return an error's type and location, with its message only if that is a field name."""
    if isinstance(error, NotAMappingError):
        return f"nothing (returned {error} instead of a mapping)"
    text = type(error).__name__
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str) and error.args[0].isidentifier():
        text += f" {error.args[0]!r}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return text
    return f"{text} in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"


def _call(normalizer: Normalizer, case: Case, raw: object) -> tuple[Mapping[str, Any] | None, Exception | None, str]:
    try:
        value = normalizer.call(case.provider.name, raw, copy_json(case.also))
        profile = as_mapping(value)
    except NormalizerCallError:
        raise
    except Exception as error:  # noqa: BLE001 - the rules judge every error that a normalizer raises
        return None, error, ""
    return profile, None, "" if type(value) is dict else repr(value)


def _in_auth0_shape(normalizer: Normalizer, case: Case, profile: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the profile in Auth0's shape, with unclaimed properties replaced by correct values."""
    unclaimed = normalizer.unclaimed_properties
    if profile is None or (normalizer.shape == "auth0" and not unclaimed):
        return profile
    claims = case.claims
    correct = expected_properties(case)
    result = dict(profile)
    if normalizer.shape == "oidc":
        from_provider = () if claims is None else sent_properties(claims)
        fallbacks = {name: value for name, value in correct.items() if name not in from_provider}
        result = oidc.to_auth0(case.provider.name, profile, None if claims is None else str(claims.id), fallbacks)
    for name in unclaimed:
        result.pop(name, None)
        if name in correct:
            result[name] = correct[name]
    return result
