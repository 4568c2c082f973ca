"""Check that a stored profile contains no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, passed, undecided
from idp_checks.checks.paths import iterate_strings
from idp_checks.checks.token_form import is_distinctive
from idp_checks.checks.trials import LIST_LIMIT
from idp_checks.errors import json_path
from idp_checks.profiles.profile import STANDARD
from idp_checks.profiles.shape import Path
from idp_checks.secret import CREDENTIAL_NAMES

__all__: list[str] = []

MINIMUM_TOKEN_LENGTH = 16
"""Minimum length of a string that is recognized as a token by its form, or searched for inside other strings."""
_TOKEN_FORMS = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*|\bgh[opusr]_\w{16,}|\bgithub_pat_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bAtz[ar]\|\S{8,}"
    r"|\bya29\.[\w-]{16,}|\bEAA\w{24,}|\bAKIA[0-9A-Z]{16}\b|\b[sr]k_live_\w{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""Well-known forms of tokens and keys."""
_SIGNATURE_PARAMETERS = frozenset({"x-amz-signature", "x-goog-signature", "x-amz-security-token"})
"""Query parameters of signed URLs."""
_SEPARATORS = re.compile(r"[\s\"'<>?&=#,;]+")


@evaluates("IDP-PRF-010")
def check_no_secret(context: IdentityContext) -> CheckOutcome:
    """Check that the stored profile contains no secret.

    A string is a secret if it contains a known secret, has the form of a token, or has the field name of a secret.
    """
    pattern = context.provider.token.pattern if context.provider is not None else None
    form = re.compile(pattern) if pattern is not None and is_distinctive(pattern) else None
    places = []
    for path, text in _iterate_profile(context):
        kind = _classify_secret(context, path, text, form)
        if kind is not None:
            places.append({"place": json_path(path), "kind": kind})
    if places:
        return failed(f"The profile contains secrets at {len(places)} places.", places=places[:LIST_LIMIT])
    if form is None and (context.provider is None or context.provider.token.form != "jwt"):
        return undecided("no_data", "No secret was found, but the form of this provider's tokens is unknown.")
    return passed("No secret was found in the profile.")


def _iterate_profile(context: IdentityContext) -> Iterator[tuple[Path, str]]:
    """Iterate over every stored string and field name of the identity, with its path."""
    if context.is_primary:
        for name in STANDARD:
            yield from iterate_strings(getattr(context.record, name), (name,))
        yield from _iterate_with_names(context.record.source, ())
    if context.identity.profile_data is not None:
        path = ("identities", _identity_index(context), "profileData")
        yield from _iterate_with_names(context.identity.profile_data, path)


def _identity_index(context: IdentityContext) -> int:
    identities = context.record.identities
    return identities.index(context.identity) if context.identity in identities else 0


def _iterate_with_names(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Iterate over strings and field names; a name has the path of its object."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield path, str(name)
            yield from _iterate_with_names(item, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _iterate_with_names(item, (*path, index))
    else:
        yield from iterate_strings(value, path)


def _classify_secret(context: IdentityContext, path: Path, text: str, form: re.Pattern[str] | None) -> str | None:
    """Return why a string counts as a secret; None if it does not."""
    values = (secret.reveal() for secret in context.secrets)
    if any(len(value) >= MINIMUM_TOKEN_LENGTH // 2 and value in text for value in values):
        return "a known secret"
    if context.redactor.contains_secret(text):
        return "a known secret"
    if path and str(path[-1]).lower() in CREDENTIAL_NAMES and text.strip():
        return "by its field name"
    if _TOKEN_FORMS.search(text):
        return "a token by its form"
    if form is not None and any(
        len(word) >= MINIMUM_TOKEN_LENGTH and form.fullmatch(word) for word in _SEPARATORS.split(text)
    ):
        return "a token of this provider by its form"
    if "://" in text and any(name.lower() in CREDENTIAL_NAMES | _SIGNATURE_PARAMETERS for name in _query_names(text)):
        return "a URL that contains a secret"
    return None


def _query_names(url: str) -> list[str]:
    """Return the names of the non-empty parameters in a URL's query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    return [name for name, _ in parse_qsl(f"{parts.query}&{parts.fragment}")]
