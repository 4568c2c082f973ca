"""The tests of this folder for a test module of one's own, where one's own fixtures count.

::

    # tests/test_identity.py
    import pytest
    from idp_checks.conformance.suite import *

    @pytest.fixture(scope="session")
    def idp_normalizer():
        return my_normaliser

The fixture may stand in ``conftest.py`` as well. It gives a function ``f(provider, raw) -> dict``, sync or async; its
attribute ``idp_not_claimed`` names the rules and properties that it does not claim.
"""

from idp_checks.conformance.asking import holds, pytest_generate_tests
from idp_checks.conformance.test_properties import *  # noqa: F403 - its __all__ names the tests
from idp_checks.conformance.test_properties import __all__ as _properties
from idp_checks.conformance.test_recorded import test_recorded

__all__ = ["holds", "pytest_generate_tests", "test_recorded"]
__all__ += [name for name in _properties if name not in __all__]
