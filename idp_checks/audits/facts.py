"""The facts of a run, as written to ``run.json``."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from msgspec import Struct, to_builtins

from idp_checks import checks
from idp_checks.audits.masking import Masker
from idp_checks.audits.population import ConnectionState, Population
from idp_checks.checks import Verdict
from idp_checks.checks.policy import Connection, Policy
from idp_checks.clock import zulu
from idp_checks.evidence.ledger import canonical_json, derive_uuid
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Introspection

__all__ = ["RunMetadata", "build_run_facts"]


class RunMetadata(Struct, frozen=True, kw_only=True):
    """The facts of a run that do not depend on its population.

    Args:
        title: the title of the evidence.
        has_engagement_key: whether the caller passed the key, so that other runs can use it too.
        started, ended: times in UTC.
    """

    title: str
    has_engagement_key: bool
    started: datetime
    ended: datetime


def build_run_facts(
    metadata: RunMetadata, population: Population, policy: Policy, verdicts: Mapping[str, int], masker: Masker
) -> dict[str, Any]:
    """Build the facts of a complete run."""
    catalog = checks.load_catalog()
    states = population.states.values()
    policy_facts = _describe_policy(policy, masker)
    policy_digest = f"sha256:{hashlib.sha256(canonical_json(policy_facts)).hexdigest()}"
    source_digests = (str(count.sha256) for count in population.counts)
    return {
        "form": "idp-checks run 1",
        "tool": {"name": "idp-checks", "version": version("idp-checks"), "python": platform.python_version()},
        "run": derive_uuid(
            "run", masker.key_name, zulu(metadata.started), policy_digest, catalog.digest, *source_digests
        ),
        "title": masker.mask(metadata.title),
        "state": "complete",
        "left_undone": [],
        "started": zulu(metadata.started),
        "ended": zulu(metadata.ended),
        "key": {"of": "engagement" if metadata.has_engagement_key else "run", "name": masker.key_name},
        "policy": policy_facts,
        "policy_digest": policy_digest,
        "catalogue_digest": catalog.digest,
        "sources": masker.mask_value([to_builtins(count) for count in population.counts]),
        "population": _describe_population(population, masker),
        "connections": [_describe_connection(state, policy, masker) for state in states],
        "verdicts": {verdict.value: verdicts[verdict.value] for verdict in Verdict},
        "checks": [_describe_check(check) for check in catalog.checks],
    }


def _describe_population(population: Population, masker: Masker) -> dict[str, Any]:
    states = population.states.values()
    return {
        "records": population.record_count,
        "identities": population.identity_count,
        "with_token": sum(state.with_token for state in states),
        "asked": sum(state.asked for state in states),
        "questions": sum(len(state.introspections) for state in states),
        "not_asked": _describe_skipped(states, masker),
    }


def _describe_skipped(states: Iterable[ConnectionState], masker: Masker) -> list[dict[str, Any]]:
    return [
        {"connection": masker.mask(state.connection.name), "why": masker.mask(reason), "count": count}
        for state in states
        for reason, count in sorted(state.not_asked.items())
    ]


def _describe_connection(state: ConnectionState, policy: Policy, masker: Masker) -> dict[str, Any]:
    connection, provider = state.connection, state.provider
    return {
        "name": masker.mask(connection.name),
        "provider": masker.mask(connection.provider),
        "known_provider": provider is not None,
        "status": None if provider is None else provider.status,
        "status_note": None if provider is None else provider.status_note,
        "in_policy": policy.connections.get(connection.name) is connection,
        "identities": state.identities,
        "with_token": state.with_token,
        "asked": state.asked,
        "questions": len(state.introspections),
        "calibration": _describe_calibration(state),
    }


def _describe_calibration(state: ConnectionState) -> dict[str, Any]:
    """Describe the calibration: reason codes for programs and a phrase for people."""
    calibration = state.calibration
    if calibration is None or calibration.negative is None:
        return {"negative": None, "positive": None, "text": "not calibrated"}
    outcomes = [f"random canary {_describe_outcome(calibration.negative)}"]
    if calibration.positive is not None:
        outcomes.append(f"policy canary {_describe_outcome(calibration.positive)}")
    return {
        "negative": calibration.negative.reason,
        "positive": None if calibration.positive is None else calibration.positive.reason,
        "text": "; ".join(outcomes),
    }


def _describe_outcome(introspection: Introspection) -> str:
    if introspection.active is None:
        return f"undecided ({introspection.reason})"
    return "accepted" if introspection.active else "rejected"


def _describe_policy(policy: Policy, masker: Masker) -> dict[str, Any]:
    """Describe the policy without its secrets."""
    connections = {
        masker.mask(connection.name): _describe_settings(connection, masker)
        for connection in policy.connections.values()
    }
    return {"connections": connections, "accept_unaskable": masker.mask_value(dict(policy.accept_unaskable))}


def _describe_settings(connection: Connection, masker: Masker) -> dict[str, Any]:
    settings = {}
    for name in connection.__struct_fields__:
        value = getattr(connection, name)
        if name == "credentials":
            value = sorted(value)
        elif isinstance(value, Secret):
            value = "given"
        elif isinstance(value, frozenset):
            value = sorted(value)
        if value not in (None, (), []) and name != "name":
            settings[name] = masker.mask_value(value)
    return settings


def _describe_check(check: checks.Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "statement": check.statement,
        "severity": check.severity,
        "scope": check.scope,
        "evaluated": check.evaluated,
        "attack": check.attack,
        "remedy": check.remedy,
        "controls": to_builtins(check.controls),
    }
