"""What starting costs: the import over a bare interpreter, ``idp-checks --help``, ``idp-checks demo``.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(*command: str, runs: int = 15) -> float:
    """The median of several runs, after one that does not count."""
    times = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def main() -> int:
    bare = seconds("-c", "pass")
    package = seconds("-c", "import idp_checks") - bare
    helping = seconds("-m", "idp_checks.cli", "--help")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        out = str(Path(folder) / "evidence")
        subprocess.run([sys.executable, "-m", "idp_checks.cli", "demo", "--out", out], check=True, capture_output=True)
        demo = time.perf_counter() - began
    rows = (
        ("import idp_checks, over a bare interpreter", package * 1000, "ms", 15.0),
        ("idp-checks --help", helping, "s", 0.4),
        ("idp-checks demo", demo, "s", 15.0),
    )
    for what, took, unit, most in rows:
        print(f"{what:45}{took:8.2f} {unit:3} (at most {most:g})")
    return 0 if all(took <= most for _, took, _, most in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
