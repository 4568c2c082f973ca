"""The pytest plugin as a guest: nothing until asked, then what was asked for, and never a token."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import httpx  # noqa: F401 - loaded here once, since pytester unloads what a run inside this process loads
import hypothesis  # noqa: F401
import pytest
import respx  # noqa: F401

import idp_checks.conformance.search
import idp_checks.issuers.mock
import idp_checks.live  # noqa: F401
from idp_checks import providers

LOADED = list(providers.every())

OTHERS = ("-p", "no:respx", "-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:cacheprovider")
HEAVY = (
    "httpx",
    "respx",
    "hypothesis",
    "msgspec",
    "typer",
    "rich",
    "starlette",
    "idp_checks.providers",
    "idp_checks.conformance",
)


def ended(pytester, *args):
    """Run pytest inside this process, as a user would outside it."""
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)


def apart(pytester, *args):
    """Run pytest as a process of its own."""
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *args)


def test_idle_to_the_end(pytester):
    """In a project that asks for nothing, nothing heavy is loaded, to the very end of the run."""
    pytester.makeconftest(f"""
        import sys
        def pytest_unconfigure():
            loaded = [name for name in {HEAVY!r} if name in sys.modules]
            print("LOADED", loaded, "PLUGIN", "idp_checks.plugin" in sys.modules)
    """)
    pytester.makepyfile("def test_one(): pass\ndef test_two(): assert 0")
    result = pytester.runpytest_subprocess(*OTHERS)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["LOADED [[]] PLUGIN True"])
    result.stdout.no_fnmatch_line("*conformance*")
    result.stdout.no_fnmatch_line("idp-checks:*")


def test_the_manual(pytester):
    """Options, settings and markers are listed with their use."""
    options = ended(pytester, "--help").stdout.str()
    assert all(
        each in options
        for each in ("--idp-normalizer", "--idp-provider", "--idp-live", "idp_normalizer (string)", "idp_live (bool)")
    )
    markers = ended(pytester, "--markers").stdout
    markers.fnmatch_lines(["@pytest.mark.idp(provider, case=None):*", "@pytest.mark.idp_live:*"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["--idp-provider", "githup"],
            "*--idp-provider: no provider 'githup'; there are *github, gitlab, google-apps, google-oauth2*",
        ),
        (["--idp-normalizer", "nowhere:f"], "*--idp-normalizer: nowhere:f: there is no module 'nowhere'*"),
        (["--idp-normalizer", "app"], "*--idp-normalizer: 'app' names no function; name it as MODULE:FUNCTION*"),
        (["-o", "idp_provider=github nobody"], "*no provider 'nobody'*"),
    ],
)
def test_a_bad_option_is_an_error_of_use(pytester, args, said):
    """The run does not begin, and the way out is told."""
    pytester.makepyfile("def test_one(): pass")
    result = ended(pytester, *args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_module_that_fails_is_told_whole(pytester):
    """The traceback of the user's own module is not swallowed."""
    pytester.makepyfile(app_broken="import not_installed_anywhere")
    result = apart(pytester, "--idp-normalizer", "app_broken:profile")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*importing the module 'app_broken' failed*", "Traceback*", "*import not_installed_anywhere*"]
    )


CASES = """
    import pytest

    @pytest.mark.idp("github", "full")
    def test_one_case(idp_recording, idp_normalizer):
        assert idp_normalizer("github", idp_recording.raw)["user_id"] == idp_recording.normalized["user_id"]

    @pytest.mark.idp("github", "revoked")
    def test_an_answer(idp_recording):
        assert idp_recording.exchange.response.status == 404

    @pytest.mark.idp("google-oauth2")
    def test_every_case(idp_recording):
        assert idp_recording.provider == "google-oauth2"

    @pytest.mark.idp("github", "full")
    @pytest.mark.idp("amazon", case="minimal")
    def test_several(idp_recording):
        assert idp_recording.case in ("full", "minimal")

    @pytest.mark.idp(provider="amazon")
    def test_about_one():
        pass

    def test_about_none():
        pass
"""


def test_the_marker_gives_recordings(pytester):
    """A marked test gets the recording it names, every one of a provider, or one after the other."""
    pytester.makepyfile(CASES)
    result = ended(pytester, "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*::test_one_case[[]github-full[]] PASSED*",
            "*::test_an_answer[[]github-revoked[]] PASSED*",
            "*::test_every_case[[]google-oauth2-full[]] PASSED*",
            "*::test_every_case[[]google-oauth2-minimal[]] PASSED*",
            "*::test_several[[]*amazon-minimal[]] PASSED*",
            "*::test_about_one PASSED*",
        ]
    )


@pytest.mark.parametrize("how", [("--idp-provider", "amazon"), ("-o", "idp_provider=amazon")])
def test_other_providers_are_deselected(pytester, how):
    """With a provider chosen, by option or setting, tests about others are left out; those about none stay."""
    pytester.makepyfile(CASES)
    result = ended(pytester, "-v", *how)
    result.assert_outcomes(passed=3, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["idp-checks: providers amazon", "*::test_several[[]amazon-minimal[]] PASSED*"])


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ('idp("github", "nothing")', "*github has no case 'nothing'; there are *full*valid*"),
        ('idp("githup", "full")', "*no provider 'githup'; there are *"),
        ("idp()", "*the marker is idp(provider, case=None)*"),
        ('idp("github", kase="full")', "*the marker is idp(provider, case=None)*"),
        ("parametrize('x', [1])", "*idp_recording needs a marker*"),
    ],
)
def test_a_bad_marker_is_an_error_of_use(pytester, mark, said):
    """What is not there is named, and what there is."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_one(idp_recording): pass")
    result = ended(pytester)
    assert result.ret != 0
    result.stdout.fnmatch_lines([said])


def test_live_tests_run_only_when_asked(pytester):
    """Marked tests are skipped with the reason, and run by option or by setting."""
    pytester.makepyfile("import pytest\n@pytest.mark.idp_live\ndef test_one(): pass")
    idle = ended(pytester, "-rs")
    idle.assert_outcomes(skipped=1)
    idle.stdout.fnmatch_lines(["*asks real issuers: needs --idp-live*"])
    ended(pytester, "--idp-live").assert_outcomes(passed=1)
    ended(pytester, "-o", "idp_live=true").assert_outcomes(passed=1)


def test_the_fixtures(pytester):
    """The normaliser is ours or the one named; the issuers are played; their answers are those recorded."""
    pytester.makepyfile(app_mine="def profile(provider, raw): return {'user_id': f'mine {provider}'}")
    pytester.makepyfile("""
        import httpx, pytest, idp_checks

        def test_normalizer(idp_normalizer, pytestconfig):
            named = pytestconfig.getoption("idp_normalizer")
            assert idp_normalizer("github", {"id": 42})["user_id"] == ("mine github" if named else "github|42")

        def test_recordings(idp_recordings):
            assert {"full", "minimal"} <= {each.case for each in idp_recordings.profiles("github")}

        @pytest.mark.parametrize("provider", ["github", "google-oauth2"])
        def test_introspect(provider, idp_issuers, idp_introspect):
            token = idp_issuers.world.token
            assert idp_introspect(provider, token(provider, "valid")).active is True
            assert idp_introspect(provider, token(provider, "revoked")).active is False
            assert idp_introspect(provider, token(provider, "down"), timeout=0.5).active is None
            wrong = idp_introspect(provider, token(provider, "valid"), client_id="somebody-else")
            assert not wrong.good

        def test_the_users_own_calls_are_answered(idp_issuers):
            token = idp_issuers.world.token("google-oauth2", "valid")
            answer = httpx.get("https://oauth2.googleapis.com/tokeninfo", params={"access_token": token})
            assert answer.json()["aud"]

        async def asked(token):
            return await idp_checks.introspect("google-oauth2", token)

        def test_in_a_loop(idp_issuers):
            import asyncio
            assert asyncio.run(asked(idp_issuers.world.token("google-oauth2", "valid"))).active is True
    """)
    ended(pytester).assert_outcomes(passed=6)
    ended(pytester, "--idp-normalizer", "app_mine:profile", "-k", "test_normalizer").assert_outcomes(
        passed=1, deselected=5
    )
    ended(pytester, "-o", "idp_normalizer=app_mine:profile", "-k", "test_recordings").assert_outcomes(
        passed=1, deselected=5
    )


LEAKING = """
    import os, pytest
    from idp_checks import Secret

    SHORT = os.environ["CANARY"]
    LONG = SHORT + "".join(f"{number:05}" for number in range(500)) + SHORT[::-1]

    def test_false(idp_introspect):
        token = SHORT
        assert idp_introspect("google-oauth2", token).good

    def test_compared(idp_introspect):
        token = SHORT
        idp_introspect("google-oauth2", token)
        assert token == "x" * 30

    def test_long(idp_introspect):
        token = LONG
        said = idp_introspect("google-oauth2", token)
        assert (token, said.good) == ("another", True)

    def test_raises(idp_introspect):
        token = Secret(SHORT)
        said = idp_introspect("google-oauth2", token)
        shown = token.reveal()
        raise ValueError(f"bad token {shown}") from KeyError(shown)

    def test_printed(idp_introspect, capsys):
        import logging, sys
        idp_introspect("google-oauth2", SHORT)
        with capsys.disabled():
            pass
        logging.getLogger("app").warning("token %s", SHORT)
        assert 0

    def test_client_secret(idp_introspect):
        secret = SHORT
        assert idp_introspect("github", "gho_" + "x" * 36, client_secret=secret).good

    @pytest.fixture
    def late(idp_introspect):
        idp_introspect("google-oauth2", SHORT)
        yield
        raise RuntimeError(SHORT)

    def test_torn_down(late):
        pass
"""


@pytest.mark.parametrize("verbose", ["-vv", "-v"], ids=["whole", "shortened"])
@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native"])
def test_a_failing_test_shows_no_token(pytester, monkeypatch, style, verbose):
    """However a test with idp_introspect fails, neither the terminal nor the JUnit report holds the token or a part."""
    canary = "ya29.CANARYcanary0123456789abcdefghij"
    monkeypatch.setenv("CANARY", canary)
    pytester.makepyfile(LEAKING)
    result = ended(
        pytester, "--showlocals", f"--tb={style}", verbose, "-rA", "--junitxml=report.xml", "-o", "junit_logging=all"
    )
    result.assert_outcomes(failed=6, passed=1, errors=1)
    shown = result.stdout.str() + result.stderr.str() + pytester.path.joinpath("report.xml").read_text()
    assert "hmac-sha256" in shown or "•" in shown
    assert not [part for at in range(len(canary) - 11) if (part := canary[at : at + 12]) in shown]


def test_a_failing_test_still_says_why(pytester):
    """What is hidden is the token alone: the assertion, the line and the values stay."""
    pytester.makepyfile("""
        def test_one(idp_issuers, idp_introspect):
            said = idp_introspect("google-oauth2", idp_issuers.world.token("google-oauth2", "revoked"))
            assert said.good
    """)
    result = ended(pytester)
    result.stdout.fnmatch_lines(
        [
            "*assert said.good*",
            "E*False = Introspection(provider='google-oauth2', active=False*",
            "*.py:3: AssertionError*",
            "FAILED *",
        ]
    )


MINE = """
    from idp_checks import normalize

    def profile(provider, raw):
        out = normalize(provider, raw).to_dict()
        return {**out, "email_verified": True} if "email" in out else out
"""


def test_the_conformance_run(pytester):
    """From any folder, with a foreign normaliser: each provider is listed, the rule broken is named, no file is left."""
    pytester.makepyfile(app_wrong=MINE)
    result = apart(
        pytester,
        "--pyargs",
        "idp_checks.conformance",
        "--idp-normalizer",
        "app_wrong:profile",
        "--idp-provider",
        "github",
        "--idp-provider",
        "google-oauth2",
        "-v",
    )
    result.stdout.fnmatch_lines_random(
        [
            "idp-checks: normaliser app_wrong:profile; providers github, google-oauth2",
            "*test_email_verified[[]github[]] FAILED*",
            "*test_user_id[[]google-oauth2[]] PASSED*",
            "*test_recorded[[]google-oauth2-full[]] PASSED*",
            "github N7: email_verified is true, and the provider does not vouch for this address",
            "example: *",
            "FAILED *test_email_verified[[]github[]] - Failed: github N7: *",
            "github: not N7",
            "google-oauth2: not N7, M1",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    left = {each.name for each in pytester.path.iterdir() if not each.name.startswith("runpytest-")}
    assert left <= {"app_wrong.py", "__pycache__", "stdout", "stderr"}


def test_the_conformance_run_of_ours_passes_with_warnings_as_errors(pytester):
    """Ours passes, also in a project that is strict."""
    result = apart(
        pytester, "--pyargs", "idp_checks.conformance", "--idp-provider", "slack", "-W", "error", "--strict-markers"
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["slack: every rule holds"])


def test_it_works_in_parallel(pytester, monkeypatch):
    """Under pytest-xdist the same tests are run, and the results come together."""
    pytest.importorskip("xdist")
    pytester.makepyfile(app_wrong=MINE)
    pytester.makepyfile(
        test_it="""
        import os

        def test_one(idp_introspect):
            token = os.environ["CANARY"]
            assert idp_introspect("google-oauth2", token).good
    """
    )
    monkeypatch.setenv("CANARY", "ya29.CANARYcanary0123456789abcdefghij")
    result = apart(
        pytester,
        "-n",
        "2",
        "--pyargs",
        "idp_checks.conformance",
        "test_it.py",
        "--idp-normalizer",
        "app_wrong:profile",
        "--idp-provider",
        "github",
        "-l",
    )
    result.stdout.fnmatch_lines(["github: not N7"])
    result.stdout.no_fnmatch_line("*CANARY*canary*")
    assert result.parseoutcomes()["failed"] >= 2
    assert "error" not in result.parseoutcomes()


def test_results_are_left_with_the_tests(pytester):
    """The JUnit report carries each test's result by rule, for whoever collects them."""
    ended(
        pytester,
        "--pyargs",
        "idp_checks.conformance",
        "--idp-provider",
        "github",
        "-k",
        "name or full",
        "--junitxml=report.xml",
    )
    found = [
        json.loads(each.get("value"))
        for each in ET.parse(pytester.path / "report.xml").iter("property")
        if each.get("name") == "idp_conformance"
    ]
    assert {each["provider"] for each in found} == {"github"}
    assert {"outcome": "passed"} in [said for each in found for said in each["rules"].values()]


def test_all_providers_are_checked_by_default(pytester):
    """Without a choice every provider has its tests."""
    result = ended(pytester, "--pyargs", "idp_checks.conformance", "--collect-only", "-q", "-k", "test_user_id")
    result.stdout.fnmatch_lines_random([f"*test_user_id[[]{name}[]]" for name in providers.own()])
