"""Secrets do not show, and redaction finds them in every spelling."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import traceback
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_checks import Secret
from idp_checks.secret import Redactor

CANARY = 'canary/token+with "odd" characters|é='


def test_no_way_of_printing_shows_it(caplog):
    """repr, str, every kind of formatting, containers and logs give dots."""
    secret = Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r}",
        f"{secret:>40}",
        "%s %r" % (secret, secret),
        repr([secret]),
        repr({"a": secret}),
    ]
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").debug("asked with %s", secret)
    assert all("canary" not in text for text in [*shown, caplog.text])


def test_it_is_not_written_anywhere():
    """Pickling and encoding refuse it rather than writing it."""
    for write in (pickle.dumps, json.dumps, msgspec.json.encode, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            write(Secret(CANARY))
        assert "canary" not in str(caught.value)


def test_a_traceback_with_local_variables_does_not_show_it():
    """A frame that holds a secret prints dots in a traceback with locals."""

    def fail(token: Secret) -> None:
        raise RuntimeError("stop")

    try:
        fail(Secret(CANARY))
    except RuntimeError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "fail" in text
    assert repr(Secret(CANARY)) in text


def test_equal_secrets_have_one_fingerprint_within_a_key_and_another_under_another():
    """A fingerprint names a secret for one run alone, and is no plain hash."""
    one, same = Secret("abc").fingerprint(b"k" * 32), Secret("abc").fingerprint(b"k" * 32)
    assert one == same != Secret("abc").fingerprint(b"q" * 32)
    assert one != Secret("abd").fingerprint(b"k" * 32)
    assert one.startswith("hmac-sha256:")


SPELLINGS = [
    str,
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: json.dumps(text)[1:-1],
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
]


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=8),
    spell=st.sampled_from(SPELLINGS),
    around=st.sampled_from(["", "x=", "&", " "]),
)
def test_redaction_finds_every_spelling(text, spell, around):
    """A known secret is taken out however it is written, and found when searched for."""
    redactor = Redactor(b"k" * 32, [Secret(text)])
    spelt = spell(text)
    assert redactor.contains_secret(f"{around}{spelt}{around}")
    assert spelt not in redactor.redact_text(f"{around}{spelt}{around}").replace("hmac-sha256", "")


JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("before", ["", "x-", "at ", "-eyJabcdefgh-", "eyJ-", "gho_0123456789abcdef-", "é", ".", "="])
@pytest.mark.parametrize("token", [JWT, JWT.rpartition(".")[0], "gho_0123456789abcdef0123", "xoxb-0123456789"])
def test_what_looks_like_a_token_is_taken_out_wherever_it_begins(before, token):
    """Behind a blank, a sign or what looks like another token's beginning; not in the middle of a word."""
    redactor = Redactor(b"k" * 32)
    if before == "é":
        token = f" {token}"
    text = f"{before}{token} and so on"
    assert redactor.find_suspect(text) == "token"
    assert not redactor.is_clean(text)
    assert token.strip() not in redactor.redact_text(text)
    assert redactor.redact_text(text).endswith("] and so on")


@given(st.lists(st.sampled_from(["abcdef", "abcdefghij", "x", " ", "abc"]), max_size=40).map("".join))
def test_secrets_of_every_length_are_taken_out_wherever_they_stand(text):
    """The longest that begins at a place goes first; nothing of any is left."""
    redactor = Redactor(b"k" * 32, [Secret("abcdef"), Secret("abcdefghij")])
    long, short = (redactor.placeholder(Secret(each)) for each in ("abcdefghij", "abcdef"))
    assert redactor.redact_known(text) == text.replace("abcdefghij", long).replace("abcdef", short)


def test_an_answer_keeps_only_what_says_nothing_about_a_person():
    """Statuses, times, clients and scopes stay; names, addresses, ids and tokens become fingerprints."""
    answer = {
        "active": True,
        "client_id": "app",
        "exp": 1790000000,
        "scope": "email",
        "sub": "42",
        "name": "Mia Chen",
        "email": "mia@example.com",
        "user": {"id": 90000042, "login": "mia"},
        "token": "gho_0123456789abcdef0123",
        "error": {"code": 190, "message": "no mia@example.com"},
    }
    kept = Redactor(b"k" * 32).redact_response(answer)
    text = json.dumps(kept)
    assert {kept["active"], kept["client_id"], kept["exp"], kept["scope"]} == {True, "app", 1790000000, "email"}
    assert not [each for each in ("Mia", "mia@", "90000042", "gho_", '"42"') if each in text]
    assert kept["error"]["code"] == 190


def test_equal_values_stay_equal():
    """A redacted answer still shows that two members hold the same."""
    kept = Redactor(b"k" * 32).redact_response({"sub": "42", "user_id": "42", "other": "43"})
    assert kept["sub"] == kept["user_id"] != kept["other"]
