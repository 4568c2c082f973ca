"""The suite in a project of its own: a normaliser by fixture or command, options, parallel runs, reports."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET

import pytest

from idp_checks.conformance.rules import RULES

MODULE = """
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
        out = normalize(provider, raw).to_dict()
        out.pop("picture")
        return {**out, "email_verified": True} if "email" in out else out

    profile.idp_not_claimed = {"picture": "no pictures here"}
"""
ONE = ("-p", "no:cacheprovider", "--idp-provider", "github", "--idp-depth", "quick")


def told(path):
    """What a run left of each rule."""
    found = [
        json.loads(each.get("value"))
        for each in ET.parse(path).iter("property")
        if each.get("name") == "idp_conformance"
    ]
    return sorted(json.dumps(each, sort_keys=True) for each in found)


def test_a_project_finds_its_mistake_and_mends_it(pytester):
    """A test module with a fixture: the failure leads to the fix, alone and in parallel alike; mended, all passes."""
    pytest.importorskip("xdist")
    pytester.makepyfile(test_identity=MODULE, app_profiles=WRONG)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")
    alone = pytester.runpytest_subprocess(
        *ONE, "--junitxml=one.xml", "--idp-save-failures=saved", "--idp-html=out/page.html"
    )
    alone.stdout.fnmatch_lines_random(
        [
            "*test_email_verified[[]github[]]*",
            "github N7: email_verified is true, and the provider does not vouch for this address",
            "  an attacker: *",
            "  source: OpenID Connect Core 1.0, *https://docs.github.com/*",
            "  email_verified  (absent)*true",
            "recording: *saved/github/profile/n7-*.json",
            "github: not N7",
            "not claimed: picture (no pictures here)",
            "depth quick, seed 0",
            "page: *page.html",
        ]
    )
    outcomes = alone.parseoutcomes()
    assert outcomes["skipped"] >= 1
    assert outcomes["failed"] >= 1
    assert len(list(pytester.path.glob("saved/github/profile/*.json"))) == 1
    assert "no pictures here" in pytester.path.joinpath("out/page.html").read_text()

    parallel = pytester.runpytest_subprocess(*ONE, "-n", "2", "--junitxml=two.xml", "--idp-save-failures=saved")
    parallel.stdout.fnmatch_lines(["github: not N7"])
    assert told(pytester.path / "two.xml") == told(pytester.path / "one.xml")

    assert "every rule holds" not in alone.stdout.str()
    left = [each for rule in RULES for each in ("--idp-not-claimed", rule)]
    nothing = pytester.runpytest_subprocess(*ONE, *left)
    nothing.stdout.fnmatch_lines(["github: nothing was judged"])

    mended = WRONG.replace('{**out, "email_verified": True} if "email" in out else out', "out")
    pytester.makepyfile(app_profiles=mended)
    right = pytester.runpytest_subprocess(*ONE)
    assert right.ret == 0
    right.stdout.fnmatch_lines(["github: every rule holds that is claimed"])


def test_a_command_in_a_project(pytester):
    """A command by ini setting, in the shape of OpenID Connect; one that dies leaves errors, and the run is not green."""
    pytester.makepyfile(
        app_claims="""
        import json, sys
        for line in sys.stdin:
            asked = json.loads(line)
            raw = asked["raw"]
            if not isinstance(raw.get("id"), int) or isinstance(raw["id"], bool):
                print(json.dumps({"error": "no id"}), flush=True)
            else:
                print(json.dumps({"profile": {"sub": str(raw["id"])}}), flush=True)
        """
    )
    names = "name nickname picture email given_name family_name"
    pytester.makeini(
        f"[pytest]\nidp_command = {sys.executable} app_claims.py\nidp_shape = oidc\nidp_not_claimed = {names}\n"
        "idp_provider = github\nidp_depth = quick\nidp_seed = 3\n"
    )
    result = pytester.runpytest_subprocess(
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "idp_checks.conformance",
        "-k",
        "test_user_id or test_picture or test_other",
    )
    result.stdout.fnmatch_lines_random(["*not claimed: email (switched off by name)", "depth quick, seed 3"])
    dead = pytester.runpytest_subprocess(
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "idp_checks.conformance",
        "-k",
        "test_user_id",
        "--idp-command",
        f"{sys.executable} -c 'import sys; sys.exit(\"no licence\")'",
    )
    assert dead.ret == 1
    dead.stdout.fnmatch_lines(["github N1: the command ended*", "no licence", "github: not N1"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--idp-depth", "deep"], "*--idp-depth: there is no depth 'deep'; there are quick, default, audit*"),
        (["--idp-seed", "x"], "*--idp-seed: 'x' is no integer*"),
        (["--idp-shape", "saml"], "*--idp-shape: *no shape 'saml'; there are auth0, oidc*"),
        (["--idp-not-claimed", "N99"], "*--idp-not-claimed: *no rule or property 'N99'; there are N1, *"),
        (["--idp-command", "no-such-program-42"], "*--idp-command: *no program 'no-such-program-42'*"),
        (["--idp-command", "x", "--idp-normalizer", "a:b"], "*two normalisers*"),
    ],
)
def test_a_bad_option_is_an_error_of_use(pytester, args, said):
    """The run does not begin, and what is allowed is listed."""
    pytester.makepyfile("def test_one(): pass")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


def test_a_hypothesis_profile_of_that_name_is_a_depth(pytester):
    """``--hypothesis-profile quick`` is the depth, and a profile of hypothesis for the project's own tests."""
    pytester.makepyfile("""
        from hypothesis import settings
        from idp_checks import plugin

        def test_one(pytestconfig):
            assert plugin.depth(pytestconfig).name == "quick"
            assert settings.get_current_profile_name() == "quick"
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--hypothesis-profile", "quick")
    assert result.ret == 0
