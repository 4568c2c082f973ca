"""Hypothesis strategies for profiles, tokens and introspection responses, derived from the raw models.

Each strategy walks the provider's raw model with ``msgspec.inspect``. The type of a field carries its meaning
(``Meta.extra["means"]``, see ``idp_checks.profiles.shape``), and each meaning has one strategy, so a new provider needs
no new strategy. Values that a provider rejects for other reasons than their types are filtered out; for example, the
``ok`` field of Slack must not be false.

Unusual values are values that people, old accounts and careless issuers really send. Strings contain no unpaired
surrogates, because a UTF-8 body cannot encode them; an escaped surrogate is covered by a recording.
"""

from __future__ import annotations

from idp_checks.strategies.access_tokens import tokens
from idp_checks.strategies.meanings import MEANINGS, ids
from idp_checks.strategies.profiles import further_answers, normalized_profiles, not_profiles, raw_profiles
from idp_checks.strategies.responses import introspection_responses

__all__ = [
    "MEANINGS",
    "further_answers",
    "ids",
    "introspection_responses",
    "normalized_profiles",
    "not_profiles",
    "raw_profiles",
    "tokens",
]
