"""The self-test: every historic bug is there once and caught by the rule made for it; what is right passes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from idp_checks import ProfileError, UnknownProvider, providers
from idp_checks.selftest import historic_readers
from idp_checks.selftest import run as selftest
from idp_checks.selftest.historic import Row
from idp_checks.selftest.historic_profiles import IDS
from idp_checks.selftest.historic_profiles import PROFILES
from idp_checks.selftest.historic_profiles import Example
from idp_checks.selftest.historic_profiles import Wrong
from idp_checks.selftest.historic_profiles import right
from idp_checks.selftest.mistakes import MISTAKES
from idp_checks.selftest.readers import Objection
from idp_checks.conformance.rules import RULES
from idp_checks.selftest.run import SelfTest
from idp_checks.selftest.run import caught
from idp_checks.selftest.run import markdown
from idp_checks.selftest.run import run

PAGE = Path(__file__).parents[2] / "docs" / "selftest.md"
HALF = 57
"""Historic bugs of token validation."""


@pytest.fixture
def no_readers(monkeypatch):
    """The half about normalisers alone."""
    monkeypatch.setattr(historic_readers, "readers_caught", lambda progress: ())
    monkeypatch.setattr(historic_readers, "right_reader_objections", tuple)


def made(function, *examples, rule="N1", provider="github", why_not=None):
    return Wrong(
        id="BUG-000",
        title="x",
        provider=provider,
        source="",
        function=function,
        rules=(rule,),
        examples=examples,
        why_not=why_not,
    )


def test_the_whole_of_it():
    """All historic bugs are there once, each caught or with a reason; what is right passes; the page is current."""
    found = run()
    assert found.objections == ()
    assert [row.id for row in found if not row.passed] == []
    assert found.passed
    bugs = [row.id for row in found if row.id.startswith("BUG-")]
    assert len(bugs) == len(set(bugs)) == len(IDS) + HALF
    assert set(IDS) < set(bugs)
    assert [row.id for row in found if row.how == selftest.OWN] == [], "the suite itself tries what shows each of them"
    assert PAGE.read_text(encoding="utf-8") == markdown(found), "python docs/make_selftest.py writes it anew"


def test_every_bug_of_profiles_is_there_once():
    """The numbers that were written down are those of the functions, each once."""
    assert tuple(each.id for each in PROFILES) == IDS
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("wrong", PROFILES, ids=lambda each: each.id)
def test_a_bug_is_told_whole(wrong):
    """It has a source, a provider and a title; and a function named for its mistake, or a reason why not."""
    assert wrong.source.startswith("https://")
    assert wrong.title
    assert wrong.provider in providers.own()
    if wrong.function is None:
        assert wrong.why_not
        assert not wrong.rules
    else:
        assert wrong.examples
        assert wrong.function.__doc__
        assert set(wrong.rules) <= set(RULES)
    assert wrong.why_not is None or re.fullmatch(r"[A-Z][^.]+\.", wrong.why_not), "one sentence"


def test_a_name_stands_for_one_mistake():
    """No two historic bugs are shown by functions of one name."""
    names = [each.mistake for each in PROFILES if each.function]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("wrong", "example"),
    [(each, example) for each in PROFILES for example in each.examples],
    ids=lambda each: getattr(each, "id", ""),
)
def test_an_example_means_what_it_says(wrong, example):
    """What is written down as right is what ours makes of it; what is no profile is refused."""
    if example.expected is None:
        with pytest.raises(ProfileError):
            right(wrong.provider, example.raw, also=example.also)
        return
    out = right(wrong.provider, example.raw, also=example.also)
    assert {name: out.get(name) for name in example.expected} == example.expected
    assert example.expected


def test_addresses_are_made_up():
    """No example holds an address, or names a host, that could be somebody's."""
    told = json.dumps([[each.raw, dict(each.also)] for wrong in PROFILES for each in wrong.examples])
    domains = {found.rpartition(".")[2] for found in re.findall(r"@([\w.\-\\]+)", told)}
    assert domains <= {"example", "com"}
    hosts = {found.split("/")[0] for found in re.findall(r"https://([^\"\s]+)", told)}
    assert hosts <= {"img.example.com", "docs.example.com", "slack.com", "accounts.google.com"}


def test_every_rule_has_a_mistake():
    """There is no rule that nothing is known to break."""
    assert {rule for _, rule, _ in MISTAKES} == set(RULES)


def test_what_is_right_is_not_caught():
    """A wrong one that is not wrong has no rule against it: its row does not pass."""
    row = caught(made(right, Example({"id": 42, "login": "mia"}, {"user_id": "github|42"})))
    assert row.caught_by == ()
    assert row.how == ""
    assert not row.passed
    assert not SelfTest((row,)).passed


def test_another_rule_is_not_enough():
    """A mistake counts as caught by the rule that is made for it alone."""

    def no_name(provider, raw):
        return {**right(provider, raw), "name": ""}

    assert caught(made(no_name, rule="N2")).caught_by[0] == "N2"
    assert caught(made(no_name, rule="N7")).caught_by == ()


def test_what_shows_a_mistake_is_told():
    """A recorded answer is named where one shows it; else it is told that a generated one does, or only its example."""

    def fails_for_one(provider, raw):
        if raw["id"] == 4242424242:
            raise KeyError("x")
        return right(provider, raw)

    def lower(provider, raw):
        out = right(provider, raw)
        return {**out, "user_id": out["user_id"].lower()}

    def no_name(provider, raw):
        return {**right(provider, raw), "name": ""}

    own = Example({"id": 4242424242}, {"user_id": "github|4242424242"})
    assert caught(made(fails_for_one, own, rule="N12")).how == "its own example"
    assert caught(made(lower, provider="oidc")).how == "generated"
    assert re.fullmatch(r"recorded case \w+", caught(made(no_name, rule="N2")).how)


def test_who_takes_texts_is_given_the_recorded_ones():
    """A recorded answer that is no JSON object is given to a normaliser that takes texts, and to no other."""

    def believes_texts(provider, raw):
        return {"user_id": "oidc|x"} if isinstance(raw, str) else right(provider, raw)

    taking = made(believes_texts, rule="N12", provider="oidc")
    assert caught(taking).caught_by == ()
    assert caught(replace(taking, takes_text=True)).how == "recorded case signed_answer"


def test_a_reason_is_given_up_when_a_rule_catches():
    """A row holds a reason or a rule, never both."""

    def no_name(provider, raw):
        return {**right(provider, raw), "name": ""}

    assert caught(made(no_name, rule="N2", why_not="It cannot be.")).why_not is None
    assert caught(made(right, why_not="It cannot be.")).why_not == "It cannot be."


def test_a_right_one_that_is_wrong_is_objected_to(no_readers, monkeypatch):
    """Were the right normaliser wrong, or an example of it, the self-test would say so and not pass."""

    def wrong(provider, raw, *, also=None):
        return {**right(provider, raw, also=also), "given_name": "None"}

    assert run(names=["apple"]).passed
    swapped = {each: selftest.Normalizer(wrong, "wrong", takes_also=each) for each in (False, True)}
    monkeypatch.setattr(selftest, "_RIGHT", swapped)
    found = run(names=["apple"])
    assert not found.passed
    assert any(each.startswith("apple N8: given_name is there") for each in found.objections)
    assert any("example of BUG-079" in each for each in found.objections)


def test_a_rule_that_fails_is_told(no_readers, monkeypatch):
    """A rule that raises has caught nothing, and the self-test does not pass."""
    real = selftest.judged

    def breaks(rule, *rest):
        if rule == "N4":
            raise AttributeError("no")
        return real(rule, *rest)

    monkeypatch.setattr(selftest, "judged", breaks)
    found = run(names=["apple"])
    assert not found.passed
    assert any(each.startswith("N4 cannot judge what") for each in found.objections)


def test_an_objection_to_the_right_reader_counts(no_readers, monkeypatch):
    """What is said against the right reader of an issuer's answers is no pass; at other providers than asked, it is not told."""
    said = Objection("T2", "apple", "recorded case full", "said bad")
    monkeypatch.setattr(historic_readers, "right_reader_objections", lambda: (said, said))
    assert run(names=["apple"]).objections == ("apple T2: said bad (recorded case full)",)
    assert run(names=["zoom"]).objections == ()


def test_some_providers_alone(no_readers):
    """With names, what is tried is of those providers; one that is not there is an error before anything is tried."""
    found = run(names=["zoom", "apple"])
    assert {row.provider for row in found} == {"zoom", "apple"}
    with pytest.raises(UnknownProvider):
        run(names=["zoom", "zooom"])


def test_progress_is_told(no_readers):
    """Each bug is told before it is tried, and the end with the number of all."""
    told = []
    found = run(lambda *said: told.append(said), names=["apple"])
    assert [what for what, _, _ in told[:-1]] == [row.id for row in found]
    assert told[-1] == ("", len(found.rows), len(found.rows))


def test_as_json(no_readers):
    """The result is JSON, what is not there left out."""
    shape = run(names=["slack"]).to_dict()
    assert json.loads(json.dumps(shape)) == shape
    assert shape["passed"] is True
    rows = {row["id"]: row for row in shape["rows"]}
    assert "mistake" not in rows["BUG-019"]
    assert rows["BUG-019"]["why_not"]
    assert rows["BUG-125"]["caught_by"][0] == "N2"
    assert "why_not" not in rows["BUG-125"]


def test_the_page_has_every_row():
    """Each row stands in one table of the page, a bar in a title does not break it."""
    bug = Row(
        id="BUG-900",
        title="a | b",
        mistake="one",
        provider="github",
        source="https://example.com/1",
        caught_by=("N1", "N3"),
        how="generated",
    )
    beyond = Row(id="BUG-901", title="c", mistake="", provider="github", source="https://example.com/2", why_not="So.")
    other = Row(id="N1 two", title="d", mistake="two", provider="github", source="", caught_by=("N1",), how="generated")
    page = markdown([bug, beyond, other])
    assert "| [BUG-900](https://example.com/1) | a \\| b | `one` | `github` | N1, N3 | generated |" in page
    assert "| [BUG-901](https://example.com/2) | c | So. |" in page
    assert "| `two` | d | `github` | N1 | generated |" in page
    assert "2 bugs, of which 1 are caught." in page
