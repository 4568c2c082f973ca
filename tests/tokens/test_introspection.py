"""Tests of ``Introspection`` and of ``conclude``, which compares a reading with the time and the expectations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp_checks.tokens.introspection import Exchange, Introspection, conclude
from idp_checks.tokens.reading import DECIDED, UNDECIDED, Reading

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


def make_result(*, clients=(), expected=None, exchanges=(), method="introspection", **fields):
    """Conclude an active reading with these fields."""
    reading = Reading(**{"active": True, "reason": "ok", **fields})
    return conclude("oidc", reading, method=method, asked_at=AT, clients=clients, subject=expected, exchanges=exchanges)


@pytest.mark.parametrize(
    ("seconds_left", "active", "reason"),
    [(-1, False, "expired"), (0, False, "expired"), (1, True, "ok"), (None, True, "ok")],
)
def test_conclude_expires_token_at_its_end(seconds_left, active, reason):
    """A token is expired from its end on, even if the issuer reports it as active, and valid a second before."""
    end = None if seconds_left is None else AT + timedelta(seconds=seconds_left)
    result = make_result(expires_at=end)
    assert (result.active, result.reason, result.good) == (active, reason, reason == "ok")


def test_conclude_keeps_every_field_of_the_reading():
    """All fields of the reading are attributes of the result, beside the provider, method and time."""
    result = make_result(**FULL, clients=("client-a",), expected="42", exchanges=EXCHANGES)
    assert result == Introspection(
        provider="oidc",
        active=True,
        reason="ok",
        method="introspection",
        asked_at=AT,
        reading=Reading(active=True, reason="ok", **FULL),
        exchanges=EXCHANGES,
    )
    assert {name: getattr(result, name) for name in FULL} == FULL
    assert result.good
    assert result.exchange == EXCHANGES[1]
    assert make_result().exchange is None


@pytest.mark.parametrize(("active", "reason"), [(False, "revoked"), (None, "not_permitted")])
def test_conclude_keeps_the_fields_of_a_refusal(active, reason):
    """A refusal keeps its reason, detail and flags, and lists nothing as unproven."""
    result = make_result(active=active, reason=reason, detail="explained", bare=True, endless=True, client_id="a")
    assert (result.active, result.reason, result.detail) == (active, reason, "explained")
    assert (result.bare, result.endless, result.client_id, result.unproven) == (True, True, "a", ())
    assert not result.good


@pytest.mark.parametrize("active", [False, None])
def test_conclude_ignores_expectations_for_inactive_readings(active):
    """Expectations and a past end do not change a denial or an undecided reading."""
    reason = "denied" if active is False else "issuer_error"
    result = make_result(
        active=active,
        reason=reason,
        client_id="client-b",
        subject="43",
        expires_at=AT,
        clients=("client-a",),
        expected="42",
    )
    assert (result.active, result.reason, result.detail) == (active, reason, None)


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
def test_conclude_compares_client_and_subject_exactly(client, clients, account, subject, reason):
    """A contradiction makes the token bad, a missing or blank value leaves it undecided, and a contradiction wins."""
    result = make_result(client_id=client, subject=account, clients=clients, expected=subject)
    assert (result.active, result.reason, result.good) == (True, reason, reason == "ok")
    assert result.decided is (reason != "not_stated")


def test_conclude_names_the_missing_value(in_words):
    """The detail says whether the application, the account or the end is the problem."""
    assert "application" in make_result(clients=("a",)).detail
    assert "account" in make_result(client_id="a", clients=("a",), expected="42").detail
    assert "end has passed" in make_result(expires_at=AT).detail
    assert make_result(client_id="a", clients=("a",)).detail is None
    for problem in ({"clients": ("a",)}, {"expected": "42"}, {"expires_at": AT}):
        assert in_words(make_result(**problem).detail)


@pytest.mark.parametrize(
    ("fields", "unproven"),
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
def test_conclude_lists_unproven_facts(fields, unproven):
    """Client, subject and end are unproven unless stated; an expired token has no unproven facts."""
    assert make_result(**fields).unproven == unproven
    assert make_result(**{**fields, "expires_at": AT}).unproven == ()


def test_conclude_prefers_the_method_of_the_reading():
    """The method of the reading overrides the endpoint's."""
    assert make_result(method="introspection").method == "introspection"
    reading = Reading(active=True, reason="ok", method="userinfo-probe")
    assert conclude("oidc", reading, method="introspection", asked_at=AT).method == "userinfo-probe"


@pytest.mark.parametrize("reason", sorted(DECIDED | UNDECIDED))
@pytest.mark.parametrize("active", [True, False, None])
def test_good_requires_active_and_ok(active, reason):
    """A result is good only if active is true and the reason is ok; the reason alone decides ``decided``."""
    reading = Reading(active=active, reason=reason)
    result = Introspection(provider="oidc", active=active, reason=reason, method=None, asked_at=AT, reading=reading)
    assert result.good is (active is True and reason == "ok")
    assert result.decided is (reason in DECIDED)


def test_to_dict_omits_missing_fields():
    """Times end in Z, tuples become lists, missing fields and false flags are omitted."""
    assert make_result(**FULL, exchanges=EXCHANGES[:1]).to_dict() == {
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
    shape = make_result(active=None, reason="network", bare=True, endless=True).to_dict()
    assert (shape["good"], shape["active"], shape["bare"], shape["endless"]) == (False, None, True, True)
    assert "client_id" not in shape


def test_to_dict_cuts_fractions_of_seconds():
    """All times are written to the second."""
    time = AT.replace(microsecond=999_999)
    reading = Reading(active=True, reason="ok", expires_at=time, issued_at=time)
    shape = conclude("oidc", reading, method=None, asked_at=time).to_dict()
    assert {shape[name] for name in ("asked_at", "expires_at", "issued_at")} == {"2026-09-21T14:13:20Z"}


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, "Good"),
        ({"active": False, "reason": "denied"}, "Not good"),
        ({"active": None, "reason": "network"}, "Undecided"),
    ],
)
def test_html_shows_the_verdict_first(fields, verdict):
    """The HTML shows the verdict in its own color, the reason and the escaped explanation."""
    page = make_result(**fields, detail="<script>")._repr_html_()
    assert f">{verdict}</strong> ({fields.get('reason', 'ok')})" in page
    assert page.count("<div>") == page.count("</div>") == 1
    assert "<script>" not in page
    variants = [{}, {"active": False, "reason": "denied"}, {"active": None, "reason": "network"}]
    assert len({make_result(**variant)._repr_html_().split("color:")[1][:7] for variant in variants}) == 3
