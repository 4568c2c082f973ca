"""Trials of a normalizer with recorded profiles and their variations."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from idp_checks.checks.context import ConnectionContext
from idp_checks.checks.evaluation import CheckOutcome, undecided
from idp_checks.checks.paths import get_path, iterate_strings, set_path
from idp_checks.errors import ProfileError
from idp_checks.profiles.shape import Shape
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording

__all__ = [
    "LIST_LIMIT",
    "Trial",
    "build_trials",
    "no_recording",
    "normalize_trial",
    "rejected_input",
    "replace_identifier",
    "user_id_matches",
]

LIST_LIMIT = 20
"""The maximum number of paths listed in the facts."""


class Trial(NamedTuple):
    """A recorded profile, and the identifier that a normalizer must return for it."""

    case: str
    raw: dict[str, Any]
    also: dict[str, Any]
    identifier: str
    normalized: Mapping[str, Any]
    shape: type[Shape]


def build_trials(context: ConnectionContext, provider: Provider) -> list[Trial]:
    """Build the trials from the recordings that the provider's own model can read."""
    return [trial for recording in context.recordings if (trial := _build_trial(recording, provider)) is not None]


def _build_trial(recording: ProfileRecording, provider: Provider) -> Trial | None:
    raw, normalized = recording.raw, recording.normalized
    if not isinstance(raw, dict) or not isinstance(normalized, dict):
        return None
    try:
        shape = type(provider.read(raw))
    except ProfileError:
        return None
    identifier = str(normalized["user_id"]).partition("|")[2]
    return Trial(recording.case, raw, recording.also, identifier, normalized, shape)


def normalize_trial(
    context: ConnectionContext, provider: Provider, raw: object, also: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the result of the normalizer under test; None if it rejects the profile."""
    raw, also = copy.deepcopy(raw), copy.deepcopy(dict(also))
    try:
        if context.normalizer is not None:
            return context.normalizer(provider.name, raw, also=also)
        return provider.normalize(raw, also=also, connection=context.connection.name).to_dict()  # type: ignore[arg-type]
    except ProfileError:
        return None


def replace_identifier(trial: Trial, identifier: int | str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the profile and its additional responses with another identifier."""
    recorded = get_path(trial.raw, trial.shape.subject)
    also = trial.also
    for path, leaf in iterate_strings(trial.also):
        if leaf == str(recorded):
            also = set_path(also, path, identifier)
    return set_path(trial.raw, trial.shape.subject, identifier), also


def user_id_matches(user_id: object, identifier: str) -> bool:
    """Return whether a ``user_id`` is the identifier, with or without a namespace."""
    return isinstance(user_id, str) and (user_id == identifier or user_id.endswith(f"|{identifier}"))


def no_recording() -> CheckOutcome:
    """Return the outcome of a check that requires a recorded profile."""
    return undecided("no_data", "No recorded profile of this provider is available.")


def rejected_input(detail: str, **facts: object) -> CheckOutcome:
    """Return the outcome of a normalizer that rejected the input of a trial."""
    return undecided("unparsable", detail, **facts)
