"""The pytest plugin: options, markers and fixtures. It does nothing, and loads nothing, until it is asked.

No rule lives here. What a fixture or an option needs is imported where it is used, so that a project that has this
package installed pays two modules for it.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import types
    from pathlib import Path

    import respx

    from idp_checks.conformance.reports.results import Results, Run
    from idp_checks.conformance.rules import Normalizer
    from idp_checks.conformance.search.depth import Depth
    from idp_checks.issuers.world import World
    from idp_checks.recordings import DebugRecording, ProfileRecording
    from idp_checks.secret import Secret
    from idp_checks.tokens.introspection import Introspection

NORMALIZER_HELP = "check this normaliser, a function f(provider: str, raw: dict) -> dict, instead of ours"
COMMAND_HELP = "check this command instead, which reads JSON lines and writes JSON lines"
SHAPE_HELP = "the shape of the normaliser's answers: auth0 (default) or oidc"
UNCLAIMED_HELP = "a rule (N10) or property (picture) that the normaliser does not claim (repeatable)"
DEPTH_HELP = "how deep to search: quick, default or audit"
SEED_HELP = "the number by which profiles are drawn (default: 0); the same gives the same result"
SAVE_HELP = "write what breaks a rule under this folder, as recordings ready to be committed"
HTML_HELP = "write how the normaliser stands as one HTML page"
PROVIDER_HELP = "check this provider only (repeatable; default: all)"
LIVE_HELP = "run the tests marked idp_live, which ask real issuers"
IDP_MARK = (
    "idp(provider, case=None): the test is about this provider; its fixture idp_recording is the recording of that "
    "case, or in turn every recorded profile of the provider. Deselected where --idp-provider names others."
)
LIVE_MARK = "idp_live: the test asks real issuers; skipped without --idp-live."

_PROVIDERS = pytest.StashKey[tuple[str, ...]]()
_NORMALIZER = pytest.StashKey["Normalizer"]()
_DEPTH = pytest.StashKey["Depth"]()
_SEED = pytest.StashKey[int]()
_SECRETS = pytest.StashKey["list[Secret]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, and the ini settings of the same names."""
    group = parser.getgroup("idp-checks", "identity provider checks")
    group.addoption("--idp-normalizer", dest="idp_normalizer", metavar="MODULE:FUNCTION", help=NORMALIZER_HELP)
    group.addoption("--idp-provider", dest="idp_provider", action="append", metavar="NAME", help=PROVIDER_HELP)
    group.addoption("--idp-command", dest="idp_command", metavar="CMD", help=COMMAND_HELP)
    group.addoption("--idp-shape", dest="idp_shape", metavar="SHAPE", help=SHAPE_HELP)
    group.addoption("--idp-not-claimed", dest="idp_not_claimed", action="append", metavar="NAME", help=UNCLAIMED_HELP)
    group.addoption("--idp-depth", dest="idp_depth", metavar="DEPTH", help=DEPTH_HELP)
    group.addoption("--idp-seed", dest="idp_seed", metavar="N", help=SEED_HELP)
    group.addoption("--idp-save-failures", dest="idp_save_failures", metavar="DIR", help=SAVE_HELP)
    group.addoption("--idp-html", dest="idp_html", metavar="FILE", help=HTML_HELP)
    group.addoption("--idp-live", dest="idp_live", action="store_true", default=None, help=LIVE_HELP)
    parser.addini("idp_normalizer", help=NORMALIZER_HELP, type="string", default="")
    parser.addini("idp_provider", help=PROVIDER_HELP, type="args", default=[])
    parser.addini("idp_command", help=COMMAND_HELP, type="string", default="")
    parser.addini("idp_shape", help=SHAPE_HELP, type="string", default="")
    parser.addini("idp_not_claimed", help=UNCLAIMED_HELP, type="args", default=[])
    parser.addini("idp_depth", help=DEPTH_HELP, type="string", default="")
    parser.addini("idp_seed", help=SEED_HELP, type="string", default="")
    parser.addini("idp_live", help=LIVE_HELP, type="bool", default=False)


def _asked(config: pytest.Config, name: str) -> Any:
    """What was asked for: the option, else the ini setting."""
    given = config.getoption(name)
    return config.getini(name) if given is None else given


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The markers, and the options held against what there is."""
    config.addinivalue_line("markers", IDP_MARK)
    config.addinivalue_line("markers", LIVE_MARK)
    if names := _asked(config, "idp_provider"):
        config.stash[_PROVIDERS] = tuple(dict.fromkeys(_known(name, "--idp-provider") for name in names))
    if seed := _asked(config, "idp_seed"):
        config.stash[_SEED] = _number(seed)
    _read_depth(config)
    named = {name: _asked(config, f"idp_{name}") for name in ("normalizer", "command", "shape", "not_claimed")}
    if any(named.values()):
        from idp_checks.conformance import loaded
        from idp_checks.errors import UsageError

        try:
            config.stash[_NORMALIZER] = loaded(
                named["normalizer"] or None,
                command=named["command"] or None,
                shape=named["shape"] or None,
                unclaimed=named["not_claimed"],
                folder=config.invocation_params.dir,
            )
        except UsageError as error:
            fallback = "normalizer" if named["normalizer"] else "command"
            option = _OF_WHERE.get(error.where or "", fallback)
            told = f"{error.problem}; {error.remedy}" if error.where in _OF_WHERE else str(error)
            raise pytest.UsageError(f"--idp-{option.replace('_', '-')}: {told}") from error


_OF_WHERE = {"shape": "shape", "not claimed": "not_claimed"}
"""Which option an error of use is about, by the place that it names."""


def _number(text: object) -> int:
    try:
        return int(str(text))
    except ValueError:
        raise pytest.UsageError(f"--idp-seed: {text!r} is no integer") from None


def _read_depth(config: pytest.Config) -> None:
    """The depth that is asked for: by our option, else by a hypothesis profile of the same name."""
    asked = _asked(config, "idp_depth")
    profile = config.getoption("hypothesis_profile", None)
    if profile in ("quick", "audit"):
        from idp_checks.conformance.search.depth import register

        register(profile)
    if not asked and profile not in ("quick", "default", "audit"):
        return
    from idp_checks.conformance.search.depth import depth_of
    from idp_checks.errors import UsageError

    try:
        config.stash[_DEPTH] = depth_of(asked or profile)
    except UsageError as error:
        raise pytest.UsageError(f"--idp-depth: {error.problem}; {error.remedy}") from error


def _known(name: object, where: str) -> str:
    """The name, if there is a provider of that name."""
    from idp_checks import providers

    if isinstance(name, str) and name in providers.own():
        return name
    raise pytest.UsageError(f"{where}: no provider {name!r}; there are {', '.join(providers.own())}")


def selected(config: pytest.Config) -> tuple[str, ...]:
    """The providers that the run is about: those named, those that the normaliser is for, or all."""
    names = config.stash.get(_PROVIDERS, None)
    if names is None and (normalizer := config.stash.get(_NORMALIZER, None)) is not None:
        names = normalizer.providers
    if names is None:
        from idp_checks import providers

        names = providers.own()
    return names


def settled(config: pytest.Config, given: Any) -> Normalizer:
    """The normaliser that a fixture gives, in the shape and with the claims that were asked for.

    Raises:
        pytest.UsageError: it is no function, or names what there is not as not claimed.
    """
    from idp_checks.conformance.normalizers.normalizer import named, not_claimed
    from idp_checks.errors import UsageError

    if not callable(given):
        raise pytest.UsageError(f"idp_normalizer gives a {type(given).__name__}, no function f(provider, raw)")
    shape = _asked(config, "idp_shape") or None
    try:
        unclaimed = not_claimed(_asked(config, "idp_not_claimed"), "--idp-not-claimed")
        found = named(given)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    return found.with_options(shape=shape, unclaimed=unclaimed) if shape or unclaimed else found


def depth(config: pytest.Config) -> Depth:
    """How deep to search."""
    from idp_checks.conformance.search.depth import DEFAULT

    return config.stash.get(_DEPTH, DEFAULT)


def seed(config: pytest.Config) -> int:
    """The number by which profiles are drawn."""
    return config.stash.get(_SEED, 0)


def saving(config: pytest.Config) -> Path | None:
    """Where finds are written as recordings; None where they are not."""
    folder = config.getoption("idp_save_failures")
    return config.invocation_params.dir / folder if folder else None


def run(config: pytest.Config, normalizer: Normalizer) -> Run:
    """What is run, for whoever runs it again."""
    from idp_checks.conformance import run_of

    return run_of(normalizer, depth(config), seed(config))


def pytest_report_header(config: pytest.Config) -> str | None:
    """What is checked, where something was asked for."""
    normalizer, names = config.stash.get(_NORMALIZER, None), config.stash.get(_PROVIDERS, None)
    said = [f"normaliser {normalizer.name}"] if normalizer else []
    said += [f"providers {', '.join(names)}"] if names else []
    return f"idp-checks: {'; '.join(said)}" if said else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with ``idp_recording`` runs once for each case that its markers name."""
    if "idp_recording" not in metafunc.fixturenames:
        return
    cases = dict.fromkeys(case for mark in metafunc.definition.iter_markers("idp") for case in _cases(mark, metafunc))
    if not cases:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: idp_recording needs a marker: {IDP_MARK}")
    metafunc.parametrize("idp_recording", list(cases), ids=["-".join(case) for case in cases], indirect=True)


def _cases(mark: pytest.Mark, metafunc: pytest.Metafunc) -> list[tuple[str, str]]:
    from idp_checks import recordings

    provider, case = _named(mark, metafunc.definition.nodeid)
    profiles = [each.case for each in recordings.profiles(provider)]
    if case is None:
        return [(provider, each) for each in profiles]
    debug = [each.case for each in recordings.debug(provider)]
    if case not in (*profiles, *debug):
        there = ", ".join((*profiles, *debug))
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: {provider} has no case {case!r}; there are {there}")
    return [(provider, case)]


def _named(mark: pytest.Mark, where: str) -> tuple[str, str | None]:
    """Provider and case of a marker."""
    names = dict(zip(("provider", "case"), mark.args, strict=False)) | dict(mark.kwargs)
    if len(mark.args) > 2 or not set(names) <= {"provider", "case"} or "provider" not in names:
        raise pytest.UsageError(f"{where}: the marker is {IDP_MARK}")
    return _known(names["provider"], where), names.get("case")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about other providers, and skip what asks real issuers."""
    chosen, live = config.stash.get(_PROVIDERS, None), bool(_asked(config, "idp_live"))
    left_out = []
    for item in items:
        if not live and item.get_closest_marker("idp_live") is not None:
            item.add_marker(pytest.mark.skip(reason="asks real issuers: needs --idp-live"))
        if chosen is not None and (about := _about(item)) and not about & set(chosen):
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _about(item: pytest.Item) -> set[str]:
    """The providers that a test is about: that of its case, or those of its markers."""
    callspec = getattr(item, "callspec", None)
    if callspec is not None and "idp_recording" in callspec.params:
        return {callspec.params["idp_recording"][0]}
    return {_named(mark, item.nodeid)[0] for mark in item.iter_markers("idp")}


@pytest.fixture(scope="session")
def idp_normalizer(pytestconfig: pytest.Config) -> Normalizer:
    """The normaliser under test: ``idp_normalizer(provider, raw)`` gives the profile as a dictionary.

    Ours, or the one that ``--idp-normalizer`` names.
    """
    from idp_checks.conformance import ours

    return pytestconfig.stash.get(_NORMALIZER, None) or ours()


@pytest.fixture(scope="session")
def idp_recordings() -> types.ModuleType:
    """The recordings: ``profiles(provider)`` and ``debug(provider)``."""
    from idp_checks import recordings

    return recordings


@pytest.fixture
def idp_recording(request: pytest.FixtureRequest) -> ProfileRecording | DebugRecording:
    """The recording of the case that the test's ``idp`` marker names."""
    from idp_checks import recordings

    provider, case = request.param
    held: tuple[ProfileRecording | DebugRecording, ...] = (*recordings.profiles(provider), *recordings.debug(provider))
    return next(each for each in held if each.case == case)


@pytest.fixture
def idp_issuers() -> Generator[respx.MockRouter]:
    """A respx router that plays every provider's debug endpoint from the recordings, while the test runs.

    ``idp_issuers.world.token(provider, case)`` gives the made-up token that is answered as in that case.
    """
    from idp_checks.issuers.mock import router
    from idp_checks.issuers.world import World

    world = World()
    with router(world) as played:
        played.world = world  # type: ignore[attr-defined]
        yield played


class Introspect:
    """``introspect_sync`` bound to the played issuers."""

    def __init__(self, world: World, secrets: list[Secret]) -> None:
        self._world = world
        self._secrets = secrets

    def __call__(self, provider: str, token: str | Secret, **given: Any) -> Introspection:
        """Ask about a token; the arguments are those of ``idp_checks.introspect``.

        What the endpoint needs and is not given is filled in with what the played issuer accepts.
        """
        from idp_checks import introspect_sync
        from idp_checks.secret import Secret

        credentials = {**given.pop("credentials", {})}
        secrets = [token, given.get("client_secret"), *credentials.values()]
        self._secrets += [Secret.of(each) for each in secrets if each]
        asked = self._filled(provider, given, credentials)
        return introspect_sync(provider, Secret.of(token), **asked)

    def _filled(self, provider: str, given: dict[str, Any], credentials: dict[str, Any]) -> dict[str, Any]:
        from idp_checks import providers
        from idp_checks.issuers.world import CLIENT_SECRET
        from idp_checks.secret import Secret

        issuer = self._world.issuer(provider)
        endpoint = providers.get(provider).debug
        needs = endpoint.needs if endpoint is not None else ()
        played: Mapping[str, Any] = {"client_id": issuer.client_id, "client_secret": Secret(CLIENT_SECRET)}
        asked = {name: played[name] for name in needs if name in played} | given
        return {**asked, "credentials": {**issuer.credentials, **credentials}}

    def __repr__(self) -> str:
        return "idp_introspect"


@pytest.fixture
def idp_introspect(request: pytest.FixtureRequest, idp_issuers: respx.MockRouter) -> Introspect:
    """``idp_checks.introspect_sync``, asking the played issuers; the test's report shows no token given to it."""
    secrets: list[Secret] = []
    request.node.stash[_SECRETS] = secrets
    return Introspect(idp_issuers.world, secrets)  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take the tokens that were given to ``idp_introspect`` out of the report of its test."""
    report = yield
    if secrets := item.stash.get(_SECRETS, None):
        hidden = _Hider(secrets)
        report.longrepr = hidden(report.longrepr)
        report.sections = [(title, hidden.text(told)) for title, told in report.sections]
        report.user_properties = [(name, hidden(value)) for name, value in report.user_properties]
    return report


class _Hider:
    """Takes secrets out of what pytest has to tell, whatever object it is told by.

    Pytest shortens long values, so parts of a secret are taken out too.
    """

    PART = 12
    """Characters of a secret in a row that give too much of it away."""

    def __init__(self, secrets: list[Secret]) -> None:
        from idp_checks.secret import Redactor, new_key

        self._redactor = Redactor(new_key(), secrets)
        texts = [each.reveal() for each in secrets]
        self._parts = {text[at : at + self.PART] for text in texts for at in range(len(text) - self.PART + 1)}

    def text(self, text: str) -> str:
        """A text without them."""
        text = self._redactor.text(text)
        size = self.PART
        hit = {
            at + each
            for at in range(len(text) - size + 1)
            if text[at : at + size] in self._parts
            for each in range(size)
        }
        return "".join("•" if at in hit else letter for at, letter in enumerate(text)) if hit else text

    def __call__(self, told: Any) -> Any:
        """The same object without them."""
        if isinstance(told, str):
            return self.text(told)
        if isinstance(told, list | tuple):
            return type(told)(map(self, told))
        if type(told).__module__.startswith("_pytest."):
            for name, value in vars(told).items():
                setattr(told, name, self(value))
        return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How the normaliser stands at each provider, where it was checked; and the page, where one is asked for."""
    told = [
        (report.nodeid.rpartition("::")[2], json.loads(value))
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "idp_conformance" and getattr(report, "when", None) == "call"
    ]
    if not told:
        return
    from idp_checks.conformance.reports.results import gathered

    normalizer = told[0][1].get("run", {}).get("normalizer", "")
    results = gathered(told, normalizer)
    terminalreporter.section("conformance")
    for provider in sorted(results.providers):
        own = [each for each in results if each.provider == provider]
        broken = [each.rule for each in own if each.outcome in ("violated", "error")]
        left = [each.rule for each in own if each.outcome == "not_claimed"]
        held = any(each.outcome == "passed" for each in own)
        rest = "every rule holds" + (" that is claimed" if left else "") if held else "nothing was judged"
        rest = f"not {', '.join(broken)}" if broken else rest
        terminalreporter.line(f"{provider}: {rest}", red=bool(broken), green=held and not broken)
    if results.run is not None:
        for name, why in results.run.unclaimed.items():
            terminalreporter.line(f"not claimed: {name} ({why})", yellow=True)
        terminalreporter.line(f"depth {results.run.depth}, seed {results.run.seed}")
    if any(each.outcome == "violated" for each in results):
        terminalreporter.line("write finds as recordings: --idp-save-failures DIR; as a page: --idp-html FILE")
        terminalreporter.line("leave out what is not meant to hold: --idp-not-claimed NAME, such as N10 or picture")
    if page := config.getoption("idp_html"):
        _write_page(terminalreporter, config.invocation_params.dir / page, results)


def _write_page(terminalreporter: pytest.TerminalReporter, path: Path, results: Results) -> None:
    from idp_checks.conformance.reports.html import judged_page

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(judged_page(results), encoding="utf-8")
    terminalreporter.line(f"page: {path}")
