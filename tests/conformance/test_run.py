"""A conformance run in a separate process returns a result for each provider and rule."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from idp_checks import UnknownProvider, UsageError
from idp_checks.conformance import conform
from idp_checks.conformance.adapters import get as get_adapter
from idp_checks.conformance.adapters import names as adapter_names
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.analysis import analyze_failures
from idp_checks.conformance.reports.junit import read_properties

pytestmark = pytest.mark.slow

LOSES_DIGITS = """
from idp_checks import normalize

print("output of the module")

def profile(provider, raw):
    profile = normalize(provider, raw).to_dict()
    identifier = profile["user_id"].partition("|")[2]
    if not identifier.isdigit():
        return profile
    return {**profile, "user_id": f"{provider}|{float(identifier):.0f}"}
"""


def test_conform_returns_a_result_for_each_provider_and_rule(tmp_path, monkeypatch, capfd):
    """A normalizer in the current folder is checked, with the smallest example of each violation; no file is left."""
    tmp_path.joinpath("app_conform.py").write_text(LOSES_DIGITS)
    monkeypatch.chdir(tmp_path)
    results = conform("app_conform:profile", ["google-oauth2", "github"], depth="quick")
    assert [(result.provider, result.rule) for result in results] == [
        (name, rule) for name in ("google-oauth2", "github") for rule in RULES
    ]
    assert {(result.rule, result.outcome) for result in results} == {
        ("N1", "violated"),
        ("M6", "violated"),
        ("M1", "not_applicable"),
        *((rule, "passed") for rule in RULES if rule not in ("N1", "M6")),
    }
    assert not results.passed
    assert capfd.readouterr().out == ""
    assert json.loads(json.dumps(results.to_dict()))["normalizer"] == "app_conform:profile"
    first = next(iter(results)).to_dict()
    assert first["title"] == RULES["N1"].title
    assert first["objections"]
    assert "raw" in first["example"]
    assert json.loads(json.dumps(first)) == first
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["app_conform.py"]


def test_conform_checks_the_builtin_normalizer():
    """Without a normalizer the built-in one is checked, and it passes."""
    results = conform(names=["github"], depth="quick")
    assert {result.outcome for result in results} == {"passed"}
    assert results.passed
    assert results.run.seed == 0
    assert results.run.tool.startswith("idp-checks ")


def test_conform_passes_nothing_at_an_unsupported_provider(tmp_path, monkeypatch):
    """If a normalizer raises for every profile of a provider, no rule passes there."""
    tmp_path.joinpath("app_half.py").write_text(
        "from idp_checks import normalize\n"
        "def profile(provider, raw):\n"
        "    if provider != 'github': raise NotImplementedError\n"
        "    return normalize(provider, raw).to_dict()\n"
    )
    monkeypatch.chdir(tmp_path)
    results = conform("app_half:profile", ["github", "amazon"], depth="quick")
    # Without the additional responses GitHub does not state that an email is verified, so M1 does not apply.
    assert {result.rule for result in results if result.provider == "github" and result.outcome != "passed"} == {"M1"}
    amazon = [result for result in results if result.provider == "amazon"]
    assert {result.outcome for result in amazon} == {"violated", "error", "not_applicable"}
    assert {result.rule for result in results if result.outcome == "violated"} == {"N12"}


def test_conform_rejects_unknown_names(tmp_path, monkeypatch):
    """An unknown provider or normalizer is an error before anything runs."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownProvider):
        conform(names=["githup"])
    with pytest.raises(
        UsageError, match=r"^app_none:profile: no module named 'app_none'; add its folder to PYTHONPATH"
    ):
        conform("app_none:profile", ["github"])
    with pytest.raises(UsageError, match=r"^MODULE:FUNCTION and --command are mutually exclusive"):
        conform("app_none:profile", ["github"], command="true")
    with pytest.raises(UsageError, match=r"^--depth: unknown depth 'deep'"):
        conform(names=["github"], depth="deep")
    tmp_path.joinpath("app_fails.py").write_text("1 / 0\n")
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        conform("app_fails:profile", ["github"])


READS_STRINGS = """
from idp_checks import normalize

def objects(provider, raw):
    if isinstance(raw, str):
        return {"user_id": f"{provider}|x", "name": "x", "nickname": "x", "picture": "https://img.example.com/x.png"}
    return normalize(provider, raw).to_dict()

def strings(provider, raw):
    return objects(provider, raw)

strings.idp_takes_text = True
"""


def test_conform_passes_strings_only_on_request(tmp_path, monkeypatch):
    """Responses that are not JSON objects are passed only to a normalizer that asks for them, such as a JWT."""
    tmp_path.joinpath("app_strings.py").write_text(READS_STRINGS)
    monkeypatch.chdir(tmp_path)
    assert conform("app_strings:objects", ["oidc"], depth="quick").passed
    results = conform("app_strings:strings", ["oidc"], depth="quick")
    (violation,) = (result for result in results if result.outcome == "violated")
    assert (violation.rule, violation.recording) == ("N12", "oidc/profile/signed_answer.json")


WRONG = """
from idp_checks import normalize

def profile(provider, raw):
    profile = normalize(provider, raw).to_dict()
    profile["user_id"] = profile["user_id"].lower()
    profile["email_verified"] = bool(raw.get("email_verified", raw.get("verified")))
    profile["name"] = str(raw.get("name"))
    return profile
"""


def run_with_workers(folder, workers):
    """Run the suite with pytest-xdist and return the property of each test."""
    report = folder / f"{workers}.xml"
    names = ("github", "oidc", "auth0", "discord")
    process = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--pyargs", "idp_checks.conformance", "-q", "-c", "pytest.ini"),
            *("-p", "no:cacheprovider", "-p", "xdist.plugin", "-p", "idp_checks.plugin", f"-n{workers}"),
            *("--idp-normalizer=app_wrong:profile", "--idp-depth=quick", "--idp-seed=7", f"--junitxml={report}"),
            *(f"--idp-provider={name}" for name in names),
        ],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": str(workers)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1, process.stdout
    return dict(read_properties(report))


def test_same_seed_gives_same_result_with_any_number_of_workers(tmp_path):
    """Without workers, with one and with two, each test has the same outcome, objections and smallest example."""
    pytest.importorskip("xdist")
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n")
    tmp_path.joinpath("app_wrong.py").write_text(WRONG)
    without, with_one, with_two = (run_with_workers(tmp_path, workers) for workers in (0, 1, 2))
    assert without == with_one == with_two
    violations = [
        (rule, outcome)
        for report in without.values()
        for rule, outcome in report["rules"].items()
        if outcome["outcome"] == "violated"
    ]
    assert {rule for rule, _ in violations} >= {"N1", "N3", "N7", "M1"}
    assert all("example" in outcome for _, outcome in violations)


@pytest.mark.parametrize("library", adapter_names())
def test_every_failure_of_a_library_is_examined(library):
    """Every failure found at a sample of providers has a known cause; the documentation's league covers all of them."""
    pytest.importorskip({"django-allauth": "allauth", "python-social-auth": "social_core"}[library])
    analysis = analyze_failures(conform(library, get_adapter(library).providers[::8], depth="quick"))
    unjudged = [
        (result.provider, result.rule, cause.name)
        for result in analysis.results
        for cause in analysis.causes_of(result)
        if cause.kind == "unjudged"
    ]
    assert unjudged == []
    assert sum(result.outcome == "violated" for result in analysis.results) > 25
