"""The conformance results in the terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from idp_checks.cli.views.conformance import print_conformance
from idp_checks.conformance import Result, Results
from idp_checks.conformance.catalog import RULES


def render(results):
    """Return the printed results."""
    console = Console(file=StringIO(), width=200)
    print_conformance(console, results)
    return console.file.getvalue()


def make_result(rule, outcome, *objections, **fields):
    """Return the result of a rule at GitHub."""
    return Result("github", rule, RULES[rule].title, outcome, objections, **fields)


def test_shared_error_is_printed_once():
    """Rules that were not checked for the same reason share one entry."""
    output = render(Results("x", tuple(make_result(rule, "error", "the command ended") for rule in ("N1", "N2"))))
    assert output.count("the command ended") == 1
    assert "github N1, N2 not checked" in output


def test_objections_are_limited():
    """Only the first objections are printed, with the number of the others."""
    result = make_result("N10", "violated", *(f"field {number}" for number in range(9)))
    output = render(Results("x", (make_result("N1", "passed"), make_result("N2", "passed"), result)))
    assert "and 6 more" in output
    assert "field 3" not in output
    assert "1 provider, 3 rules" in output


def test_values_are_printed_as_json():
    """Expected and returned values are printed as JSON with invisible characters escaped."""
    result = make_result(
        "N7", "violated", "x", example={"raw": {"name": "\u202e"}}, expected={}, got={"email_verified": True}
    )
    output = render(Results("x", (result,)))
    assert "email_verified: expected (absent), got true" in output
    assert '{"raw": {"name": "\\u202e"}}' in output
