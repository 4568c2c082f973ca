"""Tests of normalizers that are commands."""

from __future__ import annotations

import shutil
import sys

import pytest

from idp_checks import providers
from idp_checks.conformance.normalizers.command import Command, ProfileRejectedError, command_normalizer
from idp_checks.conformance.normalizers.normalizer import Normalizer, NormalizerCallError
from idp_checks.conformance.redaction import CANARY
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search
from idp_checks.errors import UsageError

QUICK = DEPTHS["quick"]
GITHUB = providers.get("github")
PYTHON = """
import json, sys
from idp_checks import normalize
for line in sys.stdin:
    request = json.loads(line)
    try:
        response = {"profile": normalize(request["provider"], request["raw"], also=request["also"]).to_dict()}
    except Exception as error:
        response = {"error": type(error).__name__}
    print(json.dumps(response), flush=True)
"""
NODE = """
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', line => {
  const {provider, raw} = JSON.parse(line);
  const id = raw.id;
  const response = id ? {profile: {user_id: provider + '|' + id, name: 'x'}} : {error: 'no id'};
  console.log(JSON.stringify(response));
});
"""


def test_command_normalizes_in_one_process(tmp_path):
    """A program that reads and writes JSON lines is called like a function; one process handles all calls."""
    tmp_path.joinpath("normalize.py").write_text(PYTHON)
    normalizer = command_normalizer(f"{sys.executable} {tmp_path / 'normalize.py'}")
    try:
        raw, also = {"id": 42}, {"emails": [{"email": "mia@example.com", "primary": True, "verified": True}]}
        assert normalizer("github", raw, also=also)["email_verified"] is True
        process = normalizer.function._process
        with pytest.raises(ProfileRejectedError, match="ProfileError"):
            normalizer("github", {"message": "Bad credentials"})
        assert not search("N12", GITHUB, normalizer, QUICK).objections
        assert normalizer.function._process is process
    finally:
        normalizer.function.close()
    assert process.returncode == 0


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_command_in_node_loses_digits(tmp_path):
    """``JSON.parse`` converts long numbers to floats, so two GitHub users above 2^53 become one."""
    tmp_path.joinpath("normalize.js").write_text(NODE)
    normalizer = command_normalizer(f"node {tmp_path / 'normalize.js'}")
    try:
        result = search("M6", GITHUB, normalizer, QUICK)
        assert result.objections == ("two identifiers above 2^53 that differ by 1 have the same user_id",)
        assert result.example["and"]["id"] > 2**53
    finally:
        normalizer.function.close()


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "import sys; sys.stdin.readline(); sys.exit('out of memory')",
            "exited with status 1; standard error:\nout of memory",
        ),
        (
            "import sys; sys.stdin.readline(); print('ready', flush=True); sys.stdin.read()",
            "wrote a line that is not JSON: 'ready'",
        ),
        ("import sys; sys.stdin.readline(); print('{}', flush=True); sys.stdin.read()", 'neither {"profile"'),
        (f"import sys; sys.stdin.readline(); sys.exit('{CANARY}')", "[secret]"),
    ],
)
def test_command_failure_is_a_call_error(program, message):
    """A command that exits or writes an invalid line raises an error with its last output, without secrets."""
    command = Command([sys.executable, "-c", program], timeout=60)
    with pytest.raises(NormalizerCallError) as caught:
        command("github", {"id": 42}, also={})
    assert message in str(caught.value)
    assert CANARY not in str(caught.value)
    assert command._process is None


def test_silent_command_is_a_call_error():
    """A command that writes nothing within the timeout raises an error and is ended."""
    command = Command([sys.executable, "-c", "import sys; sys.stdin.read()"], timeout=0.2)
    with pytest.raises(NormalizerCallError, match=r"did not respond within 0\.2 seconds"):
        command("github", {"id": 42}, also={})
    assert command._process is None


def test_failing_command_is_no_pass():
    """A search with a command that exits raises an error instead of passing the rule."""
    normalizer = Normalizer(Command([sys.executable, "-c", "raise SystemExit(3)"]), "exits", takes_also=True)
    with pytest.raises(NormalizerCallError, match=r"exited|was not restarted"):
        search("N12", GITHUB, normalizer, QUICK)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no-such-program-42 x", "program 'no-such-program-42' not found on PATH"),
        ("", "the command is empty"),
        ("'", "cannot be split into words"),
    ],
)
def test_invalid_command_line_is_a_usage_error(line, message):
    """A command line that cannot be started is rejected before anything runs."""
    with pytest.raises(UsageError, match=message):
        command_normalizer(line)
