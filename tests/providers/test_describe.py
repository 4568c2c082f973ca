"""Provider facts as JSON values: each fact that many providers share is one sentence."""

from __future__ import annotations

import json

import pytest

from idp_checks import providers
from idp_checks.providers.describe import format_lifetime, provider_page, provider_row


@pytest.mark.parametrize("name", providers.names())
def test_page_is_json(name: str) -> None:
    """The page of every provider can be written as JSON and contains its row."""
    provider = providers.get(name)
    page = provider_page(provider)
    assert json.loads(json.dumps(page)) == page
    assert provider_row(provider).items() <= page.items()


def test_page_renders_the_fields_of_tokens() -> None:
    """Opacity, lifetime and the field of the token response are rendered as sentences."""
    token = provider_page(providers.get("spotify"))["token"]
    assert token["contents"].startswith("Opaque: carries no readable data.")
    assert token["validity"].startswith("Expires after 1 h. The token response states the lifetime in expires_in.")
    assert provider_page(providers.get("flickr"))["token"]["validity"].startswith("Does not expire.")


def test_page_renders_operations() -> None:
    """An operation is rendered with its call, its parameters and the required scopes."""
    token = provider_page(providers.get("paypal"))["token"]
    assert token["renewal"].startswith(
        "POST https://api-m.paypal.com/v1/oauth2/token (token in form field refresh_token, grant_type=refresh_token, "
        "HTTP Basic)"
    )
    assert token["uses"].endswith(": Requires scope openid.")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("spotify", "so the client is not proven."),
        ("discord", "reports on any application's token. Compare the client in the response with your own."),
        ("xero", "which does not detect a revocation."),
        ("keycloak", "The endpoint does not say why a token is refused."),
    ],
)
def test_page_states_the_properties_of_the_kind_of_endpoint(name: str, sentence: str) -> None:
    """Properties that all endpoints of a kind share are stated before the provider's own note."""
    assert sentence in provider_page(providers.get(name))["validation"]["note"]


def test_page_mentions_the_custom_connection() -> None:
    """A provider without a strategy of Auth0 has a custom connection."""
    quirks = provider_page(providers.get("discord"))["profile"]["quirks"]
    assert quirks[-1].startswith("Auth0 has no strategy for this provider")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, "not documented"), (0, "no end"), (3600, "1 h"), (5184000, "60 d"), (2520, "42 min"), (28799, "28799 s")],
)
def test_lifetime_is_formatted_in_the_largest_unit(seconds: int | None, expected: str) -> None:
    """A lifetime is shown in the largest unit that divides it."""
    assert format_lifetime(seconds) == expected
