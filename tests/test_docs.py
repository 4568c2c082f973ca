"""The documentation says what the code says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from idp_checks import providers
from idp_checks.audits.config import load
from idp_checks.cli.views import provider_row
from idp_checks.cli.views import providers_markdown

ROOT = Path(__file__).parent.parent


def test_the_table_of_providers_is_current():
    """docs/providers.md is what the providers make it; `python docs/make_providers.py` writes it anew."""
    assert (ROOT / "docs" / "providers.md").read_text() == providers_markdown(map(provider_row, providers.every()))


def test_the_example_of_an_audit_loads():
    """Every setting of the example is one that is known."""
    config = load(
        ROOT / "docs" / "audit.example.toml",
        {
            name: f"made-up-{name}-0123456789"
            for name in (
                "AUDIT_FINGERPRINT_KEY",
                "GITHUB_CLIENT_SECRET",
                "GITHUB_CANARY_TOKEN",
                "PARTNERS_CLIENT_SECRET",
            )
        },
    )
    assert {"github", "google-oauth2", "partners"} <= set(config.policy.connections)


def test_the_readme_has_its_two_commands():
    """The first two blocks of the README install and run the main job, and install and run the tests."""
    blocks = [each.partition("```")[0] for each in (ROOT / "README.md").read_text().split("```sh\n")[1:]]
    assert blocks[0].splitlines()[-1] == "idp-checks demo"
    assert blocks[1].splitlines()[-1].startswith("pytest")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras) == {"notebooks", "auth0", "sql", "dask", "sign", "social-auth", "allauth", "docs", "test", "all"}


ENUM = """
ad adfs amazon apple auth0 auth0-oidc baidu bitbucket bitly box custom daccount dropbox dwolla email evernote
evernote-sandbox exact facebook fitbit github google-apps google-oauth2 instagram ip line linkedin oauth1 oauth2
office365 oidc okta paypal paypal-sandbox pingfederate planningcenter salesforce salesforce-community
salesforce-sandbox samlp sharepoint shop shopify sms soundcloud thirtysevensignals twitter untappd vkontakte waad weibo
windowslive wordpress yahoo yandex
""".split()
"""The names of identity providers in Auth0's Management API, July 2026."""

REMOVED = "aol flickr miicard renren thecity thecity-sandbox yammer".split()
"""Names that it had before; users stored then may still carry them."""


@pytest.mark.parametrize("name", [*ENUM, *REMOVED])
def test_every_name_that_auth0_stores_is_known(name):
    """Whatever a stored identity names, there is an answer: what it is, or since when it is gone."""
    provider = providers.get(name)
    assert provider.title
    assert provider.status == "live" or provider.status_note
