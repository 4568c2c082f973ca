"""Tamper-evident evidence of an audit: a folder of verdicts, the facts behind them, and their renderings.

``ledger.jsonl`` and ``run.json`` are the primary records. ``oscal-ar.json``, ``results.csv`` and ``report.html`` are
derived from them, and ``manifest.json`` lists the digests of all files. A folder appears only when it is complete: it
is written under a temporary name, searched for secrets, verified, and then renamed.
"""

from __future__ import annotations

from idp_checks.evidence.writer import RENDERINGS, Evidence, check_output_folder

__all__ = ["RENDERINGS", "Evidence", "check_output_folder"]
