"""Profiles in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from idp_checks.audits.sources.records import Place, Record, read_profile
from idp_checks.profiles.profile import NormalizedProfile

__all__ = ["Profile", "ProfileList"]

Profile: TypeAlias = NormalizedProfile | Mapping[str, Any]
"""A profile: an instance of our class, or an object in Auth0's format."""


class ProfileList:
    """A source of profiles that are already in memory."""

    digest: str | None = None

    def __init__(self, profiles: Iterable[Profile], name: str = "profiles") -> None:
        self.name = name
        self._profiles = tuple(profiles)

    def records(self) -> Iterator[Record]:
        """Yield all records from the beginning."""
        for index, profile in enumerate(self._profiles):
            place = Place(self.name, index=index)
            yield Record(profile if isinstance(profile, NormalizedProfile) else read_profile(profile, place), place)
