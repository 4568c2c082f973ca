"""The simulated issuers without a network."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import pytest
from support.simulated_issuers import WORLD

from idp_checks.issuers.cases import TROUBLE_CASES
from idp_checks.issuers.world import World


def test_tokens_contains_every_case_once():
    """``tokens`` yields each issuer's cases, and no two tokens are the same."""
    tokens = list(WORLD.tokens())
    assert len({token for _, _, token in tokens}) == len(tokens)
    for name in WORLD.names:
        assert set(TROUBLE_CASES) <= {case for provider, case, _ in tokens if provider == name}


def test_unknown_case_is_an_error():
    """The error about an unknown case lists the cases."""
    with pytest.raises(LookupError, match="valid"):
        WORLD.token("github", "nonsense")


def test_times_move_with_the_clock():
    """At another time the response about a token contains times as far away as they were recorded."""
    now = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    result = World(lambda: now).ask("google-oauth2", "valid")
    assert result.active is True
    assert result.expires_at > now


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("idp_checks.issuers.world", ("starlette", "uvicorn", "respx", "httpx")),
        ("idp_checks.issuers.mock", ("starlette", "uvicorn")),
        ("idp_checks.issuers.app", ("uvicorn", "respx", "httpx")),
        ("idp_checks.live", ("starlette", "uvicorn", "respx")),
    ],
)
def test_modules_import_only_what_they_need(module, absent):
    """The simulation needs no web library; each interface to it imports only its own."""
    code = f"import sys, {module}; print([name for name in {absent!r} if name in sys.modules])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"
