"""All trials of readers at one provider, by recorded case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache

from idp_checks import providers
from idp_checks.issuers.cases import TROUBLE_CASES
from idp_checks.issuers.issuer import Issuer
from idp_checks.recordings import DebugRecording, RecordedJwt
from idp_checks.selftest.readers.reader import Reader
from idp_checks.selftest.readers.response_trials import required_credentials, response_trials
from idp_checks.selftest.readers.rules import MUST_BE_BAD, MUST_BE_GOOD, MUST_BE_UNDECIDED, MUST_NOT_BE_GOOD
from idp_checks.selftest.readers.scenario import (
    ASKED_AT,
    Scenario,
    scenario_for,
    simulated_providers,
    simulated_world,
)
from idp_checks.selftest.readers.signed_trials import signed_trials
from idp_checks.selftest.readers.trial import Objection, ReaderTrial, judge_reader
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.wire import Request

__all__ = ["find_objections", "reader_trials"]

_RULE_BY_REASON = {
    "rate_limited": "T5",
    "issuer_error": "T5",
    "network": "T5",
    "caller_rejected": "T6",
    "not_permitted": "T6",
    "expired": "T10",
    "unknown_token": "T11",
    "malformed": "T12",
}
"""The rule of a recorded case by its reason; the last three apply to signed tokens."""


def find_objections(make_reader: Callable[[], Reader], provider: str) -> Iterator[Objection]:
    """Yield the objections to a reader at one provider.

    Args:
        make_reader: makes the reader for each trial, so that it caches only within ``ReaderTrial.earlier``.
        provider: the provider's name.

    Raises:
        LookupError: the provider's issuer is not simulated.
    """
    for trial in reader_trials(provider):
        yield from judge_reader(make_reader(), trial)


@cache
def reader_trials(provider: str) -> tuple[ReaderTrial, ...]:
    """Return all trials at one provider.

    Raises:
        LookupError: the provider's issuer is not simulated.
    """
    if provider not in simulated_providers():
        raise LookupError(f"the issuer of {provider} is not simulated")
    issuer = simulated_world().issuer(provider)
    return (*_recorded_trials(issuer), *response_trials(issuer), *signed_trials(issuer))


def _recorded_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    provider = issuer.provider.name
    for case, recording in issuer.recordings.items():
        yield from _case_trials(scenario_for(provider, case), recording)
    for case in TROUBLE_CASES:
        if case not in issuer.recordings:
            rule = "T3" if case == "broken" else "T5"
            yield ReaderTrial(rule, scenario_for(provider, case), MUST_BE_UNDECIDED, f"generated: {case}")
    if "other-client" in issuer.cases:
        yield from _other_client_trials(issuer)
    if "other-user" in issuer.cases:
        yield from _other_user_trials(issuer)


def _case_trials(scenario: Scenario, recording: DebugRecording) -> Iterator[ReaderTrial]:
    """Yield the trials of one recorded case."""
    how, reason = f"recorded case {recording.case}", recording.introspection["reason"]
    if reason == "ok":
        yield from _good_case_trials(scenario, recording, how)
    elif recording.introspection.get("active") is False:
        rule = _RULE_BY_REASON.get(reason, "T4") if isinstance(recording.token, RecordedJwt) else "T4"
        yield ReaderTrial("T10" if recording.case == "past-end" else rule, scenario, MUST_BE_BAD, how)
    else:
        yield ReaderTrial(_RULE_BY_REASON.get(reason, "T3"), scenario, MUST_BE_UNDECIDED, how)


def _good_case_trials(scenario: Scenario, recording: DebugRecording, how: str) -> Iterator[ReaderTrial]:
    """Yield the trials of a good response: without expectations, with matching ones, and with others."""
    recorded = recording.introspection
    age = ASKED_AT - datetime.fromisoformat(recorded["asked_at"])
    fields = {
        "scopes": tuple(recorded["scopes"]) if "scopes" in recorded else None,
        "expires_at": datetime.fromisoformat(recorded["expires_at"]) + age if "expires_at" in recorded else None,
    }
    yield ReaderTrial("T2", scenario, MUST_BE_GOOD, how, expected_fields=fields)
    client, subject = recorded.get("client_id"), recorded.get("subject")
    if client is not None or subject is not None:
        expecting = scenario.with_question(clients=(client,) if client else (), subject=subject)
        yield ReaderTrial("T2", expecting, MUST_BE_GOOD, how)
    other_client = scenario.with_question(clients=("unknown-application",))
    yield ReaderTrial("T8", other_client, MUST_NOT_BE_GOOD, f"generated: {how}, another application expected")
    other_subject = scenario.with_question(subject="unknown-account")
    if _first_request(other_subject) == _first_request(scenario):  # else the request contains the subject
        yield ReaderTrial("T9", other_subject, MUST_NOT_BE_GOOD, f"generated: {how}, another account expected")


def _other_client_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    scenario = scenario_for(issuer.provider.name, "other-client", clients=(issuer.client_id,))
    yield ReaderTrial("T8", scenario, MUST_NOT_BE_GOOD, _describe_case(issuer, "other-client"))
    if not {"client_secret", "client_id"} & set(required_credentials(issuer)):
        without_secret = scenario.with_question(client_secret=None)
        yield ReaderTrial("T8", without_secret, MUST_NOT_BE_GOOD, "generated: without a client secret")


def _other_user_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    scenario = scenario_for(issuer.provider.name, "other-user", subject=issuer.subject)
    yield ReaderTrial("T9", scenario, MUST_NOT_BE_GOOD, _describe_case(issuer, "other-user"))
    debug = issuer.provider.debug
    uses_profile = isinstance(debug, HttpEndpoint) and debug.profile is not None
    profile = scenario_for(issuer.provider.name, "valid").responses.get("profile")
    if "subject" in issuer.recordings["valid"].introspection and profile is not None and not uses_profile:
        how = "generated: the profile is of the expected account, the debug response of another"
        yield ReaderTrial("T9", scenario.with_responses(profile=profile), MUST_NOT_BE_GOOD, how)


def _first_request(scenario: Scenario) -> Request | None:
    endpoint = providers.get(scenario.provider).debug
    return None if endpoint is None else next(endpoint.steps(scenario.question), None)


def _describe_case(issuer: Issuer, case: str) -> str:
    return f"{'recorded case' if case in issuer.recordings else 'generated:'} {case}"
