"""Historic bugs about signatures and keys."""

from __future__ import annotations

import hashlib

from idp_checks.issuers.keys import base64url
from idp_checks.selftest.historic_readers.bug import body_of, caching_reader, resign, wrong_reader
from idp_checks.selftest.readers.reader import Reader, read_correctly, read_verdict
from idp_checks.selftest.readers.rules import ReaderVerdict
from idp_checks.selftest.readers.scenario import Scenario
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import read_claims, read_header
from idp_checks.tokens.wire import Response

__all__: list[str] = []


@wrong_reader(
    "BUG-163",
    "Every token is treated as a signed token",
    provider="facebook",
    rule="T2",
    source="https://github.com/better-auth/better-auth/commit/ab25180ec23bcdb626dcd10f3b5b0c11103d9b93",
)
def count_parts_as_truth(scenario: Scenario) -> ReaderVerdict:
    """Test the number of parts, which is never zero, so an opaque token is read as a JWT and rejected."""
    if len(scenario.token.split(".")):
        return False if read_header(scenario.token) is None else read_verdict(scenario)
    return read_verdict(scenario)


@wrong_reader(
    "BUG-199",
    "A token is decoded but not verified",
    provider="waad",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/d7039e28da24f38fa371d077a218e417401eaf76",
)
def decode_without_verifying(scenario: Scenario) -> Introspection:
    """Read the claims without verifying the signature."""
    return read_correctly(resign(scenario) if read_claims(scenario.token) else scenario)


@wrong_reader(
    "BUG-201",
    "Keys are read as certificates",
    provider="auth0",
    rule="T2",
    source="https://github.com/pennersr/django-allauth/commit/5ef542b9004e808253f8cd9f2dbae0bb27365984",
)
def read_keys_as_certificates(scenario: Scenario) -> ReaderVerdict:
    """Read a key set as a table of certificates by key id, so no token is ever good."""
    certificates = body_of(scenario.responses.get("keys"))
    key_id = (read_header(scenario.token) or {}).get("kid")
    return False if certificates and key_id not in certificates else read_verdict(scenario)


@caching_reader(
    "BUG-203",
    "One key cache serves all issuers",
    provider="auth0",
    rule="T13",
    source="https://github.com/better-auth/better-auth/commit/cb1cbfa4ccba1ce13f7fea419a6fc37dcbdc2f15",
)
def cache_keys_by_id_only() -> Reader:
    """Look up a key by its id, whatever its issuer."""
    cache: dict[str, Response] = {}

    def reader(scenario: Scenario) -> Introspection:
        key_id, keys = (read_header(scenario.token) or {}).get("kid"), scenario.responses.get("keys")
        if key_id in cache:
            return read_correctly(scenario.with_responses(keys=cache[key_id]))
        result = read_correctly(scenario)
        if isinstance(key_id, str) and keys is not None and result.good:
            cache[key_id] = keys
        return result

    return reader


@wrong_reader(
    "BUG-205",
    "The optional hash of the access token is required",
    provider="apple",
    rule="T2",
    source="https://github.com/python-social-auth/social-core/commit/8fed29b83f2394dbef05f0156fc5b2d24b3cf957",
)
def require_access_token_hash(scenario: Scenario) -> ReaderVerdict:
    """Compare ``at_hash`` even if the token does not contain it."""
    expected = base64url(hashlib.sha256(scenario.token.encode()).digest()[:16])
    return False if read_claims(scenario.token).get("at_hash") != expected else read_verdict(scenario)
