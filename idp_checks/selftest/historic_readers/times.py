"""Historic bugs about times: expiry, clock skew, units and caches."""

from __future__ import annotations

from datetime import UTC, datetime

from idp_checks.selftest.historic_readers.bug import body_of, caching_reader, with_body, wrong_reader
from idp_checks.selftest.readers.reader import Reader, read_correctly, read_verdict, verdict_of
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import read_claims

__all__: list[str] = []


@wrong_reader(
    "BUG-209",
    "An expiry of -1 is read as past",
    provider="facebook",
    rule="T2",
    source="https://github.com/roughike/flutter_facebook_login/issues/261",
)
def read_minus_one_as_past(scenario: Scenario) -> ReaderVerdict:
    """Compare -1 with the current time, although it means that the token does not expire."""
    data = body_of(scenario.debug_response).get("data")
    expiry = data.get("expires_at") if isinstance(data, dict) else None
    is_past = isinstance(expiry, int) and expiry != 0 and expiry < scenario.question.time.timestamp()
    return False if is_past else read_verdict(scenario)


@caching_reader(
    "BUG-213",
    "A missing expiry means that the token never expires",
    provider="notion",
    rule="T16",
    source="https://github.com/better-auth/better-auth/commit/c5b9f93498489888f543e1aa1fc07aae26f73a7f",
)
def cache_tokens_without_expiry() -> Reader:
    """Cache a token without an expiry as good and never ask again. Shown with Notion, which returns no expiry.

    The bug was in the response of a token endpoint without ``expires_in``.
    """
    good_tokens: set[str] = set()

    def reader(scenario: Scenario) -> ReaderVerdict:
        if scenario.token in good_tokens:
            return True
        result = read_correctly(scenario)
        if result.good and result.expires_at is None:
            good_tokens.add(scenario.token)
        return verdict_of(result)

    return reader


@wrong_reader(
    "BUG-215",
    "The expiry is read from a renamed field",
    provider="facebook",
    rule="T18",
    source="https://github.com/python-social-auth/social-core/commit/2886334e7ed57be5675292b1695c47b9369f5625",
)
def ignore_expires_at(scenario: Scenario) -> Introspection:
    """Read only ``expires``. The bug was in the response of the token endpoint; debug_token has ``expires_at``."""
    body = body_of(scenario.debug_response)
    data = body.get("data")
    if not isinstance(data, dict) or data.get("is_valid") is not True:
        return read_correctly(scenario)
    without_expiry = {name: value for name, value in data.items() if name != "expires_at"}
    return read_correctly(with_body(scenario, {**body, "data": without_expiry}))


@wrong_reader(
    "BUG-217",
    "The expiry check is inverted",
    provider="google-oauth2",
    rule="T10",
    source="https://github.com/jmreyes/passport-google-id-token/issues/5",
)
def invert_expiry_check(scenario: Scenario) -> ReaderVerdict:
    """Reject a token before its expiry and accept it afterwards. Shown with tokeninfo, which returns ``exp``."""
    result = read_correctly(scenario)
    if result.expires_at is None:
        return verdict_of(result)
    return result.expires_at <= scenario.question.time


@wrong_reader(
    "BUG-219",
    "An expired token counts as active",
    provider="oidc",
    rule="T10",
    source="https://github.com/frappe/frappe/issues/41539",
)
def trust_active_after_expiry(scenario: Scenario) -> ReaderVerdict:
    """Trust ``active`` of an endpoint that looks at the stored state and ignores the time."""
    result = read_correctly(scenario)
    is_active = body_of(scenario.debug_response).get("active") is True
    return True if result.reason == "expired" and is_active else verdict_of(result)


@wrong_reader(
    "BUG-221",
    "A clock one second ahead makes a token bad",
    provider="auth0",
    rule="T10",
    source="https://github.com/googleapis/google-auth-library-python/issues/889",
)
def reject_clock_skew(scenario: Scenario) -> ReaderVerdict:
    """Require ``iat`` to be in the past to the second. Shown with a signed token of Auth0."""
    issued_at = read_claims(scenario.token).get("iat")
    is_early = isinstance(issued_at, int) and issued_at > scenario.question.time.timestamp()
    return False if is_early else read_verdict(scenario)


@wrong_reader(
    "BUG-223",
    "Milliseconds are read as seconds",
    provider="kakao",
    rule="T18",
    source=(
        "https://developers.kakao.com/sdk/reference/android-rx/release/kakao-open-android-docs/"
        "com.kakao.sdk.user.model/-access-token-info/index.html"
    ),
)
def read_milliseconds_as_seconds(scenario: Scenario) -> Introspection:
    """Add ``expiresInMillis``, in which older responses repeat the lifetime, to the time unchanged."""
    body = body_of(scenario.debug_response)
    lifetime = body.get("expires_in")
    if not isinstance(lifetime, int):
        return read_correctly(scenario)
    return read_correctly(with_body(scenario, {**body, "expires_in": lifetime * 1000}))


@caching_reader(
    "BUG-257",
    "A cached verdict ignores a revocation",
    provider="oidc",
    rule="T16",
    source="https://github.com/mitreid-connect/OpenID-Connect-Java-Spring-Server/issues/837",
)
def cache_verdict_until_expiry() -> Reader:
    """Cache a good verdict until the token expires."""
    expiries: dict[str, datetime] = {}

    def reader(scenario: Scenario) -> ReaderVerdict:
        if expiries.get(scenario.token, scenario.question.time) > scenario.question.time:
            return True
        result = read_correctly(scenario)
        if result.good:
            expiries[scenario.token] = result.expires_at or datetime.max.replace(tzinfo=UTC)
        return verdict_of(result)

    return reader
