"""Historic bugs of profile parsing, each reproduced by one small function, to test that the rules catch it."""

from __future__ import annotations

from idp_checks.selftest.historic_profiles import emails, identifiers, names, pictures, responses, verified_flags
from idp_checks.selftest.historic_profiles.bug import Example, WrongNormalizer, normalize_correctly, registered_bugs

__all__ = ["PROFILE_BUGS", "Example", "WrongNormalizer", "normalize_correctly"]

_MODULES = (identifiers, emails, verified_flags, names, pictures, responses)
"""The modules that register bugs."""

PROFILE_BUGS: tuple[WrongNormalizer, ...] = registered_bugs()
"""The bugs by number."""
