"""Fixtures of the command-line tests."""

from __future__ import annotations

import pytest

from idp_checks.issuers.server import serve


@pytest.fixture(scope="package")
def server():
    """The simulated issuers on loopback."""
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def assert_usage_error():
    """Assert exit code 2, no standard output, and one line of error that contains all parts."""

    def check(result, *parts):
        assert (result.returncode, result.stdout) == (2, ""), result
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1
        assert all(part in result.stderr for part in parts), result.stderr

    return check
