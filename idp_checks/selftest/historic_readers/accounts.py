"""Historic bugs about the account of a token, and about values that its sender provides."""

from __future__ import annotations

from idp_checks.selftest.historic_readers.bug import body_of, profile_of, resign, wrong_reader
from idp_checks.selftest.readers.reader import read_correctly, read_verdict, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import has_jws_form
from idp_checks.tokens.signed import SignedToken, TokenRules
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__: list[str] = []


@wrong_reader(
    "BUG-177",
    "The id that the client states is not compared with the subject of the token",
    provider="apple",
    rule="T9",
    source="https://github.com/parse-community/parse-server/commit/b246bad5c7664794d70032a06ce7aa089933cb11",
)
def trust_stated_id(scenario: Scenario) -> Introspection:
    """Verify the token, then sign in the account that the client states."""
    return read_correctly(scenario.with_question(subject=None))


@wrong_reader(
    "BUG-179",
    "Userinfo of another subject overwrites the claims of the token",
    provider="oidc",
    rule="T9",
    source="https://github.com/python-social-auth/social-core/commit/e2fd9ecd66bd988e442e5f50f1b66b478b792d8e",
)
def overwrite_subject_with_userinfo(scenario: Scenario) -> ReaderVerdict:
    """Overwrite the issuer's statement with userinfo. Shown with introspection, which returns ``sub``."""
    result = read_correctly(scenario)
    subject = (profile_of(scenario) or {}).get("sub", result.subject)
    return True if result.reason == "wrong_subject" and subject == scenario.question.subject else verdict_of(result)


@wrong_reader(
    "BUG-181",
    "A refreshed ID token is stored without verification",
    provider="auth0",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/d56fe6dee8118d9276bf26fd6b83cac089846027",
)
def trust_refreshed_token(scenario: Scenario) -> ReaderVerdict:
    """Replace the token by a renewed one without verifying it. Shown with a signed access token of Auth0."""
    return True if has_jws_form(scenario.token) else read_verdict(scenario)


@wrong_reader(
    "BUG-183",
    "The account is read from a renamed field",
    provider="google-oauth2",
    rule="T2",
    source="https://github.com/parse-community/parse-server/issues/2921",
)
def read_user_id_instead_of_sub(scenario: Scenario) -> ReaderVerdict:
    """Compare only ``user_id``, which was renamed to ``sub``."""
    subject = scenario.question.subject
    if subject and body_of(scenario.debug_response).get("user_id") != subject:
        return False
    return read_verdict(scenario)


@wrong_reader(
    "BUG-185",
    "The sender of the token chooses the URL to ask",
    provider="instagram",
    rule="T17",
    source="https://github.com/parse-community/parse-server/pull/9988",
)
def ask_url_of_sender(scenario: Scenario) -> Introspection:
    """Ask the server that the login request names."""
    if "api_url" in scenario.sender_values and "debug" in scenario.sender_responses:
        scenario = scenario.with_responses(debug=scenario.sender_responses["debug"])
    return read_correctly(scenario)


@wrong_reader(
    "BUG-187",
    "Issuer and client are read from the request",
    provider="adfs",
    rule="T17",
    source="https://github.com/supabase/auth/commit/99df661e4a367543c4d1a8aeee18724b023f7c13",
)
def trust_issuer_of_sender(scenario: Scenario) -> ReaderVerdict:
    """Verify the token with the issuer in the request. Shown with a signed token of AD FS."""
    issuer, keys = scenario.sender_values.get("issuer"), scenario.sender_responses.get("keys")
    if issuer is None or keys is None:
        return read_verdict(scenario)
    steps = SignedToken(url=f"{issuer}/keys", rules=TokenRules(issuers=(issuer,)), source=issuer).steps(
        scenario.question
    )
    responses = [keys]

    def respond(_: Request) -> Response:
        if not responses:
            raise Unreachable("network", "a second request")
        return responses.pop()

    try:
        return drive(steps, respond).active
    except Unreachable:
        return None


@wrong_reader(
    "BUG-259",
    "The signature is checked only if it is present",
    provider="apple",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/1bfacdd0379e5eb46e169a99ab648b835e9bb6a2",
)
def skip_missing_signature(scenario: Scenario) -> Introspection:
    """Accept a token without a signature. The bug was in VK's signed app request; shown with a signed token."""
    is_unsigned = scenario.token.count(".") == 1 or scenario.token.endswith(".")
    return read_correctly(resign(scenario) if is_unsigned else scenario)
