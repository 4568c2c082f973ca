"""The memory that large responses take.

A separate process is measured, because the process of the tests also contains the servers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.simulated_issuers import WORLD

from idp_checks.issuers.hostile import BEHAVIORS, HostileIssuer
from idp_checks.selftest.hostile.families import FAMILIES
from idp_checks.selftest.hostile.page import MAX_MEMORY
from idp_checks.selftest.hostile.survey import TIMEOUT

SCRIPT = Path(__file__).parents[2] / "support" / "measure_memory.py"
LARGE = [name for name, behavior in BEHAVIORS.items() if behavior.is_large]


def measure(**task):
    """Return by how much a process grows while it asks, and which responses it read as good."""
    process = subprocess.run(
        [sys.executable, SCRIPT],
        input=json.dumps({"timeout": TIMEOUT, "good": [], "naive": [], "floods": [], **task}),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return json.loads(process.stdout)


def to_json(question):
    """Return the arguments of a question as JSON."""
    return {
        "provider": question.provider,
        "token": question.token.reveal(),
        "issuer_url": question.issuer_url,
        "client_id": question.client_id,
        "client_secret": question.client_secret.reveal(),
        "clients": question.clients,
        "subject": question.subject,
        "credentials": {name: question.credential(name) for name in question.credentials},
    }


@pytest.mark.slow
def test_large_responses_are_not_held_in_memory(family_servers):
    """All large responses of a family in parallel, family after family, take at most ``MAX_MEMORY``."""
    servers = [family_servers(family) for family in FAMILIES]
    result = measure(
        good=[[to_json(item.question(None))] for item in servers],
        floods=[[to_json(item.question(name)) for name in LARGE] for item in servers],
    )
    count = len(FAMILIES) * 2
    assert result["good"] == [True] * count + [False] * count * len(LARGE)
    assert result["growth"] <= MAX_MEMORY


@pytest.mark.slow
def test_naive_reader_is_measured():
    """The measurement can fail: reading and parsing a body of 30 MB takes more than ``MAX_MEMORY``."""
    with HostileIssuer("google-oauth2", world=WORLD) as issuer:
        url = f"{issuer.url('30-mb-string')}/tokeninfo?access_token={issuer.token()}"
        assert measure(naive=[url])["growth"] > MAX_MEMORY
