"""A case: a raw profile that a normalizer is given, and the claims that the provider's model reads from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import STANDARD, Claims, assemble
from idp_checks.profiles.shape import Shape
from idp_checks.providers.model import Provider
from idp_checks.secret import CREDENTIAL_NAMES

__all__ = ["Case", "expected_properties", "parse_response"]


@dataclass(frozen=True)
class Case:
    """A raw profile and its claims.

    Attributes:
        raw: the response of the provider's profile endpoint.
        also: the responses of additional calls, by name.
        claims: the claims in the profile; None if it is not a profile of this provider.
        shape: the model that matched.
        error_path: the JSON path of the invalid field, if known.
    """

    provider: Provider
    raw: Any
    also: Mapping[str, Any]
    claims: Claims | None
    shape: Shape | None = None
    error_path: str | None = None

    @classmethod
    def from_raw(cls, provider: Provider, raw: Any, also: Mapping[str, Any] | None = None) -> Case:
        """Read a raw profile and the responses of additional calls by the provider's model."""
        responses = also or {}
        try:
            shape = provider.read(json.dumps(raw) if not isinstance(raw, str) else raw)
            models = provider.profile.also
            claims = shape.claims({name: msgspec.convert(body, models[name].model) for name, body in responses.items()})
        except (ProfileError, msgspec.ValidationError):
            return cls(provider, raw, responses, None)
        return cls(provider, raw, responses, claims if str(claims.id).strip() else None, shape)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The strings in the raw profile whose field names mark them as secrets."""
        return tuple(dict.fromkeys(_secrets_in(self.raw)))


def parse_response(text: str) -> Any:
    """Return a response as normalizers receive it: the JSON object that the text contains, else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def expected_properties(case: Case) -> dict[str, Any]:
    """Return the standard properties that the rules require; empty if the case is not a profile."""
    if case.claims is None:
        return {}
    profile = assemble(case.provider.name, case.claims)
    return {name: value for name in STANDARD if (value := getattr(profile, name)) is not None}


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(item, str) and str(name).lower() in CREDENTIAL_NAMES:
                yield item
            else:
                yield from _secrets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets_in(item)
