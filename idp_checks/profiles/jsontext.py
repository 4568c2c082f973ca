"""Strict JSON reading: exact numbers, no lone surrogates."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from idp_checks.errors import ProfileError
from idp_checks.secret import CREDENTIAL_NAMES


def decode_text(raw: bytes | str) -> str:
    """The text of a JSON answer; bytes are UTF-8 (RFC 8259, section 8.1), a leading byte order mark is passed over.

    Raises:
        ProfileError: the bytes are not UTF-8.
    """
    if not isinstance(raw, str):
        try:
            raw = str(raw, "utf-8")
        except UnicodeDecodeError as error:
            raise ProfileError(f"not UTF-8 (byte {error.start})") from None
        except TypeError:
            raise ProfileError("expected JSON as bytes or text, or an object") from None
    return raw.removeprefix("\ufeff")


def parse_json(text: str) -> Any:
    """Any JSON text as Python values: numbers exact, half surrogates replaced.

    Raises:
        ProfileError: the text is not JSON.
    """
    try:
        value = json.loads(text, parse_int=_exact, parse_float=_finite, parse_constant=_refuse)
    except ValueError as error:
        at = f" (character {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
        raise ProfileError(f"not JSON{at}") from None
    except RecursionError:
        raise ProfileError("nested too deeply") from None
    return replace_surrogates(value)


def replace_surrogates(value: Any) -> Any:
    """The value with every half surrogate replaced by U+FFFD, so that every text of it can be written as UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {replace_surrogates(name): replace_surrogates(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [replace_surrogates(member) for member in value]
    return value


def drop_secrets(value: Any) -> Any:
    """The value without the members that hold secrets by their names."""
    if isinstance(value, Mapping):
        return {
            name: drop_secrets(member)
            for name, member in value.items()
            if not (isinstance(name, str) and name.lower() in CREDENTIAL_NAMES and isinstance(member, str | Mapping))
        }
    if isinstance(value, list | tuple):
        return [drop_secrets(member) for member in value]
    return value


def _exact(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # more digits than Python turns into a number
        return digits


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse(constant: str) -> None:
    raise ValueError(constant)
