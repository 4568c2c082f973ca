"""What the conformance suite costs as whole processes: quick for one provider, quick and default for all on two cores.

Only the plugins that come with this package's dependencies are loaded, and xdist. The bars are those of a calm machine
with two cores: the load, and the seconds of the processors, are told beside the values.

python benchmarks/conformance.py
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

from idp_checks.conformance.search.depth import DEPTHS

PLUGINS = ("idp_checks.plugin", "respx.plugin", "anyio.pytest_plugin", "_hypothesis_pytestplugin", "xdist.plugin")
FIGURES = (
    ("quick, one provider", 2.0, 5, ("--idp-depth=quick", "--idp-provider=github")),
    ("quick, all providers, two workers", 30.0, 1, ("--idp-depth=quick", "-n2")),
    ("default, all providers, two workers", 90.0, 1, ("--idp-depth=default", "-n2")),
)
"""What is run, the seconds that it may take, how often, and its options."""


def seconds(*options: str) -> tuple[float, float]:
    """Seconds on the clock, and of the processors, that a run takes.

    Raises:
        CalledProcessError: the run did not pass.
    """
    command = [sys.executable, "-m", "pytest", "--pyargs", "idp_checks.conformance", "-q", "-p", "no:cacheprovider"]
    command += [part for name in PLUGINS for part in ("-p", name)]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, *options], check=True, capture_output=True, cwd=folder, env=env)
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> int:
    for depth in DEPTHS.values():
        print(
            f"{depth.name}: for each provider {depth.profiles} raw profiles, {depth.non_profiles} answers that are none, "
            f"{depth.variations} variations of each profile for each rule that varies it, and every recording"
        )
    print(f"load before the runs: {os.getloadavg()[0]:.1f}")
    held = True
    for what, most, runs, options in FIGURES:
        took, spent = min(seconds(*options) for _ in range(runs))
        held = held and took <= most
        print(f"{what:40}{took:8.2f} s (at most {most:g}; {spent:.1f} s of the processors)")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
