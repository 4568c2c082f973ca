"""The trials of readers: they accept the correct reader, and catch readers that are plainly wrong."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from idp_checks.selftest.readers.reader import read_correctly
from idp_checks.selftest.readers.rules import READER_RULES
from idp_checks.selftest.readers.scenario import scenario_for, simulated_providers
from idp_checks.selftest.readers.trials import find_objections, reader_trials

NAMES = simulated_providers()


def broken_rules(reader, provider):
    """Return the rules that object to a reader without a cache."""
    return {objection.rule for objection in find_objections(lambda: reader, provider)}


@pytest.mark.parametrize("name", NAMES)
def test_correct_reader_passes(name):
    """No rule objects to this package's own reader, at any provider."""
    assert list(find_objections(lambda: read_correctly, name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_reader_that_never_decides_is_caught(name):
    """A token that the issuer accepts must be good."""
    assert "T2" in broken_rules(lambda scenario: None, name)


@pytest.mark.parametrize("name", NAMES)
def test_reader_that_accepts_everything_is_caught(name):
    """A reader that accepts everything breaks the rules of a reader that fails closed."""
    assert {"T3", "T5", "T8", "T9"} <= broken_rules(lambda scenario: True, name)


@pytest.mark.parametrize("name", NAMES)
def test_reader_that_denies_everything_is_caught(name):
    """Neither an outage nor a good response may deny a token."""
    assert {"T2", "T5"} <= broken_rules(lambda scenario: False, name)


@pytest.mark.parametrize("name", ["expires_at", "scopes"])
def test_reported_fields_are_compared_with_the_issuers(name):
    """A reader that loses the expiry or the scopes is caught, although its verdict is correct."""

    def lose_field(scenario):
        result = read_correctly(scenario)
        return replace(result, reading=replace(result.reading, **{name: None}))

    assert broken_rules(lose_field, "google-oauth2") == {"T18"}


def test_every_rule_has_trials():
    """Every rule has trials, and every trial is of a documented rule."""
    trials = [trial for name in NAMES for trial in reader_trials(name)]
    # T1 and T18 are judged in the trials of the other rules.
    assert {trial.rule for trial in trials} | {"T1", "T18"} == set(READER_RULES)
    assert any(trial.expected_fields for trial in trials)


def test_objections_contain_no_values():
    """Objections contain rule, provider, case and words, but no token, client or account."""
    scenario = scenario_for("facebook", "valid")
    text = " ".join(str(objection) for objection in find_objections(lambda: lambda _: None, "facebook"))
    assert text
    for value in (scenario.token, scenario.question.client_id, read_correctly(scenario).subject):
        assert value not in text


def test_provider_without_an_issuer_is_an_error():
    """Asking for the trials of a provider without a debug endpoint is an error."""
    with pytest.raises(LookupError):
        reader_trials("bitly")


@pytest.mark.parametrize("name", ["waad", "office365"])
def test_reader_that_trusts_graph_of_any_tenant_is_caught(name):
    """A token for Graph of another tenant is tried, and is not good although Graph accepts it."""

    def trust_graph(scenario):
        result = read_correctly(scenario)
        return True if result.reason == "unknown_token" and result.method == "userinfo-probe" else result

    assert broken_rules(trust_graph, name) == {"T11"}
