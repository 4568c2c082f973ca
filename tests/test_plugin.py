"""The pytest plugin is idle until it is used, and its reports contain no token."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx  # noqa: F401 - pytester unloads modules that are first imported in its runs
import hypothesis  # noqa: F401
import pytest
import respx  # noqa: F401

import idp_checks.conformance.suite
import idp_checks.issuers.mock
import idp_checks.live.asker  # noqa: F401
from idp_checks import providers
from idp_checks.conformance.reports.junit import read_properties

LOADED_PROVIDERS = list(providers.all_providers())

HEAVY_MODULES = (
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


def test_idle_plugin_loads_nothing_heavy(pytester):
    """In a project that does not use the plugin, no heavy module is loaded until the end of the run."""
    pytester.makeconftest(f"""
        import sys
        def pytest_unconfigure():
            loaded = [name for name in {HEAVY_MODULES!r} if name in sys.modules]
            print("LOADED", loaded, "PLUGIN", "idp_checks.plugin" in sys.modules)
    """)
    pytester.makepyfile("def test_one(): pass\ndef test_two(): assert 0")
    # The plugin must be loaded by its entry point; the other installed plugins are disabled.
    disabled = ("respx", "hypothesispytest", "anyio", "nbmake", "cacheprovider")
    result = pytester.runpytest_subprocess(*(part for name in disabled for part in ("-p", f"no:{name}")))
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["LOADED [[]] PLUGIN True"])
    result.stdout.no_fnmatch_line("*conformance*")
    result.stdout.no_fnmatch_line("idp-checks:*")


def test_help_lists_options_and_settings(run_pytest):
    """``--help`` lists the options and the ini settings."""
    output = run_pytest("--help").stdout.str()
    options = ("--idp-normalizer", "--idp-provider", "--idp-live", "idp_normalizer (string)", "idp_live (bool)")
    assert not [option for option in options if option not in output]


def test_markers_are_listed(run_pytest):
    """``--markers`` describes the two markers."""
    run_pytest("--markers").stdout.fnmatch_lines(["@pytest.mark.idp(provider, case=None):*", "@pytest.mark.idp_live:*"])


RECORDED_CASES = """
    import pytest

    @pytest.mark.idp("github", "full")
    def test_one_case(idp_recording, idp_normalizer):
        assert idp_normalizer("github", idp_recording.raw)["user_id"] == idp_recording.normalized["user_id"]

    @pytest.mark.idp("github", "revoked")
    def test_debug_response(idp_recording):
        assert idp_recording.exchange.response.status == 404

    @pytest.mark.idp("google-oauth2")
    def test_every_case(idp_recording):
        assert idp_recording.provider == "google-oauth2"

    @pytest.mark.idp("github", "full")
    @pytest.mark.idp("amazon", case="minimal")
    def test_several(idp_recording):
        assert idp_recording.case in ("full", "minimal")

    @pytest.mark.idp(provider="amazon")
    def test_with_marker_only():
        pass

    def test_without_marker():
        pass
"""


def test_marker_selects_recordings(pytester, run_pytest):
    """A marked test receives the recording that the marker names, or each recording of the provider in turn."""
    pytester.makepyfile(RECORDED_CASES)
    result = run_pytest("-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*::test_one_case[[]github-full[]] PASSED*",
            "*::test_debug_response[[]github-revoked[]] PASSED*",
            "*::test_every_case[[]google-oauth2-full[]] PASSED*",
            "*::test_every_case[[]google-oauth2-minimal[]] PASSED*",
            "*::test_several[[]*amazon-minimal[]] PASSED*",
            "*::test_with_marker_only PASSED*",
        ]
    )


@pytest.mark.parametrize("option", [("--idp-provider", "amazon"), ("-o", "idp_provider=amazon")])
def test_tests_of_other_providers_are_deselected(pytester, run_pytest, option):
    """If providers are selected, tests of other providers are deselected and unmarked tests remain."""
    pytester.makepyfile(RECORDED_CASES)
    result = run_pytest("-v", *option)
    result.assert_outcomes(passed=3, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["idp-checks: providers amazon", "*::test_several[[]amazon-minimal[]] PASSED*"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ('idp("github", "nothing")', "*github has no case 'nothing'; choose from *full*valid*"),
        ('idp("githup", "full")', "*unknown provider 'githup'; choose from *"),
        ("idp()", "*invalid marker; use idp(provider, case=None)*"),
        ('idp("github", kase="full")', "*invalid marker; use idp(provider, case=None)*"),
        ("parametrize('x', [1])", "*idp_recording needs a marker*"),
    ],
)
def test_invalid_marker_is_a_usage_error(pytester, run_pytest, mark, message):
    """The error names the invalid value and the choices."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_one(idp_recording): pass")
    result = run_pytest()
    assert result.ret != 0
    result.stdout.fnmatch_lines([message])


def test_live_tests_are_skipped_by_default(pytester, run_pytest):
    """Live tests are skipped with a reason, and run with the option or the setting."""
    pytester.makepyfile("import pytest\n@pytest.mark.idp_live\ndef test_one(): pass")
    result = run_pytest("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*sends requests to real issuers; enable with --idp-live*"])
    run_pytest("--idp-live").assert_outcomes(passed=1)
    run_pytest("-o", "idp_live=true").assert_outcomes(passed=1)


def test_normalizer_fixture_returns_selected_normalizer(pytester, run_pytest):
    """``idp_normalizer`` is the built-in normalizer, or the normalizer that the option or setting selects."""
    pytester.makepyfile(app_mine="def profile(provider, raw): return {'user_id': f'mine {provider}'}")
    pytester.makepyfile("""
        def test_normalizer(idp_normalizer):
            print(idp_normalizer("github", {"id": 42})["user_id"])
    """)
    for options, user_id in (
        ((), "github|42"),
        (("--idp-normalizer", "app_mine:profile"), "mine github"),
        (("-o", "idp_normalizer=app_mine:profile"), "mine github"),
    ):
        result = run_pytest("-s", *options)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"*{user_id}*"])


@pytest.mark.slow
def test_issuer_fixtures_simulate_issuers(pytester, run_pytest):
    """The fixtures return recordings, simulate the issuers, and answer the project's own requests as well."""
    pytester.makepyfile("""
        import asyncio, httpx, pytest, idp_checks

        def test_recordings(idp_recordings):
            assert {"full", "minimal"} <= {recording.case for recording in idp_recordings.load_profiles("github")}

        @pytest.mark.parametrize("provider", ["github", "google-oauth2"])
        def test_introspect(provider, idp_issuers, idp_introspect):
            token = idp_issuers.world.token
            assert idp_introspect(provider, token(provider, "valid")).active is True
            assert idp_introspect(provider, token(provider, "revoked")).active is False
            assert idp_introspect(provider, token(provider, "down"), timeout=0.5).active is None
            assert not idp_introspect(provider, token(provider, "valid"), client_id="another-client").good

        def test_own_request(idp_issuers):
            token = idp_issuers.world.token("google-oauth2", "valid")
            response = httpx.get("https://oauth2.googleapis.com/tokeninfo", params={"access_token": token})
            assert response.json()["aud"]

        def test_in_event_loop(idp_issuers):
            token = idp_issuers.world.token("google-oauth2", "valid")
            assert asyncio.run(idp_checks.introspect("google-oauth2", token)).active is True
    """)
    run_pytest().assert_outcomes(passed=5)


LEAKING_TESTS = """
    import os, pytest
    from idp_checks import Secret

    @pytest.fixture(scope="module")
    def idp_issuers():
        # As in the plugin, but for all tests of the module: it takes half a second to build.
        from idp_checks.issuers.mock import router
        from idp_checks.issuers.world import World

        world = World()
        with router(world) as mock:
            mock.world = world
            yield mock

    SHORT = os.environ["CANARY"]
    LONG = SHORT + "".join(f"{number:05}" for number in range(500)) + SHORT[::-1]

    def test_false(idp_introspect):
        token = SHORT
        assert idp_introspect("google-oauth2", token).good

    def test_comparison(idp_introspect):
        token = SHORT
        idp_introspect("google-oauth2", token)
        assert token == "x" * 30

    def test_long(idp_introspect):
        token = LONG
        introspection = idp_introspect("google-oauth2", token)
        assert (token, introspection.good) == ("another", True)

    def test_raises(idp_introspect):
        token = Secret(SHORT)
        introspection = idp_introspect("google-oauth2", token)
        value = token.reveal()
        raise ValueError(f"bad token {value}") from KeyError(value)

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

    def test_teardown(late):
        pass
"""
CANARY = "ya29.CANARYcanary0123456789abcdefghij"


@pytest.mark.slow
@pytest.mark.parametrize("verbosity", ["-vv", "-v"], ids=["whole", "shortened"])
@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native"])
def test_failing_test_reveals_no_token(pytester, run_pytest, monkeypatch, style, verbosity):
    """However a test with idp_introspect fails, terminal and JUnit report contain no part of the token."""
    monkeypatch.setenv("CANARY", CANARY)
    pytester.makepyfile(LEAKING_TESTS)
    result = run_pytest(
        *("--showlocals", f"--tb={style}", verbosity, "-rA", "--junitxml=report.xml", "-o", "junit_logging=all")
    )
    result.assert_outcomes(failed=6, passed=1, errors=1)
    output = result.stdout.str() + result.stderr.str() + pytester.path.joinpath("report.xml").read_text()
    assert "hmac-sha256" in output or "•" in output
    assert not [part for start in range(len(CANARY) - 11) if (part := CANARY[start : start + 12]) in output]


def test_failing_test_keeps_its_explanation(pytester, run_pytest):
    """Only the token is redacted: the assertion, the line and the values remain."""
    pytester.makepyfile("""
        def test_one(idp_issuers, idp_introspect):
            result = idp_introspect("google-oauth2", idp_issuers.world.token("google-oauth2", "revoked"))
            assert result.good
    """)
    run_pytest().stdout.fnmatch_lines(
        [
            "*assert result.good*",
            "E*False = Introspection(provider='google-oauth2', active=False*",
            "*.py:3: AssertionError*",
            "FAILED *",
        ]
    )


WRONG_NORMALIZER = """
    from idp_checks import normalize

    def profile(provider, raw):
        result = normalize(provider, raw).to_dict()
        return {**result, "email_verified": True} if "email" in result else result
"""
CONFORMANCE = ("--pyargs", "idp_checks.conformance", "--idp-depth", "quick")


@pytest.mark.slow
def test_conformance_run_names_violated_rules(pytester, run_pytest):
    """A run against another normalizer lists each provider with the violated rules, and leaves no file."""
    pytester.makepyfile(app_wrong=WRONG_NORMALIZER)
    names = ("--idp-provider", "github", "--idp-provider", "google-oauth2")
    result = run_pytest(*CONFORMANCE, *names, "--idp-normalizer", "app_wrong:profile", "-v")
    result.stdout.fnmatch_lines_random(
        [
            "idp-checks: normalizer app_wrong:profile; providers github, google-oauth2",
            "*test_rule[[]github-N7[]] FAILED*",
            "*test_rule[[]google-oauth2-N1[]] PASSED*",
            "*test_recorded[[]google-oauth2-full[]] PASSED*",
            "github N7: email_verified is true although the provider does not vouch for this address",
            "smallest raw profile: *",
            "FAILED *test_rule[[]github-N7[]] - Failed: github N7: *",
            "github: failed N7",
            "google-oauth2: failed N7, M1",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    files = {path.name for path in pytester.path.iterdir() if not path.name.startswith("runpytest-")}
    assert files <= {"app_wrong.py", "__pycache__", "stdout", "stderr"}


@pytest.mark.slow
def test_builtin_normalizer_passes_with_warnings_as_errors(run_pytest):
    """The built-in normalizer passes in a project with strict settings."""
    result = run_pytest(*CONFORMANCE, "--idp-provider", "slack", "-W", "error", "--strict-markers")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["slack: every rule passed"])


@pytest.mark.slow
def test_parallel_run_collects_results_and_redacts(pytester, run_pytest, monkeypatch):
    """Under pytest-xdist the results of all workers are combined, and tokens are redacted."""
    pytest.importorskip("xdist")
    pytester.makepyfile(
        app_wrong=WRONG_NORMALIZER,
        test_it="""
            import os

            def test_one(idp_introspect):
                token = os.environ["CANARY"]
                assert idp_introspect("google-oauth2", token).good
        """,
    )
    monkeypatch.setenv("CANARY", CANARY)
    result = run_pytest(
        *("-n", "2", *CONFORMANCE, "test_it.py", "--idp-normalizer", "app_wrong:profile"),
        *("--idp-provider", "github", "-l"),
        plugins=["xdist.plugin"],
        in_process=False,
    )
    result.stdout.fnmatch_lines(["github: failed N7"])
    result.stdout.no_fnmatch_line("*CANARY*canary*")
    assert result.parseoutcomes()["failed"] >= 2
    assert "error" not in result.parseoutcomes()


def test_junit_report_contains_outcomes(pytester, run_pytest):
    """The JUnit report contains the outcomes of each test by rule."""
    run_pytest(*CONFORMANCE, "--idp-provider", "github", "-k", "N2 or full", "--junitxml=report.xml")
    reports = [report for _, report in read_properties(pytester.path / "report.xml")]
    assert {report["provider"] for report in reports} == {"github"}
    assert {"outcome": "passed"} in [outcome for report in reports for outcome in report["rules"].values()]
    assert ET.parse(pytester.path / "report.xml").getroot().find("testsuite").get("failures") == "0"


def test_all_providers_are_checked_by_default(run_pytest):
    """Without a selection every provider has its tests."""
    result = run_pytest("--pyargs", "idp_checks.conformance", "--collect-only", "-q", "-k", "N2")
    result.stdout.fnmatch_lines_random([f"*test_rule[[]{name}-N2[]]" for name in providers.names_with_recordings()])
