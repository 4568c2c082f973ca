"""Secrets that do not show, and the one place that redacts.

A ``Secret`` prints as dots wherever it goes. Where a secret has to be recognised again, in evidence or in a cache, it
is named by its *fingerprint*: HMAC-SHA-256 under a key of the run, since a plain hash of a short value can be guessed.
A ``Redactor`` knows the secrets of a run and takes them out of any text or JSON value, in every spelling in which they
may turn up there.
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

__all__ = ["Redactor", "Secret", "new_key", "replace_unencodable"]

_DOTS = "••••"
_SHOWN = 16
"""Hex digits of a fingerprint that are shown: 64 bits, enough to tell the tokens of one run apart."""
_START = 8
"""Letters by which a known secret is looked up in a text."""
_FEW = 64
"""Spellings that are looked for one by one; of more, every place of a text is looked up instead."""
_SHORTEST = 6
"""Letters of the shortest secret that is looked for in texts: less is no token, and stands in any word."""

CREDENTIAL_NAMES = frozenset(
    (
        "access_token access_token_secret refresh_token id_token token token_secret oauth_token oauth_token_secret "
        "client_secret secret password authorization cookie set-cookie api_key apikey private_key "
        "host_key personal_meeting_url logout_url "
        "signed_access_token"
    ).split()
)
"""Names of members whose values are secret wherever they stand, in lower case."""

SECRET_NAMES = CREDENTIAL_NAMES | {"hashed_token", "token_last_eight", "code", "assertion"}
"""The same for what passes between us and an issuer, where a few more names stand for secrets or parts of them."""

HARMLESS_NAMES = frozenset(
    (
        "active status state ok error error_description error_code error_type error_uri reason code subcode "
        "error_subcode type token_type scope scopes granular_scopes client_id aud azp appid app_id audience issued_to "
        "iss exp iat nbf auth_time expires expires_at expires_in expires_in_seconds issued_at created_at authorized_at "
        "data_access_expires_at is_valid auth_type method access_type retry_after title is_transient "
        "email_verified documentation_url"
    ).split()
)
"""Names of members whose values say nothing about a person: they stay readable in a kept exchange."""

# An issuer may write what it likes into an answer: each pattern below looks at a run of letters only once, however it
# goes on, so that a megabyte of them takes no longer than any other.
_NAME = r"[^\s@\"'<>()\[\],;:=&/]"
_EMAIL = re.compile(rf"(?<!{_NAME}){_NAME}++@{_NAME}+\.{_NAME}+")
_TOKENISH = re.compile(
    r"(?<![\w-])(?=[\w-]++\.[\w-]{4})[\w-]*?\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}"
    r"|\bgh[opusr]_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bAtz[ar]\|\S{8,}|\bya29\.[\w-]{10,}"
)
_TOKEN_STARTS = ("eyJ", "gh", "xox", "Atz", "ya29")
"""One of these stands in every text that looks like a token."""


class Secret:
    """A text that must not show: in ``repr``, ``str``, formatting, comparison timing or a pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError("a secret is a text")
        self._text = text

    @classmethod
    def of(cls, value: Secret | str) -> Secret:
        """The value as a secret, whichever it was."""
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """The text itself; call it only where it leaves for its issuer."""
        return self._text

    def fingerprint(self, key: bytes) -> str:
        """A name for the secret, the same within one key: ``hmac-sha256:`` and 16 hex digits."""
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
        raise TypeError("a secret is not pickled")


def fingerprint(text: str, key: bytes) -> str:
    """HMAC-SHA-256 of the text, cut to 16 hex digits, with its method in front."""
    keyed = _keyed(key).copy()
    keyed.update(text.encode("utf-8", "surrogatepass"))
    return f"hmac-sha256:{keyed.hexdigest()[:_SHOWN]}"


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """HMAC-SHA-256 under the key, with nothing in it yet: half of the work, done once."""
    return hmac.new(key, digestmod="sha256")


def new_key() -> bytes:
    """A fresh fingerprint key for one run."""
    return _random.token_bytes(32)


def replace_unencodable(text: str) -> str:
    """The text, with a mark in place of what UTF-8 cannot hold: half of a surrogate pair."""
    return text.encode(errors="replace").decode()


def _spellings(text: str) -> set[str]:
    """The text as it may stand in a URL, a form, a JSON text, a Basic header, a web page or a table of cells."""
    raw = text.encode("utf-8", "surrogatepass")
    if _same_everywhere(text):
        return {text, *_in_base64(raw)}
    spelt = {text, replace_unencodable(text), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    spelt |= {json.dumps(each)[1:-1] for each in spelt}
    spelt |= {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    spelt |= {each.lower() for each in (quote(raw, safe=""), quote_plus(raw)) if "%" in each}
    marked = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spelt |= {
        marked,
        marked.replace('"', "&#34;").replace("'", "&#39;"),
        marked.replace('"', "&quot;").replace("'", "&#x27;"),
    }
    spelt.add(text.replace('"', '""'))
    spelt |= _in_base64(raw)
    return {each for each in spelt if each}


def _in_base64(raw: bytes) -> set[str]:
    usual = base64.b64encode(raw).decode()
    in_addresses = usual.translate(_ADDRESSES)
    return {usual, usual.rstrip("="), in_addresses, in_addresses.rstrip("=")}


_ADDRESSES = str.maketrans("+/", "-_")
_same_everywhere = re.compile(r"[A-Za-z0-9._~-]+").fullmatch
"""Texts that nobody has to spell otherwise (RFC 3986, section 2.3)."""


class Redactor:
    """Takes known secrets, e-mail addresses and all that looks like a token out of a text or a JSON value."""

    def __init__(self, key: bytes, known: Iterable[Secret] = ()) -> None:
        self._key = key
        self._names: dict[str, str] = {}
        self._known: list[Secret] = []
        self._starts: dict[int, dict[str, list[int]]] = {}
        self.add(*known)

    @property
    def key(self) -> bytes:
        """The key under which this redactor takes fingerprints."""
        return self._key

    def add(self, *known: Secret) -> None:
        """Know further secrets; those too short to be any are passed over."""
        for secret in known:
            text = secret.reveal()
            if len(text) >= _SHORTEST and text not in self._names:
                self._known.append(secret)
                name = f"[{fingerprint(text, self._key)}]"
                for spelling in _spellings(text):
                    self._names[spelling] = name
                    if self._starts:
                        self._index(spelling)

    def _index(self, spelling: str) -> None:
        size = min(len(spelling), _START)
        if size not in self._starts:
            self._starts = dict(sorted({**self._starts, size: {}}.items(), reverse=True))
        lengths = self._starts[size].setdefault(spelling[:size], [])
        if len(spelling) not in lengths:
            lengths.append(len(spelling))
            lengths.sort(reverse=True)

    def with_secrets(self, *known: Secret) -> Redactor:
        """Another redactor under the same key, which knows these secrets too."""
        other = Redactor(self._key)
        other._names = dict(self._names)
        other._known = list(self._known)
        other.add(*known)
        return other

    def has_secret(self, secret: Secret) -> bool:
        """Whether the secret is one of those that are known."""
        return secret.reveal() in self._names

    def placeholder(self, secret: Secret) -> str:
        """What stands in the place of a secret: its fingerprint, in brackets."""
        return self._names.get(secret.reveal()) or f"[{secret.fingerprint(self._key)}]"

    def with_minimum_length(self, least: int) -> Redactor:
        """Another redactor under the same key, which knows only the secrets of so many letters."""
        return Redactor(self._key, (each for each in self._known if len(each.reveal()) >= least))

    def redact_known(self, text: str) -> str:
        """The text without the known secrets."""
        if len(self._names) <= _FEW and not any(map(text.__contains__, self._names)):
            return text
        found = self._next(text, 0)
        if found is None:
            return text
        parts: list[str] = []
        done = 0
        while found is not None:
            at, length = found
            parts += (text[done:at], self._names[text[at : at + length]])
            done = at + length
            found = self._next(text, done)
        return "".join((*parts, text[done:]))

    def redact_text(self, text: str) -> str:
        """The text without secrets and addresses."""
        text = _TOKENISH.sub(self._mask, self.redact_known(text))
        return _EMAIL.sub(self._mask, text) if "@" in text else text

    def _next(self, text: str, start: int) -> tuple[int, int] | None:
        """Where the next known secret stands and how long it is; the longest of those that begin there.

        One look per place and not one per secret, so that a run may know a hundred thousand of them.
        """
        if not self._starts:
            for spelling in self._names:
                self._index(spelling)
        sizes = self._starts.items()
        for at in range(start, len(text)):
            for size, starts in sizes:
                for length in starts.get(text[at : at + size], ()):
                    if text[at : at + length] in self._names:
                        return at, length
        return None

    def redact_value(self, value: object) -> object:
        """A JSON value without secrets: every text and every key of it is redacted."""
        if isinstance(value, str):
            return self.redact_text(value)
        if isinstance(value, Mapping):
            return {
                self.redact_text(str(name)): self._masked(member)
                if str(name).lower() in SECRET_NAMES and not _harmless_code(name, member)
                else self.redact_value(member)
                for name, member in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.redact_value(member) for member in value]
        return value

    def is_clean(self, text: str) -> bool:
        """Whether there is nothing to take out of a text."""
        return not self.contains_secret(text) and self.find_suspect(text) is None

    def redact_response(self, value: object, name: str = "", *, clean: bool = False) -> object:
        """A JSON answer as it may be kept: only members that say nothing about a person stay readable.

        Booleans and nulls stay as they are; every other value under a name that is not known to be harmless becomes
        its fingerprint, so that equal values are still seen to be equal. ``clean`` says that the text which the value
        was read from is ``clean``.
        """
        if isinstance(value, dict):
            return {
                str(key) if clean else self.redact_text(str(key)): self.redact_response(member, str(key).lower(), clean=clean)
                for key, member in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.redact_response(member, name, clean=clean) for member in value]
        if value is None or isinstance(value, bool):
            return value
        if name in HARMLESS_NAMES and not (name in SECRET_NAMES and isinstance(value, str)):
            shown = str(value) if clean else self.redact_text(str(value))
            return shown if isinstance(value, str) or shown != str(value) else value
        return fingerprint(str(value), self._key)

    def contains_secret(self, text: str) -> bool:
        """Whether a known secret stands in the text, in any spelling."""
        if len(self._names) <= _FEW:
            return any(map(text.__contains__, self._names))
        return self._next(text, 0) is not None

    def find_suspect(self, text: str) -> str | None:
        """What in the text looks as if it must not be there: ``token`` or ``e-mail address``; None if nothing does."""
        if any(map(text.__contains__, _TOKEN_STARTS)) and _TOKENISH.search(text):
            return "token"
        return "e-mail address" if "@" in text and _EMAIL.search(text) else None

    def _mask(self, found: re.Match[str]) -> str:
        return f"[{fingerprint(found.group(), self._key)}]"

    def _masked(self, value: object) -> object:
        return (
            value
            if value is None or isinstance(value, bool)
            else fingerprint(json.dumps(value, default=str), self._key)
        )


def _harmless_code(name: object, member: object) -> bool:
    """``code`` is an error number at many issuers and an authorization code at others: numbers stay."""
    return str(name).lower() == "code" and isinstance(member, int)
