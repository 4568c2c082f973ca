"""What a normaliser must do, as tests that anybody can run: against ours, or against one's own.

``pytest --pyargs idp_checks.conformance --idp-normalizer myapp.auth:profile`` runs them; ``conform`` runs them in a
process of its own and gives the results by provider and rule. A normaliser is a function ``f(provider: str, raw: dict)
-> dict``, sync or async, that makes a profile in Auth0's normalised shape or in claims of OpenID Connect; where it also
takes the keyword ``also``, it is given the answers of the provider's further calls, and where its attribute
``idp_takes_text`` is true, the texts of answers that are no JSON objects. It is named as ``MODULE:FUNCTION``, is an
adapter of a well-known library (``idp_checks.conformance.adapters``), is a command
(``idp_checks.conformance.command``), or is given by a fixture::

    # tests/test_identity.py
    import pytest
    from idp_checks.conformance.suite import *

    @pytest.fixture(scope="session")
    def idp_normalizer():
        return my_normaliser
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from idp_checks import providers
from idp_checks.conformance.reports.results import PROPERTY, Outcome, Result, Results, Run, gathered
from idp_checks.conformance.search.depth import Depth
from idp_checks.errors import IdpChecksError, UsageError

if TYPE_CHECKING:
    from idp_checks.conformance.rules import Normalizer

__all__ = ["PROPERTY", "Outcome", "Result", "Results", "Run", "conform", "load", "loaded", "ours", "run_of"]

USAGE = 4
"""What pytest exits with where it was called wrongly."""
FORM = "name it as MODULE:FUNCTION, such as myapp.auth:profile"


def ours() -> Normalizer:
    """Our own normaliser."""
    from idp_checks.conformance.normalizers.normalizer import Normalizer

    return Normalizer(providers.normalize, "idp_checks.normalize", takes_also=True, takes_text=True, ours=True)


def load(spec: str, folder: Path | None = None) -> Normalizer:
    """The normaliser named ``MODULE:FUNCTION``, or the adapter of that name; modules are also looked for in ``folder``.

    Raises:
        UsageError: there is no such module, attribute or adapter, it cannot be called, or the module fails when it is
            imported.
    """
    from idp_checks.conformance.normalizers.normalizer import named

    if ":" not in spec and (adapter := _adapter(spec)) is not None:
        return adapter
    module_name, _, attribute = spec.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), *attribute.split("."))):
        raise UsageError(f"{spec!r} names no function", remedy=FORM)
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found: Any = import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module_name}.".startswith(f"{error.name}."):
            looked = " and the folder of the run" if folder is not None else ""
            raise UsageError(
                f"there is no module {error.name!r}", where=spec, remedy=f"it was looked for on sys.path{looked}"
            ) from None
        told = "".join(traceback.format_exception(error))
        raise UsageError(f"importing the module {module_name!r} failed\n{told}", where=spec) from error
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise UsageError(f"{getattr(found, '__name__', 'it')} has no attribute {name!r}", where=spec, remedy=FORM)
        found = getattr(found, name)
    if found is providers.normalize:
        return ours()
    if not callable(found):
        raise UsageError(f"{attribute} is a {type(found).__name__}, no function", where=spec, remedy=FORM)
    return named(found, spec)


def _adapter(name: str) -> Normalizer | None:
    """The adapter of that name as a normaliser; None where there is none of that name."""
    from idp_checks.conformance import adapters
    from idp_checks.conformance.normalizers.normalizer import Normalizer

    if name not in adapters.names():
        return None
    found = adapters.get(name)
    return Normalizer(
        found.function,
        found.name,
        takes_also=found.takes_also,
        unclaimed=found.unclaimed,
        providers=found.providers,
        version=f"{found.distribution} {found.version}",
        reads=found.reads,
    )


def loaded(
    spec: str | None = None,
    *,
    command: str | None = None,
    shape: str | None = None,
    unclaimed: Iterable[str] = (),
    folder: Path | None = None,
) -> Normalizer:
    """The normaliser that is asked for: by name, by command, or ours.

    Args:
        shape: ``auth0`` or ``oidc``.
        unclaimed: rules and properties that it does not claim, beside those that it names itself.

    Raises:
        UsageError: it cannot be loaded, or an option has a value that there is not.
    """
    from idp_checks.conformance.normalizers.normalizer import SHAPES, not_claimed

    if spec and command:
        raise UsageError("a normaliser and a command are two normalisers", remedy="give one of them")
    asked = next((each for each in SHAPES if each == shape), None)
    if shape and asked is None:
        raise UsageError(f"there is no shape {shape!r}", where="shape", remedy=f"there are {', '.join(SHAPES)}")
    if command:
        from idp_checks.conformance.normalizers.command import command as started

        found = started(command)
    else:
        found = load(spec, folder) if spec else ours()
    return found.with_options(shape=asked, unclaimed=not_claimed(tuple(unclaimed), "not claimed"))


def run_of(normalizer: Normalizer, depth: Depth, seed: int) -> Run:
    """What is run, with the versions that the result depends on."""
    tool, *libraries = _versions()
    return Run(
        normalizer.name,
        tool,
        depth.name,
        seed,
        normalizer.shape,
        normalizer.unclaimed,
        normalizer.version,
        tuple(libraries),
    )


@cache
def _versions() -> tuple[str, ...]:
    """The versions of this package and of what else a result depends on."""
    installed = (f"{name} {version(name)}" for name in ("idp-checks", "hypothesis", "msgspec", "pytest"))
    return (*installed, f"Python {sys.version.partition(' ')[0]}")


def conform(
    normalizer: str | None = None,
    names: Sequence[str] = (),
    *,
    command: str | None = None,
    shape: str | None = None,
    unclaimed: Sequence[str] = (),
    depth: str | None = None,
    seed: int | None = None,
    save_failures: Path | None = None,
) -> Results:
    """Run the tests of this folder against a normaliser, in a process of its own.

    Args:
        normalizer: the normaliser as ``MODULE:FUNCTION``, looked for in the current folder too, or an adapter's name;
            ours if neither it nor a ``command`` is given.
        names: the providers; all that the normaliser is for, if not given.
        command: the command that normalises (``idp_checks.conformance.command``).
        shape: the shape of its answers, ``auth0`` or ``oidc``.
        unclaimed: rules and properties that it does not claim.
        depth: ``quick``, ``default`` or ``audit``.
        seed: the number by which profiles are drawn.
        save_failures: the folder under which finds are written as recordings.

    Returns:
        One result for each provider and rule, in order. What the run did not answer is an ``error``.

    Raises:
        UnknownProvider: there is no provider of that name.
        UsageError: the normaliser cannot be loaded, or an option has a value that there is not.
        IdpChecksError: the run itself failed.
    """
    selected = tuple(dict.fromkeys(names))
    for name in selected:
        providers.get(name)
    if normalizer and ":" not in normalizer and (found := _adapter(normalizer)) is not None:
        its = found.providers or ()
        if other := [name for name in selected if name not in its]:
            raise UsageError(f"{normalizer} reads nothing of {', '.join(other)}", remedy=f"it reads {', '.join(its)}")
        selected = selected or its
    selected = selected or providers.own()
    options = {
        "normalizer": normalizer,
        "command": command,
        "shape": shape,
        "depth": depth,
        "seed": None if seed is None else str(seed),
        "save-failures": None if save_failures is None else str(save_failures.absolute()),
    }
    given = [f"--idp-{name}={value}" for name, value in options.items() if value is not None]
    given += [f"--idp-provider={name}" for name in selected] + [f"--idp-not-claimed={name}" for name in unclaimed]
    return gathered(_run(given), normalizer or command or ours().name, selected)


def _run(options: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """What the tests left in their properties."""
    with TemporaryDirectory(prefix="idp-checks-") as scratch:
        report = Path(scratch, "report.xml")
        config = Path(scratch, "pytest.ini")
        config.write_text("[pytest]\n", encoding="utf-8")
        arguments = [
            sys.executable,
            "-m",
            "pytest",
            "--pyargs",
            "idp_checks.conformance",
            "-q",
            "-c",
            str(config),
            "--rootdir",
            scratch,
            "--noconftest",
            "-p",
            "no:cacheprovider",
            "-p",
            "idp_checks.plugin",
            f"--junitxml={report}",
            *options,
        ]
        # Only this package's plugin: what else is installed must not change the answer.
        changed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
        done = subprocess.run(  # noqa: S603 - our own command
            arguments, env={**os.environ, **changed}, capture_output=True, text=True, check=False, errors="replace"
        )
        if done.returncode == USAGE:
            said = done.stderr.strip().removeprefix("ERROR: ").removeprefix("--idp-normalizer: ")
            # Whoever calls this has the same options without the prefix.
            said = f"--{said.removeprefix('--idp-')}" if said.startswith("--idp-") else said
            raise UsageError(said or done.stdout.strip())
        if not report.is_file():
            said = f"{done.stdout}\n{done.stderr}".strip()
            raise IdpChecksError(f"the conformance run failed (exit {done.returncode}):\n{said}")
        tests = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - written by our own run
        return [
            (f"{test.get('name')}", json.loads(each.get("value") or ""))
            for test in tests
            for each in test.iter("property")
            if each.get("name") == PROPERTY
        ]
