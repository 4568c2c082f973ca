"""Check that the normalizer under test invents no values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from idp_checks.checks.context import ConnectionContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, passed, undecided
from idp_checks.checks.issuer_response import unknown_provider
from idp_checks.checks.paths import iterate_strings, leaf_strings
from idp_checks.checks.trials import LIST_LIMIT, Trial, build_trials, normalize_trial, user_id_matches
from idp_checks.errors import json_path
from idp_checks.profiles.profile import GRAVATAR, STANDARD, is_email

__all__: list[str] = []

EMPTY_VALUES = re.compile(r"\b(?:None|null|undefined|NaN)\b")
"""Strings that a careless program writes for an empty value."""
GRAVATARS = (GRAVATAR, "https://secure.gravatar.com/avatar/", "https://gravatar.com/avatar/")


@evaluates("IDP-PRF-009")
def check_no_invention(context: ConnectionContext) -> CheckOutcome:
    """Check that the minimal profile is normalized without invented values."""
    if (provider := context.provider) is None:
        return unknown_provider()
    trials = [trial for trial in build_trials(context, provider) if trial.case == "minimal"]
    if not trials:
        return undecided("no_data", "No minimal profile of this provider is recorded.")
    trial = trials[0]
    result = normalize_trial(context, provider, trial.raw, trial.also)
    if result is None:
        return failed("The normalizer rejects the minimal profile.", case=trial.case)
    sources = set(leaf_strings(trial.raw)) | set(leaf_strings(trial.also))
    invented = [
        name
        for name in STANDARD
        if result.get(name) is not None and not _has_origin(name, result[name], trial, sources)
    ]
    if invented:
        return failed("A value has no origin in the provider's response.", case=trial.case, properties=invented)
    suspect = [
        json_path(path)
        for path, leaf in iterate_strings(_select_extra(result))
        if leaf not in sources and (is_email(leaf) or EMPTY_VALUES.search(leaf))
    ]
    if suspect:
        return failed(
            "An address was invented, or an empty value was written as a string.",
            case=trial.case,
            properties=suspect[:LIST_LIMIT],
        )
    return passed("The minimal profile is normalized, and every value can be traced.", case=trial.case)


def _select_extra(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties other than the standard ones and ``identities``."""
    return {name: value for name, value in result.items() if name not in (*STANDARD, "identities")}


def _has_origin(name: str, value: object, trial: Trial, sources: set[str]) -> bool:
    """Return whether a property follows from the response or the recording."""
    if value == trial.normalized.get(name):
        return True
    if not isinstance(value, str) or name == "email_verified":
        return False
    if name == "user_id":
        return user_id_matches(value, trial.identifier)
    if value in sources:
        return True
    if EMPTY_VALUES.search(value):
        return False
    trimmed = {source.strip() for source in sources if source.strip()}
    if name == "email":
        return value.lower() in {source.lower() for source in trimmed}
    if name == "picture":
        return value.startswith(GRAVATARS) or any(source in value for source in trimmed if len(source) > 3)
    local_parts = {source.rpartition("@")[0] for source in trimmed if is_email(source)}
    allowed = trimmed | local_parts | {trial.identifier, str(trial.normalized["user_id"])}
    return value.strip() in allowed or any(
        value.startswith(f"{first} ") and value[len(first) + 1 :] in allowed for first in allowed
    )
