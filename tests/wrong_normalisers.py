"""The mistakes of the self-test, by the names that these tests use."""

from __future__ import annotations

from idp_checks.conformance.historic_profiles import right
from idp_checks.conformance.mistakes import MISTAKES, id_through_a_float, no_picture

__all__ = ["WRONG", "id_through_a_float", "no_picture", "right"]

WRONG = [(function, rule) for function, rule, _ in MISTAKES]
"""Each wrong normaliser, and the rule that must object to it."""
