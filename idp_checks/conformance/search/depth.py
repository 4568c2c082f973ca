"""How deep the suite searches, by choice: before a merge, by default, in an audit.

A depth and a seed fix every raw profile that is tried: the same seed gives the same result whatever the order of the
tests and the number of workers. At every depth all recordings are tried, and the usual forms of an error; what is
drawn beside them differs: for each provider 16 raw profiles before a merge, 60 by default and 600 in an audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from idp_checks.errors import UsageError

__all__ = ["DEFAULT", "DEPTHS", "Depth", "depth_of", "register"]


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is tried for each provider.

    Args:
        profiles: raw profiles that are generated.
        strangers: answers that are no profile.
        turns: variations of each raw profile, for the rules that vary it.
    """

    name: str
    profiles: int
    strangers: int
    turns: int


DEPTHS: Mapping[str, Depth] = {
    each.name: each for each in (Depth("quick", 16, 6, 1), Depth("default", 60, 20, 3), Depth("audit", 600, 200, 6))
}
"""The depths by their names."""
DEFAULT = DEPTHS["default"]


def depth_of(name: str, where: str = "depth") -> Depth:
    """The depth of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in DEPTHS:
        raise UsageError(f"there is no depth {name!r}", where=where, remedy=f"there are {', '.join(DEPTHS)}")
    return DEPTHS[name]


def register(name: str) -> None:
    """Make a depth a profile of hypothesis too, for the user's own tests, unless the user has one of that name."""
    from hypothesis import settings
    from hypothesis.errors import InvalidArgument

    try:
        settings.get_profile(name)
    except InvalidArgument:
        settings.register_profile(name, max_examples=DEPTHS[name].profiles, derandomize=True, deadline=None)
