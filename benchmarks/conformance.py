"""Measure the conformance suite as whole processes: quick for one provider, quick and default for all on two cores.

Only xdist and the plugins of this package's dependencies are loaded. The bars are for an idle machine with two cores;
the load and the CPU seconds are printed beside the figures.

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
RUNS = (
    ("quick, one provider", 2.0, 5, ("--idp-depth=quick", "--idp-provider=github")),
    ("quick, all providers, two workers", 30.0, 1, ("--idp-depth=quick", "-n2")),
    ("default, all providers, two workers", 90.0, 1, ("--idp-depth=default", "-n2")),
)
"""The name of a run, its bar in seconds, the number of repetitions, and the options of pytest."""


def measure(*options: str) -> tuple[float, float]:
    """Return the elapsed seconds and the CPU seconds of a run.

    Raises:
        CalledProcessError: the run failed.
    """
    command = [sys.executable, "-m", "pytest", "--pyargs", "idp_checks.conformance", "-q", "-p", "no:cacheprovider"]
    command += [part for name in PLUGINS for part in ("-p", name)]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
        started_at, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, *options], check=True, capture_output=True, cwd=folder, env=env)
        seconds, after = time.perf_counter() - started_at, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> int:
    for depth in DEPTHS.values():
        print(
            f"{depth.name}: {depth.profiles} generated profiles per provider, {depth.non_profiles} invalid responses, "
            f"{depth.variations} variations of each profile per rule, and every recording"
        )
    print(f"load before the runs: {os.getloadavg()[0]:.1f}")
    all_hold = True
    for name, bar, repetitions, options in RUNS:
        seconds, cpu_seconds = min(measure(*options) for _ in range(repetitions))
        holds = seconds <= bar
        all_hold = all_hold and holds
        verdict = "holds" if holds else "MISSED"
        print(f"{name:40}{seconds:8.2f} s   bar: at most {bar:g} s, {verdict} ({cpu_seconds:.1f} s CPU)")
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
