"""Historic bugs about the application that a token was issued to."""

from __future__ import annotations

from idp_checks.selftest.historic_readers.bug import profile_of, read_for_any_client, wrong_reader
from idp_checks.selftest.readers.reader import read_correctly, read_verdict, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import read_claims

__all__: list[str] = []


@wrong_reader(
    "BUG-151",
    "A token of any application is accepted, because it fetches a profile",
    provider="facebook",
    rule="T8",
    source="https://github.com/pennersr/django-allauth/commit/2b55add8b7adf8b5ef84ffe56c30dd89249f998c",
)
def accept_profile_as_proof(scenario: Scenario) -> ReaderVerdict:
    """Sign in the person in the profile without asking which application the token was issued to."""
    return profile_of(scenario) is not None


@wrong_reader(
    "BUG-153",
    "A mobile sign-in strategy does not check the audience",
    provider="facebook",
    rule="T8",
    source="https://github.com/drudge/passport-facebook-token/issues/65",
)
def compare_account_only(scenario: Scenario) -> ReaderVerdict:
    """Compare only the id in the profile with the expected account."""
    profile = profile_of(scenario)
    return None if profile is None else scenario.question.subject in (None, profile.get("id"))


@wrong_reader(
    "BUG-155",
    "The callback accepts a token instead of a code",
    provider="facebook",
    rule="T8",
    source="https://github.com/simi/omniauth-facebook/pull/174",
)
def accept_token_in_callback(scenario: Scenario) -> ReaderVerdict:
    """Trust a token in a redirect parameter as if it came from the issuer."""
    return scenario.token != ""


@wrong_reader(
    "BUG-157",
    "Userinfo is called instead of tokeninfo",
    provider="google-oauth2",
    rule="T8",
    source="https://github.com/Sachinchaurasiya360/InternHack/issues/191",
)
def call_userinfo_instead_of_tokeninfo(scenario: Scenario) -> ReaderVerdict:
    """Read userinfo, which identifies the account but not the application."""
    profile = profile_of(scenario)
    return False if profile is None else "sub" in profile


@wrong_reader(
    "BUG-159",
    "Every token is accepted if no application id is configured",
    provider="facebook",
    rule="T15",
    source="https://github.com/parse-community/parse-server/issues/3602",
)
def skip_check_without_app_ids(scenario: Scenario) -> Introspection:
    """Skip the check if the list of application ids is empty."""
    return read_correctly(scenario) if any(scenario.question.expected_clients) else read_for_any_client(scenario)


@wrong_reader(
    "BUG-161",
    "An undefined audience disables the check",
    provider="google-oauth2",
    rule="T15",
    source="https://github.com/better-auth/better-auth/commit/fdef997eb944d85254816f7a4b2d76c06e9b8ec7",
)
def ignore_undefined_audience(scenario: Scenario) -> Introspection:
    """Pass an undefined audience to the library, which then compares nothing."""
    clients = tuple(client for client in scenario.question.expected_clients if client)
    return read_correctly(scenario.with_question(clients=clients))


@wrong_reader(
    "BUG-165",
    "The ID token of an enterprise login is verified without an audience",
    provider="adfs",
    rule="T8",
    source="https://github.com/better-auth/better-auth/commit/01faefc2ce145455468e8c8b414ae296c610a471",
)
def verify_without_audience(scenario: Scenario) -> Introspection:
    """Verify signature and issuer, but not the audience. Shown with a token of AD FS."""
    return read_for_any_client(scenario)


@wrong_reader(
    "BUG-167",
    "A token exchange skips the client check",
    provider="cognito",
    rule="T8",
    source="https://github.com/dexidp/dex/commit/affd4d4e495326ba5aeee81bb5ea88d22c39b419",
)
def skip_client_check(scenario: Scenario) -> ReaderVerdict:
    """Tell the verifier to skip the client check. Shown with a signed access token of Cognito."""
    result = read_correctly(scenario)
    return True if result.reason in ("wrong_client", "not_stated") and result.active else verdict_of(result)


@wrong_reader(
    "BUG-169",
    "A client without a secret skips the audience check",
    provider="google-oauth2",
    rule="T8",
    source="https://github.com/instantdb/instant/pull/2620",
)
def skip_check_without_secret(scenario: Scenario) -> Introspection:
    """Treat a caller without a client secret as our native application."""
    if scenario.question.client_secret is None:
        return read_for_any_client(scenario)
    return read_correctly(scenario)


@wrong_reader(
    "BUG-171",
    "One of several audiences matches, but the token was issued to another client",
    provider="auth0",
    rule="T8",
    source="https://github.com/linagora/openrag/issues/485",
)
def accept_one_of_several_audiences(scenario: Scenario) -> Introspection:
    """Accept a token with our client in ``aud``, although ``azp`` names another."""
    audience = read_claims(scenario.token).get("aud", [])
    is_meant_for_us = any(client in audience for client in scenario.question.expected_clients)
    return read_for_any_client(scenario) if is_meant_for_us else read_correctly(scenario)


@wrong_reader(
    "BUG-173",
    "Only one audience is allowed for a web and a native application",
    provider="apple",
    rule="T8",
    source="https://github.com/SocialiteProviders/Providers/issues/1491",
)
def compare_first_client_only(scenario: Scenario) -> Introspection:
    """Compare only one id, although the web and the native application have different ids."""
    return read_correctly(scenario.with_question(clients=scenario.question.expected_clients[:1]))


@wrong_reader(
    "BUG-175",
    "A list of two audiences is rejected",
    provider="waad",
    rule="T8",
    source="https://github.com/pow-auth/assent/issues/111",
)
def compare_list_with_string(scenario: Scenario) -> ReaderVerdict:
    """Compare the whole claim ``aud``, so a list never matches. Shown with a token of Entra."""
    audience = read_claims(scenario.token).get("aud")
    return False if isinstance(audience, list) else read_verdict(scenario)
