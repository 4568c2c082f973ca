"""The errors of this package.

All are subclasses of ``IdpChecksError``:

- ``ProfileError``: the input is not a profile of this provider.
- ``UnknownProvider``: no provider has that name; also a ``LookupError``.
- ``UsageError``: the request cannot be carried out; the message names the place and the remedy.
- ``RecordingError``: a fixture file is invalid.
- ``EvidenceError``: evidence could not be written, read or verified.

A bad token or a wrong profile found by a check is a result, not an error. No message contains a value from the input,
since the input may contain secrets and personal data.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "EvidenceError",
    "IdpChecksError",
    "ProfileError",
    "RecordingError",
    "UnknownProvider",
    "UsageError",
    "json_path",
    "missing_extra",
]

EXTRAS = {
    "aiohttp": "audit",
    "httpx_aiohttp": "audit",
    "rfc8785": "audit",
    "starlette": "issuers",
    "uvicorn": "issuers",
    "ipywidgets": "notebooks",
    "IPython": "notebooks",
    "social_core": "social-auth",
    "allauth": "allauth",
    "django": "allauth",
}
"""Modules of optional dependencies, with the extra that installs each."""


def json_path(path: Iterable[str | int]) -> str:
    """Return a sequence of names and list positions as a JSON path: ``$.data[0].id``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


class IdpChecksError(Exception):
    """Base class of all errors of this package; not a ``ValueError``, so that nobody catches it by accident."""


class ProfileError(IdpChecksError):
    """The input is not a profile of the provider.

    Attributes:
        problem: the problem in words, without the value.
        path: its location in the input as a JSON path (``$.emails[0].verified``).
        provider: the provider's name.
    """

    def __init__(self, problem: str, *, path: str = "$", provider: str | None = None) -> None:
        super().__init__(problem, path, provider)
        self.problem = problem
        self.path = path
        self.provider = provider

    def __str__(self) -> str:
        location = f"{self.provider}: {self.path}" if self.provider else self.path
        return f"{location}: {self.problem}"


class UnknownProvider(IdpChecksError, LookupError):  # noqa: N818 - a public name
    """No provider has this name.

    Attributes:
        name: the name.
        near: similar names.
    """

    def __init__(self, name: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(name, near)
        self.name = name
        self.near = near

    def __str__(self) -> str:
        hint = f"did you mean {' or '.join(self.near)}?" if self.near else "`idp-checks providers` lists them"
        return f"unknown provider {self.name!r}: {hint}"


class UsageError(IdpChecksError):
    """The request cannot be carried out.

    Attributes:
        problem: the problem in words.
        where: the option, file or field with the problem.
        remedy: a way to solve it.
    """

    def __init__(self, problem: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(problem, where, remedy)
        self.problem = problem
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{text}; {self.remedy}" if self.remedy else text


class RecordingError(IdpChecksError):
    """A recording is not in the required format."""


class EvidenceError(IdpChecksError):
    """Evidence could not be written, read or verified."""


def missing_extra(error: ModuleNotFoundError, extra: str | None = None) -> UsageError | None:
    """Return the error that names the extra to install; None if the module belongs to no extra.

    Args:
        extra: an extra that includes the extra of the module.
    """
    module = (error.name or "").partition(".")[0]
    if module not in EXTRAS:
        return None
    return UsageError(f"{module} is not installed", remedy=f"run: pip install 'idp-checks[{extra or EXTRAS[module]}]'")
