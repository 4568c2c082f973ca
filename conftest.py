"""What all tests share: pytest's own tester of plugins, and generated examples that are the same in every run."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("idp-checks", deadline=None, derandomize=True, database=None, print_blob=False)
settings.load_profile("idp-checks")
