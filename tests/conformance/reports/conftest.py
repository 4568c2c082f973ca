"""Sample results that the report tests share."""

from __future__ import annotations

import pytest

from idp_checks.conformance import Result, Results, Run
from idp_checks.conformance.catalog import RULES


@pytest.fixture(scope="session")
def make_result():
    """Function that returns the result of a rule at GitHub."""

    def make(rule, outcome, *objections, **fields):
        return Result("github", rule, RULES[rule].title, outcome, objections, **fields)

    return make


@pytest.fixture(scope="session")
def sample_results(make_result):
    """Results with one rule of each outcome."""
    return Results(
        "mine:<b>profile</b>",
        (
            make_result("N1", "passed"),
            make_result(
                "N7",
                "violated",
                "email_verified is true, and <i>",
                example={"raw": {"id": 42, "name": "<script>alert(1)</script>\u202e\x00"}},
                test="test_x",
                expected={},
                got={"email_verified": True},
                recording="github/profile/full.json",
            ),
            make_result("N5", "not_claimed", why="no pictures"),
            make_result("N11", "not_applicable", why="no identities"),
            make_result("N12", "error", "the command ended"),
        ),
        Run("mine", "idp-checks 0", "quick", 7, "auth0", {"picture": "no pictures"}, "lib 1", ("hypothesis 1",)),
    )
