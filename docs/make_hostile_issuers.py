"""Writes docs/hostile_issuers.md from what the test finds: ``python docs/make_hostile_issuers.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PAGE = Path(__file__).parent / "hostile_issuers.md"
TEST = Path(__file__).parent.parent / "tests" / "test_hostile_issuer.py"


def main() -> None:
    spec = importlib.util.spec_from_file_location(TEST.stem, TEST)
    assert spec is not None  # noqa: S101
    assert spec.loader is not None  # noqa: S101
    test = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(test)
    PAGE.write_text(test.written())


if __name__ == "__main__":
    main()
