"""Create the sources for the inputs of an audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, cast

from idp_checks.audits.sources.files import ProfileFile
from idp_checks.audits.sources.memory import Profile, ProfileList
from idp_checks.audits.sources.records import Source
from idp_checks.errors import UsageError
from idp_checks.profiles.profile import NormalizedProfile

__all__ = ["SourceInput", "create_sources"]

SourceInput: TypeAlias = str | PathLike[str] | Profile | Source
"""A path, a profile (ours, or an object in Auth0's format), or a source."""


def create_sources(inputs: SourceInput | Iterable[SourceInput]) -> tuple[Source, ...]:
    """Create one source per path and one source for all profiles.

    Raises:
        UsageError: the inputs are empty or of an unsupported type.
    """
    is_single = isinstance(inputs, str | PathLike | Mapping | NormalizedProfile) or not isinstance(inputs, Iterable)
    items: list[Any] = [inputs] if is_single else list(cast("Iterable[SourceInput]", inputs))
    sources: list[Source] = []
    profiles: list[Profile] = []
    for item in items:
        if isinstance(item, NormalizedProfile | Mapping):
            profiles.append(item)
        elif isinstance(item, str | PathLike):
            sources.append(ProfileFile(Path(item)))
        elif hasattr(item, "records"):
            sources.append(item)
        else:
            raise UsageError(
                f"cannot read identities from a value of type {type(item).__name__}",
                where="profiles",
                remedy="pass paths, profiles or sources",
            )
    if profiles:
        sources.append(ProfileList(profiles))
    if not sources:
        raise UsageError("no source of identities", where="profiles", remedy="pass a file of profiles, or profiles")
    return tuple(sources)
