"""Trials of wrong normalizers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from idp_checks.selftest.historic_profiles import Example, WrongNormalizer, normalize_correctly
from idp_checks.selftest.normalizer_trials import try_normalizer
from idp_checks.selftest.result import SelfTest


def wrong(function, *examples, rule="N1", provider="github", why_not=None):
    """Build a wrong normalizer."""
    return WrongNormalizer(
        id="BUG-000",
        title="x",
        provider=provider,
        source="",
        function=function,
        rules=(rule,),
        examples=examples,
        why_not=why_not,
    )


def return_empty_name(provider, raw):
    """Return an empty name."""
    return {**normalize_correctly(provider, raw), "name": ""}


def test_correct_normalizer_is_not_caught():
    """No rule objects to a normalizer that is correct, so its row does not pass."""
    row = try_normalizer(wrong(normalize_correctly, Example({"id": 42, "login": "mia"}, {"user_id": "github|42"})))
    assert row.caught_by == ()
    assert row.how == ""
    assert not row.passed
    assert not SelfTest((row,)).passed


def test_objection_of_another_rule_is_not_enough():
    """A mistake counts as caught only if the rule for it objects."""
    assert try_normalizer(wrong(return_empty_name, rule="N2")).caught_by[0] == "N2"
    assert try_normalizer(wrong(return_empty_name, rule="N7")).caught_by == ()


@pytest.mark.slow
def test_result_names_the_input_that_shows_the_mistake():
    """The result names a recorded case if one shows the mistake, else a generated response, else an example."""

    def fail_for_one_user(provider, raw):
        if raw["id"] == 4242424242:
            raise KeyError("x")
        return normalize_correctly(provider, raw)

    def lowercase_id(provider, raw):
        profile = normalize_correctly(provider, raw)
        return {**profile, "user_id": profile["user_id"].lower()}

    example = Example({"id": 4242424242}, {"user_id": "github|4242424242"})
    assert try_normalizer(wrong(fail_for_one_user, example, rule="N12")).how == "example"
    assert try_normalizer(wrong(lowercase_id, provider="oidc")).how == "generated"
    assert re.fullmatch(r"recorded case \w+", try_normalizer(wrong(return_empty_name, rule="N2")).how)


def test_recorded_text_is_given_only_to_normalizers_that_take_text():
    """A recorded response that is not a JSON object is given to a normalizer that takes text, and to no other."""

    def accept_text(provider, raw):
        return {"user_id": "oidc|x"} if isinstance(raw, str) else normalize_correctly(provider, raw)

    normalizer = wrong(accept_text, rule="N12", provider="oidc")
    assert try_normalizer(normalizer).caught_by == ()
    assert try_normalizer(replace(normalizer, takes_text=True)).how == "recorded case signed_answer"


def test_reason_is_dropped_if_a_rule_catches_the_bug():
    """A row contains a reason or a rule, never both."""
    assert try_normalizer(wrong(return_empty_name, rule="N2", why_not="It cannot be.")).why_not is None
    assert try_normalizer(wrong(normalize_correctly, why_not="It cannot be.")).why_not == "It cannot be."
