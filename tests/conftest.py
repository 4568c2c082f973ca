"""Fixtures that all tests share."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from subprocess import CompletedProcess
from unittest import mock

import pytest

ACRONYMS = {"HTTP", "JSON", "ID"}


@pytest.fixture(scope="session")
def in_words():
    """Whether a detail is a phrase: lower-case words, and names in capitals."""

    def is_phrase(detail):
        words = re.findall(r"[^\W\d]+", detail or "")
        return bool(words) and all(
            word in ACRONYMS or (word.islower() and word.upper() not in ACRONYMS) for word in words
        )

    return is_phrase


@pytest.fixture(scope="session")
def cli():
    """Run ``idp-checks`` in this process: exit code, standard output and standard error as of a program."""

    def run(*arguments, stdin="", cwd=None, **environment):
        from idp_checks.cli.app import main

        stdout, stderr = io.StringIO(), io.StringIO()
        with (
            mock.patch.object(sys, "argv", ["idp-checks", *map(str, arguments)]),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")),
            mock.patch.dict(os.environ, environment),
            contextlib.chdir(cwd or "."),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
        ):
            try:
                main()
            except SystemExit as stopped:
                code = stopped.code or 0
            else:
                code = 0
        return CompletedProcess(arguments, code, stdout.getvalue(), stderr.getvalue())

    return run


@pytest.fixture
def run_pytest(pytester, monkeypatch):
    """Run pytest with this package's plugin and no other installed one, in this process unless ``in_process=False``."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*arguments, plugins=(), in_process=True):
        start = pytester.runpytest_inprocess if in_process else pytester.runpytest_subprocess
        loaded = [part for name in ("idp_checks.plugin", *plugins) for part in ("-p", name)]
        return start("-p", "no:cacheprovider", *loaded, *arguments)

    return run
