"""Writes docs/selftest.md from the self-test itself: ``python docs/make_selftest.py``."""

from __future__ import annotations

from pathlib import Path

from idp_checks.selftest.run import markdown, run

PAGE = Path(__file__).parent / "selftest.md"


def main() -> None:
    PAGE.write_text(markdown(run()), encoding="utf-8")


if __name__ == "__main__":
    main()
