"""A conformance run in a separate pytest process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from idp_checks import providers
from idp_checks.conformance.loading import builtin_normalizer, load_adapter
from idp_checks.conformance.reports.junit import read_properties
from idp_checks.conformance.results import Results, Run, collect_results
from idp_checks.errors import IdpChecksError, UsageError

if TYPE_CHECKING:
    from idp_checks.conformance.normalizers.normalizer import Normalizer
    from idp_checks.conformance.search.depth import Depth

__all__ = ["conform", "describe_run"]

PYTEST_USAGE_ERROR = 4
"""Exit code of pytest for invalid options."""


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
    """Run the conformance suite against a normalizer, in a separate process.

    Args:
        normalizer: ``MODULE:FUNCTION``, also looked for in the current folder, or the name of an adapter. Without it
            and without a ``command`` the built-in normalizer is checked.
        names: the providers; by default all that the normalizer supports.
        command: a command line that normalizes (``idp_checks.conformance.normalizers.command``).
        shape: the shape of its profiles, ``auth0`` or ``oidc``.
        unclaimed: rules and properties to skip.
        depth: ``quick``, ``default`` or ``audit``.
        seed: the seed of the generated profiles.
        save_failures: the folder to which failing profiles are saved as recordings.

    Returns:
        One result for each provider and rule, in order. A rule that no test reported on is an ``error``.

    Raises:
        UnknownProvider: a name is not a provider.
        UsageError: the normalizer cannot be loaded, or an option is invalid.
        IdpChecksError: the run itself failed.
    """
    selection = _select_providers(normalizer, names)
    options = {
        "normalizer": normalizer,
        "command": command,
        "shape": shape,
        "depth": depth,
        "seed": None if seed is None else str(seed),
        "save-failures": None if save_failures is None else str(save_failures.absolute()),
    }
    arguments = [f"--idp-{name}={value}" for name, value in options.items() if value is not None]
    arguments += [f"--idp-provider={name}" for name in selection]
    arguments += [f"--idp-not-claimed={name}" for name in unclaimed]
    return collect_results(_run_pytest(arguments), normalizer or command or builtin_normalizer().name, selection)


def describe_run(normalizer: Normalizer, depth: Depth, seed: int) -> Run:
    """Return the settings of a run, with the versions that its result depends on."""
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
    """Return the versions of this package, the libraries that the result depends on, and Python."""
    installed = (f"{name} {version(name)}" for name in ("idp-checks", "hypothesis", "msgspec", "pytest"))
    return (*installed, f"Python {sys.version.partition(' ')[0]}")


def _select_providers(normalizer: str | None, names: Sequence[str]) -> tuple[str, ...]:
    """Return the providers of a run; of an adapter, only those that its library supports."""
    selection = tuple(dict.fromkeys(names))
    for name in selection:
        providers.get(name)
    adapter = load_adapter(normalizer) if normalizer and ":" not in normalizer else None
    if adapter is None:
        return selection or providers.names_with_recordings()
    supported = adapter.providers or ()
    if unsupported := [name for name in selection if name not in supported]:
        raise UsageError(
            f"{normalizer} does not support {', '.join(unsupported)}", remedy=f"it supports {', '.join(supported)}"
        )
    return selection or supported


def _run_pytest(options: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Run the suite and return the name and property of each test."""
    with TemporaryDirectory(prefix="idp-checks-") as scratch:
        report = Path(scratch, "report.xml")
        config = Path(scratch, "pytest.ini")
        config.write_text("[pytest]\n", encoding="utf-8")
        arguments = [
            *(sys.executable, "-m", "pytest", "--pyargs", "idp_checks.conformance", "-q"),
            *("-c", str(config), "--rootdir", scratch, "--noconftest", f"--junitxml={report}"),
            *("-p", "no:cacheprovider", "-p", "idp_checks.plugin"),
            *options,
        ]
        # Other installed plugins must not change the result, so only this package's plugin is loaded.
        changes = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
        process = subprocess.run(  # noqa: S603 - our own command
            arguments, env={**os.environ, **changes}, capture_output=True, text=True, check=False, errors="replace"
        )
        if process.returncode == PYTEST_USAGE_ERROR:
            raise UsageError(_usage_message(process.stderr) or process.stdout.strip())
        if not report.is_file():
            output = f"{process.stdout}\n{process.stderr}".strip()
            raise IdpChecksError(f"the conformance run failed (exit {process.returncode}):\n{output}")
        return read_properties(report)


def _usage_message(stderr: str) -> str:
    """Return pytest's usage error with the options named as those of ``idp-checks conform``."""
    message = stderr.strip().removeprefix("ERROR: ").removeprefix("--idp-normalizer: ")
    first_line, newline, details = message.partition("\n")
    first_line = first_line.replace("--idp-normalizer", "MODULE:FUNCTION").replace("--idp-", "--")
    return f"{first_line}{newline}{details}"
