"""The historic bugs of token validation are complete, and each is caught by its rule."""

from __future__ import annotations

import pytest

from idp_checks.selftest.historic_readers import UNCATCHABLE_BUGS, WRONG_READERS
from idp_checks.selftest.readers.trials import find_objections

NUMBERS = (145, 147, *range(151, 260, 2))


def test_every_bug_is_registered_once():
    """Each bug of token validation is a wrong reader or has a reason why it cannot be, and no number appears twice."""
    bugs = [bug.id for bug in (*WRONG_READERS, *UNCATCHABLE_BUGS)]
    assert sorted(bugs) == [f"BUG-{number}" for number in NUMBERS]


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG_READERS, ids=lambda wrong: f"{wrong.id}-{wrong.mistake}")
def test_wrong_reader_is_caught_by_its_rule(wrong):
    """The rule about the mistake objects to the reader that makes it."""
    assert wrong.rule in {objection.rule for objection in find_objections(wrong.make_reader, wrong.provider)}


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("BUG-159", {"T15"}),
        ("BUG-169", {"T8"}),
        ("BUG-179", {"T9"}),
        ("BUG-189", {"T11"}),
        ("BUG-203", {"T13"}),
        ("BUG-213", {"T16"}),
        ("BUG-259", {"T12"}),
    ],
)
def test_single_mistake_breaks_a_single_rule(number, rules):
    """A reader with a single mistake breaks only the rule about it: the rules distinguish mistakes."""
    wrong = next(wrong for wrong in WRONG_READERS if wrong.id == number)
    assert {objection.rule for objection in find_objections(wrong.make_reader, wrong.provider)} == rules


def test_caching_reader_starts_with_an_empty_cache():
    """The cache of one reader is not shared with the next: a second run has the same result."""
    wrong = next(wrong for wrong in WRONG_READERS if wrong.id == "BUG-257")
    first, second = (tuple(find_objections(wrong.make_reader, wrong.provider)) for _ in range(2))
    assert first == second != ()
