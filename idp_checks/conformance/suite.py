"""The conformance tests for import into a test module, where the project's fixtures apply.

::

    # tests/test_identity.py
    import pytest
    from idp_checks.conformance.suite import *

    @pytest.fixture(scope="session")
    def idp_normalizer():
        return my_normalizer

The fixture may also be defined in ``conftest.py``. It returns a function ``f(provider, raw) -> dict``, sync or async,
whose attribute ``idp_not_claimed`` lists the rules and properties to skip.
"""

from idp_checks.conformance.rule_check import check_rule, pytest_generate_tests
from idp_checks.conformance.test_recorded import test_recorded
from idp_checks.conformance.test_rules import test_rule

__all__ = ["check_rule", "pytest_generate_tests", "test_recorded", "test_rule"]
