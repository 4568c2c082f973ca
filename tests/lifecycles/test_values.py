"""The options of a lifecycle."""

from __future__ import annotations

import pytest

from idp_checks import UsageError
from idp_checks.lifecycles.values import LifecycleOptions


@pytest.mark.parametrize(
    ("options", "place"),
    [({"patience": -1.0}, "patience"), ({"patience": float("nan")}, "patience"), ({"every": 0.0}, "every")],
)
def test_options_reject_invalid_numbers_of_seconds(options, place):
    """A negative or undefined number of seconds is a usage error that names the option."""
    with pytest.raises(UsageError) as error:
        LifecycleOptions(**options)
    assert error.value.where == place
