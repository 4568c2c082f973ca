"""The building blocks of raw models: what a provider sends, as types with a meaning.

A raw profile is a ``Shape``: an ``msgspec.Struct`` that names only the members that are used; all others are passed
over in decoding and never fail. A member that is not always there has a default. The meaning of a type is named once,
here, in ``Meta.extra["means"]``; the strategies know how to generate each meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta, Struct

from idp_checks.profiles.profile import Claims, is_email

__all__ = [
    "Email",
    "Flag",
    "Username",
    "Id",
    "Json",
    "Name",
    "NumberId",
    "Path",
    "Shape",
    "String",
    "StringFlag",
    "Url",
    "pick_email",
    "first_nonblank",
    "bool_or_none",
    "string_flag",
]

Path: TypeAlias = tuple[str | int, ...]
"""Where a member stands: names and list positions, from the outside in. A name may itself be a web address."""

Id = Annotated[int | str, Meta(extra={"means": "id"})]
"""A stable identifier: a text or an integer, never a float. Both spellings give the same user."""
NumberId = Annotated[int | str, Meta(extra={"means": "number-id"})]
"""The same where the provider documents an integer: as one, or as its decimal digits."""
String = Annotated[str | None, Meta(extra={"means": "text"})]
"""Any text."""
Name = Annotated[str | None, Meta(extra={"means": "name"})]
"""A person's name, or a part of it."""
Username = Annotated[str | None, Meta(extra={"means": "handle"})]
"""A username: unique at one time, changeable over time."""
Email = Annotated[str | None, Meta(extra={"means": "email"})]
"""An e-mail address, or what stands in its place."""
Url = Annotated[str | None, Meta(extra={"means": "web"})]
"""A web address, or what stands in its place."""
Flag = Annotated[Any, Meta(extra={"means": "flag"})]
"""A statement true or false; anything else that may stand here says nothing, so any type is let in."""
StringFlag = Annotated[Any, Meta(extra={"means": "text-flag"})]
"""The same at a provider that documents the texts ``"true"`` and ``"false"`` beside the booleans."""
Json = Annotated[Any, Meta(extra={"means": "json"})]
"""Whatever a provider sends here: read with care."""


class Shape(Struct, gc=False):
    """What a provider sends about a user, and what it means.

    Attributes:
        subject: where the stable identifier stands.
        vouched_by: where the member stands by which the provider vouches for the e-mail address; None where it never
            does.
    """

    subject: ClassVar[Path] = ("id",)
    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        """What this answer says, with the decoded answers of further calls by their names."""
        raise NotImplementedError


def bool_or_none(value: object) -> bool | None:
    """The boolean, or None for everything else."""
    return value if isinstance(value, bool) else None


def string_flag(value: object) -> bool | None:
    """The boolean, also when written as the text ``true`` or ``false``; None for everything else."""
    if isinstance(value, bool):
        return value
    return True if value == "true" else False if value == "false" else None


def first_nonblank(*texts: str | None) -> str | None:
    """The first text that is not blank."""
    for text in texts:
        if text and not text.isspace():
            return text
    return None


def pick_email(listed: Iterable[tuple[str | None, bool, bool | None]]) -> tuple[str | None, bool | None]:
    """Of several addresses the one to use, with its own flag.

    Args:
        listed: address, whether it is the primary one, whether the provider vouches for it.

    The primary one if verified, then any verified one, then the primary one, then the first; what is no address is
    passed over.
    """
    usable = [
        (each.strip(), primary, verified) for each, primary, verified in listed if each and is_email(each.strip())
    ]
    if not usable:
        return None, None
    address, _, verified = min(
        enumerate(usable),
        key=lambda numbered: (
            not (numbered[1][1] and numbered[1][2] is True),
            numbered[1][2] is not True,
            not numbered[1][1],
            numbered[0],
        ),
    )[1]
    return address, verified
