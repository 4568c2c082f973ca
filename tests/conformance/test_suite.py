"""The suite in a project: a normalizer by fixture or command, failures that lead to the fix, and parallel runs."""

from __future__ import annotations

import sys

import pytest

import idp_checks.conformance.suite  # noqa: F401 - pytester unloads modules that are first imported in its runs
from idp_checks import providers
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.reports.junit import read_properties

LOADED_PROVIDERS = list(providers.all_providers())

TEST_MODULE = """
    import pytest
    from idp_checks.conformance.suite import *  # noqa
    from app_profiles import profile

    @pytest.fixture(scope="session")
    def idp_normalizer():
        return profile

    @pytest.mark.parametrize("provider", ["mine"])
    def test_of_the_project(provider):
        assert provider == "mine"
"""
WRONG = """
    from idp_checks import normalize

    async def profile(provider, raw):
        result = normalize(provider, raw).to_dict()
        result.pop("picture")
        return {**result, "email_verified": True} if "email" in result else result

    profile.idp_not_claimed = {"picture": "no pictures here"}
"""
CORRECT = WRONG.replace('{**result, "email_verified": True} if "email" in result else result', "result")
QUICK = ("--idp-provider", "github", "--idp-depth", "quick")


@pytest.fixture
def project(pytester):
    """A project with strict settings, whose own normalizer verifies every email."""
    pytester.makepyfile(test_identity=TEST_MODULE, app_profiles=WRONG)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")
    return pytester


@pytest.mark.slow
def test_failure_shows_rule_source_values_and_recording(project, run_pytest):
    """A failure shows the rule with its attack and source, both values, the saved recording and the settings."""
    result = run_pytest(*QUICK, "--idp-save-failures=saved", "--idp-html=out/page.html")
    result.stdout.fnmatch_lines_random(
        [
            "*test_rule[[]github-N7[]]*",
            "github N7: email_verified is true although the provider does not vouch for this address",
            "  why: *",
            "  attack: *",
            "  source: OpenID Connect Core 1.0, *https://docs.github.com/*",
            "  email_verified  (absent)*true",
            "smallest raw profile: *",
            "recording: *saved/github/profile/n7-*.json",
            "reproduce: seed 0, depth quick",
            "github: failed N7",
            "not claimed: picture (no pictures here)",
            "depth quick, seed 0",
            "HTML report: *page.html",
        ]
    )
    outcomes = result.parseoutcomes()
    assert outcomes["skipped"] >= 1
    assert outcomes["failed"] >= 1
    assert len(list(project.path.glob("saved/github/profile/*.json"))) == 1
    assert "no pictures here" in project.path.joinpath("out/page.html").read_text()
    assert "rule passed" not in result.stdout.str()


@pytest.mark.slow
def test_parallel_run_reports_the_same(project, run_pytest):
    """With pytest-xdist each test reports the same outcomes as alone."""
    pytest.importorskip("xdist")
    run_pytest(*QUICK, "--junitxml=one.xml", "--idp-save-failures=saved")
    result = run_pytest(
        *(*QUICK, "-n", "2", "--junitxml=two.xml", "--idp-save-failures=saved"),
        plugins=["xdist.plugin"],
        in_process=False,
    )
    result.stdout.fnmatch_lines(["github: failed N7"])
    alone, parallel = (sorted(read_properties(project.path / name), key=str) for name in ("one.xml", "two.xml"))
    assert alone == parallel


def test_run_without_claimed_rules_judges_nothing(project, run_pytest):
    """A run in which no rule is claimed does not count as passed."""
    result = run_pytest(*QUICK, *(option for rule in RULES for option in ("--idp-not-claimed", rule)))
    result.stdout.fnmatch_lines(["github: no rule was checked"])


@pytest.mark.slow
def test_corrected_normalizer_passes(project, run_pytest):
    """After the fix every claimed rule passes."""
    project.makepyfile(app_profiles=CORRECT)
    result = run_pytest(*QUICK)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["github: every claimed rule passed"])


COMMAND = """
    import json, sys

    for line in sys.stdin:
        raw = json.loads(line)["raw"]
        if not isinstance(raw.get("id"), int) or isinstance(raw["id"], bool):
            print(json.dumps({"error": "no id"}), flush=True)
        else:
            print(json.dumps({"profile": {"sub": str(raw["id"])}}), flush=True)
"""


@pytest.fixture
def command_project(pytester):
    """A project that checks a command, whose options are ini settings."""
    pytester.makepyfile(app_claims=COMMAND)
    unclaimed = "name nickname picture email given_name family_name"
    pytester.makeini(
        f"[pytest]\nidp_command = {sys.executable} app_claims.py\nidp_shape = oidc\nidp_not_claimed = {unclaimed}\n"
        "idp_provider = github\nidp_depth = quick\nidp_seed = 3\n"
    )
    return pytester


@pytest.mark.usefixtures("command_project")
def test_command_is_checked_with_ini_settings(run_pytest):
    """A command that returns OpenID Connect claims is checked with the settings of the ini file."""
    result = run_pytest("--pyargs", "idp_checks.conformance", "-k", "N2 or N5 or N10")
    assert result.ret == 0
    result.stdout.fnmatch_lines_random(["*not claimed: email (excluded by name)", "depth quick, seed 3"])


@pytest.mark.usefixtures("command_project")
def test_command_that_exits_is_an_error(run_pytest):
    """A command that exits leaves an error with its output, and the run fails."""
    command = f"{sys.executable} -c 'import sys; sys.exit(\"no license\")'"
    result = run_pytest("--pyargs", "idp_checks.conformance", "-k", "N2", "--idp-command", command)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["github N2: the command exited*", "no license", "github: could not check N2"])
