"""Commands for profiles: providers, normalize, conform."""

from __future__ import annotations

import json

import pytest

from idp_checks import providers, recordings

GITHUB = next(recording for recording in recordings.load_profiles("github") if recording.case == "full")


def test_providers_lists_every_provider(cli):
    """The table and the JSON list contain every provider, and the output has no color codes."""
    rows = json.loads(cli("providers", "--json").stdout)
    assert [row["name"] for row in rows] == list(providers.names())
    table = cli("providers").stdout
    assert all(f"\n{name} " in table for name in providers.names())
    assert "\x1b[" not in table


@pytest.mark.slow
@pytest.mark.parametrize("name", providers.names())
def test_provider_page_is_complete(cli, name):
    """A provider's page has contents, validity, renewal, termination, uses, validation and documentation."""
    page = json.loads(cli("providers", name, "--json").stdout)
    assert page["name"] == name
    assert all(page["token"][fact] for fact in ("contents", "validity", "renewal", "termination", "uses"))
    assert page["docs"]
    assert page["validation"] is None or page["validation"]["source"].startswith("https://")
    output = cli("providers", name).stdout
    assert page["title"] in output
    assert page["docs"][0] in output.replace("\n", "")


@pytest.mark.parametrize("command", ["providers", "normalize", "introspect"])
def test_unknown_provider_gets_a_hint(cli, assert_usage_error, command):
    """An unknown name is one line that suggests the closest name."""
    assert_usage_error(cli(command, "githb", stdin="x"), "githb", "did you mean github")


def test_normalize_reads_standard_input_and_files(cli, tmp_path):
    """The same profile comes from standard input and from a file; additional responses come as NAME=FILE."""
    (tmp_path / "user.json").write_text(GITHUB.text)
    (tmp_path / "emails.json").write_text(json.dumps(GITHUB.also["emails"]))
    piped = cli("normalize", "github", stdin=GITHUB.text)
    from_file = cli(
        "normalize", "github", tmp_path / "user.json", "--also", f"emails={tmp_path / 'emails.json'}", "--json"
    )
    assert piped.returncode == from_file.returncode == 0
    assert "email_verified" not in json.loads(piped.stdout)
    assert json.loads(from_file.stdout)["email_verified"] is True


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("{", ("standard input", "not JSON")),
        ("[]", ("standard input", "$", "expected object")),
        ("{}", ("standard input", "$.id", "missing")),
        ('{"id": 1, "name": 3}', ("standard input", "$.name", "got int")),
        ("", ("standard input", "not JSON")),
    ],
)
def test_normalize_reports_invalid_profiles(cli, assert_usage_error, raw, parts):
    """An invalid profile is one line with the place, the problem and the remedy."""
    assert_usage_error(cli("normalize", "github", stdin=raw), *parts, "idp-checks providers github")


def test_normalize_reports_unreadable_files(cli, assert_usage_error, tmp_path):
    """A missing file, a directory and a malformed option are named."""
    assert_usage_error(cli("normalize", "github", tmp_path / "missing.json"), "missing.json", "cannot be read")
    assert_usage_error(cli("normalize", "github", tmp_path), str(tmp_path), "is a directory")
    assert_usage_error(cli("normalize", "github", "--also", "emails", stdin="{}"), "--also", "NAME=FILE")


@pytest.mark.slow
def test_conform_tests_a_normalizer(cli, assert_usage_error, tmp_path):
    """A correct normalizer passes, one that trusts every address violates N7, and an unknown one is a usage error."""
    (tmp_path / "mine.py").write_text(
        "from idp_checks import normalize\n"
        "def right(provider, raw): return normalize(provider, raw).to_dict()\n"
        "def trusting(provider, raw): return {**right(provider, raw), 'email_verified': True}\n"
    )
    right = cli("conform", "mine:right", "--provider", "github", "--json", cwd=tmp_path)
    assert (right.returncode, json.loads(right.stdout)["passed"]) == (0, True), right.stderr
    page, report = tmp_path / "page.html", tmp_path / "junit.xml"
    options = ("--provider", "github", "--html", page, "--junit", report)
    trusting = cli("conform", "mine:trusting", *options, cwd=tmp_path)
    assert trusting.returncode == 1
    assert "github N7 failed" in trusting.stdout
    assert "N7" in page.read_text()
    assert "<testsuites" in report.read_text()
    assert_usage_error(cli("conform", "missing:function", cwd=tmp_path), "missing")
    assert_usage_error(cli("conform", "mine:missing", cwd=tmp_path), "missing")


def test_conform_self_test_takes_no_normalizer(cli, assert_usage_error):
    """--self-test together with a normalizer is a usage error that says what to leave out."""
    assert_usage_error(cli("conform", "mine:right", "--self-test"), "--self-test", "MODULE:FUNCTION")
