"""Search depths: ``quick`` before a merge, ``default``, and ``audit``.

Depth and seed determine every raw profile that is tried: the same seed has the same result regardless of test order and
number of workers. Every depth tries all recordings and the common forms of error responses. The number of generated raw
profiles for each provider differs: 16 for ``quick``, 60 for ``default`` and 600 for ``audit``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from idp_checks.errors import UsageError

__all__ = ["DEFAULT", "DEPTHS", "Depth", "get_depth", "register_hypothesis_profile"]


@dataclass(frozen=True, slots=True)
class Depth:
    """The amount of input to try for each provider.

    Args:
        profiles: number of generated raw profiles.
        non_profiles: number of generated responses that are not profiles.
        variations: number of variations of each raw profile, for rules that vary it.
    """

    name: str
    profiles: int
    non_profiles: int
    variations: int


DEPTHS: Mapping[str, Depth] = {
    depth.name: depth for depth in (Depth("quick", 16, 6, 1), Depth("default", 60, 20, 3), Depth("audit", 600, 200, 6))
}
"""The depths by name."""
DEFAULT = DEPTHS["default"]


def get_depth(name: str, setting: str = "depth") -> Depth:
    """Return the depth with this name.

    Raises:
        UsageError: the name is unknown.
    """
    if name not in DEPTHS:
        raise UsageError(f"unknown depth {name!r}", where=setting, remedy=f"choose from {', '.join(DEPTHS)}")
    return DEPTHS[name]


def register_hypothesis_profile(name: str) -> None:
    """Register a depth as a Hypothesis profile for the user's own tests, unless that name is in use."""
    from hypothesis import settings
    from hypothesis.errors import InvalidArgument

    try:
        settings.get_profile(name)
    except InvalidArgument:
        settings.register_profile(name, max_examples=DEPTHS[name].profiles, derandomize=True, deadline=None)
