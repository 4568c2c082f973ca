"""The contexts of the checks."""

from __future__ import annotations

import msgspec
import pytest

from idp_checks.checks import Subject
from tests.checks.builders import build_run


def test_context_rejects_a_subject_of_another_scope():
    """A context of the run cannot have the subject of an identity."""
    with pytest.raises(ValueError, match="scope"):
        msgspec.structs.replace(build_run(), subject=Subject(scope="identity"))
