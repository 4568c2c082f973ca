"""Where identities come from.

A source gives ``Record``s: a normalised profile and the place it stands at. It can be read more than once, so that an
audit knows that all of it is sound before it asks anybody anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from msgspec import Struct

from idp_checks.errors import ProfileError, UsageError
from idp_checks.profiles.profile import NormalizedProfile

__all__ = ["Given", "Place", "Profiles", "Record", "Source", "sources"]


class Place(Struct, frozen=True):
    """Where a record stands: a file or a name, and the line (from 1) or the index (from 0) in it."""

    name: str
    line: int | None = None
    index: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.name}, line {self.line}"
        return self.name if self.index is None else f"{self.name}, index {self.index}"


class Record(Struct, frozen=True):
    """One user record and its place."""

    profile: NormalizedProfile
    place: Place


class Source(Protocol):
    """A source of identities; ``digest`` is the SHA-256 of what the last whole reading read, where there are bytes."""

    name: str
    digest: str | None

    def records(self) -> Iterator[Record]:
        """All records, from the first; may be asked for again.

        Raises:
            UsageError: the source cannot be read, or a record of it is no profile; names place and remedy.
        """


Profile: TypeAlias = NormalizedProfile | Mapping[str, Any]
Given: TypeAlias = str | PathLike[str] | Profile | Source
"""A path, a profile (ours, or an object in the shape of Auth0's), or a source."""


class Profiles:
    """Profiles that are already in memory."""

    digest: str | None = None

    def __init__(self, profiles: Iterable[Profile], name: str = "profiles") -> None:
        self.name = name
        self._profiles = tuple(profiles)

    def records(self) -> Iterator[Record]:
        """All records, from the first."""
        for index, profile in enumerate(self._profiles):
            place = Place(self.name, index=index)
            yield Record(profile if isinstance(profile, NormalizedProfile) else read(profile, place), place)


def sources(given: Given | Iterable[Given]) -> tuple[Source, ...]:
    """The sources meant by paths, profiles and sources, one or many; profiles beside each other are one source.

    Raises:
        UsageError: something else was given, or nothing.
    """
    from idp_checks.audits.sources.files import File

    one = isinstance(given, str | PathLike | Mapping | NormalizedProfile) or not isinstance(given, Iterable)
    each_given: list[Any] = [given] if one else list(cast("Iterable[Given]", given))
    found: list[Source] = []
    profiles: list[Profile] = []
    for each in each_given:
        if isinstance(each, NormalizedProfile | Mapping):
            profiles.append(each)
        elif isinstance(each, str | PathLike):
            found.append(File(Path(each)))
        elif hasattr(each, "records"):
            found.append(each)
        else:
            raise UsageError(
                f"a {type(each).__name__} is no source of identities", remedy="give paths, profiles or sources"
            )
    if profiles:
        found.append(Profiles(profiles))
    if not found:
        raise UsageError("there is no source of identities", remedy="give a file of profiles, or profiles")
    return tuple(found)


def read(profile: bytes | str | Mapping[str, Any], place: Place) -> NormalizedProfile:
    """A profile in the shape of Auth0's, or an error that names its place.

    Raises:
        UsageError: it is none.
    """
    try:
        return NormalizedProfile.from_auth0(profile)
    except ProfileError as error:
        raise broken(place, error.problem, error.path) from None


REMEDY = "mend or remove this record: a user as Auth0 exports it, one object with its identities"


def broken(place: Place, problem: str, path: str = "$") -> UsageError:
    """A record that is no profile."""
    return UsageError(problem, where=f"{place}, {path}", remedy=REMEDY)
