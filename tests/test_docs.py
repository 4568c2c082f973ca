"""The documentation agrees with the code."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from idp_checks import providers
from idp_checks.audits.config import load

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
VARIABLES = ("AUDIT_FINGERPRINT_KEY", "GITHUB_CLIENT_SECRET", "GITHUB_CANARY_TOKEN", "PARTNERS_CLIENT_SECRET")


def test_audit_example_loads():
    """Every setting of the audit example is valid."""
    config = load(ROOT / "docs" / "audit.example.toml", {name: f"made-up-{name}-0123456789" for name in VARIABLES})
    assert {"github", "google-oauth2", "partners"} <= set(config.policy.connections)


def test_readme_begins_with_two_commands():
    """The first two blocks of the README run the main job and the tests."""
    blocks = [block.partition("```")[0] for block in (ROOT / "README.md").read_text().split("```sh\n")[1:]]
    assert blocks[0].splitlines()[-1] == "idp-checks demo"
    assert blocks[1].splitlines()[-1].startswith("pytest")


def test_readme_names_existing_extras():
    """Every extra that the documentation names exists."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    text = "".join(page.read_text() for page in PAGES if page.name != "CHANGELOG.md")
    names = {name for group in re.findall(r"(?:idp-checks|\.)\[([a-z0-9,-]+)\]", text) for name in group.split(",")}
    assert names
    assert names <= set(extras)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page):
    """A relative link leads to a file, or to a page that is generated when the documentation is built."""
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    missing = [link for link in links if not link.startswith("generated/") and not (page.parent / link).exists()]
    assert not missing


def test_generated_pages_are_complete(monkeypatch):
    """The generated tables have a row for every provider and every check."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    sys.modules.pop("generate", None)
    import generate

    from idp_checks.checks import CHECKS

    page = generate.providers_page()
    assert all(f"| `{name}` |" in page for name in providers.names())
    page = generate.checks_page()
    assert all(f"| `{check.id}` |" in page for check in CHECKS)


ENUM = """
ad adfs amazon apple auth0 auth0-oidc baidu bitbucket bitly box custom daccount dropbox dwolla email evernote
evernote-sandbox exact facebook fitbit github google-apps google-oauth2 instagram ip line linkedin oauth1 oauth2
office365 oidc okta paypal paypal-sandbox pingfederate planningcenter salesforce salesforce-community
salesforce-sandbox samlp sharepoint shop shopify sms soundcloud thirtysevensignals twitter untappd vkontakte waad weibo
windowslive wordpress yahoo yandex
""".split()
"""Names of identity providers in Auth0's Management API, July 2026."""

REMOVED = "aol flickr miicard renren thecity thecity-sandbox yammer".split()
"""Earlier names, which stored users may still have."""


@pytest.mark.parametrize("name", [*ENUM, *REMOVED])
def test_every_auth0_name_is_known(name):
    """Every provider name that Auth0 stores has an entry, with a note if the provider no longer exists."""
    provider = providers.get(name)
    assert provider.title
    assert provider.status == "live" or provider.status_note
