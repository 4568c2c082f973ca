"""Measure start times: importing the package, ``idp-checks --help`` and ``idp-checks demo``.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(*arguments: str, runs: int = 15) -> float:
    """Return the median seconds of several runs of Python, after one warm-up run."""
    times = []
    for _ in range(runs + 1):
        started_at = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - started_at)
    return statistics.median(times[1:])


def measure_import(pairs: int = 15) -> float:
    """Return the median seconds that the import adds to a bare interpreter; both are measured in turns."""
    differences = []
    for _ in range(pairs):
        bare = measure("-c", "pass", runs=1)
        differences.append(measure("-c", "import idp_checks", runs=1) - bare)
    return statistics.median(differences)


def measure_demo() -> float:
    with tempfile.TemporaryDirectory() as folder:
        started_at = time.perf_counter()
        out = str(Path(folder) / "evidence")
        subprocess.run([sys.executable, "-m", "idp_checks.cli", "demo", "--out", out], check=True, capture_output=True)
        return time.perf_counter() - started_at


def main() -> int:
    figures = (
        ("import idp_checks, compared with a bare interpreter", measure_import() * 1000, "ms", 15.0),
        ("idp-checks --help", measure("-m", "idp_checks.cli", "--help"), "s", 0.4),
        ("idp-checks demo", measure_demo(), "s", 15.0),
    )
    for name, figure, unit, bar in figures:
        print(f"{name:55}{figure:8.2f} {unit:3} bar: at most {bar:g}, {'holds' if figure <= bar else 'MISSED'}")
    return 0 if all(figure <= bar for _, figure, _, bar in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
