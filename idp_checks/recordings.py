"""Recordings: what providers and issuers answered, one file per case, with its provenance and what it means.

``fixtures/{provider}/profile/{case}.json`` holds ``raw`` (or ``body``, the exact text, where bytes matter), the answers
of further calls in ``also``, and ``normalized`` (the standard properties that it means) or ``error`` (the path of the
member at fault).

``fixtures/{provider}/debug/{case}.json`` holds one ``exchange`` with the debug endpoint and the ``introspection`` it
means, seen at ``introspection.asked_at``. For signed tokens ``token`` holds header and claims in place of an answer.
In requests ``{token}``, ``{client_id}`` and ``{client_secret}`` stand for what was sent; ``credentials`` holds what
else the caller gave, such as the tenant's host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from idp_checks.errors import RecordingError

__all__ = ["DebugRecording", "ProfileRecording", "Provenance", "debug", "folder", "full", "played", "profiles"]


class Provenance(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a case comes from.

    ``recorded`` from a live answer, ``documented`` in its shape by the provider's page, ``synthetic`` otherwise. Values
    are made up in all but recorded ones, which are redacted.
    """

    kind: Literal["documented", "recorded", "synthetic"]
    source: str
    date: str


class ProfileRecording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a provider sent about a user, and the profile that it means."""

    note: str
    provenance: Provenance
    raw: Any = UNSET
    body: str | UnsetType = UNSET
    also: dict[str, Any] = {}
    normalized: dict[str, Any] | UnsetType = UNSET
    error: str | UnsetType = UNSET
    provider: str = ""
    case: str = ""

    @property
    def text(self) -> str:
        """The answer's body."""
        return json.dumps(self.raw) if isinstance(self.body, UnsetType) else self.body


class Answered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recorded answer: ``json``, or ``body`` where the exact text matters."""

    status: int
    headers: dict[str, str] = {}
    json: Any = UNSET
    body: str | UnsetType = UNSET

    @property
    def text(self) -> str:
        """The body as it came."""
        if not isinstance(self.body, UnsetType):
            return self.body
        return "" if isinstance(self.json, UnsetType) else json.dumps(self.json)


class Recorded(Struct, frozen=True, forbid_unknown_fields=True):
    """A question and its answer."""

    request: dict[str, Any]
    response: Answered


class Signed(Struct, frozen=True, forbid_unknown_fields=True):
    """Header and claims of a signed token; whoever plays it signs it with a key of its own."""

    header: dict[str, Any]
    claims: dict[str, Any]


class DebugRecording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an issuer answered about a token, and what it means for a caller who expects nothing."""

    note: str
    provenance: Provenance
    exchange: Recorded
    introspection: dict[str, Any]
    credentials: dict[str, str] = {}
    token: Signed | UnsetType = UNSET
    provider: str = ""
    case: str = ""


@cache
def folder() -> Path:
    """Where the recordings are: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    for place in (here / "fixtures", here.parent / "fixtures"):
        if place.is_dir():
            return place
    raise RecordingError("the recordings are missing: the package was not installed whole")


def profiles(provider: str, *, root: Path | None = None) -> Iterator[ProfileRecording]:
    """The recorded profiles of a provider, by the names of their cases."""
    return _all(provider, "profile", ProfileRecording, root)


def full(provider: str) -> ProfileRecording | None:
    """The recorded full profile of a provider; None without one."""
    path = folder() / provider / "profile" / "full.json"
    found: ProfileRecording | None = _read(path, ProfileRecording, provider) if path.is_file() else None
    return found


def debug(provider: str, *, root: Path | None = None) -> Iterator[DebugRecording]:
    """The recorded answers of a provider's debug endpoint, by the names of their cases."""
    return _all(provider, "debug", DebugRecording, root)


def played(provider: str) -> bool:
    """Whether there are answers of this provider's debug endpoint to play."""
    return (folder() / provider / "debug").is_dir()


def _all(provider: str, part: str, model: type[Any], root: Path | None) -> Iterator[Any]:
    place = (root or folder()) / provider / part
    if not place.is_dir():
        return
    for path in sorted(place.glob("*.json")):
        yield _read(path, model, provider)


def _read(path: Path, model: type[Any], provider: str) -> Any:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=model)
    except (OSError, msgspec.MsgspecError) as error:
        raise RecordingError(f"{path.parent.name}/{path.name} of {provider}: {error}") from None
    found = msgspec.structs.replace(found, provider=provider, case=path.stem)
    if isinstance(found, ProfileRecording):
        _one_of(found, path, "raw", "body")
        _one_of(found, path, "normalized", "error")
    return found


def _one_of(found: Struct, path: Path, *names: str) -> None:
    given: Mapping[str, Any] = {name: getattr(found, name) for name in names}
    if sum(value is not UNSET for value in given.values()) != 1:
        raise RecordingError(f"{path}: exactly one of {' and '.join(names)} must be there")
