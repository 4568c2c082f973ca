"""The interface of all sources: records with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct

from idp_checks.errors import ProfileError, UsageError
from idp_checks.profiles.profile import NormalizedProfile

__all__ = ["Place", "Record", "Source", "invalid_record", "read_profile"]


class Place(Struct, frozen=True):
    """The place of a record: the name of its source, and the line (from 1) or the index (from 0) in it."""

    name: str
    line: int | None = None
    index: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.name}, line {self.line}"
        return self.name if self.index is None else f"{self.name}, index {self.index}"


class Record(Struct, frozen=True):
    """A user record and its place."""

    profile: NormalizedProfile
    place: Place


class Source(Protocol):
    """A source of user records.

    An audit reads it more than once: it validates all records before it sends the first request.

    Attributes:
        name: the name shown in the evidence.
        digest: the SHA-256 of the bytes that the last complete reading read; None for sources without bytes.
    """

    name: str
    digest: str | None

    def records(self) -> Iterator[Record]:
        """Yield all records from the beginning.

        Raises:
            UsageError: the source cannot be read, or a record is not a valid profile.
        """


def read_profile(content: bytes | str | Mapping[str, Any], place: Place) -> NormalizedProfile:
    """Read a profile in Auth0's format.

    Raises:
        UsageError: the content is not a valid profile; names its place.
    """
    try:
        return NormalizedProfile.from_auth0(content)
    except ProfileError as error:
        raise invalid_record(place, error.problem, error.path) from None


def invalid_record(place: Place, problem: str, path: str = "$") -> UsageError:
    """Return the error for a record that is not a valid profile."""
    return UsageError(
        problem,
        where=f"{place}, {path}",
        remedy="fix or remove this record; it must be a user object exported from Auth0, with its identities",
    )
