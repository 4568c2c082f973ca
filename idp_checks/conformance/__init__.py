"""What a normaliser must do, as tests that anybody can run: against ours, or against one's own.

``pytest --pyargs idp_checks.conformance --idp-normalizer myapp.auth:profile`` runs them; ``conform`` runs them in a
process of its own and gives the results by provider and rule. A normaliser is a function ``f(provider: str, raw: dict)
-> dict`` that makes a profile in Auth0's normalised shape; where it also takes the keyword ``also``, it is given the
answers of the provider's further calls.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

from idp_checks import providers
from idp_checks.errors import IdpChecksError, UsageError

if TYPE_CHECKING:
    from idp_checks.conformance.rules import Normalizer

__all__ = ["PROPERTY", "Result", "Results", "conform", "load", "ours"]

PROPERTY = "idp_conformance"
"""The name under which a test leaves its result in ``user_properties``, as JSON."""

USAGE = 4
"""What pytest exits with where it was called wrongly."""
FORM = "name it as MODULE:FUNCTION, such as myapp.auth:profile"

Outcome = Literal["passed", "violated", "error"]


@dataclass(frozen=True, slots=True)
class Result:
    """How a normaliser stands to one rule at one provider.

    Attributes:
        outcome: ``passed``, ``violated``, or ``error``: the question could not be answered, so it is no pass.
        objections: what was wrong, in words that hold no value.
        example: the smallest raw profile found that shows it, without the secrets planted in it; None if there is none.
        test: the test that found it.
    """

    provider: str
    rule: str
    title: str
    outcome: Outcome
    objections: tuple[str, ...] = ()
    example: Any = None
    test: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is not there."""
        shape = asdict(self)
        shape["objections"] = list(self.objections)
        return {name: value for name, value in shape.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Results:
    """How a normaliser stands: one result for each provider and rule, in order."""

    normalizer: str
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule was judged and holds at every provider."""
        return bool(self.results) and all(each.outcome == "passed" for each in self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "normalizer": self.normalizer,
            "passed": self.passed,
            "results": [each.to_dict() for each in self.results],
        }


def ours() -> Normalizer:
    """Our own normaliser."""
    from idp_checks.conformance.rules import Normalizer

    return Normalizer(providers.normalize, "idp_checks.normalize", takes_also=True, ours=True)


def load(spec: str, folder: Path | None = None) -> Normalizer:
    """The normaliser named ``MODULE:FUNCTION``; modules are also looked for in ``folder``.

    Raises:
        UsageError: there is no such module or attribute, it cannot be called, or the module fails when it is imported.
    """
    from idp_checks.conformance.rules import Normalizer

    module_name, _, attribute = spec.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), *attribute.split("."))):
        raise UsageError(f"{spec!r} names no function", remedy=FORM)
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found: Any = import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module_name}.".startswith(f"{error.name}."):
            looked = " and the folder of the run" if folder is not None else ""
            raise UsageError(
                f"there is no module {error.name!r}", where=spec, remedy=f"it was looked for on sys.path{looked}"
            ) from None
        told = "".join(traceback.format_exception(error))
        raise UsageError(f"importing the module {module_name!r} failed\n{told}", where=spec) from error
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise UsageError(f"{getattr(found, '__name__', 'it')} has no attribute {name!r}", where=spec, remedy=FORM)
        found = getattr(found, name)
    if found is providers.normalize:
        return ours()
    if not callable(found):
        raise UsageError(f"{attribute} is a {type(found).__name__}, no function", where=spec, remedy=FORM)
    return Normalizer(found, spec, takes_also=_takes_also(found))


def _takes_also(function: Any) -> bool:  # noqa: ANN401 - any callable
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return "also" in parameters


def conform(normalizer: str | None = None, names: Sequence[str] = ()) -> Results:
    """Run the tests of this folder against a normaliser, in a process of its own.

    Args:
        normalizer: the normaliser as ``MODULE:FUNCTION``, looked for in the current folder too; ours if not given.
        names: the providers; all if not given.

    Returns:
        One result for each provider and rule, in order. What the run did not answer is an ``error``.

    Raises:
        UnknownProvider: there is no provider of that name.
        UsageError: the normaliser cannot be loaded.
        IdpChecksError: the run itself failed.
    """
    from idp_checks.conformance.rules import RULES

    selected = tuple(dict.fromkeys(names)) or providers.own()
    for name in selected:
        providers.get(name)
    found: dict[tuple[str, str], Result] = {}
    for test, told in _run(normalizer, selected):
        for rule, said in told["rules"].items():
            result = Result(
                told["provider"], rule, RULES[rule].title, said["outcome"], tuple(said.get("objections", ())),
                said.get("example"), test,
            )  # fmt: skip
            key = result.provider, rule
            if key not in found or _RANK[result.outcome] > _RANK[found[key].outcome]:
                found[key] = result
    results = (
        found.get((name, rule.id)) or Result(name, rule.id, rule.title, "error", ("the run did not answer this",))
        for name in selected
        for rule in RULES.values()
    )
    return Results(normalizer or ours().name, tuple(results))


_RANK: Mapping[Outcome, int] = {"passed": 0, "error": 1, "violated": 2}


def _run(normalizer: str | None, names: Sequence[str]) -> list[tuple[str, Any]]:
    """What the tests left in their properties."""
    with TemporaryDirectory(prefix="idp-checks-") as scratch:
        report = Path(scratch, "report.xml")
        config = Path(scratch, "pytest.ini")
        config.write_text("[pytest]\n", encoding="utf-8")
        command = [
            sys.executable, "-m", "pytest", "--pyargs", "idp_checks.conformance", "-q", "-c", str(config),
            "--rootdir", scratch, "--noconftest", "-p", "no:cacheprovider", "-p", "idp_checks.plugin",
            f"--junitxml={report}", *(f"--idp-provider={name}" for name in names),
        ]  # fmt: skip
        if normalizer is not None:
            command.append(f"--idp-normalizer={normalizer}")
        # Only this package's plugin: what else is installed must not change the answer.
        changed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
        done = subprocess.run(  # noqa: S603 - our own command
            command, env={**os.environ, **changed}, capture_output=True, text=True, check=False, errors="replace"
        )
        if done.returncode == USAGE:
            said = done.stderr.strip().removeprefix("ERROR: ").removeprefix("--idp-normalizer: ")
            raise UsageError(said or done.stdout.strip())
        if not report.is_file():
            said = f"{done.stdout}\n{done.stderr}".strip()
            raise IdpChecksError(f"the conformance run failed (exit {done.returncode}):\n{said}")
        tests = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - written by our own run
        return [
            (f"{test.get('name')}", json.loads(each.get("value") or ""))
            for test in tests
            for each in test.iter("property")
            if each.get("name") == PROPERTY
        ]
