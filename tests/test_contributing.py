"""The example in CONTRIBUTING.md is a complete provider."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILE_BLOCK = re.compile(r"^`([\w./]+)`:\n\n```(?:python|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEW_PATHS = re.compile(r"idp_checks/providers/harbor\.py|fixtures/harbor/(profile|debug)/\w+\.json")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout with the files of the example."""
    root = tmp_path_factory.mktemp("checkout")
    unneeded = shutil.ignore_patterns("__pycache__", "historic*")
    for name in ("idp_checks", "tests", "fixtures"):
        shutil.copytree(ROOT / name, root / name, ignore=unneeded)
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root)
    for path, content in FILE_BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text()):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return root


def run_python(checkout: Path, *arguments: str) -> str:
    """Run Python in the copy, and return its output."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_example_is_one_file_and_one_folder() -> None:
    """The example adds a provider file and recordings, and changes no other file."""
    paths = [path for path, _ in FILE_BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text())]
    assert "idp_checks/providers/harbor.py" in paths
    assert [path for path in paths if not NEW_PATHS.fullmatch(path)] == []


@pytest.mark.slow
def test_example_follows_the_rules_for_providers(checkout: Path) -> None:
    """The tests of provider files and of recordings find the example and pass."""
    output = run_python(
        checkout,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/providers",
        "tests/test_recordings.py",
        "-k",
        "harbor",
    )
    assert re.search(r"\b[2-9]\d passed", output)


@pytest.mark.slow
def test_example_passes_the_conformance_suite(checkout: Path) -> None:
    """The example's normalized profiles satisfy every rule."""
    output = run_python(
        checkout,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "idp_checks.conformance",
        "--idp-provider=harbor",
    )
    assert "harbor: every rule passed" in output


@pytest.mark.slow
def test_example_is_linted_and_described(checkout: Path) -> None:
    """The example passes the linter, and the command line shows its page."""
    run_python(checkout, "-m", "ruff", "check", "idp_checks/providers/harbor.py")
    run_python(checkout, "-m", "ruff", "format", "--check", "idp_checks/providers/harbor.py")
    page = run_python(checkout, "-m", "idp_checks.cli", "providers", "harbor", "--json")
    assert "Refresh tokens are single-use." in page
