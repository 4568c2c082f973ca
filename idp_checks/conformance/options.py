"""The conformance options of a pytest run, parsed once and kept with the pytest configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from idp_checks import providers
from idp_checks.conformance.loading import builtin_normalizer, select_normalizer
from idp_checks.conformance.normalizers.normalizer import Normalizer, normalizer_from, parse_unclaimed
from idp_checks.conformance.results import Run
from idp_checks.conformance.run import describe_run
from idp_checks.conformance.search.depth import DEFAULT, Depth, get_depth, register_hypothesis_profile
from idp_checks.errors import UsageError

__all__ = ["ConformanceOptions", "check_provider", "configure", "options_of"]

_OPTION_OF = {"shape": "--idp-shape", "not claimed": "--idp-not-claimed"}
"""The option for each place that an error of ``select_normalizer`` names."""
_SHARED_DEPTHS = ("quick", "audit")
"""Depths that are also registered as Hypothesis profiles; Hypothesis has a profile ``default`` already."""


@dataclass(frozen=True)
class ConformanceOptions:
    """The options that were set; the other fields have their defaults.

    Attributes:
        providers: the names that were selected; None for all that the normalizer supports.
        normalizer: the normalizer that was selected; None for the built-in one or a fixture of the project.
        shape: the shape of the profiles that a fixture's normalizer returns; None if not set.
        unclaimed: rules and properties to skip, with the reasons.
        save_folder: the folder to which failing profiles are saved; None to save none.
    """

    providers: tuple[str, ...] | None = None
    normalizer: Normalizer | None = None
    shape: Any = None
    unclaimed: Mapping[str, str] = field(default_factory=dict)
    depth: Depth = DEFAULT
    seed: int = 0
    save_folder: Path | None = None

    def selected_normalizer(self) -> Normalizer:
        """Return the normalizer that was selected, or the built-in one."""
        return self.normalizer or builtin_normalizer()

    def selected_providers(self) -> tuple[str, ...]:
        """Return the selected providers, else those that the normalizer supports."""
        if self.providers is not None:
            return self.providers
        if self.normalizer is not None and self.normalizer.providers is not None:
            return self.normalizer.providers
        return providers.names_with_recordings()

    def apply_to(self, function: Any) -> Normalizer:
        """Return the normalizer that a fixture provides, with the selected shape and without the unclaimed rules.

        Raises:
            pytest.UsageError: the value is not callable, or its ``idp_not_claimed`` names an unknown rule.
        """
        if not callable(function):
            raise pytest.UsageError(
                f"the fixture idp_normalizer returned a {type(function).__name__}, not a function f(provider, raw)"
            )
        try:
            normalizer = normalizer_from(function)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        if not self.shape and not self.unclaimed:
            return normalizer
        return normalizer.with_options(shape=self.shape, unclaimed=self.unclaimed)

    def describe_run(self, normalizer: Normalizer) -> Run:
        """Return the settings of this run, for the reports."""
        return describe_run(normalizer, self.depth, self.seed)


_OPTIONS = pytest.StashKey[ConformanceOptions]()


def options_of(config: pytest.Config) -> ConformanceOptions:
    """Return the options of a run; the defaults if none was set."""
    return config.stash.get(_OPTIONS, None) or ConformanceOptions()


def configure(config: pytest.Config, values: Mapping[str, Any]) -> ConformanceOptions:
    """Parse the options and keep them with the configuration.

    Args:
        values: the options by name, without the prefix ``idp_``, as strings or lists of strings; and
            ``hypothesis_profile``, whose names ``quick``, ``default`` and ``audit`` also select a depth.

    Raises:
        pytest.UsageError: an option is invalid, or the normalizer cannot be loaded.
    """
    folder = config.invocation_params.dir
    names = [check_provider(name, "--idp-provider") for name in values["provider"] or ()]
    normalizer = None
    if any(values[name] for name in ("normalizer", "command", "shape", "not_claimed")):
        normalizer = _parse_normalizer(values, folder)
    options = ConformanceOptions(
        providers=tuple(dict.fromkeys(names)) or None,
        normalizer=normalizer,
        shape=values["shape"] or None,
        unclaimed=parse_unclaimed(values["not_claimed"] or (), "--idp-not-claimed"),
        depth=_parse_depth(values["depth"], values["hypothesis_profile"]),
        seed=_parse_seed(values["seed"]),
        save_folder=folder / values["save_failures"] if values["save_failures"] else None,
    )
    config.stash[_OPTIONS] = options
    return options


def check_provider(name: object, location: str) -> str:
    """Return the name of a provider.

    Raises:
        pytest.UsageError: no provider has that name.
    """
    choices: Sequence[str] = providers.names_with_recordings()
    if isinstance(name, str) and name in choices:
        return name
    problem = f"{name} has no recordings" if name in providers.names() else f"unknown provider {name!r}"
    raise pytest.UsageError(f"{location}: {problem}; choose from {', '.join(choices)}")


def _parse_normalizer(values: Mapping[str, Any], folder: Path) -> Normalizer:
    if values["normalizer"] and values["command"]:
        raise pytest.UsageError("--idp-normalizer and --idp-command are mutually exclusive; pass one of them")
    try:
        return select_normalizer(
            values["normalizer"] or None,
            command=values["command"] or None,
            shape=values["shape"] or None,
            unclaimed=values["not_claimed"] or (),
            folder=folder,
        )
    except UsageError as error:
        option = _OPTION_OF.get(error.where or "")
        if option is not None:
            raise pytest.UsageError(_option_message(option, error)) from error
        option = "--idp-normalizer" if values["normalizer"] else "--idp-command"
        raise pytest.UsageError(f"{option}: {error}") from error


def _parse_depth(name: str | None, hypothesis_profile: str | None) -> Depth:
    """Return the depth that our option selects, else the Hypothesis profile of the same name."""
    if hypothesis_profile in _SHARED_DEPTHS:
        register_hypothesis_profile(hypothesis_profile)
    if not name and hypothesis_profile not in (*_SHARED_DEPTHS, DEFAULT.name):
        return DEFAULT
    try:
        return get_depth(name or hypothesis_profile or DEFAULT.name)
    except UsageError as error:
        raise pytest.UsageError(_option_message("--idp-depth", error)) from error


def _parse_seed(value: str | None) -> int:
    try:
        return int(value or 0)
    except ValueError:
        raise pytest.UsageError(f"--idp-seed: {value!r} is not an integer") from None


def _option_message(option: str, error: UsageError) -> str:
    return f"{option}: {error.problem}; {error.remedy}" if error.remedy else f"{option}: {error.problem}"
