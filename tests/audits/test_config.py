"""The configuration of an audit is read strictly, and must not contain secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from idp_checks import Secret, UsageError
from idp_checks.audits.config import ASK_KEYS, CONNECTION_KEYS, TOP_KEYS, load

EXAMPLE = Path(__file__).parents[2] / "docs" / "audit.example.toml"
ENVIRON = {
    "AUDIT_FINGERPRINT_KEY": "k" * 32,
    "GITHUB_CLIENT_SECRET": "github-client-secret",
    "GITHUB_CANARY_TOKEN": "gho_canarycanarycanarycanary",
    "PARTNERS_CLIENT_SECRET": "partners-secret",
    "APP_TOKEN": "an-app-token",
}


def write_config(folder, text):
    """Write a configuration file."""
    path = folder / "audit.toml"
    path.write_text(text)
    return path


def load_error(folder, text, environ=ENVIRON):
    """Return the error of an invalid configuration."""
    with pytest.raises(UsageError) as caught:
        load(write_config(folder, text), environ)
    assert "audit.toml" in caught.value.where
    assert caught.value.remedy
    return caught.value


BASE = 'sources = ["users.json"]\n'
GITHUB = BASE + '[connections.github]\nprovider = "github"\n'


def test_example_is_read():
    """All settings of the documented example are read."""
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


def test_example_contains_every_key():
    """The example contains every known key."""
    text = EXAMPLE.read_text()
    assert [name for name in (*TOP_KEYS, *ASK_KEYS, *CONNECTION_KEYS) if name not in text] == []


def test_credentials_are_read_from_file_and_environment(tmp_path):
    """Public credentials are in the file, and secret credentials in environment variables."""
    text = GITHUB + 'credentials = { tenant_id = "contoso" }\ncredentials_env = { app_token = "APP_TOKEN" }\n'
    credentials = load(write_config(tmp_path, text), ENVIRON).policy.connections["github"].credentials
    assert credentials == {"tenant_id": "contoso", "app_token": Secret("an-app-token")}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('source = ["x"]', "source"),
        (BASE + "[asking]\nx = 1", "asking"),
        (BASE + "[ask]\ntimeout = 1", "ask.timeout"),
        (GITHUB + 'client_id = "x"', "connections.github.client_id"),
        (GITHUB + "max_lifetime = 5", "connections.github.max_lifetime"),
        (GITHUB + 'name = "other"', "connections.github.name"),
    ],
)
def test_unknown_key_is_an_error(tmp_path, text, place):
    """The error names the key, its place and the known keys."""
    error = load_error(tmp_path, text)
    assert error.where.endswith(f": {place}")
    assert "known keys:" in error.remedy


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GITHUB + 'client_secret = "hush-hush"', "connections.github.client_secret"),
        (GITHUB + 'canary = "hush-hush"', "connections.github.canary"),
        (GITHUB + 'access_token = "hush-hush"', "connections.github.access_token"),
        (GITHUB + 'credentials = { api_key = "hush-hush" }', "connections.github.credentials.api_key"),
        (GITHUB + 'credentials = { other = "gho_hushhushhushhushhush" }', "connections.github.credentials.other"),
        ('fingerprint_key = "hush-hush"\n' + BASE, "fingerprint_key"),
    ],
)
def test_secret_in_the_file_is_an_error(tmp_path, text, place):
    """The error names the place and the environment variable, and does not repeat the secret."""
    error = load_error(tmp_path, text)
    assert error.where.endswith(f": {place}")
    assert "environment variable" in error.remedy
    assert "hush" not in str(error)


def test_all_missing_variables_are_listed(tmp_path):
    """A single error lists all missing environment variables."""
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
    ("text", "place"),
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
def test_invalid_value_is_reported_with_its_place(tmp_path, text, place):
    """Types and ranges of all settings are validated."""
    assert place in load_error(tmp_path, text).where


def test_short_key_is_an_error(tmp_path):
    """A short fingerprint key is rejected, because it could be guessed."""
    assert "fingerprint_key_env" in load_error(tmp_path, 'fingerprint_key_env = "K"\n' + BASE, {"K": "short"}).where


def test_syntax_error_is_reported_with_its_line(tmp_path):
    """The error names the line, and does not repeat any content of the file."""
    error = load_error(tmp_path, 'title = "x"\nclient_secret = hush-hush\n')
    assert "line 2" in error.problem
    assert "hush" not in str(error)
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(UsageError, match="UTF-8"):
        load(tmp_path / "latin.toml")
