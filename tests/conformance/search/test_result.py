"""Tests of search results."""

from __future__ import annotations

from idp_checks import providers
from idp_checks.conformance.case import Case
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import Observation
from idp_checks.conformance.redaction import CANARY
from idp_checks.conformance.search.attempt import Attempt
from idp_checks.conformance.search.result import failed_result

GITHUB = providers.get("github")
CASE = Case.from_raw(GITHUB, {"id": 42, "access_token": CANARY})


def test_result_shows_properties_that_differ():
    """The expected and actual values are those of the rule's properties; the example is redacted."""
    observation = Observation({"user_id": "github|43", "name": "42"})
    attempt = Attempt(CASE, ("user_id is wrong",), observation=observation)
    result = failed_result("N1", Normalizer(dict, "test"), attempt)
    assert (result.expected, result.actual) == ({"user_id": "github|42"}, {"user_id": "github|43"})
    assert result.example == {"raw": {"id": 42, "access_token": "[secret]"}}


def test_result_uses_claim_names():
    """For OpenID Connect claims the objection and the values have the names of the claims."""
    attempt = Attempt(CASE, ("user_id is wrong",), observation=Observation({"user_id": "github|43"}))
    result = failed_result("N1", Normalizer(dict, "test", shape="oidc"), attempt)
    assert result.objections == ("sub is wrong",)
    assert (result.expected, result.actual) == ({"sub": "github|42"}, {"sub": "github|43"})


def test_result_shows_the_error():
    """An error of the normalizer is shown in place of the actual values."""
    attempt = Attempt(CASE, ("raised",), observation=Observation(error=KeyError("id")))
    result = failed_result("N12", Normalizer(dict, "test"), attempt)
    assert result.actual == {"raises": "KeyError 'id'"}
    assert result.expected["user_id"] == "github|42"


def test_example_contains_the_variant():
    """If two raw profiles were compared, the example contains both."""
    variant = Case.from_raw(GITHUB, {"id": 43}, {"emails": []})
    attempt = Attempt(CASE, ("user_id: changed",), observation=Observation({}), variant=variant)
    example = failed_result("M2", Normalizer(dict, "test"), attempt).example
    assert (example["and"], example["and_also"]) == ({"id": 43}, {"emails": []})
