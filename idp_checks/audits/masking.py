"""Make strings safe for evidence: fingerprints of identifiers, and redaction of everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from idp_checks.profiles.jsontext import replace_surrogates
from idp_checks.secret import Redactor, fingerprint

__all__ = ["Masker", "fingerprint_parts"]


class Masker:
    """Redacts strings with the secrets of a run, and caches the results."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._cache: dict[str, str] = {}

    @property
    def key_name(self) -> str:
        """The name of the fingerprint key: the fingerprint of a constant, equal for equal keys."""
        return fingerprint("the name of this key", self._redactor.key)

    def mask(self, text: str) -> str:
        """Return a string without secrets and email addresses."""
        if text not in self._cache:
            self._cache[text] = self._redactor.redact_text(replace_surrogates(text))
        return self._cache[text]

    def mask_value(self, value: Any) -> Any:
        """Return a JSON value with all its strings masked, names included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {self.mask(name): self.mask_value(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.mask_value(item) for item in value]
        return value

    def fingerprint(self, *parts: str) -> str:
        """Return the keyed fingerprint of an identifier."""
        return fingerprint_parts(self._redactor.key, *parts)


def fingerprint_parts(key: bytes, *parts: str) -> str:
    """Return the keyed fingerprint of an identifier with several parts.

    Different parts give different fingerprints even if their concatenation is equal. The parts of an identity are
    ``"identity"``, provider, connection and user id, as stored.
    """
    return fingerprint(json.dumps(parts), key)
