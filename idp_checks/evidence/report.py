"""``report.html``: a self-contained page for auditors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from idp_checks.evidence.ledger import Row
from idp_checks.evidence.report_view import build_view, format_count

__all__ = ["NAME", "write"]

NAME = "report.html"


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write the file."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("idp_checks.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = format_count
    environment.filters["time"] = _format_time
    environment.filters["fact"] = _format_fact
    environment.filters["sentence"] = _format_sentence
    template = environment.get_template("report.html.j2")
    view = build_view(run, rows)
    with (folder / NAME).open("w", encoding="utf-8") as stream:
        stream.writelines(template.generate(**view))


def _format_time(timestamp: str) -> str:
    return timestamp.replace("T", " ").replace("Z", " UTC")


def _format_sentence(phrase: str) -> str:
    """Return a phrase with an initial capital and a final period."""
    return phrase[:1].upper() + phrase[1:] + ("" if phrase.endswith((".", "?", "!")) else ".")


def _format_fact(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
