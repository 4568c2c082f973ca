"""The servers of all families of hostile issuers, started once."""

from __future__ import annotations

import contextlib

import pytest

from idp_checks.selftest.hostile.servers import FamilyServers


@pytest.fixture(scope="session")
def family_servers():
    """Return a function that returns the running servers of a family."""
    running = {}
    with contextlib.ExitStack() as stack:

        def servers(family):
            if family not in running:
                running[family] = stack.enter_context(FamilyServers(family))
            return running[family]

        yield servers
