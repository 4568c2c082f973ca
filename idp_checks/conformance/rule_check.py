"""Parametrization and fixture of the conformance tests, wherever they are collected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idp_checks import providers, recordings
from idp_checks.conformance.normalizers.normalizer import NormalizerCallError
from idp_checks.conformance.options import options_of
from idp_checks.conformance.outcomes import RuleOutcomes
from idp_checks.conformance.reports.failure import Evidence
from idp_checks.conformance.reports.recordings import save
from idp_checks.conformance.search.search import search

if TYPE_CHECKING:
    from idp_checks.conformance.normalizers.normalizer import Normalizer

__all__ = ["RuleCheck", "check_rule", "pytest_generate_tests"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each conformance test for every selected provider, or for every recorded profile of these providers."""
    # In a project's test module this hook also runs for the tests of the project.
    if not (getattr(metafunc.function, "__module__", None) or "").startswith("idp_checks.conformance."):
        return
    names = options_of(metafunc.config).selected_providers()
    if "provider" in metafunc.fixturenames:
        metafunc.parametrize("provider", names, scope="module")
    if "recording" in metafunc.fixturenames:
        cases = [recording for name in names for recording in recordings.load_profiles(name)]
        metafunc.parametrize("recording", cases, ids=[f"{case.provider}-{case.case}" for case in cases])


@pytest.fixture
def check_rule(request: pytest.FixtureRequest, idp_normalizer: Normalizer, provider: str) -> RuleCheck:
    """Check of a rule at the provider: ``check_rule("N1")`` fails the test if the rule is violated."""
    return RuleCheck(request.node, options_of(request.config).apply_to(idp_normalizer), provider)


class RuleCheck:
    """A search for raw profiles that violate a rule at one provider."""

    def __init__(self, node: pytest.Item, normalizer: Normalizer, provider: str) -> None:
        self._node = node
        self._normalizer = normalizer
        self._provider = provider

    def __call__(self, rule: str) -> None:
        """Search, and fail the test unless every tried profile satisfied the rule."""
        options = options_of(self._node.config)
        outcomes = RuleOutcomes(self._node, self._provider, [rule], options.describe_run(self._normalizer))
        try:
            result = search(rule, providers.get(self._provider), self._normalizer, options.depth, options.seed)
        except NormalizerCallError as error:
            outcomes.add_error(rule, str(error))
            outcomes.finish()
            return
        saved: tuple[Path, ...] = ()
        if result.was_judged:
            outcomes.add_judgment(rule, *result.objections, expected=result.expected, actual=result.actual)
            if options.save_folder is not None and result.objections:
                saved = save(result, rule, options.save_folder)
        elif not result.is_claimed:
            outcomes.add_skip(rule, "not_claimed", result.reason or "")
        elif not result.is_applicable:
            outcomes.add_skip(rule, "not_applicable", result.reason or "")
        else:
            outcomes.add_unjudged(rule)
        hint = f"reproduce: seed {options.seed}, depth {options.depth.name}"
        outcomes.finish(Evidence(result.example, ", ".join(map(str, saved)) or None, hint))
