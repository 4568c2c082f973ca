"""Historic bugs about the types of values in a response."""

from __future__ import annotations

from idp_checks.selftest.historic_readers.bug import body_of, with_scopes, wrong_reader
from idp_checks.selftest.readers.reader import read_correctly, read_verdict, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection

__all__: list[str] = []


@wrong_reader(
    "BUG-225",
    "A number sent as a string is compared with the time",
    provider="google-oauth2",
    rule="T1",
    source="https://github.com/parse-community/parse-server/issues/2921",
)
def compare_string_with_time(scenario: Scenario) -> ReaderVerdict:
    """Compare ``exp`` of tokeninfo, which is a string, with a number."""
    expiry = body_of(scenario.debug_response).get("exp")
    is_past = expiry is not None and expiry < scenario.question.time.timestamp()
    return False if is_past else read_verdict(scenario)


@wrong_reader(
    "BUG-227",
    "A time is accepted only as a string",
    provider="google-oauth2",
    rule="T2",
    source="https://github.com/Azure/go-autorest/issues/696",
)
def require_string_time(scenario: Scenario) -> ReaderVerdict:
    """Ignore a number. The bug was in Azure's token responses; Google's tokeninfo sends both types."""
    expiry = body_of(scenario.debug_response).get("exp")
    return None if isinstance(expiry, int) else read_verdict(scenario)


@wrong_reader(
    "BUG-229",
    "A list of scopes is split like a string",
    provider="twitch",
    rule="T1",
    source="https://github.com/dart-lang/tools/issues/370",
)
def split_list_of_scopes(scenario: Scenario) -> Introspection:
    """Split one string at spaces, although Twitch sends a list."""
    result, scopes = read_correctly(scenario), body_of(scenario.debug_response).get("scopes")
    return result if scopes is None else with_scopes(result, scopes.split(" "))


@wrong_reader(
    "BUG-231",
    "Scopes separated by commas are split at spaces",
    provider="slack",
    rule="T18",
    source="https://github.com/pennersr/django-allauth/commit/a33ac9278d3529352f27c3939562be3837cba1b4",
)
def split_scopes_at_spaces(scenario: Scenario) -> Introspection:
    """Use one separator for every provider. The bug concerned Stocktwits; Slack's header has commas as well."""
    result, response = read_correctly(scenario), scenario.debug_response
    header = "" if response is None else response.headers.get("x-oauth-scopes", "")
    return result if result.scopes is None else with_scopes(result, header.split())


@wrong_reader(
    "BUG-233",
    "The string false counts as active",
    provider="oidc",
    rule="T14",
    source="https://github.com/firecrawl/firecrawl/pull/3973",
)
def treat_any_string_as_active(scenario: Scenario) -> ReaderVerdict:
    """Treat every non-empty string as true, including ``false``."""
    result = read_correctly(scenario)
    active = body_of(scenario.debug_response).get("active")
    return True if result.reason == "unparsable" and isinstance(active, str) and active else verdict_of(result)
