"""Writes docs/providers.md from the providers themselves: ``python docs/make_providers.py``."""

from __future__ import annotations

from pathlib import Path

from idp_checks import providers
from idp_checks.cli.views import provider_row, providers_markdown

PAGE = Path(__file__).parent / "providers.md"


def main() -> None:
    PAGE.write_text(providers_markdown(map(provider_row, providers.every())))


if __name__ == "__main__":
    main()
