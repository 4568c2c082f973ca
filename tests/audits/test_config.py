"""An audit's file is read strictly, and holds no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp_checks import Secret, UsageError
from idp_checks.audits.config import load

EXAMPLE = Path(__file__).parents[2] / "docs" / "audit.example.toml"
ENVIRON = {
    "AUDIT_FINGERPRINT_KEY": "k" * 32,
    "GITHUB_CLIENT_SECRET": "github-client-secret",
    "GITHUB_CANARY_TOKEN": "gho_canarycanarycanarycanary",
    "PARTNERS_CLIENT_SECRET": "partners-secret",
    "APP_TOKEN": "an-app-token",
}


def written(folder, text):
    path = folder / "audit.toml"
    path.write_text(text)
    return path


def refused(folder, text, environ=ENVIRON):
    with pytest.raises(UsageError) as caught:
        load(written(folder, text), environ)
    assert "audit.toml" in caught.value.where
    assert caught.value.remedy
    return caught.value


BASE = 'sources = ["users.json"]\n'
GITHUB = BASE + '[connections.github]\nprovider = "github"\n'


def test_the_documented_example_is_read():
    """Every setting of the example arrives where it belongs."""
    config = load(EXAMPLE, ENVIRON)
    assert config.sources == (EXAMPLE.parent.absolute() / "users.ndjson",)
    assert config.key == Secret("k" * 32)
    assert (config.timeout_s, config.concurrency, config.rate_per_s) == (10.0, 8, 50.0)
    github = config.policy.connections["github"]
    assert github.client_ids == ("Iv1.5d6c7b8a9f0e1d2c",)
    assert github.client_secret == Secret("github-client-secret")
    assert github.canary == Secret(ENVIRON["GITHUB_CANARY_TOKEN"])
    assert github.allowed_scopes == frozenset({"read:user", "user:email"})
    assert github.allow_unbounded
    assert config.policy.connections["google-oauth2"].max_lifetime_s == 3600
    assert config.policy.connections["partners"].issuer_url == "https://login.partner.example.com"
    assert "twitter" in config.policy.accept_unaskable


def test_the_example_shows_every_key():
    """No setting exists that the example does not name."""
    from idp_checks.audits.config import ASK
    from idp_checks.audits.config import CONNECTION
    from idp_checks.audits.config import TOP

    text = EXAMPLE.read_text()
    assert [name for name in (*TOP, *ASK, *CONNECTION) if name not in text] == []


def test_credentials_come_plain_and_from_the_environment(tmp_path):
    """What is no secret stands in the file, what is one is named by its variable."""
    text = GITHUB + 'credentials = { tenant_id = "contoso" }\ncredentials_env = { app_token = "APP_TOKEN" }\n'
    credentials = load(written(tmp_path, text), ENVIRON).policy.connections["github"].credentials
    assert credentials == {"tenant_id": "contoso", "app_token": Secret("an-app-token")}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('source = ["x"]', "source"),
        (BASE + "[asking]\nx = 1", "asking"),
        (BASE + "[ask]\ntimeout = 1", "ask.timeout"),
        (GITHUB + 'client_id = "x"', "connections.github.client_id"),
        (GITHUB + "max_lifetime = 5", "connections.github.max_lifetime"),
        (GITHUB + 'name = "other"', "connections.github.name"),
    ],
)
def test_an_unknown_key_is_an_error(tmp_path, text, where):
    """The key, its place and the keys that are known there are named."""
    error = refused(tmp_path, text)
    assert error.where.endswith(f": {where}")
    assert "known here:" in error.remedy


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (GITHUB + 'client_secret = "hush-hush"', "connections.github.client_secret"),
        (GITHUB + 'canary = "hush-hush"', "connections.github.canary"),
        (GITHUB + 'access_token = "hush-hush"', "connections.github.access_token"),
        (GITHUB + 'credentials = { api_key = "hush-hush" }', "connections.github.credentials.api_key"),
        (GITHUB + 'credentials = { other = "gho_hushhushhushhushhush" }', "connections.github.credentials.other"),
        ('fingerprint_key = "hush-hush"\n' + BASE, "fingerprint_key"),
    ],
)
def test_a_secret_in_the_file_is_refused(tmp_path, text, where):
    """It is refused by its place, with the way to do it, and not repeated."""
    error = refused(tmp_path, text)
    assert error.where.endswith(f": {where}")
    assert "environment variable" in error.remedy
    assert "hush" not in str(error)


def test_missing_variables_are_named_at_once(tmp_path):
    """Nobody has to start five times to learn of five variables."""
    with pytest.raises(UsageError) as caught:
        load(EXAMPLE, {"GITHUB_CLIENT_SECRET": "x", "PARTNERS_CLIENT_SECRET": "  "})
    for name in (
        "AUDIT_FINGERPRINT_KEY",
        "GITHUB_CANARY_TOKEN",
        "PARTNERS_CLIENT_SECRET (connections.partners.client_secret_env)",
    ):
        assert name in caught.value.problem
    assert "GITHUB_CLIENT_SECRET" not in caught.value.problem


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("title = 5\n" + BASE, "title"),
        ("", "sources"),
        ("sources = []", "sources"),
        ('sources = "users.json"', "sources"),
        ("sources = [5]", "sources[0]"),
        (BASE + "[ask]\ntimeout_s = 0", "ask.timeout_s"),
        (BASE + "[ask]\nconcurrency = 1.5", "ask.concurrency"),
        (BASE + "[ask]\nrate_per_s = inf", "ask.rate_per_s"),
        (BASE + "connections = 5", "connections"),
        (BASE + "[connections]\ngithub = 5", "connections.github"),
        (BASE + "[connections.github]\n", "connections.github"),
        (BASE + '[connections.github]\nprovider = "gihtub"', "connections.github.provider"),
        (BASE + '[accept_unaskable]\ngihtub = "why"', "accept_unaskable.gihtub"),
        (GITHUB + 'client_ids = "one"', "connections.github.client_ids"),
        (GITHUB + "client_ids = [5]", "connections.github.client_ids[0]"),
        (GITHUB + "allowed_scopes = 5", "connections.github.allowed_scopes"),
        (GITHUB + 'max_lifetime_s = "long"', "connections.github.max_lifetime_s"),
        (GITHUB + "max_lifetime_s = -1", "connections.github.max_lifetime_s"),
        (GITHUB + "allow_unbounded = true", "connections.github.allow_unbounded"),
        (GITHUB + 'issuer_url = "http://example.com"', "connections.github.issuer_url"),
        (GITHUB + 'client_secret_env = "not a name"', "connections.github.client_secret_env"),
        (GITHUB + "client_secret_env = 5", "connections.github.client_secret_env"),
        (BASE + "[accept_unaskable]\ntwitter = true", "accept_unaskable"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(tmp_path, text, where):
    """Type and range of every setting are checked before anything is done."""
    assert where in refused(tmp_path, text).where


def test_a_short_key_is_refused(tmp_path):
    """A key that can be guessed would let fingerprints of identifiers be guessed."""
    assert "fingerprint_key_env" in refused(tmp_path, 'fingerprint_key_env = "K"\n' + BASE, {"K": "short"}).where


def test_what_is_no_toml_is_named(tmp_path):
    """The line is named, nothing of the file is repeated."""
    error = refused(tmp_path, 'title = "x"\nclient_secret = hush-hush\n')
    assert "line 2" in error.problem
    assert "hush" not in str(error)
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(UsageError, match="UTF-8"):
        load(tmp_path / "latin.toml")
