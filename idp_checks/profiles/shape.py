"""Building blocks of raw models: field types with a meaning, and the ``Shape`` base class.

The meaning of each type is in ``Meta.extra["means"]``; the Hypothesis strategies generate values by meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta, Struct

from idp_checks.profiles.profile import Claims, is_email

__all__ = [
    "Email",
    "Flag",
    "Id",
    "Json",
    "Name",
    "NumberId",
    "Path",
    "Shape",
    "String",
    "StringFlag",
    "Url",
    "Username",
    "bool_or_none",
    "first_nonblank",
    "pick_email",
    "string_flag",
]

Path: TypeAlias = tuple[str | int, ...]
"""The location of a field: names and list positions from the outermost in. A name may be a URL."""

Id = Annotated[int | str, Meta(extra={"means": "id"})]
"""A stable identifier: a string or an integer, never a float. Both spellings give the same user."""
NumberId = Annotated[int | str, Meta(extra={"means": "number-id"})]
"""An identifier documented as an integer: an integer, or its decimal digits."""
String = Annotated[str | None, Meta(extra={"means": "string"})]
"""Any string."""
Name = Annotated[str | None, Meta(extra={"means": "name"})]
"""A person's name, or a part of it."""
Username = Annotated[str | None, Meta(extra={"means": "username"})]
"""A username: unique at one time, but changeable."""
Email = Annotated[str | None, Meta(extra={"means": "email"})]
"""An email address; the string may be invalid."""
Url = Annotated[str | None, Meta(extra={"means": "url"})]
"""A URL; the string may be invalid."""
Flag = Annotated[Any, Meta(extra={"means": "flag"})]
"""A boolean; values of any other type are accepted and count as missing."""
StringFlag = Annotated[Any, Meta(extra={"means": "string-flag"})]
"""A boolean, or one of the documented strings ``"true"`` and ``"false"``."""
Json = Annotated[Any, Meta(extra={"means": "json"})]
"""Any JSON value."""


class Shape(Struct, gc=False):
    """A raw profile as a provider sends it, and its meaning.

    A shape declares only the fields that are used; all others are ignored in decoding and never cause an error. A field
    that may be missing has a default.

    Attributes:
        subject: the location of the stable identifier.
        vouched_by: the location of the field by which the provider vouches for the email address; None if it never
            does.
    """

    subject: ClassVar[Path] = ("id",)
    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        """Return the claims of this response, given the decoded responses of additional calls by name."""
        raise NotImplementedError


def bool_or_none(value: object) -> bool | None:
    """Return a boolean unchanged, and None for everything else."""
    return value if isinstance(value, bool) else None


def string_flag(value: object) -> bool | None:
    """Return a boolean, or the string ``true`` or ``false``, as a boolean, and None for everything else."""
    if isinstance(value, bool):
        return value
    return True if value == "true" else False if value == "false" else None


def first_nonblank(*values: str | None) -> str | None:
    """Return the first string that is not blank."""
    for value in values:
        if value and not value.isspace():
            return value
    return None


def pick_email(entries: Iterable[tuple[str | None, bool, bool | None]]) -> tuple[str | None, bool | None]:
    """Pick one of several email addresses, and return it with its own flag.

    The order of preference is: primary and verified, verified, primary, first. Invalid addresses are ignored.

    Args:
        entries: the address, whether it is primary, and whether the provider vouches for it.
    """
    candidates = [
        (email.strip(), primary, verified) for email, primary, verified in entries if email and is_email(email.strip())
    ]
    if not candidates:
        return None, None
    address, _, verified = min(
        candidates, key=lambda entry: (not (entry[1] and entry[2] is True), entry[2] is not True, not entry[1])
    )
    return address, verified
