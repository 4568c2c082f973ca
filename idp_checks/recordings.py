"""Recordings: example responses of providers and issuers, one JSON file per case, with the expected result.

``fixtures/{provider}/profile/{case}.json`` contains ``raw`` (or ``body``, the exact string, where bytes matter) and the
responses of additional calls in ``also``. The expected result is ``normalized`` (the standard properties) or ``error``
(the path of the invalid field).

``fixtures/{provider}/debug/{case}.json`` contains one ``exchange`` with the debug endpoint and the expected
``introspection``, evaluated at ``introspection.asked_at``. For signed tokens, ``token`` contains header and claims
instead of a response. In requests, ``{token}``, ``{client_id}`` and ``{client_secret}`` are placeholders for the values
sent; ``credentials`` contains further values that the caller passed, such as the tenant's host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from idp_checks.errors import RecordingError

__all__ = [
    "DebugRecording",
    "ProfileRecording",
    "Provenance",
    "fixtures_folder",
    "has_debug",
    "load_debug",
    "load_full_profile",
    "load_profiles",
]


class Provenance(Struct, frozen=True, forbid_unknown_fields=True):
    """The origin of a case.

    A ``recorded`` case is a redacted live response. The shape of a ``documented`` case comes from the provider's
    documentation. All other cases are ``synthetic``. Only recorded cases contain real values.
    """

    kind: Literal["documented", "recorded", "synthetic"]
    source: str
    date: str


class ProfileRecording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A raw profile and the expected normalized profile."""

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
        """The response body."""
        return json.dumps(self.raw) if isinstance(self.body, UnsetType) else self.body


class RecordedResponse(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recorded response: ``json``, or ``body`` where the exact string matters."""

    status: int
    headers: dict[str, str] = {}
    json: Any = UNSET
    body: str | UnsetType = UNSET

    @property
    def text(self) -> str:
        """The response body."""
        if not isinstance(self.body, UnsetType):
            return self.body
        return "" if isinstance(self.json, UnsetType) else json.dumps(self.json)


class RecordedExchange(Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded request and its response."""

    request: dict[str, Any]
    response: RecordedResponse


class RecordedJwt(Struct, frozen=True, forbid_unknown_fields=True):
    """Header and claims of a signed token; a simulated issuer signs it with its key."""

    header: dict[str, Any]
    claims: dict[str, Any]


class DebugRecording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An issuer's response about a token, and the expected result for a caller without expectations."""

    note: str
    provenance: Provenance
    exchange: RecordedExchange
    introspection: dict[str, Any]
    credentials: dict[str, str] = {}
    token: RecordedJwt | UnsetType = UNSET
    provider: str = ""
    case: str = ""


@cache
def fixtures_folder() -> Path:
    """Return the folder of all recordings: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "fixtures", package.parent / "fixtures"):
        if folder.is_dir():
            return folder
    raise RecordingError("the fixtures folder is missing; reinstall idp-checks")


def load_profiles(provider: str, *, root: Path | None = None) -> Iterator[ProfileRecording]:
    """Yield the recorded profiles of a provider, sorted by case."""
    return _load_cases(provider, "profile", ProfileRecording, root)


def load_full_profile(provider: str) -> ProfileRecording | None:
    """Return the recorded full profile of a provider, or None."""
    path = fixtures_folder() / provider / "profile" / "full.json"
    recording: ProfileRecording | None = _load_case(path, ProfileRecording, provider) if path.is_file() else None
    return recording


def load_debug(provider: str, *, root: Path | None = None) -> Iterator[DebugRecording]:
    """Yield the recorded responses of a provider's debug endpoint, sorted by case."""
    return _load_cases(provider, "debug", DebugRecording, root)


def has_debug(provider: str) -> bool:
    """Return whether the provider has recorded responses of its debug endpoint."""
    return (fixtures_folder() / provider / "debug").is_dir()


def _load_cases(provider: str, part: str, model: type[Any], root: Path | None) -> Iterator[Any]:
    folder = (root or fixtures_folder()) / provider / part
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        yield _load_case(path, model, provider)


def _load_case(path: Path, model: type[Any], provider: str) -> Any:
    try:
        recording = msgspec.json.decode(path.read_bytes(), type=model)
    except (OSError, msgspec.MsgspecError) as error:
        raise RecordingError(f"{provider}/{path.parent.name}/{path.name}: {error}") from None
    recording = msgspec.structs.replace(recording, provider=provider, case=path.stem)
    if isinstance(recording, ProfileRecording):
        _require_exactly_one(recording, path, "raw", "body")
        _require_exactly_one(recording, path, "normalized", "error")
    return recording


def _require_exactly_one(recording: Struct, path: Path, *names: str) -> None:
    if sum(getattr(recording, name) is not UNSET for name in names) != 1:
        raise RecordingError(f"{path}: exactly one of {' and '.join(names)} is required")
