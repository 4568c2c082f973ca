"""Pytest plugin: options, markers, hooks and fixtures.

The plugin is idle until one of its options, markers or fixtures is used. Until then it imports nothing but pytest, so a
project that has this package installed pays for two modules.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    import types
    from pathlib import Path

    import respx

    from idp_checks.conformance.normalizers.normalizer import Normalizer
    from idp_checks.conformance.options import ConformanceOptions
    from idp_checks.conformance.results import Results
    from idp_checks.issuers.world import World
    from idp_checks.recordings import DebugRecording, ProfileRecording
    from idp_checks.secret import Secret
    from idp_checks.tokens.introspection import Introspection


class _Option(NamedTuple):
    """A command-line option. Unless it names an output file, it is also an ini setting."""

    name: str
    help: str
    metavar: str | None = None
    ini_type: Literal["string", "args", "bool"] | None = "string"

    @property
    def dest(self) -> str:
        """The name of the ini setting and of the parsed value."""
        return f"idp_{self.name.replace('-', '_')}"


_OPTIONS = (
    _Option("normalizer", "check this normalizer function", "MODULE:FUNCTION"),
    _Option("provider", "check only this provider (repeatable)", "NAME", "args"),
    _Option("command", "check a command that speaks JSON lines", "CMD"),
    _Option("shape", "set the profile shape: auth0 or oidc", "SHAPE"),
    _Option("not-claimed", "skip a rule or property (repeatable)", "NAME", "args"),
    _Option("depth", "set the depth: quick, default or audit", "DEPTH"),
    _Option("seed", "set the seed of generated profiles", "N"),
    _Option("save-failures", "save failing profiles as recordings", "DIR", None),
    _Option("html", "write an HTML conformance report", "FILE", None),
    _Option("live", "run tests marked idp_live", None, "bool"),
)
_CONFORMANCE_OPTIONS = ("normalizer", "provider", "command", "shape", "not_claimed", "depth", "seed", "save_failures")
_DEPTHS = ("quick", "default", "audit")
_INI_DEFAULTS: Mapping[str, object] = {"string": "", "args": [], "bool": False}

IDP_MARK = (
    "idp(provider, case=None): tests this provider; the fixture idp_recording returns the recording of the case, "
    "or each recorded profile of the provider in turn. Deselected if --idp-provider selects other providers."
)
LIVE_MARK = "idp_live: sends requests to real issuers; skipped without --idp-live."

_RESULTS_PROPERTY = "idp_conformance"
"""Equals ``idp_checks.conformance.PROPERTY``, which an idle plugin must not import."""
_CONFORMANCE: pytest.StashKey[ConformanceOptions] = pytest.StashKey()
_SECRETS: pytest.StashKey[list[Secret]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the ini settings of the same names."""
    group = parser.getgroup("idp-checks", "identity provider checks")
    for option in _OPTIONS:
        settings: dict[str, Any] = {"dest": option.dest, "default": None, "help": option.help}
        if option.metavar is None:
            settings["action"] = "store_true"
        else:
            settings |= {"metavar": option.metavar, "action": "append" if option.ini_type == "args" else "store"}
        group.addoption(f"--idp-{option.name}", **settings)
        if option.ini_type is not None:
            default = _INI_DEFAULTS[option.ini_type]
            parser.addini(option.dest, help=option.help, type=option.ini_type, default=default)


def _read_option(config: pytest.Config, name: str) -> Any:
    """Return the value of the option, else that of the ini setting if there is one."""
    value = config.getoption(f"idp_{name}")
    return config.getini(f"idp_{name}") if value is None and name != "save_failures" else value


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and parse the conformance options if any is set."""
    config.addinivalue_line("markers", IDP_MARK)
    config.addinivalue_line("markers", LIVE_MARK)
    values = {name: _read_option(config, name) for name in _CONFORMANCE_OPTIONS}
    profile = config.getoption("hypothesis_profile", None)
    if any(values.values()) or profile in _DEPTHS:
        from idp_checks.conformance import options

        config.stash[_CONFORMANCE] = options.configure(config, {**values, "hypothesis_profile": profile})


def pytest_report_header(config: pytest.Config) -> str | None:
    """Return a line with the selected normalizer and providers."""
    options = config.stash.get(_CONFORMANCE, None)
    if options is None:
        return None
    parts = [f"normalizer {options.normalizer.name}"] if options.normalizer else []
    parts += [f"providers {', '.join(options.providers)}"] if options.providers else []
    return f"idp-checks: {'; '.join(parts)}" if parts else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses ``idp_recording`` once for each case that its markers select."""
    if "idp_recording" not in metafunc.fixturenames:
        return
    nodeid = metafunc.definition.nodeid
    cases = dict.fromkeys(case for mark in metafunc.definition.iter_markers("idp") for case in _cases(mark, nodeid))
    if not cases:
        raise pytest.UsageError(f"{nodeid}: idp_recording needs a marker: {IDP_MARK}")
    metafunc.parametrize("idp_recording", list(cases), ids=["-".join(case) for case in cases], indirect=True)


def _cases(mark: pytest.Mark, nodeid: str) -> list[tuple[str, str]]:
    """Return provider and case of each recording that a marker selects."""
    from idp_checks import recordings

    provider, case = _parse_mark(mark, nodeid)
    profiles = [recording.case for recording in recordings.load_profiles(provider)]
    if case is None:
        return [(provider, name) for name in profiles]
    debug = [recording.case for recording in recordings.load_debug(provider)]
    if case not in (*profiles, *debug):
        choices = ", ".join((*profiles, *debug))
        raise pytest.UsageError(f"{nodeid}: {provider} has no case {case!r}; choose from {choices}")
    return [(provider, case)]


def _parse_mark(mark: pytest.Mark, nodeid: str) -> tuple[str, str | None]:
    """Return provider and case of a marker."""
    from idp_checks.conformance.options import check_provider

    arguments = dict(zip(("provider", "case"), mark.args, strict=False)) | dict(mark.kwargs)
    if len(mark.args) > 2 or not set(arguments) <= {"provider", "case"} or "provider" not in arguments:
        raise pytest.UsageError(f"{nodeid}: invalid marker; use {IDP_MARK}")
    return check_provider(arguments["provider"], nodeid), arguments.get("case")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of other providers, and skip live tests unless they are enabled."""
    options = config.stash.get(_CONFORMANCE, None)
    selection = set(options.providers or ()) if options is not None else set()
    is_live = bool(_read_option(config, "live"))
    deselected = []
    for item in items:
        if not is_live and item.get_closest_marker("idp_live") is not None:
            item.add_marker(pytest.mark.skip(reason="sends requests to real issuers; enable with --idp-live"))
        if selection and (names := _providers_of(item)) and not names & selection:
            deselected.append(item)
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]


def _providers_of(item: pytest.Item) -> set[str]:
    """Return the provider of the item's recording, else the providers of its markers."""
    from idp_checks.private_apis import item_parameters

    if (recording := item_parameters(item).get("idp_recording")) is not None:
        return {recording[0]}
    return {_parse_mark(mark, item.nodeid)[0] for mark in item.iter_markers("idp")}


@pytest.fixture(scope="session")
def idp_normalizer(pytestconfig: pytest.Config) -> Normalizer:
    """The normalizer under test: ``idp_normalizer(provider, raw)`` returns the profile as a dictionary.

    It is the built-in normalizer, or the one that ``--idp-normalizer`` or ``--idp-command`` selects.
    """
    from idp_checks.conformance.options import options_of

    return options_of(pytestconfig).selected_normalizer()


@pytest.fixture(scope="session")
def idp_recordings() -> types.ModuleType:
    """The recordings: ``load_profiles(provider)`` and ``load_debug(provider)``."""
    from idp_checks import recordings

    return recordings


@pytest.fixture
def idp_recording(request: pytest.FixtureRequest) -> ProfileRecording | DebugRecording:
    """The recording that the ``idp`` marker of the test selects."""
    from idp_checks import recordings

    provider, case = request.param
    candidates: tuple[ProfileRecording | DebugRecording, ...] = (
        *recordings.load_profiles(provider),
        *recordings.load_debug(provider),
    )
    return next(recording for recording in candidates if recording.case == case)


@pytest.fixture
def idp_issuers() -> Generator[respx.MockRouter]:
    """A respx router that simulates the debug endpoint of every provider during the test.

    ``idp_issuers.world.token(provider, case)`` returns the sample token whose response is that of the recorded case.
    """
    from idp_checks.issuers.mock import router
    from idp_checks.issuers.world import World

    world = World()
    with router(world) as mock:
        mock.world = world  # type: ignore[attr-defined]
        yield mock


@pytest.fixture
def idp_introspect(request: pytest.FixtureRequest, idp_issuers: respx.MockRouter) -> Introspect:
    """``idp_checks.introspect_sync`` with the simulated issuers; the test's report omits the tokens passed to it."""
    secrets: list[Secret] = []
    request.node.stash[_SECRETS] = secrets
    return Introspect(idp_issuers.world, secrets)  # type: ignore[attr-defined]


class Introspect:
    """``introspect_sync`` with the simulated issuers and their credentials."""

    def __init__(self, world: World, secrets: list[Secret]) -> None:
        self._world = world
        self._secrets = secrets

    def __call__(self, provider: str, token: str | Secret, **options: Any) -> Introspection:
        """Introspect a token; the options are those of ``idp_checks.introspect``.

        Required credentials that are not passed are filled in with those that the simulated issuer accepts.
        """
        from idp_checks.live.asker import introspect_sync
        from idp_checks.secret import Secret

        credentials = {**options.pop("credentials", {})}
        secrets = [token, options.get("client_secret"), *credentials.values()]
        self._secrets += [Secret.of(secret) for secret in secrets if secret]
        return introspect_sync(provider, Secret.of(token), **self._add_credentials(provider, options, credentials))

    def _add_credentials(self, provider: str, options: dict[str, Any], credentials: dict[str, Any]) -> dict[str, Any]:
        from idp_checks import providers
        from idp_checks.issuers.cases import CLIENT_SECRET
        from idp_checks.secret import Secret

        issuer = self._world.issuer(provider)
        endpoint = providers.get(provider).debug
        required = endpoint.required_credentials if endpoint is not None else ()
        accepted: Mapping[str, Any] = {"client_id": issuer.client_id, "client_secret": Secret(CLIENT_SECRET)}
        return {
            **{name: accepted[name] for name in required if name in accepted},
            **options,
            "credentials": {**issuer.credentials, **credentials},
        }

    def __repr__(self) -> str:
        return "idp_introspect"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Redact the tokens that were passed to ``idp_introspect`` from the report of the test."""
    report = yield
    if secrets := item.stash.get(_SECRETS, None):
        redactor = _ReportRedactor(secrets)
        report.longrepr = redactor.redact(report.longrepr)
        report.sections = [(title, redactor.redact_string(content)) for title, content in report.sections]
        report.user_properties = [(name, redactor.redact(value)) for name, value in report.user_properties]
    return report


class _ReportRedactor:
    """Redacts secrets from the objects in which pytest represents a failure.

    Pytest shortens long values, so substrings of a secret are redacted as well.
    """

    PART_LENGTH = 12
    """Length of a substring that reveals too much of a secret."""

    def __init__(self, secrets: list[Secret]) -> None:
        from idp_checks.secret import Redactor, new_key

        self._redactor = Redactor(new_key(), secrets)
        size = self.PART_LENGTH
        strings = [secret.reveal() for secret in secrets]
        self._parts = {string[start : start + size] for string in strings for start in range(len(string) - size + 1)}

    def redact_string(self, string: str) -> str:
        """Return the string without secrets and their parts."""
        string = self._redactor.redact_text(string)
        size = self.PART_LENGTH
        covered = {
            start + offset
            for start in range(len(string) - size + 1)
            if string[start : start + size] in self._parts
            for offset in range(size)
        }
        if not covered:
            return string
        return "".join("•" if index in covered else letter for index, letter in enumerate(string))

    def redact(self, value: Any) -> Any:
        """Return a part of a report without secrets; pytest's own objects are modified in place."""
        from idp_checks.private_apis import replace_report_strings

        return replace_report_strings(value, self.redact_string)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the outcome of each provider after a conformance run, and write the HTML report if requested."""
    reports = [
        (report.nodeid.rpartition("::")[2], json.loads(value))
        for group in terminalreporter.stats.values()
        for report in group
        for name, value in getattr(report, "user_properties", ())
        if name == _RESULTS_PROPERTY and getattr(report, "when", None) == "call"
    ]
    if not reports:
        return
    from idp_checks.conformance.reports.table import summary_lines
    from idp_checks.conformance.results import collect_results

    results = collect_results(reports, reports[0][1].get("run", {}).get("normalizer", ""))
    terminalreporter.section("conformance")
    for line in summary_lines(results):
        terminalreporter.line(line.content, **({line.color: True} if line.color else {}))
    if file := config.getoption("idp_html"):
        _write_html(terminalreporter, config.invocation_params.dir / file, results)


def _write_html(terminalreporter: pytest.TerminalReporter, path: Path, results: Results) -> None:
    from idp_checks.conformance.reports.html import render

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(results), encoding="utf-8")
    terminalreporter.line(f"HTML report: {path}")
