"""How the tests of this folder are given their providers, recordings and normaliser, wherever they are collected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idp_checks import plugin, providers, recordings
from idp_checks.conformance.normalizers.normalizer import NoAnswer
from idp_checks.conformance.reports.report import Report
from idp_checks.conformance.reports.saving import save
from idp_checks.conformance.search.search import search

if TYPE_CHECKING:
    from idp_checks.conformance.rules import Normalizer

__all__ = ["Holds", "holds", "pytest_generate_tests"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each selected provider, or for each of its recorded profiles; those of one provider together."""
    if not (getattr(metafunc.function, "__module__", None) or "").startswith("idp_checks.conformance."):
        return
    names = plugin.selected(metafunc.config)
    if "provider" in metafunc.fixturenames:
        metafunc.parametrize("provider", names, scope="module")
    if "recording" in metafunc.fixturenames:
        cases = [each for name in names for each in recordings.profiles(name)]
        metafunc.parametrize("recording", cases, ids=[f"{each.provider}-{each.case}" for each in cases])


@pytest.fixture
def holds(request: pytest.FixtureRequest, idp_normalizer: Normalizer, provider: str) -> Holds:
    """Whether a rule holds at the provider."""
    return Holds(request.node, plugin.settled(request.config, idp_normalizer), provider)


class Holds:
    """Searches for a raw profile that breaks a rule, and fails the test with what it found."""

    def __init__(self, node: pytest.Item, normalizer: Normalizer, provider: str) -> None:
        self._node = node
        self._normalizer = normalizer
        self._provider = provider

    def __call__(self, rule: str) -> None:
        """Search, report, and fail unless the rule held on everything that was tried."""
        config = self._node.config
        depth, seed, folder = plugin.depth(config), plugin.seed(config), plugin.saving(config)
        report = Report(self._node, self._provider, [rule], plugin.run(config, self._normalizer))
        try:
            found = search(rule, providers.get(self._provider), self._normalizer, depth, seed)
        except NoAnswer as error:
            report.unanswered(rule, str(error))
            report.leave()
            return
        saved: tuple[Path, ...] = ()
        if found.answered:
            report.told(rule, *found.objections, expected=found.expected, got=found.got)
            if folder is not None and found.objections:
                saved = save(found, rule, folder)
        elif not found.claimed:
            report.not_asked(rule, "not_claimed", found.why or "")
        elif not found.applies:
            report.not_asked(rule, "not_applicable", found.why or "")
        else:
            report.unjudged(rule)
        report.leave(found.example, ", ".join(map(str, saved)) or None, f"seed {seed}, depth {depth.name}")
