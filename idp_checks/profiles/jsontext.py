"""Strict JSON reading: exact numbers, no lone surrogates."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from idp_checks.errors import ProfileError
from idp_checks.secret import CREDENTIAL_NAMES

__all__ = ["decode_text", "drop_secrets", "parse_json", "reject_constant", "replace_surrogates"]


def decode_text(raw: bytes | str) -> str:
    """Decode JSON text from UTF-8 (RFC 8259, section 8.1), without its byte order mark.

    Raises:
        ProfileError: the bytes are not UTF-8.
    """
    if not isinstance(raw, str):
        try:
            raw = str(raw, "utf-8")
        except UnicodeDecodeError as error:
            raise ProfileError(f"not UTF-8 (byte {error.start})") from None
        except TypeError:
            raise ProfileError("expected JSON as bytes or str, or an object") from None
    return raw.removeprefix("\ufeff")


def parse_json(text: str) -> Any:
    """Parse JSON into Python values, with exact numbers and lone surrogates replaced.

    Raises:
        ProfileError: the text is not JSON.
    """
    try:
        value = json.loads(text, parse_int=_parse_int, parse_float=_parse_float, parse_constant=reject_constant)
    except ValueError as error:
        position = f" (character {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
        raise ProfileError(f"not JSON{position}") from None
    except RecursionError:
        raise ProfileError("nested too deeply") from None
    return replace_surrogates(value)


def replace_surrogates(value: Any) -> Any:
    """Replace every lone surrogate with U+FFFD, so that every string can be encoded as UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {replace_surrogates(name): replace_surrogates(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [replace_surrogates(item) for item in value]
    return value


def drop_secrets(value: Any) -> Any:
    """Return the value without the fields that have the name of a credential."""
    if isinstance(value, Mapping):
        return {name: drop_secrets(item) for name, item in value.items() if not _is_credential(name, item)}
    if isinstance(value, list | tuple):
        return [drop_secrets(item) for item in value]
    return value


def _is_credential(name: object, value: object) -> bool:
    return isinstance(name, str) and name.lower() in CREDENTIAL_NAMES and isinstance(value, str | Mapping)


def _parse_int(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # Python limits the number of digits it converts
        return digits


def _parse_float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def reject_constant(constant: str) -> None:
    """Reject ``NaN`` and ``Infinity``, which are not JSON.

    Raises:
        ValueError: always.
    """
    raise ValueError(constant)
