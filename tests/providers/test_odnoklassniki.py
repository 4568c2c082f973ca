"""Odnoklassniki's requests are signed as documented, and neither signature nor secret is shown."""

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


def md5(text):
    """Return the MD5 digest in hexadecimal."""
    return hashlib.md5(text.encode()).hexdigest()


def make_question(**credentials):
    """Return a question with these credentials."""
    asked_at = datetime(2026, 11, 24, tzinfo=UTC)
    return Question(provider="odnoklassniki", token=Secret(TOKEN), asked_at=asked_at, credentials=credentials)


def test_signature_equals_the_documented_one():
    """The signature is the MD5 of the sorted parameters and of the MD5 of token and secret key, in lower case."""
    params = {"method": "users.getCurrentUser", "application_key": KEY, "format": "json"}
    assert signature(params, TOKEN, SECRET) == md5(SIGNED + md5(TOKEN + SECRET))


def test_request_contains_the_token_and_not_the_secret_key():
    """All parameters except the token are signed, and the secret key is not sent."""
    for credentials in (
        {"application_key": KEY, "application_secret_key": SECRET},
        {"application_key": Secret(KEY), "application_secret_key": Secret(SECRET)},
    ):
        request = ENDPOINT.build_request(make_question(**credentials))
        form = {name: value.reveal() if isinstance(value, Secret) else value for name, value in request.form.items()}
        assert form["access_token"] == TOKEN
        assert form["sig"] == md5(SIGNED + md5(TOKEN + SECRET))
        assert not any(SECRET in value for value in form.values())
        assert not request.query
        assert "?" not in request.url


def test_signature_and_secrets_are_not_shown():
    """The redacted exchange and every repr contain fingerprints in place of token, secret key and signature."""
    token = World().token("odnoklassniki", "valid")
    with router(World()):
        introspection = introspect_sync(
            "odnoklassniki", token, credentials={"application_key": KEY, "application_secret_key": SECRET}
        )
    assert introspection.good
    request = ENDPOINT.build_request(make_question(application_key=KEY, application_secret_key=SECRET))
    output = f"{introspection!r}{introspection.to_dict()}{request!r}"
    assert not any(secret in output for secret in (token, SECRET, md5(SIGNED + md5(token + SECRET))))
    assert not any(secret in output for secret in (TOKEN, md5(SIGNED + md5(TOKEN + SECRET))))
    assert introspection.exchange.request["form"]["method"] == "users.getCurrentUser"


def test_both_keys_are_required():
    """Without the secret key nothing is sent, since the signature would be wrong."""
    introspection = introspect_sync("odnoklassniki", TOKEN, credentials={"application_key": KEY})
    assert (introspection.active, introspection.reason) == (None, "caller_rejected")
    assert not introspection.exchanges
