"""One account under several names, and hosts that come from what the caller was told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from idp_checks import providers, recordings
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response
from idp_checks.tokens.introspection import conclude
from idp_checks.secret import Secret

AT = datetime(2026, 9, 21, 14, 20, tzinfo=UTC)
VALID = {
    name: next(each for each in recordings.load_debug(name) if each.case == "valid")
    for name in ("salesforce", "shopify", "paypal", "exact")
}
SALESFORCE = "https://login.salesforce.com/id/00DSAMPLE000042EAA/005SAMPLE000042AAA"
PAYPAL = "https://www.paypal.com/webapps/auth/identity/user/"


def asked(name, subject, **credentials):
    """The reason that the recorded good answer gives to a caller who expects this account, and the hosts asked."""
    endpoint, recorded = providers.get(name).debug, VALID[name]
    ask = Question(provider="oauth2", 
        token=Secret("sample-token-0042"),
        asked_at=AT,
        client_id="sample",
        client_secret=Secret("sample-secret"),
        subject=subject,
        credentials=credentials or recorded.credentials,
    )
    steps, answer, hosts = endpoint.steps(ask), None, []
    while True:
        try:
            hosts.append(steps.send(answer).url.split("/")[2])
        except StopIteration as stop:
            said = conclude(name, stop.value, method=endpoint.kind, asked_at=AT, subject=subject)
            return said.reason, hosts
        answer = Response(recorded.exchange.response.status, {}, json.dumps(recorded.exchange.response.json).encode())


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
def test_an_account_is_known_by_each_of_its_names(name, subject, reason):
    """Each documented name of the account is confirmed, another one is not; a number may be no shop's at Shopify."""
    assert asked(name, subject)[0] == reason


@pytest.mark.parametrize(
    ("name", "credentials", "host"),
    [
        ("shopify", {"shop": "sample-goods"}, "sample-goods.myshopify.com"),
        ("shopify", {"shop": "sample-goods.myshopify.com"}, "sample-goods.myshopify.com"),
        ("exact", {"tld": "co.uk"}, "start.exactonline.co.uk"),
    ],
)
def test_the_host_is_the_issuers(name, credentials, host):
    """The shop, or the country's site, is asked under the issuer's own domain."""
    assert asked(name, None, **credentials) == ("ok", [host])


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
def test_no_other_host_is_sent_a_token(name, credentials):
    """What is no name of a shop, or no site of Exact's, is not asked."""
    assert asked(name, None, **credentials) == ("caller_rejected", [])
