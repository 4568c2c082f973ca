"""Checks of ``user_id``: stable, namespaced by provider, and exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from idp_checks.checks.context import ConnectionContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.issuer_response import unknown_provider
from idp_checks.checks.paths import get_path, iterate_meanings, iterate_strings, set_path
from idp_checks.checks.trials import (
    LIST_LIMIT,
    Trial,
    build_trials,
    no_recording,
    normalize_trial,
    rejected_input,
    replace_identifier,
    user_id_matches,
)
from idp_checks.errors import json_path
from idp_checks.profiles.shape import Path
from idp_checks.providers.model import Provider

__all__: list[str] = []

REPLACEMENTS = {"email": "someone.else@example.org", "username": "someone-else", "name": "Someone Else"}
"""The new value of a field, by its meaning."""
CHANGEABLE_NAMES = {
    "email": ("email", "mail", "emailaddress", "notificationemail", "upn", "userprincipalname"),
    "username": ("login", "username", "preferredusername", "screenname", "nickname", "handle", "uniquename"),
    "name": ("name", "displayname", "fullname", "givenname", "familyname", "firstname", "lastname", "globalname"),
}
"""Names of fields with these meanings that the model does not declare: in lower case, without separators."""

BIG_INTEGERS = (2**53 + 1, 2**63 - 1, 1234567890123456789)
"""Integers that a float cannot represent (RFC 8785, section 3.2.2.3), and a snowflake id."""
FRAGILE_STRINGS = (
    "007",
    "12345678901234567890123456789012345678",
    "1.10",
    "1e3",
    "AbC",
    " padded ",
    "re\u0301sume\u0301",
    "r\u00e9sum\u00e9",
)
"""Strings that careless parsing changes: zeros, digits, case, blanks, Unicode forms."""


@evaluates("IDP-PRF-001")
def check_stable_subject(context: ConnectionContext) -> CheckOutcome:
    """Check that ``user_id`` is the recorded identifier and is stable.

    It must not change with the address, the username or the names.
    """
    if (provider := context.provider) is None:
        return unknown_provider()
    if not (trials := build_trials(context, provider)):
        return no_recording()
    rejected: list[str] = []
    changes = 0
    for trial in trials:
        result = normalize_trial(context, provider, trial.raw, trial.also)
        facts = {"case": trial.case, "documented": json_path(trial.shape.subject)}
        if result is None:
            rejected.append(trial.case)
            continue
        if not user_id_matches(result.get("user_id"), trial.identifier):
            return failed(
                "user_id is not the documented identifier.",
                **facts,
                taken_from=_find_origin(result.get("user_id"), trial),
            )
        for place, raw, also in _vary_changeable_fields(trial, provider):
            variation = normalize_trial(context, provider, raw, also)
            changes += 1
            if variation is None:
                rejected.append(f"{trial.case}, other {place}")
            elif variation.get("user_id") != result["user_id"]:
                return failed("user_id changes with a field that a person can change.", **facts, moves_with=place)
    if rejected:
        return rejected_input("The normalizer rejected a profile of the documented form.", refused=rejected)
    return passed(
        "user_id is the documented identifier, and does not change with any changeable field.",
        profiles=len(trials),
        changes=changes,
    )


def _find_origin(user_id: object, trial: Trial) -> list[str]:
    """Return the paths from which a wrong ``user_id`` may have been taken."""
    tail = str(user_id).rpartition("|")[2]
    return [json_path(path) for path, leaf in iterate_strings(trial.raw) if leaf == tail][:LIST_LIMIT]


def _vary_changeable_fields(trial: Trial, provider: Provider) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Iterate over trials with one changeable field replaced.

    Each is the field's path, the profile, and the additional responses.
    """
    for path, meaning in _find_changeable_fields(trial.raw, trial.shape):
        if path != trial.shape.subject:
            yield json_path(path), set_path(trial.raw, path, REPLACEMENTS[meaning]), trial.also
    for name, response in trial.also.items():
        for path, meaning in _find_changeable_fields(response, provider.profile.also[name].model):
            changed = {**trial.also, name: set_path(response, path, REPLACEMENTS[meaning])}
            yield f"{name}: {json_path(path)}", trial.raw, changed


def _find_changeable_fields(value: object, model: Any) -> Iterator[tuple[Path, str]]:
    """Iterate over the fields that a person can change, with their meanings.

    The model declares the meaning, or the field's name shows it.
    """
    declared = {path: meaning for path, meaning in iterate_meanings(value, model) if meaning in REPLACEMENTS}
    yield from declared.items()
    for path, _ in iterate_strings(value):
        name = re.sub(r"[^a-z]", "", str(path[-1]).lower()) if path else ""
        if path not in declared and isinstance(get_path(value, path), str):
            yield from ((path, meaning) for meaning, names in CHANGEABLE_NAMES.items() if name in names)


@evaluates("IDP-PRF-002")
def check_namespace(context: ConnectionContext) -> CheckOutcome:
    """Check that every key starts with the provider's name and a separator."""
    if (provider := context.provider) is None:
        return unknown_provider()
    if not (trials := build_trials(context, provider)):
        return no_recording()
    scope = provider.profile.subject_scope
    if not scope:
        return undecided("no_data", "The namespace in which an identifier is unique is not documented.")
    trial, rejected = trials[0], False
    rivals = [rival for rival in context.other_providers if rival.name != provider.name]
    names = [rival.name for rival in rivals] or ["another-provider"]
    for identifier in (trial.identifier, *(f"{name}|{trial.identifier}" for name in names)):
        result = normalize_trial(context, provider, *replace_identifier(trial, identifier))
        if result is None:
            # Rejecting a subject that contains the separator is as safe as escaping the separator.
            rejected = rejected or identifier == trial.identifier
            continue
        key = result.get("user_id")
        if not isinstance(key, str) or not _has_namespace(key, provider.name):
            return failed(
                "The key of an account does not name its provider.",
                subject_unique_within=scope,
                separator_in_subject=identifier != trial.identifier,
            )
    for rival in rivals:
        if _have_equal_keys(context, provider, rival, trial):
            return failed("Equal subjects of two providers result in the same key.", other=rival.name)
    if rejected:
        return rejected_input("The normalizer rejected a profile of the documented form.", refused=trial.case)
    siblings = [
        connection.name for connection in context.policy.connections.values() if connection.provider == provider.name
    ]
    if scope != "the provider" and len(siblings) > 1:
        return undecided(
            "no_data",
            "A subject is not unique throughout the provider, and the key does not include the connection.",
            subject_unique_within=scope,
            connections=siblings,
        )
    return passed(
        "The key of an account names its provider, whatever the subject is.",
        subject_unique_within=scope,
        compared_with=names,
    )


def _has_namespace(key: str, provider: str) -> bool:
    """Return whether a key is the provider's name, a separator, and an identifier."""
    rest = key.removeprefix(provider)
    return key.startswith(provider) and len(rest) > 1 and not (rest[0].isalnum() or rest[0] in "-_.")


def _have_equal_keys(context: ConnectionContext, provider: Provider, rival: Provider, trial: Trial) -> bool:
    """Return whether the same subject at another provider results in the same key."""
    first = normalize_trial(context, provider, trial.raw, trial.also)
    second = normalize_trial(context, rival, set_path({}, rival.profile.shapes[0].subject, trial.identifier), {})
    return first is not None and second is not None and first.get("user_id") == second.get("user_id")


@evaluates("IDP-PRF-004")
def check_exact_identifier(context: ConnectionContext) -> CheckOutcome:
    """Check that identifiers that careless parsing changes come out unchanged."""
    if (provider := context.provider) is None:
        return unknown_provider()
    if not (trials := build_trials(context, provider)):
        return no_recording()
    tested, derived, rejected = 0, 0, []
    for trial in trials:
        recorded = get_path(trial.raw, trial.shape.subject)
        if not isinstance(recorded, int | str) or isinstance(recorded, bool):
            continue
        if str(recorded) != trial.identifier:
            derived += 1  # a part of a longer field, such as the number in a URL
            continue
        variations: tuple[int | str, ...] = BIG_INTEGERS if isinstance(recorded, int) else FRAGILE_STRINGS
        for identifier in (recorded, *variations):
            result = normalize_trial(context, provider, *replace_identifier(trial, identifier))
            tested += 1
            if result is None:
                rejected.append(str(identifier))
            elif not isinstance(result.get("user_id"), str):
                return failed("The normalized identifier is not a string.", case=trial.case)
            elif not user_id_matches(result["user_id"], str(identifier)):
                return failed(
                    "Normalization changes the identifier.",
                    case=trial.case,
                    **({} if identifier is recorded else {"tried": str(identifier)}),
                )
    if rejected:
        return rejected_input(
            "The normalizer rejected an identifier that the provider could send.", refused=len(rejected)
        )
    if not tested and derived:
        return not_applicable(
            "The identifier is a part of a longer field, as documented.", sources=provider.profile.sources
        )
    if not tested:
        return no_recording()
    return passed("Every tested identifier comes out unchanged.", tried=tested)
