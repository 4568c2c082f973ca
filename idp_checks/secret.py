"""Secrets that are not displayed, and the redaction of secrets and personal data.

A ``Secret`` is displayed as dots. In evidence and caches it is identified by its *fingerprint*: HMAC-SHA-256 with a key
of the run, because a plain hash of a short value can be guessed. A ``Redactor`` knows the secrets of a run and removes
them from strings and JSON values, in every encoding in which they may appear.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets as _random
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NoReturn
from urllib.parse import quote, quote_plus

__all__ = [
    "CREDENTIAL_NAMES",
    "HARMLESS_NAMES",
    "SECRET_NAMES",
    "Redactor",
    "Secret",
    "fingerprint",
    "new_key",
    "replace_unencodable",
]

_DOTS = "••••"
_FINGERPRINT_DIGITS = 16
"""Hex digits of a fingerprint: 64 bits, enough to distinguish the tokens of a run."""
_PREFIX_LENGTH = 8
"""Characters of a secret that are indexed for the search."""
_MAX_LINEAR_SEARCH = 64
"""Up to this many encoded secrets are each searched for in turn; with more, every position is looked up instead."""
_MIN_SECRET_LENGTH = 6
"""Shorter secrets are not searched for: they are not tokens, and occur in ordinary words."""

CREDENTIAL_NAMES = frozenset(
    (
        "access_token access_token_secret refresh_token id_token token token_secret oauth_token oauth_token_secret "
        "client_secret secret password authorization cookie set-cookie api_key apikey private_key "
        "host_key personal_meeting_url logout_url "
        "signed_access_token"
    ).split()
)
"""Names of fields whose values are always secret, in lower case."""

SECRET_NAMES = CREDENTIAL_NAMES | {"hashed_token", "token_last_eight", "code", "assertion"}
"""Names of fields whose values are secret in requests and responses, in lower case."""

HARMLESS_NAMES = frozenset(
    (
        "active status state ok error error_description error_code error_type error_uri reason code subcode "
        "error_subcode type token_type scope scopes granular_scopes client_id aud azp appid app_id audience issued_to "
        "iss exp iat nbf auth_time expires expires_at expires_in expires_in_seconds issued_at created_at authorized_at "
        "data_access_expires_at is_valid auth_type method access_type retry_after title is_transient "
        "email_verified documentation_url"
    ).split()
)
"""Names of fields without personal data: their values stay readable in a saved exchange."""

# The input is untrusted, so each pattern below examines a run of characters only once: a megabyte of the same character
# takes no longer than any other input.
_NAME = r"[^\s@\"'<>()\[\],;:=&/]"
_EMAIL = re.compile(rf"(?<!{_NAME}){_NAME}++@{_NAME}+\.{_NAME}+")
_TOKEN = re.compile(
    r"(?<![\w-])(?=[\w-]++\.[\w-]{4})[\w-]*?\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}"
    r"|\bgh[opusr]_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bAtz[ar]\|\S{8,}|\bya29\.[\w-]{10,}"
)
_TOKEN_PARTS = ("eyJ", "gh", "xox", "Atz", "ya29")
"""Every match of ``_TOKEN`` contains one of these."""


class Secret:
    """A string that is not displayed by ``repr``, ``str`` or formatting, not pickled, and compared in constant time."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError("a secret must be a string")
        self._text = text

    @classmethod
    def of(cls, value: Secret | str) -> Secret:
        """Return the value as a secret."""
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """Return the plain string; call this only to send it to its issuer."""
        return self._text

    def fingerprint(self, key: bytes) -> str:
        """Return the secret's identifier under this key: ``hmac-sha256:`` and 16 hex digits."""
        return fingerprint(self._text, key)

    def __repr__(self) -> str:
        return f"Secret({_DOTS})"

    def __str__(self) -> str:
        return _DOTS

    def __format__(self, spec: str) -> str:
        return _DOTS

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode("utf-8", "surrogatepass"), other._text.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


def fingerprint(text: str, key: bytes) -> str:
    """Return HMAC-SHA-256 of the string, cut to 16 hex digits, with the name of the method as a prefix."""
    digest = _start_hmac(key).copy()
    digest.update(text.encode("utf-8", "surrogatepass"))
    return f"hmac-sha256:{digest.hexdigest()[:_FINGERPRINT_DIGITS]}"


@lru_cache(maxsize=16)
def _start_hmac(key: bytes) -> hmac.HMAC:
    """Return an empty HMAC-SHA-256 with this key; cached, because this is half of the work."""
    return hmac.new(key, digestmod="sha256")


def new_key() -> bytes:
    """Generate a fingerprint key for a run."""
    return _random.token_bytes(32)


def replace_unencodable(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode, with question marks."""
    return text.encode(errors="replace").decode()


def _encodings(text: str) -> set[str]:
    """Return the string as it may appear in a URL, a form, JSON, a Basic header, HTML or CSV."""
    raw = text.encode("utf-8", "surrogatepass")
    if _is_unreserved(text):
        return {text, *_base64_encodings(raw)}
    encodings = {text, replace_unencodable(text), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    encodings |= {json.dumps(encoding)[1:-1] for encoding in encodings}
    encodings |= {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    encodings |= {encoding.lower() for encoding in (quote(raw, safe=""), quote_plus(raw)) if "%" in encoding}
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    encodings |= {
        escaped,
        escaped.replace('"', "&#34;").replace("'", "&#39;"),
        escaped.replace('"', "&quot;").replace("'", "&#x27;"),
    }
    encodings.add(text.replace('"', '""'))
    encodings |= _base64_encodings(raw)
    return {encoding for encoding in encodings if encoding}


def _base64_encodings(raw: bytes) -> set[str]:
    standard = base64.b64encode(raw).decode()
    url_safe = standard.translate(_URL_SAFE)
    return {standard, standard.rstrip("="), url_safe, url_safe.rstrip("=")}


_URL_SAFE = str.maketrans("+/", "-_")
_is_unreserved = re.compile(r"[A-Za-z0-9._~-]+").fullmatch
"""Match strings that no encoding changes except base64 (RFC 3986, section 2.3)."""


class Redactor:
    """Removes known secrets, email addresses and token-like strings from strings and JSON values."""

    def __init__(self, key: bytes, secrets: Iterable[Secret] = ()) -> None:
        self._key = key
        self._placeholders: dict[str, str] = {}
        self._secrets: list[Secret] = []
        self._prefixes: dict[int, dict[str, list[int]]] = {}
        self.add(*secrets)

    @property
    def key(self) -> bytes:
        """The key of the fingerprints."""
        return self._key

    def add(self, *secrets: Secret) -> None:
        """Add secrets to search for; those that are too short are ignored."""
        for secret in secrets:
            text = secret.reveal()
            if len(text) >= _MIN_SECRET_LENGTH and text not in self._placeholders:
                self._secrets.append(secret)
                placeholder = f"[{fingerprint(text, self._key)}]"
                for encoding in _encodings(text):
                    self._placeholders[encoding] = placeholder
                    if self._prefixes:
                        self._index(encoding)

    def _index(self, encoding: str) -> None:
        size = min(len(encoding), _PREFIX_LENGTH)
        if size not in self._prefixes:
            self._prefixes = dict(sorted({**self._prefixes, size: {}}.items(), reverse=True))
        lengths = self._prefixes[size].setdefault(encoding[:size], [])
        if len(encoding) not in lengths:
            lengths.append(len(encoding))
            lengths.sort(reverse=True)

    def with_secrets(self, *secrets: Secret) -> Redactor:
        """Return a copy that also knows these secrets."""
        redactor = Redactor(self._key)
        redactor._placeholders = dict(self._placeholders)
        redactor._secrets = list(self._secrets)
        redactor.add(*secrets)
        return redactor

    def has_secret(self, secret: Secret) -> bool:
        """Return whether the secret is known."""
        return secret.reveal() in self._placeholders

    def placeholder(self, secret: Secret) -> str:
        """Return the replacement for a secret: its fingerprint in brackets."""
        return self._placeholders.get(secret.reveal()) or f"[{secret.fingerprint(self._key)}]"

    def with_minimum_length(self, length: int) -> Redactor:
        """Return a redactor with the same key that knows only the secrets of at least this length."""
        return Redactor(self._key, (secret for secret in self._secrets if len(secret.reveal()) >= length))

    def redact_known(self, text: str) -> str:
        """Return the string without the known secrets."""
        if len(self._placeholders) <= _MAX_LINEAR_SEARCH and not any(map(text.__contains__, self._placeholders)):
            return text
        match = self._find_next(text, 0)
        if match is None:
            return text
        parts: list[str] = []
        end = 0
        while match is not None:
            start, length = match
            parts += (text[end:start], self._placeholders[text[start : start + length]])
            end = start + length
            match = self._find_next(text, end)
        return "".join((*parts, text[end:]))

    def redact_text(self, text: str) -> str:
        """Return the string without known secrets, token-like strings and email addresses."""
        text = _TOKEN.sub(self._replace_match, self.redact_known(text))
        return _EMAIL.sub(self._replace_match, text) if "@" in text else text

    def _find_next(self, text: str, start: int) -> tuple[int, int] | None:
        """Return position and length of the next known secret, the longest at its position.

        The cost is one lookup per position, not per secret, so that a run can have a hundred thousand secrets.
        """
        if not self._prefixes:
            for encoding in self._placeholders:
                self._index(encoding)
        sizes = self._prefixes.items()
        for position in range(start, len(text)):
            for size, prefixes in sizes:
                for length in prefixes.get(text[position : position + size], ()):
                    if text[position : position + length] in self._placeholders:
                        return position, length
        return None

    def redact_value(self, value: object) -> object:
        """Return a JSON value with every string and key redacted."""
        if isinstance(value, str):
            return self.redact_text(value)
        if isinstance(value, Mapping):
            return {
                self.redact_text(str(name)): self._fingerprint_value(item)
                if str(name).lower() in SECRET_NAMES and not _is_error_code(name, item)
                else self.redact_value(item)
                for name, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.redact_value(item) for item in value]
        return value

    def is_clean(self, text: str) -> bool:
        """Return whether the string has nothing to redact."""
        return not self.contains_secret(text) and self.find_suspect(text) is None

    def redact_response(self, value: object, name: str = "", *, clean: bool = False) -> object:
        """Return a JSON response in which only fields without personal data stay readable.

        Booleans and nulls are unchanged. Any other value is replaced with its fingerprint, unless its name is in
        ``HARMLESS_NAMES``; equal values have equal fingerprints.

        Args:
            clean: whether the text that the value was decoded from ``is_clean``.
        """
        if isinstance(value, dict):
            return {
                str(key) if clean else self.redact_text(str(key)): self.redact_response(
                    item, str(key).lower(), clean=clean
                )
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.redact_response(item, name, clean=clean) for item in value]
        if value is None or isinstance(value, bool):
            return value
        if name in HARMLESS_NAMES and not (name in SECRET_NAMES and isinstance(value, str)):
            redacted = str(value) if clean else self.redact_text(str(value))
            return redacted if isinstance(value, str) or redacted != str(value) else value
        return fingerprint(str(value), self._key)

    def contains_secret(self, text: str) -> bool:
        """Return whether the string contains a known secret in any encoding."""
        if len(self._placeholders) <= _MAX_LINEAR_SEARCH:
            return any(map(text.__contains__, self._placeholders))
        return self._find_next(text, 0) is not None

    def find_suspect(self, text: str) -> str | None:
        """Return ``token`` or ``email address`` if the string seems to contain one, else None."""
        if any(map(text.__contains__, _TOKEN_PARTS)) and _TOKEN.search(text):
            return "token"
        return "email address" if "@" in text and _EMAIL.search(text) else None

    def _replace_match(self, match: re.Match[str]) -> str:
        return f"[{fingerprint(match.group(), self._key)}]"

    def _fingerprint_value(self, value: object) -> object:
        if value is None or isinstance(value, bool):
            return value
        return fingerprint(json.dumps(value, default=str), self._key)


def _is_error_code(name: object, value: object) -> bool:
    """Return whether a field is an error number; ``code`` is an authorization code if it is a string."""
    return str(name).lower() == "code" and isinstance(value, int)
