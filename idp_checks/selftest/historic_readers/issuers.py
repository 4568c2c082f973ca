"""Historic bugs about the issuer and the tenant of a token."""

from __future__ import annotations

from idp_checks.selftest.historic_readers.bug import (
    profile_of,
    read_for_any_issuer,
    read_for_any_tenant,
    wrong_reader,
)
from idp_checks.selftest.readers.reader import read_correctly, read_verdict
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import read_claims

__all__: list[str] = []


@wrong_reader(
    "BUG-145",
    "An issuer that changed its name is rejected",
    provider="apple",
    rule="T11",
    source="https://github.com/supabase/auth/commit/10d6d8b1eafa504da2b2a351d1f64a3a832ab1b9",
)
def accept_one_issuer_only(scenario: Scenario) -> ReaderVerdict:
    """Accept only one issuer. The bug concerned LinkedIn's ID tokens; Apple has had two issuers as well."""
    issuer = read_claims(scenario.token).get("iss")
    return False if issuer != "https://appleid.apple.com" else read_verdict(scenario)


@wrong_reader(
    "BUG-147",
    "Only one of two spellings of an issuer is accepted",
    provider="waad",
    rule="T11",
    source="https://github.com/parse-community/parse-server/commit/42f75d6d947a86c3987042a0cc1523e553b39ae0",
)
def accept_one_spelling_only(scenario: Scenario) -> ReaderVerdict:
    """Accept one spelling. Google's ID tokens name their issuer with and without a scheme; shown with Entra's two."""
    is_old_spelling = str(read_claims(scenario.token).get("iss")).startswith("https://sts.windows.net/")
    return False if is_old_spelling and "keys" in scenario.responses else read_verdict(scenario)


@wrong_reader(
    "BUG-189",
    "A wrong 'or' skips the issuer check",
    provider="waad",
    rule="T11",
    source="https://github.com/supabase/auth/commit/a39858b6e9d194198005eceff9e707c0cd3118e1",
)
def skip_issuer_check_by_or(scenario: Scenario) -> Introspection:
    """Test for 'not A or not B', which is always true, and then compare nothing."""
    issuer = str(read_claims(scenario.token).get("iss"))
    is_skipped = "login.microsoftonline.com" not in issuer or "ciamlogin.com" not in issuer
    return read_for_any_issuer(scenario) if is_skipped else read_correctly(scenario)


@wrong_reader(
    "BUG-191",
    "A token of any tenant is exchanged, because Graph accepts it",
    provider="waad",
    rule="T11",
    source="https://github.com/keycloak/keycloak/issues/51282",
)
def trust_graph(scenario: Scenario) -> ReaderVerdict:
    """Trust Microsoft Graph, which accepts tokens of every tenant, without comparing the tenant."""
    return profile_of(scenario) is not None or read_verdict(scenario)


@wrong_reader(
    "BUG-193",
    "The organization is a hint in the request and is not compared afterwards",
    provider="office365",
    rule="T11",
    source="https://github.com/better-auth/better-auth/commit/816d7f92522518e90d437c2a366d75db56690f86",
)
def trust_organization_hint(scenario: Scenario) -> Introspection:
    """Send Google's ``hd`` without checking it. Tokeninfo does not return ``hd``: shown with the tenant of Entra."""
    return read_for_any_tenant(scenario)


@wrong_reader(
    "BUG-195",
    "Everybody is accepted if no organization is configured",
    provider="waad",
    rule="T15",
    source="https://github.com/cloudflare/nginx-google-oauth/pull/54",
)
def ignore_empty_restriction(scenario: Scenario) -> Introspection:
    """Ignore an empty restriction. The bug was an unset Google domain; shown with the tenant of Entra."""
    has_tenant = scenario.question.credential("tenant_id")
    return read_correctly(scenario) if has_tenant else read_for_any_tenant(scenario)


@wrong_reader(
    "BUG-197",
    "The issuer of an Apple token is not compared",
    provider="apple",
    rule="T11",
    source="https://github.com/python-social-auth/social-core/commit/f8cb64d480fba6c876762c413dc34fd022a8b688",
)
def skip_issuer_check(scenario: Scenario) -> Introspection:
    """Check signature and audience, but not ``iss``."""
    return read_for_any_issuer(scenario)
