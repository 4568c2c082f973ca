"""Search for a raw profile that breaks a rule.

All rules share one pool of generated raw profiles. Rules that judge a single profile share the observations of the
normalizer; rules that vary the profile call it again for each variation. The first counterexample ends the search and
is shrunk: the smallest raw profile that the provider's model accepts and that still breaks the rule is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.normalizers.exemption import exemption
from idp_checks.conformance.normalizers.normalizer import Normalizer, NormalizerCallError
from idp_checks.conformance.search.attempt import Setup, UnsuitableSampleError
from idp_checks.conformance.search.depth import DEFAULT, Depth
from idp_checks.conformance.search.experiments import EXPERIMENTS
from idp_checks.conformance.search.observer import Observer, get_observer
from idp_checks.conformance.search.pool import Sample
from idp_checks.conformance.search.profile_experiments import MAX_VARIATIONS, expect_rejection, judge_unchanged
from idp_checks.conformance.search.result import (
    SearchResult,
    exempt_result,
    failed_result,
    not_applicable_result,
)
from idp_checks.conformance.search.shrinking import shrink
from idp_checks.providers.model import Provider

__all__ = ["search", "search_case"]

MAX_CALL_ERRORS = 3
"""Calls that may fail before the search of a rule is aborted."""


def search(
    rule_id: str, provider: Provider, normalizer: Normalizer, depth: Depth = DEFAULT, seed: int = 0
) -> SearchResult:
    """Search the generated raw profiles of a provider for a violation of a rule.

    The raw profiles depend only on provider, depth and seed.

    Raises:
        NormalizerCallError: the normalizer could not be called.
    """
    if (reason := exemption(rule_id, normalizer)) is not None:
        return exempt_result(reason)
    observer = get_observer(normalizer, provider, depth, seed)
    return _run(rule_id, observer, observer.samples, depth.variations)


def search_case(
    rule_id: str, normalizer: Normalizer, case: Case, depth: Depth = DEFAULT, seed: int = 0
) -> SearchResult:
    """Test a rule with one raw profile and all variations of it.

    Raises:
        NormalizerCallError: the normalizer could not be called.
    """
    if (reason := exemption(rule_id, normalizer)) is not None:
        return exempt_result(reason)
    if case.claims is None and rule_id not in ("N12", "N13"):
        return not_applicable_result("it is not a profile of this provider")
    observer = get_observer(normalizer, case.provider, depth, seed)
    return _run(rule_id, observer, (Sample(case.raw, case.also),), MAX_VARIATIONS)


def _run(rule_id: str, observer: Observer, samples: Sequence[Sample], variations: int) -> SearchResult:
    was_tested = was_judged = False
    call_errors: list[NormalizerCallError] = []
    for setup in _plan(rule_id, observer, samples, variations):
        try:
            attempt = setup.run(observer)
        except UnsuitableSampleError:
            continue
        except NormalizerCallError as error:
            call_errors.append(error)
            if len(call_errors) == MAX_CALL_ERRORS:
                break
            continue
        was_tested, was_judged = True, was_judged or attempt.was_judged
        if attempt.objections:
            return failed_result(rule_id, observer.normalizer, shrink(attempt, observer, setup))
    if call_errors:
        raise call_errors[0]
    reasons = RULES[rule_id].not_applicable
    if not was_tested:
        return not_applicable_result(reasons.provider)
    if rule_id == "N11" and was_judged and not _has_identities(observer, samples):
        return not_applicable_result(reasons.normalizer)
    return SearchResult(was_judged=was_judged)


def _has_identities(observer: Observer, samples: Sequence[Sample]) -> bool:
    return any("identities" in (observer.observe(sample)[1].profile or ()) for sample in samples)


def _plan(rule_id: str, observer: Observer, samples: Sequence[Sample], variations: int) -> Iterator[Setup]:
    """Yield the experiments of a rule: all samples unchanged, then varied, then responses that are not profiles."""
    partners = observer.samples or observer.recordings or tuple(samples)
    is_pool = samples is observer.samples
    if RULES[rule_id].is_metamorphic:
        samples = (*samples, *observer.recordings) if is_pool else samples
    else:
        unchanged = judge_unchanged(rule_id)
        for sample in samples:
            yield Setup(unchanged, sample, sample)
    if (experiment := EXPERIMENTS.get(rule_id)) is not None:
        for index, sample in enumerate(samples):
            for number in range(variations):
                # Each sample has another partner and other variations than the sample before it.
                partner = partners[(index + number + 1) % len(partners)]
                yield Setup(experiment, sample, partner, index * variations + number)
    if rule_id == "N12":
        responses = [Sample(body, {}) for body in observer.pool.non_profiles] if is_pool else samples
        for response in responses:
            yield Setup(expect_rejection, response, response)
