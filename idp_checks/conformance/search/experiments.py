"""The experiments that vary raw profiles, by rule number."""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.conformance.search.attempt import Experiment
from idp_checks.conformance.search.metamorphic_experiments import (
    compare_adjacent_identifiers,
    compare_properties,
    withdraw_vouching,
)
from idp_checks.conformance.search.profile_experiments import (
    plant_secret,
    vary_identifier,
    vary_missing,
    vary_vouching,
)

__all__ = ["EXPERIMENTS"]

EXPERIMENTS: Mapping[str, Experiment] = {
    "N1": vary_identifier,
    "N7": vary_vouching,
    "N9": vary_missing,
    "N13": plant_secret,
    "M1": withdraw_vouching,
    "M2": compare_properties("M2", "changed by a field other than the identifier"),
    "M3": compare_properties("M3", "changed by fields that the provider does not document"),
    "M4": compare_properties("M4", "changed by the order of fields or list elements"),
    "M5": compare_properties("M5", "different for a null field and an absent field"),
    "M6": compare_adjacent_identifiers,
}
"""Rules without an entry are judged on the raw profiles as they are."""
