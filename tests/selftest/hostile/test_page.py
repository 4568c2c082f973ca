"""The page about hostile issuers."""

from __future__ import annotations

from idp_checks.selftest.hostile.families import DESCRIPTIONS, FAMILIES
from idp_checks.selftest.hostile.page import family_cells, render_hostile_page
from idp_checks.selftest.hostile.survey import FamilyOutcomes, SurveyOutcome

UNDECIDED = SurveyOutcome(None, False, "network", 0.1)
GOOD = SurveyOutcome(True, True, "ok", 0.1)


def test_cells_show_both_clients_if_they_differ():
    """A cell shows the reason once if both clients agree, both reasons if not, and a note without a result."""
    first = FamilyOutcomes([], {"silence": UNDECIDED, "closed": UNDECIDED, "time-float": GOOD}, 0)
    second = FamilyOutcomes([], {**first.altered, "closed": UNDECIDED._replace(reason="unparsable")}, 0)
    cells = family_cells([first, second])
    assert cells["silence"] == "`network`"
    assert cells["closed"] == "`network` / `unparsable`"
    assert cells["time-float"] == "**good**"
    assert cells["time-past"] == "n/a"


def test_page_has_a_row_for_every_behavior():
    """Each behavior has one row with its description and a cell for each family."""
    cells = {family: dict.fromkeys(DESCRIPTIONS, f"cell of {family}") for family in FAMILIES}
    lines = render_hostile_page(cells).splitlines()
    row_end = " | ".join(f"cell of {family}" for family in FAMILIES)
    for name, description in DESCRIPTIONS.items():
        assert lines.count(f"| `{name}` | {description} | {row_end} |") == 1
