"""The conformance options of pytest are parsed, and an invalid option is a usage error."""

from __future__ import annotations

import pytest

import idp_checks.conformance.suite  # noqa: F401 - pytester unloads modules that are first imported in its runs
from idp_checks import providers

LOADED_PROVIDERS = list(providers.all_providers())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--idp-depth", "deep"], "*--idp-depth: unknown depth 'deep'; choose from quick, default, audit*"),
        (["--idp-seed", "x"], "*--idp-seed: 'x' is not an integer*"),
        (["--idp-shape", "saml"], "*--idp-shape: unknown shape 'saml'; choose auth0 or oidc*"),
        (["--idp-not-claimed", "N99"], "*--idp-not-claimed: unknown rule or property 'N99'; choose from N1, *"),
        (["--idp-command", "no-such-program-42"], "*--idp-command: *program 'no-such-program-42' not found*"),
        (
            ["--idp-command", "x", "--idp-normalizer", "a:b"],
            "*--idp-normalizer and --idp-command are mutually exclusive; pass one of them*",
        ),
        (["--idp-provider", "githup"], "*--idp-provider: unknown provider 'githup'; choose from *github, gitlab,*"),
        (["--idp-normalizer", "nowhere:f"], "*--idp-normalizer: nowhere:f: no module named 'nowhere'*"),
        (["--idp-normalizer", "app"], "*--idp-normalizer: 'app' is not a function; use MODULE:FUNCTION*"),
        (["-o", "idp_provider=github nobody"], "*unknown provider 'nobody'*"),
    ],
)
def test_invalid_option_is_a_usage_error(pytester, run_pytest, args, message):
    """The run does not start, and the message names the option and the choices."""
    pytester.makepyfile("def test_one(): pass")
    result = run_pytest(*args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_module_that_fails_on_import_shows_traceback(pytester, run_pytest):
    """The traceback of the user's own module is part of the usage error."""
    pytester.makepyfile(app_broken="import not_installed_anywhere")
    result = run_pytest("--idp-normalizer", "app_broken:profile")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*importing the module 'app_broken' failed*", "Traceback*", "*import not_installed_anywhere*"]
    )


@pytest.mark.slow
def test_hypothesis_profile_selects_depth(pytester, run_pytest):
    """``--hypothesis-profile quick`` selects the depth, and applies to the project's own Hypothesis tests."""
    pytester.makepyfile("""
        from hypothesis import settings
        from idp_checks.conformance.options import options_of

        def test_one(pytestconfig):
            assert options_of(pytestconfig).depth.name == "quick"
            assert settings.get_current_profile_name() == "quick"
    """)
    # Hypothesis loads the profile for the whole process.
    result = run_pytest("--hypothesis-profile", "quick", plugins=["_hypothesis_pytestplugin"], in_process=False)
    assert result.ret == 0


def test_fixture_that_is_not_callable_is_a_usage_error(pytester, run_pytest):
    """A fixture idp_normalizer that does not return a function is an error that names the type."""
    pytester.makepyfile("""
        import pytest
        from idp_checks.conformance.suite import *  # noqa

        @pytest.fixture(scope="session")
        def idp_normalizer():
            return "myapp:profile"
    """)
    result = run_pytest("--idp-provider", "github", "--idp-depth", "quick", "-k", "N1 and not N10")
    result.stdout.fnmatch_lines(["*the fixture idp_normalizer returned a str, not a function*"])
