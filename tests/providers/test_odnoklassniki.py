"""Odnoklassniki's calls are signed as its page says, and neither the signature nor a secret shows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from idp_checks import introspect_sync, providers
from idp_checks.issuers.mock import router
from idp_checks.issuers.world import World
from idp_checks.providers.odnoklassniki import signature
from idp_checks.secret import Secret
from idp_checks.tokens.question import Question

ENDPOINT = providers.get("odnoklassniki").debug
KEY, SECRET, TOKEN = "SAMPLEAPPLICATIONKEY", "SAMPLESECRETKEY0042", "sample-token-0042"
SIGNED = f"application_key={KEY}format=jsonmethod=users.getCurrentUser"


def _md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def _ask(**given):
    return Question(provider="oauth2", token=Secret(TOKEN), asked_at=datetime(2026, 11, 24, tzinfo=UTC), credentials=given)


def test_the_signature_is_made_as_documented():
    """Parameters sorted and joined without separators, then the MD5 of token and secret key; all in lower case."""
    params = {"method": "users.getCurrentUser", "application_key": KEY, "format": "json"}
    assert signature(params, TOKEN, SECRET) == _md5(SIGNED + _md5(TOKEN + SECRET))


def test_the_token_is_sent_and_not_signed_and_the_secret_key_is_not_sent():
    """Everything but the token is signed, whether the caller's credentials came sealed or plain."""
    for given in (
        {"application_key": KEY, "application_secret_key": SECRET},
        {"application_key": Secret(KEY), "application_secret_key": Secret(SECRET)},
    ):
        request = ENDPOINT.build_request(_ask(**given))
        sent = {name: value.reveal() if isinstance(value, Secret) else value for name, value in request.form.items()}
        assert sent["access_token"] == TOKEN
        assert sent["sig"] == _md5(SIGNED + _md5(TOKEN + SECRET))
        assert not any(SECRET in value for value in sent.values())
        assert not request.query
        assert "?" not in request.url


def test_neither_the_signature_nor_a_secret_shows():
    """The kept exchange and every repr hold fingerprints: the signature is made of the token and the secret key."""
    token = World().token("odnoklassniki", "valid")
    with router(World()):
        found = introspect_sync(
            "odnoklassniki", token, credentials={"application_key": KEY, "application_secret_key": SECRET}
        )
    assert found.good
    shown = f"{found!r}{found.to_dict()}{ENDPOINT.build_request(_ask(application_key=KEY, application_secret_key=SECRET))!r}"
    assert not any(each in shown for each in (token, SECRET, _md5(SIGNED + _md5(token + SECRET))))
    assert not any(each in shown for each in (TOKEN, _md5(SIGNED + _md5(TOKEN + SECRET))))
    assert found.exchange.request["form"]["method"] == "users.getCurrentUser"


def test_both_keys_are_needed():
    """Without the secret key nothing is sent: the signature would be wrong."""
    found = introspect_sync("odnoklassniki", TOKEN, credentials={"application_key": KEY})
    assert (found.active, found.reason) == (None, "caller_rejected")
    assert not found.exchanges
