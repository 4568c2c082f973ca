"""Convert raw profiles to JSON text, and decoding errors to ``ProfileError``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from idp_checks.errors import ProfileError
from idp_checks.profiles.jsontext import decode_text, parse_json, replace_surrogates

__all__ = ["MISSING", "encode_json", "explain_decoding_error", "read_text", "reencode"]

MISSING = "missing"
"""The problem of a required field that is absent."""


def read_text(raw: object, unwrap: Callable[[str], str] | None) -> str:
    """Return a response as JSON text, taken out of its wrapping.

    Raises:
        ProfileError: the response is neither text nor a JSON value.
    """
    text = decode_text(raw) if isinstance(raw, bytes | str) else encode_json(raw)
    return text if unwrap is None else unwrap(text)


def reencode(text: str) -> str:
    """Return JSON text with exact numbers and without lone surrogates.

    Raises:
        ProfileError: the text is not JSON.
    """
    return msgspec.json.encode(parse_json(text)).decode()


def encode_json(raw: object) -> str:
    """Return a parsed response as JSON text, with lone surrogates replaced.

    Raises:
        ProfileError: the response is not an object or a list, or JSON cannot represent a value in it.
    """
    if not isinstance(raw, Mapping | list):
        raise ProfileError("expected JSON as bytes or str, or an object")
    try:
        return msgspec.json.encode(raw).decode()
    except UnicodeEncodeError:
        return encode_json(replace_surrogates(raw))
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ProfileError("contains a value that JSON cannot represent") from None


def explain_decoding_error(error: BaseException) -> ProfileError:
    """Return a decoding error as a ``ProfileError``: the path inside the document, without the value."""
    if isinstance(error, RecursionError):
        return ProfileError("nested too deeply")
    problem, _, path = str(error).partition(" - at `")
    path = path.rstrip("`") or "$"
    if isinstance(error, msgspec.ValidationError):
        if problem.startswith("Object missing required field `"):
            return ProfileError(MISSING, path=f"{path}.{problem.split('`')[1]}")
        return ProfileError(problem.replace("`", "").replace("Expected", "expected", 1), path=path)
    return ProfileError(f"not JSON ({problem})", path=path)
