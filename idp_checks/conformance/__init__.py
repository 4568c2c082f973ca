"""The conformance suite: tests of the normalization rules against any normalizer.

``pytest --pyargs idp_checks.conformance --idp-normalizer myapp.auth:profile`` runs the tests. ``conform`` runs them in
a separate process and returns the results by provider and rule.

A normalizer is a function ``f(provider: str, raw: dict) -> dict``, sync or async, that returns a profile in Auth0's
normalized shape or OpenID Connect claims. If it takes the keyword ``also``, it receives the responses of the provider's
additional calls. If its attribute ``idp_takes_text`` is true, it also receives responses that are not JSON objects, as
strings. A normalizer can be specified as ``MODULE:FUNCTION``, as the name of a library's adapter
(``idp_checks.conformance.adapters``), as a command (``idp_checks.conformance.normalizers.command``), or by a fixture::

    # tests/test_identity.py
    import pytest
    from idp_checks.conformance.suite import *

    @pytest.fixture(scope="session")
    def idp_normalizer():
        return my_normalizer
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp_checks.conformance.loading import builtin_normalizer as builtin_normalizer
    from idp_checks.conformance.loading import load as load
    from idp_checks.conformance.loading import select_normalizer as select_normalizer
    from idp_checks.conformance.reports.junit import PROPERTY as PROPERTY
    from idp_checks.conformance.results import Outcome as Outcome
    from idp_checks.conformance.results import Result as Result
    from idp_checks.conformance.results import Results as Results
    from idp_checks.conformance.results import Run as Run
    from idp_checks.conformance.run import conform as conform
    from idp_checks.conformance.run import describe_run as describe_run

_MODULES = {
    "PROPERTY": "reports.junit",
    "Outcome": "results",
    "Result": "results",
    "Results": "results",
    "Run": "results",
    "builtin_normalizer": "loading",
    "conform": "run",
    "describe_run": "run",
    "load": "loading",
    "select_normalizer": "loading",
}
"""The module of each public name; it is imported on first use."""

__all__ = [
    "PROPERTY",
    "Outcome",
    "Result",
    "Results",
    "Run",
    "builtin_normalizer",
    "conform",
    "describe_run",
    "load",
    "select_normalizer",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
