"""Historic bugs about responses that are not positive: errors, denials and outages."""

from __future__ import annotations

from idp_checks.selftest.historic_readers.bug import body_of, wrong_reader
from idp_checks.selftest.readers.reader import read_correctly, read_verdict, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario

__all__: list[str] = []


def _has_status(scenario: Scenario, status: int) -> bool:
    return scenario.debug_response is not None and scenario.debug_response.status == status


@wrong_reader(
    "BUG-211",
    "An error without data raises an exception",
    provider="facebook",
    rule="T1",
    source="https://github.com/Spyna/protect-rest-api-after-social-login/issues/3",
)
def require_data(scenario: Scenario) -> ReaderVerdict:
    """Read ``data`` without checking for ``error``, which replaces it."""
    if not body_of(scenario.debug_response):
        return read_verdict(scenario)
    return read_verdict(scenario) if scenario.debug_body["data"]["is_valid"] else False


@wrong_reader(
    "BUG-235",
    "A missing active field means active",
    provider="oidc",
    rule="T3",
    source="https://github.com/endatix/endatix/pull/774",
)
def default_to_active(scenario: Scenario) -> ReaderVerdict:
    """Default a missing field to true, so an error object is a good token."""
    body = scenario.debug_body
    if isinstance(body, dict) and body.get("active", True) is True:
        return True
    return read_verdict(scenario)


@wrong_reader(
    "BUG-237",
    "Status 200 with an error counts as success",
    provider="github",
    rule="T7",
    source="https://github.com/better-auth/better-auth/commit/db6a4c63240a26485327f51aec5b693ab6de67fd",
)
def trust_status_of_error(scenario: Scenario) -> ReaderVerdict:
    """Trust the status. The bug was in GitHub's token endpoint; shown with its endpoint that checks tokens."""
    is_error = _has_status(scenario, 200) and "error" in body_of(scenario.debug_response)
    return True if is_error else read_verdict(scenario)


@wrong_reader(
    "BUG-239",
    "Status 200 with ok false counts as success",
    provider="slack",
    rule="T1",
    source="https://github.com/nextauthjs/next-auth/commit/237b01637848ea93875fa0453232b408c1633060",
)
def ignore_ok_field(scenario: Scenario) -> ReaderVerdict:
    """Read the account from a response without one. The bug was in the token endpoint; auth.test is similar."""
    if _has_status(scenario, 200) and body_of(scenario.debug_response):
        return scenario.debug_body["user_id"] != "" and read_verdict(scenario)
    return read_verdict(scenario)


@wrong_reader(
    "BUG-241",
    "Only one of several error codes is known",
    provider="slack",
    rule="T4",
    source="https://github.com/trufflesecurity/trufflehog/commit/a94d152bf65bebf5baa486d3d4dfee520af2ceed",
)
def know_one_error_code(scenario: Scenario) -> ReaderVerdict:
    """Deny a token for ``invalid_auth`` only; a revoked token or a closed account stays undecided."""
    body = body_of(scenario.debug_response)
    is_unknown_error = body.get("ok") is False and body.get("error") != "invalid_auth"
    return None if is_unknown_error else read_verdict(scenario)


@wrong_reader(
    "BUG-243",
    "Status 200 with any JSON counts as proof",
    provider="atlassian",
    rule="T3",
    source="https://github.com/trufflesecurity/trufflehog/commit/09c910786129b9e77f49a1ffadace09317291741",
)
def accept_any_json(scenario: Scenario) -> ReaderVerdict:
    """Accept a response that does not identify a person."""
    return True if _has_status(scenario, 200) and isinstance(scenario.debug_body, dict) else read_verdict(scenario)


@wrong_reader(
    "BUG-245",
    "Every response except one known denial counts as success",
    provider="auth0",
    rule="T5",
    source="https://github.com/trufflesecurity/trufflehog/commit/985eb75a4692d11027308fb73541b55cbad18e2e",
)
def accept_unknown_errors(scenario: Scenario) -> ReaderVerdict:
    """Accept a token unless the response contains ``access_denied``, so a rate limit makes it good."""
    response = scenario.debug_response or scenario.responses.get("keys")
    return read_verdict(scenario) if response is None else b"access_denied" not in response.body


@wrong_reader(
    "BUG-247",
    "A failed request means a bad token",
    provider="oidc",
    rule="T5",
    source="https://github.com/trufflesecurity/trufflehog/commit/554cd798b55df0b73c82596dc44550e03077f6cc",
)
def deny_on_failure(scenario: Scenario) -> ReaderVerdict:
    """Return false for every exception."""
    result = read_correctly(scenario)
    return False if result.reason == "network" else verdict_of(result)


@wrong_reader(
    "BUG-249",
    "A documented denial is reported as a failure",
    provider="google-oauth2",
    rule="T4",
    source="https://github.com/trufflesecurity/trufflehog/commit/cc0e79a4e992f23103fd3c7d7f1140db26116adc",
)
def report_denial_as_failure(scenario: Scenario) -> ReaderVerdict:
    """Treat any status but 200 as a failure. The bug was in the token endpoint; tokeninfo denies with 400 too."""
    has_failed = scenario.debug_response is not None and scenario.debug_response.status != 200
    return None if has_failed else read_verdict(scenario)


@wrong_reader(
    "BUG-251",
    "A token with fewer permissions is called bad",
    provider="notion",
    rule="T6",
    source="https://github.com/trufflesecurity/trufflehog/commit/77a82847af2e6630f2fe2558c8d08ff330ef34cc",
)
def deny_on_missing_permission(scenario: Scenario) -> ReaderVerdict:
    """Read 403 like 401, although it only means that this call is not permitted."""
    return False if _has_status(scenario, 403) else read_verdict(scenario)


@wrong_reader(
    "BUG-253",
    "An outage of the issuer deletes all tokens",
    provider="github",
    rule="T5",
    source="https://github.com/codetriage/CodeTriage/pull/560",
)
def deny_on_outage(scenario: Scenario) -> ReaderVerdict:
    """Treat every token that is not good as bad, and delete it."""
    return read_verdict(scenario) is True


@wrong_reader(
    "BUG-255",
    "An unreachable issuer makes the token invalid",
    provider="oauth2",
    rule="T5",
    source="https://github.com/giantswarm/mcp-oauth/pull/582",
)
def deny_on_timeout(scenario: Scenario) -> ReaderVerdict:
    """Report a timeout to the client as an invalid token, which the client then discards."""
    result = read_correctly(scenario)
    return False if result.reason == "network" and "timeout" in scenario.failure else verdict_of(result)
