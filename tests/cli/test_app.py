"""The program: help, version, errors and exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

COMMANDS = ("demo", "providers", "normalize", "introspect", "lifecycle", "conform", "audit", "verify", "issuers")


@pytest.fixture(params=COMMANDS)
def command(request):
    """Every command in turn."""
    return request.param


def test_help_names_every_command(cli):
    """--help lists every command."""
    output = cli("--help").stdout
    assert all(re.search(rf"^  {command} ", output, re.MULTILINE) for command in COMMANDS)


def test_help_of_commands_is_short(cli):
    """The summary of each command in --help fits in 60 characters."""
    lines = re.findall(r"^  [a-z]+ {2,}(.+)$", cli("--help").stdout, re.MULTILINE)
    assert len(lines) == len(COMMANDS)
    assert max(map(len, lines)) <= 60


def test_module_runs_as_program():
    """``python -m idp_checks.cli`` is the same program."""
    output = subprocess.check_output([sys.executable, "-m", "idp_checks.cli", "--version"], text=True)
    assert output.strip() == version("idp-checks")


def test_version_is_printed(cli):
    """--version prints the version of the distribution."""
    assert cli("--version").stdout.strip() == version("idp-checks")


def test_options_take_no_secret(cli, command):
    """No option of a command accepts a token or a client secret."""
    output = cli(command, "--help").stdout
    assert "--token" not in output
    assert "--client-secret" not in output


@pytest.mark.parametrize(("arguments", "extra"), [(("demo",), "demo"), (("issuers", "--port", "0"), "issuers")])
def test_missing_extra_is_named(cli, monkeypatch, assert_usage_error, tmp_path, arguments, extra):
    """A command whose dependencies are missing names the extra to install, in one line, and writes nothing."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "idp_checks.issuers.server", raising=False)
    assert_usage_error(cli(*arguments, cwd=tmp_path), "uvicorn", f"pip install 'idp-checks[{extra}]'")
    assert list(tmp_path.iterdir()) == []


def test_commands_leave_no_files(cli, tmp_path):
    """Commands write only to the paths that they are given."""
    cli("providers", cwd=tmp_path)
    cli("normalize", "github", stdin="{}", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
