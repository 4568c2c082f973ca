"""What follows from an issuer's answer: held against the time and against what the caller expects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp_checks.tokens.introspection import DECIDED
from idp_checks.tokens.introspection import UNDECIDED
from idp_checks.tokens.introspection import Exchange
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.introspection import Reading
from idp_checks.tokens.introspection import conclude
from idp_checks.clock import zulu

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
FULL = {
    "client_id": "client-a",
    "audience": ("https://api.example.com", "https://files.example.com"),
    "subject": "42",
    "scopes": ("openid", "email"),
    "expires_at": AT + timedelta(hours=1),
    "issued_at": AT - timedelta(hours=1),
    "issuer": "https://op.example.com",
    "token_type": "Bearer",
}
EXCHANGES = (Exchange({"url": "https://op.example.com/first"}), Exchange({"url": "https://op.example.com/last"}))


def held(*, clients=(), expected=None, exchanges=(), method="introspection", **said):
    """What follows from a good word with these statements."""
    reading = Reading(**{"active": True, "reason": "ok", **said})
    return conclude("oidc", reading, method=method, asked_at=AT, clients=clients, subject=expected, exchanges=exchanges)


@pytest.mark.parametrize(
    ("left", "active", "reason"), [(-1, False, "expired"), (0, False, "expired"), (1, True, "ok"), (None, True, "ok")]
)
def test_a_token_is_past_from_its_end_on(left, active, reason):
    """At its end a token is expired, whatever the issuer calls it; a second before, it is not."""
    end = None if left is None else AT + timedelta(seconds=left)
    said = conclude("oidc", Reading(active=True, reason="ok", expires_at=end), method="introspection", asked_at=AT)
    assert (said.active, said.reason, said.good) == (active, reason, reason == "ok")


def test_what_the_issuer_states_is_handed_on():
    """Every statement stands in the conclusion as it was made, beside who was asked, how and when."""
    found = held(**FULL, clients=("client-a",), expected="42", exchanges=EXCHANGES)
    assert found == Introspection(
        provider="oidc", active=True, reason="ok", method="introspection", asked_at=AT, exchanges=EXCHANGES, **FULL
    )
    assert found.good
    assert found.exchange == EXCHANGES[1]
    assert held().exchange is None


def test_a_refusal_is_handed_on_with_what_it_states():
    """A denial keeps its reason, its words and whether it is bare; nothing is called unproven where nothing is good."""
    for active, reason in ((False, "revoked"), (None, "not_permitted")):
        found = held(active=active, reason=reason, detail="so it is", bare=True, endless=True, client_id="client-a")
        assert found == Introspection(
            provider="oidc",
            active=active,
            reason=reason,
            detail="so it is",
            bare=True,
            endless=True,
            client_id="client-a",
            method="introspection",
            asked_at=AT,
        )
        assert not found.good


@pytest.mark.parametrize("active", [False, None])
def test_no_expectation_changes_what_is_not_good(active):
    """A denial stays the issuer's denial, and what is unknown stays so, whoever was expected and whatever is past."""
    reason = "denied" if active is False else "issuer_error"
    found = conclude(
        "oidc",
        Reading(active=active, reason=reason, client_id="client-b", subject="43", expires_at=AT),
        method="introspection",
        asked_at=AT,
        clients=("client-a",),
        subject="42",
    )
    assert (found.active, found.reason, found.detail) == (active, reason, None)


@pytest.mark.parametrize(
    ("client", "clients", "account", "subject", "reason"),
    [
        ("a", (), "42", None, "ok"),
        ("a", ("a",), "42", "42", "ok"),
        ("b", ("a", "b"), "42", None, "ok"),
        ("c", ("a", "b"), "42", None, "wrong_client"),
        ("c", ("a",), "43", "42", "wrong_client"),
        ("c", ("a",), None, "42", "wrong_client"),
        ("a", ("a",), "43", "42", "wrong_subject"),
        (None, ("a",), "43", "42", "wrong_subject"),
        (None, ("a",), "42", "42", "not_stated"),
        ("a", ("a",), None, "42", "not_stated"),
        (None, ("a",), None, "42", "not_stated"),
        (None, (), None, None, "ok"),
        ("", ("",), "42", None, "not_stated"),
        (" ", (" ",), "42", None, "not_stated"),
        ("a", (), "", "", "not_stated"),
        ("a", (), "\t", "\t", "not_stated"),
        (" a", ("a",), "42", None, "wrong_client"),
        ("A", ("a",), "42", None, "wrong_client"),
        ("a", (), "42 ", "42", "wrong_subject"),
    ],
)
def test_what_is_expected_must_be_confirmed(client, clients, account, subject, reason):
    """What the answer contradicts makes the token bad, what it leaves out leaves the question open; blank is left out.

    The comparison is exact, and a contradiction counts before a silence.
    """
    reading = Reading(active=True, reason="ok", client_id=client, subject=account)
    found = conclude("oidc", reading, method="introspection", asked_at=AT, clients=clients, subject=subject)
    assert (found.active, found.reason, found.good) == (True, reason, reason == "ok")
    assert found.decided is (reason != "not_stated")


def test_an_open_question_says_which(in_words):
    """Whether the application or the account is unknown stands in the words; a past end says so too."""
    assert "to which application" in held(clients=("a",)).detail
    assert "for which account" in held(client_id="a", clients=("a",), expected="42").detail
    assert "end is past" in held(expires_at=AT).detail
    assert held(client_id="a", clients=("a",)).detail is None
    for open_or_past in ({"clients": ("a",)}, {"expected": "42"}, {"expires_at": AT}):
        assert in_words(held(**open_or_past).detail)


@pytest.mark.parametrize(
    ("said", "unproven"),
    [
        ({}, ("client", "subject", "end")),
        ({"client_id": "a"}, ("subject", "end")),
        ({"subject": "42"}, ("client", "end")),
        ({"expires_at": AT + timedelta(1)}, ("client", "subject")),
        ({"endless": True}, ("client", "subject")),
        ({"client_id": " "}, ("client", "subject", "end")),
        ({"client_id": " ", "subject": "42"}, ("client", "end")),
        ({"client_id": "a", "subject": " "}, ("subject", "end")),
        ({"audience": ("a",), "issuer": "a", "issued_at": AT}, ("client", "subject", "end")),
    ],
)
def test_what_a_good_word_does_not_prove_is_told(said, unproven):
    """Client, account and end are unproven unless stated: no other statement takes their place."""
    assert held(**said).unproven == unproven
    assert held(**{**said, "expires_at": AT}).unproven == ()


def test_a_reading_knows_best_how_the_issuer_was_asked():
    """Where an endpoint leaves open how it asks, the reading says so; else it is the endpoint's own way."""
    assert held(method="introspection").method == "introspection"
    told = Reading(active=True, reason="ok", method="userinfo-probe")
    assert conclude("oidc", told, method="introspection", asked_at=AT).method == "userinfo-probe"


@pytest.mark.parametrize("reason", sorted(DECIDED | UNDECIDED))
@pytest.mark.parametrize("active", [True, False, None])
def test_good_is_true_and_ok_alone(active, reason):
    """An answer is good where the issuer vouches and no reason speaks against it; decided or not is the reason's kind."""
    found = Introspection(provider="oidc", active=active, reason=reason, method=None, asked_at=AT)
    assert found.good is (active is True and reason == "ok")
    assert found.decided is (reason in DECIDED)


def test_as_json_times_are_in_utc_and_what_is_absent_is_left_out():
    """Times end in Z, lists are lists, good is added, and false flags say nothing."""
    assert held(**FULL, exchanges=EXCHANGES[:1]).to_dict() == {
        "good": True,
        "active": True,
        "provider": "oidc",
        "reason": "ok",
        "method": "introspection",
        "asked_at": "2026-09-21T14:13:20Z",
        "client_id": "client-a",
        "audience": ["https://api.example.com", "https://files.example.com"],
        "subject": "42",
        "scopes": ["openid", "email"],
        "expires_at": "2026-09-21T15:13:20Z",
        "issued_at": "2026-09-21T13:13:20Z",
        "issuer": "https://op.example.com",
        "token_type": "Bearer",
        "unproven": [],
        "exchanges": [{"request": {"url": "https://op.example.com/first"}, "response": None}],
    }
    shape = held(active=None, reason="network", bare=True, endless=True).to_dict()
    assert (shape["good"], shape["active"], shape["bare"], shape["endless"]) == (False, None, True, True)
    assert "client_id" not in shape


def test_a_time_is_written_to_the_second():
    """No fraction, and Z for UTC."""
    odd = AT.replace(microsecond=999_999)
    assert zulu(odd) == "2026-09-21T14:13:20Z"
    reading = Reading(active=True, reason="ok", expires_at=odd, issued_at=odd)
    shape = conclude("oidc", reading, method=None, asked_at=odd).to_dict()
    assert {shape[name] for name in ("asked_at", "expires_at", "issued_at")} == {"2026-09-21T14:13:20Z"}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({}, "Good"),
        ({"active": False, "reason": "denied"}, "Not good"),
        ({"active": None, "reason": "network"}, "Undecided"),
    ],
)
def test_a_notebook_shows_the_verdict_first(said, word):
    """The word, the reason and the explanation, each kind in its own colour, with nothing of the answer as markup."""
    page = held(**said, detail="<script>")._repr_html_()
    assert f">{word}</strong> ({said.get('reason', 'ok')})" in page
    assert page.count("<div>") == page.count("</div>") == 1
    assert "<script>" not in page
    others = [{}, {"active": False, "reason": "denied"}, {"active": None, "reason": "network"}]
    colours = {held(**other)._repr_html_().split("color:")[1][:7] for other in others}
    assert len(colours) == 3
