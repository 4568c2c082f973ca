"""Tests of secrets that are not displayed, and of redaction."""

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


def test_secret_is_displayed_as_dots(caplog):
    """``repr``, ``str``, formatting, containers and logs contain dots only."""
    secret = Secret(CANARY)
    texts = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r}",
        f"{secret:>40}",
        "%s %r" % (secret, secret),  # noqa: UP031 - percent formatting is tested
        repr([secret]),
        repr({"a": secret}),
    ]
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").debug("asked with %s", secret)
    assert all("canary" not in text for text in [*texts, caplog.text])


def test_secret_cannot_be_serialized():
    """Pickling, encoding and copying raise ``TypeError``."""
    for write in (pickle.dumps, json.dumps, msgspec.json.encode, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            write(Secret(CANARY))
        assert "canary" not in str(caught.value)


def test_traceback_with_locals_shows_dots():
    """A traceback with local variables contains dots instead of the secret."""

    def fail(token: Secret) -> None:
        raise RuntimeError("stop")

    try:
        fail(Secret(CANARY))
    except RuntimeError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "fail" in text
    assert repr(Secret(CANARY)) in text


def test_fingerprint_depends_on_secret_and_key():
    """Equal secrets have equal fingerprints with the same key, and different ones with another key."""
    fingerprint = Secret("abc").fingerprint(b"k" * 32)
    assert fingerprint == Secret("abc").fingerprint(b"k" * 32)
    assert fingerprint != Secret("abc").fingerprint(b"q" * 32)
    assert fingerprint != Secret("abd").fingerprint(b"k" * 32)
    assert fingerprint.startswith("hmac-sha256:")


ENCODERS = [
    str,
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: json.dumps(text)[1:-1],
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
]


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=8),
    encode=st.sampled_from(ENCODERS),
    around=st.sampled_from(["", "x=", "&", " "]),
)
def test_redaction_finds_every_encoding(text, encode, around):
    """A known secret is found and removed in every encoding."""
    redactor = Redactor(b"k" * 32, [Secret(text)])
    encoded = encode(text)
    assert redactor.contains_secret(f"{around}{encoded}{around}")
    assert encoded not in redactor.redact_text(f"{around}{encoded}{around}").replace("hmac-sha256", "")


JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("before", ["", "x-", "at ", "-eyJabcdefgh-", "eyJ-", "gho_0123456789abcdef-", "é", ".", "="])
@pytest.mark.parametrize("token", [JWT, JWT.rpartition(".")[0], "gho_0123456789abcdef0123", "xoxb-0123456789"])
def test_token_like_strings_are_redacted(before, token):
    """They are found after a blank, a sign or the beginning of another token, but not inside a word."""
    redactor = Redactor(b"k" * 32)
    if before == "é":
        token = f" {token}"
    text = f"{before}{token} and so on"
    assert redactor.find_suspect(text) == "token"
    assert not redactor.is_clean(text)
    assert token.strip() not in redactor.redact_text(text)
    assert redactor.redact_text(text).endswith("] and so on")


@given(st.lists(st.sampled_from(["abcdef", "abcdefghij", "x", " ", "abc"]), max_size=40).map("".join))
def test_the_longest_secret_is_redacted_first(text):
    """The longest secret at a position is replaced, and no part of any secret is left."""
    redactor = Redactor(b"k" * 32, [Secret("abcdef"), Secret("abcdefghij")])
    long, short = (redactor.placeholder(Secret(secret)) for secret in ("abcdefghij", "abcdef"))
    assert redactor.redact_known(text) == text.replace("abcdefghij", long).replace("abcdef", short)


def test_redacted_response_keeps_harmless_fields():
    """Statuses, times, clients and scopes are redacted; names, addresses, ids and tokens become fingerprints."""
    response = {
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
    redacted = Redactor(b"k" * 32).redact_response(response)
    text = json.dumps(redacted)
    assert {redacted["active"], redacted["client_id"], redacted["exp"], redacted["scope"]} == {
        True,
        "app",
        1790000000,
        "email",
    }
    assert not [value for value in ("Mia", "mia@", "90000042", "gho_", '"42"') if value in text]
    assert redacted["error"]["code"] == 190


def test_equal_values_have_equal_fingerprints():
    """A redacted response shows which fields have equal values."""
    redacted = Redactor(b"k" * 32).redact_response({"sub": "42", "user_id": "42", "other": "43"})
    assert redacted["sub"] == redacted["user_id"] != redacted["other"]
