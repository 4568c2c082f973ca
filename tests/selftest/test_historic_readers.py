"""The suite for readers: it objects to nothing in our own reader, and catches every historic bug made again."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from idp_checks.selftest import historic_readers
from idp_checks.selftest import readers
from idp_checks.selftest.historic import Row
from idp_checks.selftest.historic_readers import READERS
from idp_checks.selftest.historic_readers import UNREACHED
from idp_checks.selftest.readers import RULES
from idp_checks.selftest.readers import Trial
from idp_checks.selftest.readers import asked_about
from idp_checks.selftest.readers import judged
from idp_checks.selftest.readers import objections
from idp_checks.selftest.readers import right
from idp_checks.selftest.readers import trials

NUMBERS = (
    145,
    147,
    151,
    153,
    155,
    157,
    159,
    161,
    163,
    165,
    167,
    169,
    171,
    173,
    175,
    177,
    179,
    181,
    183,
    185,
    187,
    189,
    191,
    193,
    195,
    197,
    199,
    201,
    203,
    205,
    207,
    209,
    211,
    213,
    215,
    217,
    219,
    221,
    223,
    225,
    227,
    229,
    231,
    233,
    235,
    237,
    239,
    241,
    243,
    245,
    247,
    249,
    251,
    253,
    255,
    257,
    259,
)
"""The bugs of token validation."""


def _rules(reader, provider):
    """The rules that object to a reader that remembers nothing."""
    return {each.rule for each in objections(lambda: reader, provider)}


def test_every_bug_is_there_once():
    """Each bug of token validation is a wrong reader or says why it is none, and no number stands twice."""
    found = [each.id for each in (*READERS, *UNREACHED)]
    assert sorted(found) == [f"BUG-{number}" for number in NUMBERS]


@pytest.mark.parametrize("wrong", READERS, ids=lambda each: f"{each.id}-{each.mistake}")
def test_a_historic_bug_is_caught_by_its_rule(wrong):
    """The rule that is about the mistake objects to the reader that makes it."""
    assert wrong.rule in {each.rule for each in objections(wrong.make, wrong.provider)}


@pytest.mark.parametrize("name", readers.names())
def test_our_reader_is_right(name):
    """Nothing is objected to in this package's own reader, at any provider."""
    assert list(objections(lambda: right, name)) == []


def test_rows_tell_what_was_found():
    """There is one row for each bug, in order; each names what catches it and where that was seen, or why nothing can."""
    told = []
    rows = historic_readers.readers_caught(lambda *word: told.append(word))
    assert [row.id for row in rows] == [f"BUG-{number}" for number in NUMBERS]
    assert all(row.passed for row in rows)
    assert {row.id for row in rows if row.why_not} == {each.id for each in UNREACHED}
    assert all(row.how.startswith(("recorded case ", "generated: ")) for row in rows if row.caught_by)
    assert [done for _, done, _ in told] == list(range(len(READERS) + 1))
    assert {rule for row in rows for rule in row.caught_by} == set(RULES), "a rule that catches nothing is no rule"


def test_a_row_passes_by_one_of_two_ways():
    """A bug that is neither caught nor explained does not pass, and no row claims both."""
    row = Row("BUG-1", "a bug", "mistake", "oidc", "https://example.com/1")
    assert not row.passed
    assert replace(row, caught_by=("T1",)).passed
    assert replace(row, why_not="It is about a window.").passed
    assert not replace(row, caught_by=("T1",), why_not="It is about a window.").passed


@pytest.mark.parametrize("name", readers.names())
def test_a_reader_that_never_decides_is_caught(name):
    """Safe is not right: what the issuer vouches for must be good."""
    assert "T2" in _rules(lambda question: None, name)


@pytest.mark.parametrize("name", readers.names())
def test_a_reader_that_believes_everything_is_caught(name):
    """At every provider, whatever is good to a reader that looks at nothing breaks the rules of a fail-closed one."""
    assert {"T3", "T5", "T8", "T9"} <= _rules(lambda question: True, name)


@pytest.mark.parametrize("name", readers.names())
def test_a_reader_that_denies_everything_is_caught(name):
    """At every provider, an outage that denies a token is objected to, and so is a good answer that does."""
    assert {"T2", "T5"} <= _rules(lambda question: False, name)


@pytest.mark.parametrize("said", ["good", 1, 0, [], {}], ids=repr)
def test_a_reader_that_gives_no_verdict_is_caught(said):
    """Whatever is neither true, false nor None is no verdict, though 1 equals true."""
    assert _rules(lambda question: said, "oidc") == {"T1"}


def test_a_reader_that_raises_is_caught_by_the_first_rule():
    """An exception is no verdict."""

    def fails(question):
        raise KeyError("active")

    assert _rules(fails, "oidc") == {"T1"}


@pytest.mark.parametrize("name", ["expires_at", "scopes"])
def test_what_a_reader_states_is_held_against_the_issuer(name):
    """A reader that loses the end or the scopes on the way is objected to, though its verdict is right."""

    def loses(question):
        said = right(question)
        reading = msgspec.structs.replace(said.reading, **{name: None})
        return msgspec.structs.replace(said, reading=reading)

    assert _rules(loses, "google-oauth2") == {"T18"}


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
def test_one_mistake_is_objected_to_by_its_rule_alone(number, rules):
    """A reader that is right but for one thing breaks the one rule about it: the rules tell mistakes apart."""
    wrong = next(each for each in READERS if each.id == number)
    assert {each.rule for each in objections(wrong.make, wrong.provider)} == rules


def test_a_reader_that_remembers_is_made_anew():
    """What one reader remembers is not seen by the next: a second run finds what the first one found."""
    wrong = next(each for each in READERS if each.id == "BUG-257")
    first, second = (tuple(objections(wrong.make, wrong.provider)) for _ in range(2))
    assert first == second != ()


def test_what_was_asked_before_is_put_first():
    """A reader that keeps its first verdict is caught only because it was asked before."""
    good, refused = asked_about("oidc", "valid"), asked_about("oidc", "revoked")
    trial = Trial(
        rule="T16", question=good.heard(debug=refused.debug), allowed=readers.BAD, how="generated", before=(good,)
    )
    make = next(each for each in READERS if each.id == "BUG-257").make
    assert [each.rule for each in judged(make(), trial)] == ["T16"]
    assert list(judged(make(), replace(trial, before=()))) == []


def test_every_rule_is_tried():
    """No rule is without a question, and no question is of a rule that is not told."""
    tried = {trial.rule for name in readers.names() for trial in trials(name)}
    assert tried | {"T1", "T18"} == set(RULES)
    assert any(trial.states for name in readers.names() for trial in trials(name))


def test_a_question_shows_no_token():
    """A question that is printed shows neither the token nor our secret."""
    question = asked_about("facebook", "valid")
    assert question.token
    assert question.token not in repr(question)
    assert question.question.client_secret.reveal() not in repr(question)


def test_an_objection_shows_no_value():
    """Objections hold rule, provider, case and words: no token, client or account of the question."""
    question = asked_about("facebook", "valid")
    told = " ".join(str(each) for each in objections(lambda: lambda _: None, "facebook"))
    assert told
    for value in (question.token, question.question.client_id, right(question).subject):
        assert value not in told


def test_a_provider_without_an_issuer_is_told():
    """Nothing is tried at a provider whose issuer answers for no token, and that is an error."""
    with pytest.raises(LookupError):
        trials("bitly")


@pytest.mark.parametrize("name", ["waad", "office365"])
def test_a_reader_that_believes_graph_of_any_tenant_is_caught(name):
    """Graph takes the tokens of every tenant: a token for Graph that names another tenant is tried, and is not good."""

    def graph_takes_it(question):
        said = right(question)
        return True if said.reason == "unknown_token" and said.method == "userinfo-probe" else said

    assert {each.rule for each in objections(lambda: graph_takes_it, name)} == {"T11"}
