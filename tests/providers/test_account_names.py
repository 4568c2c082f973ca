"""Tests of providers whose accounts have several names, and whose host depends on credentials."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from support.steps import run_steps

from idp_checks import providers, recordings
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response

AT = datetime(2026, 9, 21, 14, 20, tzinfo=UTC)
VALID = {
    name: next(recording for recording in recordings.load_debug(name) if recording.case == "valid")
    for name in ("salesforce", "shopify", "paypal", "exact")
}
SALESFORCE = "https://login.salesforce.com/id/00DSAMPLE000042EAA/005SAMPLE000042AAA"
PAYPAL = "https://www.paypal.com/webapps/auth/identity/user/"


def introspect_recording(name, subject, **credentials):
    """Return the reason of the recorded valid response for an expected subject, and the hosts requested."""
    endpoint, recording = providers.get(name).debug, VALID[name]
    question = Question(
        provider=name,
        token=Secret("sample-token-0042"),
        asked_at=AT,
        client_id="sample",
        client_secret=Secret("sample-secret"),
        subject=subject,
        credentials=credentials or recording.credentials,
    )
    recorded = recording.exchange.response
    response = Response(recorded.status, {}, json.dumps(recorded.json).encode())
    reading, requests = run_steps(endpoint.steps(question), lambda request: response)
    result = conclude(name, reading, method=endpoint.kind, asked_at=AT, subject=subject)
    return result.reason, [urlsplit(request.url).netloc for request in requests]


@pytest.mark.parametrize(
    ("name", "subject", "reason"),
    [
        ("salesforce", "005SAMPLE000042AAA", "ok"),
        ("salesforce", "005SAMPLE000042", "ok"),
        ("salesforce", SALESFORCE, "ok"),
        ("salesforce", SALESFORCE.replace("login.salesforce.com", "sample.my.salesforce.com"), "ok"),
        ("salesforce", SALESFORCE.replace("00DSAMPLE000042EAA", "00DSAMPLE000077EAA"), "wrong_subject"),
        ("salesforce", "005SAMPLE00004", "wrong_subject"),
        ("salesforce", "005sample000042", "wrong_subject"),
        ("salesforce", "005SAMPLE000077AAA", "wrong_subject"),
        ("paypal", f"{PAYPAL}sAmPleUser42", "ok"),
        ("paypal", "sAmPleUser42", "ok"),
        ("paypal", "user/sAmPleUser42", "wrong_subject"),
        ("paypal", "User42", "wrong_subject"),
        ("paypal", f"{PAYPAL}sAmPleUser77", "wrong_subject"),
        ("shopify", "700000001", "ok"),
        ("shopify", "gid://shopify/Shop/700000001", "ok"),
        ("shopify", "sample-goods.myshopify.com", "ok"),
        ("shopify", "gid://shopify/Shop/700000002", "wrong_subject"),
        ("shopify", "other-goods.myshopify.com", "wrong_subject"),
        ("shopify", "900000001", "not_stated"),
    ],
)
def test_subject_may_be_any_documented_name(name, subject, reason):
    """Every documented name of the account matches, and other names do not; a Shopify number may not be a shop."""
    assert introspect_recording(name, subject)[0] == reason


@pytest.mark.parametrize(
    ("name", "credentials", "host"),
    [
        ("shopify", {"shop": "sample-goods"}, "sample-goods.myshopify.com"),
        ("shopify", {"shop": "sample-goods.myshopify.com"}, "sample-goods.myshopify.com"),
        ("exact", {"tld": "co.uk"}, "start.exactonline.co.uk"),
    ],
)
def test_host_is_built_from_a_credential(name, credentials, host):
    """The shop or the country site is a host under the issuer's domain."""
    assert introspect_recording(name, None, **credentials) == ("ok", [host])


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        *(
            ("shopify", {"shop": shop})
            for shop in (
                "example.com",
                "example.com/",
                "a.example.com#",
                "shop@example.com",
                "sample.goods",
                "-x",
                "shop:443",
                "shop\n",
                "https://sample-goods.myshopify.com",
                "sample-goods.myshopify.com.example.com",
                "sample-goods.myshopify.com.myshopify.com",
                ".myshopify.com",
                " ",
            )
        ),
        *(("exact", {"tld": tld}) for tld in ("example.com", "nl.example.com", "nl/", "nl@example.com", "NL", "nl\n")),
    ],
)
def test_invalid_host_credential_sends_nothing(name, credentials):
    """A credential that is not the name of a shop or of a site sends nothing."""
    assert introspect_recording(name, None, **credentials) == ("caller_rejected", [])
