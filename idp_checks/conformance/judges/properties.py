"""Judges of all properties: required ones (N2), missing values (N9) and other properties (N10)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.json_values import json_equal, strings_in
from idp_checks.profiles.jsontext import drop_secrets
from idp_checks.profiles.profile import STANDARD, Claims

__all__ = ["judge_missing_values", "judge_other_properties", "judge_required_properties"]

NULL_WORDS = frozenset({"none", "null", "undefined", "nan"})
"""The strings that careless code writes for a missing value."""
_URL_DELIMITERS = re.compile("[/?&=#]")


def judge_required_properties(_case: Case, _claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge the required properties by N2."""
    for name in RULES["N2"].properties:
        value = profile.get(name)
        if not isinstance(value, str):
            yield f"{name} is missing" if value is None else f"{name} is not a string"
        elif not value.strip():
            yield f"{name} is blank"


def judge_missing_values(case: Case, _claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge the properties without a value by N9."""
    input_text = " ".join(strings_in([case.raw, case.also])).casefold()
    for name in STANDARD:
        value = profile.get(name)
        if not isinstance(value, str):
            continue
        if not value.strip():
            yield f"{name} is blank; it must be absent"
        words = {word.strip("|,.;:()").casefold() for word in value.replace("|", " ").split()}
        if name == "picture":
            # A URL template inserts a missing value as a path segment, before the file extension.
            words |= {part.partition(".")[0].casefold() for part in _URL_DELIMITERS.split(value)}
        for word in sorted(words & NULL_WORDS):
            if word not in input_text:
                yield f"{name} contains the word {word!r}, which the provider did not send"


def judge_other_properties(case: Case, _claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge the properties that are not standard by N10."""
    if case.shape is None or not isinstance(case.raw, Mapping):
        return
    # If the profile is nested in another field, a normalizer may unwrap that field.
    wrapper = case.shape.subject[0] if len(case.shape.subject) > 1 else None
    for name, value in drop_secrets(case.raw).items():
        if name in STANDARD or name in ("identities", wrapper):
            continue
        if name not in profile:
            if value is not None and not (isinstance(value, str) and not value.strip()):
                yield f"{_describe_field(name)} of the raw profile is missing"
        elif not json_equal(drop_secrets(profile[name]), value):
            yield f"{_describe_field(name)} of the raw profile was changed"


def _describe_field(name: object) -> str:
    """Return a field's name in quotes if it is short and printable ASCII; names in raw profiles can be anything."""
    text = str(name)
    return f"field {text!r}" if text.isascii() and text.isprintable() and len(text) <= 40 else "a field"
