"""The simulated issuers that several test modules share."""

from __future__ import annotations

from idp_checks.issuers.world import World

WORLD = World()
NAMES = tuple(name for name in WORLD.names if "valid" in WORLD.issuer(name).recordings)
"""The providers with a good recorded token."""
