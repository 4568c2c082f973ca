"""Writes docs/league.md and docs/league/ from runs of the conformance suite: ``python docs/make_league.py``.

The suite is run at its default depth against each library that has an adapter, at the release that is installed. Give
names of adapters to make only their pages anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from idp_checks.conformance import Results, adapters, conform
from idp_checks.conformance.reports import html

FOLDER = Path(__file__).parent / "league"


def main(names: Sequence[str]) -> None:
    # A Django project's own settings are no part of the library.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    FOLDER.mkdir(exist_ok=True)
    with ThreadPoolExecutor() as pool:
        for found in pool.map(conform, names or adapters.names()):
            write(found)


def write(found: Results) -> None:
    """The page of one library."""
    library = found.run.library if found.run is not None and found.run.library else found.normalizer
    title = f"{adapters.title(found.normalizer)} by the rules: {library}"
    path = FOLDER / f"{found.normalizer}.html"
    path.write_text(html.render(found, title=title), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
