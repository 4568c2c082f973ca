"""Judges of a normalizer's behavior: purity and errors (N12), and secrets (N13)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from idp_checks.conformance.case import Case
from idp_checks.conformance.observation import Observation, describe_error
from idp_checks.errors import ProfileError
from idp_checks.secret import Redactor, Secret, new_key

__all__ = ["judge_builtin_totality", "judge_secrets", "judge_totality"]

_MIN_SECRET_LENGTH = 6
"""Shorter strings can appear in a profile by chance, so they are not searched for."""


def judge_totality(case: Case, observation: Observation) -> Iterator[str]:
    """Judge errors and side effects by N12."""
    if observation.modified_input:
        yield "the input was modified"
    if observation.is_inconsistent:
        yield "a second call with the same input had another result"
    if case.claims is None:
        if observation.profile is not None:
            yield "a profile was returned for a response that is not a profile of this provider"
        return
    if observation.error is not None:
        yield f"a valid profile raised {describe_error(observation.error)}"


def judge_builtin_totality(case: Case, observation: Observation) -> Iterator[str]:
    """Judge the built-in normalizer by N12; it must raise ``ProfileError`` with the path of the invalid field."""
    yield from judge_totality(case, observation)
    if case.claims is None and observation.error is not None:
        if not isinstance(observation.error, ProfileError):
            yield f"raised {describe_error(observation.error)} instead of ProfileError"
        elif case.error_path is not None and observation.error.path != case.error_path:
            yield f"the error's path is {observation.error.path} instead of {case.error_path}"
        elif not observation.error.path:
            yield "the error's path is empty"


def judge_secrets(case: Case, observation: Observation) -> Iterator[str]:
    """Judge the result and the error by N13."""
    secrets = [secret for secret in case.secrets if len(secret) >= _MIN_SECRET_LENGTH]
    if not secrets:
        return
    redactor = Redactor(new_key(), map(Secret, secrets))
    if observation.return_value is not None:
        outside = {name: value for name, value in observation.return_value.items() if name != "identities"}
        if redactor.contains_secret(json.dumps(outside, ensure_ascii=False, default=repr)):
            yield "a secret of the raw profile appears outside identities"
    if redactor.contains_secret(observation.representation):
        yield "a secret appears in the profile's repr"
    if observation.error is not None and redactor.contains_secret(f"{observation.error} {observation.error!r}"):
        yield "a secret appears in the error"
