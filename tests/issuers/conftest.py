"""Fixtures of the tests of simulated issuers."""

from __future__ import annotations

import pytest
from support.simulated_issuers import WORLD

from idp_checks.issuers.server import serve


@pytest.fixture(scope="session")
def server():
    """The simulated issuers on loopback."""
    with serve(world=WORLD, delay=3.0) as running:
        yield running
