"""Judges: the code that decides whether a normalizer's result for one raw profile breaks a rule.

A judge is a pure function of a ``Case`` and an ``Observation``. It yields objections: messages without any value of
either. It objects only to faults that a function ``f(provider, raw) -> dict`` can avoid. A name may be trimmed. A
Gravatar URL may use MD5 or SHA-256. Every picture that the provider sends is accepted. The rule about ``identities`` is
judged only if that property is present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from idp_checks.conformance import oidc
from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.judges.behavior import judge_builtin_totality, judge_secrets, judge_totality
from idp_checks.conformance.judges.emails import judge_email, judge_email_verified
from idp_checks.conformance.judges.identities import judge_identities, judge_user_id
from idp_checks.conformance.judges.names import judge_name, judge_name_parts, judge_nickname
from idp_checks.conformance.judges.pictures import judge_picture
from idp_checks.conformance.judges.properties import (
    judge_missing_values,
    judge_other_properties,
    judge_required_properties,
)
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import Observation
from idp_checks.profiles.profile import Claims

__all__ = ["JUDGES", "Judge", "judge"]

Judge: TypeAlias = Callable[[Case, Observation], Iterator[str]]
ProfileJudge: TypeAlias = Callable[[Case, Claims, Mapping[str, Any]], Iterator[str]]
"""A judge that is called only if the case is a profile and the normalizer returned one."""


def _if_profile(profile_judge: ProfileJudge) -> Judge:
    def judge_profile(case: Case, observation: Observation) -> Iterator[str]:
        if case.claims is not None and observation.profile is not None:
            yield from profile_judge(case, case.claims, observation.profile)

    return judge_profile


JUDGES: Mapping[str, Judge] = {
    "N1": _if_profile(judge_user_id),
    "N2": _if_profile(judge_required_properties),
    "N3": _if_profile(judge_name),
    "N4": _if_profile(judge_nickname),
    "N5": _if_profile(judge_picture),
    "N6": _if_profile(judge_email),
    "N7": _if_profile(judge_email_verified),
    "N8": _if_profile(judge_name_parts),
    "N9": _if_profile(judge_missing_values),
    "N10": _if_profile(judge_other_properties),
    "N11": _if_profile(judge_identities),
    "N12": judge_totality,
    "N13": judge_secrets,
}
"""The judges by rule number. Metamorphic rules have none; ``search.experiments`` tests them."""


def judge(rule_id: str, normalizer: Normalizer, case: Case, observation: Observation) -> tuple[str, ...]:
    """Return the objections of a rule to an observation; empty if the rule holds or is metamorphic."""
    if rule_id == "N12" and normalizer.is_builtin:
        return tuple(judge_builtin_totality(case, observation))
    if RULES[rule_id].is_metamorphic:
        return ()
    objections = tuple(JUDGES[rule_id](case, observation))
    if normalizer.shape == "oidc":
        # Only sub is required. If another claim is missing although the provider sends it, the rule about it objects.
        required = (text for text in objections if rule_id != "N2" or text.startswith("user_id"))
        return tuple(map(oidc.use_claim_names, required))
    return objections
