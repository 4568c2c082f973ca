"""Judge of ``picture`` (N5)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from idp_checks.conformance.case import Case
from idp_checks.conformance.claim_values import is_absolute_url, unambiguous_email
from idp_checks.conformance.json_values import scalars_in, strings_in
from idp_checks.profiles.profile import Claims, is_web_url

__all__ = ["judge_picture"]


def judge_picture(case: Case, claims: Claims, profile: Mapping[str, Any]) -> Iterator[str]:
    """Judge ``picture`` by N5.

    Any picture that the provider sends is accepted. The hash in a Gravatar URL may be MD5 or SHA-256.
    """
    picture = profile.get("picture")
    if case.shape is None or not isinstance(picture, str):
        return
    if not is_absolute_url(picture):
        yield "picture is not an absolute http or https URL"
        return
    provider_picture = (claims.picture or "").strip()
    if is_absolute_url(provider_picture):
        if not _is_from_provider(picture, provider_picture, case):
            yield "picture is not the provider's picture"
        return
    if not _is_gravatar(picture):
        yield "picture is not a Gravatar although the provider sends no valid picture"
    elif (email := unambiguous_email(claims)) and not any(digest in picture for digest in _email_digests(email)):
        yield "picture is not the Gravatar of the email address (its MD5 or SHA-256, trimmed and lowercase)"


def _is_from_provider(picture: str, provider_picture: str, case: Case) -> bool:
    """Whether a picture is sent by the provider, or has a URL built from values that the provider sends."""
    fields = msgspec.to_builtins(case.shape)
    strings = {string.strip() for string in strings_in(fields)}
    if picture == provider_picture or picture in strings:
        return True
    if provider_picture not in strings and _is_same_picture(picture, provider_picture, set(scalars_in(fields))):
        return True
    return _is_gravatar(picture) and not is_web_url(provider_picture)


def _is_same_picture(picture: str, provider_picture: str, values: set[str]) -> bool:
    """Whether a picture is the one at a URL built from the provider's values, in another size or format.

    Both paths are the same up to the last value that the provider sent, such as a hash; if there is no such value, they
    differ in the extension only. A picture that is not a GIF is not animated, so it has no GIF version.
    """
    url, base = urlsplit(picture), urlsplit(provider_picture)
    if url.hostname != base.hostname or (url.path.endswith(".gif") and not base.path.endswith(".gif")):
        return False
    ends = [match.end() for value in values if (match := re.search(rf"/{re.escape(value)}(?=[/.]|$)", base.path))]
    stem = base.path[: max(ends)] if ends else re.sub(r"\.[^./]*$", "", base.path)
    rest = url.path.removeprefix(stem)
    return url.path.startswith(stem) and (rest == "" or rest[0] == "." or (bool(ends) and rest[0] == "/"))


def _is_gravatar(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "gravatar.com" or host.endswith(".gravatar.com")


def _email_digests(email: str) -> tuple[str, str]:
    seed = email.strip().lower().encode()
    return hashlib.md5(seed, usedforsecurity=False).hexdigest(), hashlib.sha256(seed).hexdigest()
