"""Tests of the search: it finds every known fault, objects to nothing else, and never passes an unjudged rule."""

from __future__ import annotations

import json

import pytest
from hypothesis import configuration

from idp_checks import providers
from idp_checks.conformance import builtin_normalizer
from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.redaction import CANARY
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search
from idp_checks.selftest.historic_profiles import normalize_correctly
from idp_checks.selftest.mistakes import MISTAKES, omit_picture, parse_id_as_float

pytestmark = pytest.mark.slow

WRONG = [(function, rule) for function, rule, _ in MISTAKES]
"""Wrong normalizers, and the rule that must object to each."""
PROVIDERS = ("github", "google-oauth2")
GITHUB = providers.get("github")


def normalizer_of(function):
    """Return a function as a normalizer that takes no responses of additional calls."""
    return Normalizer(function, function.__name__)


@pytest.mark.parametrize(("function", "rule"), WRONG, ids=lambda value: getattr(value, "__name__", value))
def test_search_finds_a_wrong_normalizer(function, rule):
    """The rule for a mistake objects to it."""
    assert any(search(rule, providers.get(name), normalizer_of(function)).objections for name in PROVIDERS)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", PROVIDERS)
def test_search_passes_a_right_normalizer(rule, name):
    """A correct function passes every rule, and so does the built-in normalizer."""
    for normalizer in (normalizer_of(normalize_correctly), builtin_normalizer()):
        result = search(rule, providers.get(name), normalizer)
        assert result.was_judged or (rule, name, result.is_applicable) == ("M1", "github", False)
        assert not result.objections


def test_every_rule_can_fail():
    """Every rule is broken by some wrong normalizer."""
    assert {rule for _, rule in WRONG} == set(RULES)


def test_search_is_reproducible():
    """Two searches return the same smallest example."""
    first, second = (search("N1", GITHUB, normalizer_of(parse_id_as_float)) for _ in range(2))
    assert first == second
    assert first.example["raw"].keys() == {"id"}


@pytest.mark.parametrize(("function", "rule"), WRONG, ids=lambda value: getattr(value, "__name__", value))
def test_objections_contain_no_values(function, rule):
    """Objections contain no values of the example, and neither contains the planted secret."""
    for name in PROVIDERS:
        result = search(rule, providers.get(name), normalizer_of(function))
        message = " ".join(result.objections)
        assert CANARY not in f"{message}{json.dumps(result.example)}"
        raw = (result.example or {}).get("raw", {})
        values = [value for value in raw.values() if isinstance(value, str) and len(value) > 5]
        assert not any(value in message for value in values)


def test_search_without_profiles_is_not_judged():
    """A normalizer that always raises breaks N12 and passes no other rule."""

    def fail(provider, raw):
        raise RuntimeError("no")

    for rule in RULES:
        result = search(rule, GITHUB, normalizer_of(fail))
        assert result.objections if rule == "N12" else not result.was_judged


def test_search_creates_no_files(tmp_path, monkeypatch):
    """Hypothesis writes nothing to the current folder, and its own folder is set as before."""
    monkeypatch.chdir(tmp_path)
    before = configuration.storage_directory("examples", intent_to_write=False).path
    search("N2", GITHUB, normalizer_of(omit_picture))
    assert list(tmp_path.iterdir()) == []
    assert configuration.storage_directory("examples", intent_to_write=False).path == before


def test_result_has_expected_and_actual_values():
    """A failed search returns the smallest raw profile, still valid, with the expected and the actual values."""
    wrong = Normalizer(lambda provider, raw: {**normalize_correctly(provider, raw), "email_verified": True}, "wrong")
    result = search("N7", GITHUB, wrong, DEPTHS["quick"])
    assert result.example["raw"].keys() <= {"id", "email"}
    assert result.expected.get("email_verified") is None
    assert result.actual["email_verified"] is True
    assert Case.from_raw(GITHUB, result.example["raw"]).claims is not None
