"""Trials with signed tokens: claims, signatures and keys."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from idp_checks.issuers.issuer import Issuer
from idp_checks.issuers.keys import base64url, public_key_set
from idp_checks.recordings import RecordedJwt
from idp_checks.selftest.readers.forgeries import (
    duplicate_claims,
    public_key_encodings,
    sign_again,
    sign_jws,
    stranger_key,
)
from idp_checks.selftest.readers.response_trials import UNUSABLE_BODIES, expectation_trials, outage_trials
from idp_checks.selftest.readers.rules import MUST_BE_GOOD, MUST_BE_UNDECIDED, MUST_NOT_BE_GOOD, ReaderVerdict
from idp_checks.selftest.readers.scenario import ASKED_AT, Scenario, scenario_for, simulated_world
from idp_checks.selftest.readers.trial import ReaderTrial
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.jws import read_claims, read_header
from idp_checks.tokens.question import Question
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

__all__ = ["signed_trials"]

STRANGER_ISSUER = "https://idp.stranger.example.net"
"""An issuer that is not the provider's."""
STRANGER_TENANT = "00000000-0000-4000-8000-00000000dead"
"""A tenant that is not the caller's."""
_NOW = int(ASKED_AT.timestamp())


def signed_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    """Yield the trials with signed tokens, if the issuer signs its tokens."""
    endpoint = issuer.provider.debug
    if isinstance(endpoint, DiscoveredEndpoint):
        yield from _discovery_trials(issuer)
    valid = issuer.recordings.get("valid")
    if not isinstance(endpoint, SignedToken) or valid is None or not isinstance(valid.token, RecordedJwt):
        return
    yield from _tenant_trials(issuer, endpoint)
    scenario = scenario_for(issuer.provider.name, "valid")
    yield from outage_trials(scenario, "keys")
    for body in (*UNUSABLE_BODIES, b'{"keys": null}', b'{"keys": {}}', b'{"keys": [1]}', b'{"keys": []}'):
        changed = scenario.with_responses(keys=Response(200, {}, body))
        yield ReaderTrial("T3", changed, MUST_BE_UNDECIDED, "generated: an invalid key set")
    yield from expectation_trials(issuer, scenario, valid.introspection.get("client_id"))
    yield from _claim_trials(scenario, endpoint)
    yield from _client_trials(scenario, endpoint, issuer.client_id)
    yield from _signature_trials(scenario)
    yield from _key_trials(scenario)


def _tenant_trials(issuer: Issuer, endpoint: SignedToken) -> Iterator[ReaderTrial]:
    """Yield a good token of another tenant, at a service that accepts the tokens of every tenant."""
    for case, recording in issuer.recordings.items():
        if endpoint.is_opaque is None or recording.introspection["reason"] != "ok":
            continue
        scenario = scenario_for(issuer.provider.name, case)
        if not (isinstance(recording.token, RecordedJwt) and endpoint.is_opaque(scenario.token)):
            continue
        for template in (item for item in endpoint.rules.issuers if "{tenant_id}" in item):
            claims = {"iss": template.replace("{tenant_id}", STRANGER_TENANT), "tid": STRANGER_TENANT}
            changed = scenario.with_token(sign_again(scenario.token, claims))
            yield ReaderTrial("T11", changed, MUST_NOT_BE_GOOD, f"generated: {case}, of another tenant")


def _discovery_trials(issuer: Issuer) -> Iterator[ReaderTrial]:
    """Yield trials with the discovery document, and with a token that a caller verifies by the keys in it."""
    scenario = scenario_for(issuer.provider.name, "valid")
    document = scenario.responses["discovery"]
    assert document is not None, "the simulated issuer has a discovery document"
    yield from outage_trials(scenario, "discovery")
    body = json.dumps({**json.loads(document.body), "issuer": STRANGER_ISSUER}).encode()
    changed = scenario.with_responses(discovery=Response(200, document.headers, body))
    yield ReaderTrial("T11", changed, MUST_NOT_BE_GOOD, "generated: the document names another issuer")
    url = issuer.credentials["issuer"]
    verified = _locally_verified_scenario(issuer, scenario)
    expecting = verified.with_question(clients=(issuer.client_id,), subject=issuer.subject)
    yield ReaderTrial("T2", expecting, MUST_BE_GOOD, "generated: an access token verified by its signature")
    for name in (STRANGER_ISSUER, f"{url}/", f"{url}.evil.example.net"):
        changed = verified.with_token(sign_again(verified.token, {"iss": name}))
        yield ReaderTrial("T11", changed, MUST_NOT_BE_GOOD, "generated: another or similar issuer")
    yield from outage_trials(verified, "keys")
    yield from _signature_trials(verified)
    yield from _key_trials(verified)


def _locally_verified_scenario(issuer: Issuer, scenario: Scenario) -> Scenario:
    """Return the scenario of a caller without a client secret, who cannot introspect the token."""
    claims = {
        "iss": issuer.credentials["issuer"],
        "sub": issuer.subject,
        "client_id": issuer.client_id,
        "aud": "https://api.example.com",
        "iat": _NOW - 60,
        "exp": _NOW + 3600,
        "jti": "sample",
    }
    key = simulated_world().key
    key_set = public_key_set(key)
    token = sign_jws({"alg": "RS256", "typ": "at+jwt", "kid": key_set["keys"][0]["kid"]}, json.dumps(claims), key)
    return (
        scenario.with_token(token)
        .with_question(client_secret=None)
        .with_responses(
            keys=Response(200, {"content-type": "application/json"}, json.dumps(key_set).encode()),
            profile=Response(401, {"www-authenticate": 'Bearer error="invalid_token"'}, b""),
        )
    )


def _claim_trial(
    scenario: Scenario, rule: str, allowed: frozenset[ReaderVerdict], description: str, **claims: Any
) -> ReaderTrial:
    """Return the trial of the token with changed claims."""
    changed = scenario.with_token(sign_again(scenario.token, claims))
    return ReaderTrial(rule, changed, allowed, f"generated: {description}")


def _claim_trials(scenario: Scenario, endpoint: SignedToken) -> Iterator[ReaderTrial]:
    documented = [_fill_credentials(template, scenario.question) for template in endpoint.rules.issuers]
    for name in documented:
        yield _claim_trial(scenario, "T11", MUST_BE_GOOD, "a documented issuer", iss=name)
    for value in _similar_issuers(str(read_claims(scenario.token)["iss"])):
        if value not in documented:
            yield _claim_trial(scenario, "T11", MUST_NOT_BE_GOOD, "another or similar issuer", iss=value)
    yield _claim_trial(scenario, "T10", MUST_NOT_BE_GOOD, "expired", exp=_NOW - 60)
    yield _claim_trial(scenario, "T10", MUST_NOT_BE_GOOD, "expires now", exp=_NOW)
    expiries: tuple[Any, ...] = (None, "never", True, [], 1e300)
    for expiry in expiries:
        yield _claim_trial(scenario, "T10", MUST_NOT_BE_GOOD, "an invalid expiry", exp=expiry)
    skewed = {endpoint.rules.issued_at_claim: _NOW + 1}
    yield _claim_trial(scenario, "T10", MUST_BE_GOOD, "issued by a clock one second ahead", **skewed)
    yield _claim_trial(scenario, "T10", MUST_BE_GOOD, "valid from one second ahead", nbf=_NOW + 1)
    yield _claim_trial(scenario, "T10", MUST_NOT_BE_GOOD, "valid from tomorrow", nbf=_NOW + 86400)
    for token in duplicate_claims(scenario.token):
        yield ReaderTrial("T14", scenario.with_token(token), MUST_NOT_BE_GOOD, "generated: a duplicate claim")


def _similar_issuers(issuer: str) -> tuple[Any, ...]:
    """Return values that are similar to the issuer."""
    is_https = issuer.startswith("https")
    other_scheme = issuer.replace("https://", "http://") if is_https else issuer.replace("http", "https", 1)
    return (
        STRANGER_ISSUER,
        f"{issuer}/",
        issuer.rstrip("/"),
        f"{issuer}.evil.example.net",
        f" {issuer}",
        other_scheme,
        "",
        issuer.upper(),
        [issuer],
        None,
    )


def _client_trials(scenario: Scenario, endpoint: SignedToken, client: str) -> Iterator[ReaderTrial]:
    """Yield tokens for several audiences, and tokens of another client, for a caller that expects a client."""
    claim = endpoint.rules.client_claims[0]
    if claim == "aud":
        trials = [_claim_trial(scenario, "T8", MUST_NOT_BE_GOOD, "one audience of several", aud=[client, "other-rp"])]
    else:
        resource = "https://resource.example.com"
        several = {"aud": [client, resource], claim: client}
        other_client = {"aud": [client, "x"], claim: "other-rp"}
        trials = [
            _claim_trial(scenario, "T8", MUST_BE_GOOD, "several audiences", **several),
            _claim_trial(
                scenario, "T8", MUST_NOT_BE_GOOD, "issued to another client, for our audience", **other_client
            ),
        ]
    for trial in trials:
        yield trial.expecting_client(client)


def _signature_trials(scenario: Scenario) -> Iterator[ReaderTrial]:
    for description, token in _forged_tokens(scenario.token):
        yield ReaderTrial("T12", scenario.with_token(token), MUST_NOT_BE_GOOD, f"generated: {description}")
    stranger = stranger_key()
    values = {"issuer": STRANGER_ISSUER, "client_id": "app-of-a-stranger", "jwks_uri": f"{STRANGER_ISSUER}/keys"}
    key_set = Response(200, {}, json.dumps(public_key_set(stranger)).encode())
    claims = {"iss": STRANGER_ISSUER, **dict.fromkeys(("aud", "azp"), "app-of-a-stranger")}
    with_key_url = sign_again(scenario.token, {}, {"jku": f"{STRANGER_ISSUER}/keys"}, stranger)
    with_issuer = sign_again(scenario.token, claims, {}, stranger)
    for token in (with_key_url, with_issuer):
        changed = replace(scenario.with_token(token), sender_values=values, sender_responses={"keys": key_set})
        yield ReaderTrial("T17", changed, MUST_NOT_BE_GOOD, "generated: the sender provides issuer and keys")


def _forged_tokens(token: str) -> Iterator[tuple[str, str]]:
    """Yield forged tokens, each with a description."""
    head, payload, signature = token.split(".")
    header = dict(read_header(token) or {})
    altered = ("B" if signature[0] == "A" else "A") + signature[1:]
    other_claims = base64url(json.dumps({**read_claims(token), "jti": "another"}).encode())
    stranger = stranger_key()
    key_header = {"jwk": public_key_set(stranger)["keys"][0]}
    yield "signature missing", f"{head}.{payload}."
    yield "signature missing", f"{head}.{payload}"
    yield "signature altered", f"{head}.{payload}.{altered}"
    yield "claims altered", f"{head}.{other_claims}.{signature}"
    yield "signed by a stranger", sign_again(token, key=stranger)
    yield "signed by a stranger, with the key in the header", sign_again(token, {}, key_header, stranger)
    for algorithm in ("none", "None", "NONE", ""):
        yield "no algorithm", f"{base64url(json.dumps({**header, 'alg': algorithm}).encode())}.{payload}."
    for secret in public_key_encodings():
        signing_input = f"{base64url(json.dumps({**header, 'alg': 'HS256'}).encode())}.{payload}"
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        yield "the public key as shared secret", f"{signing_input}.{base64url(mac)}"


def _key_trials(scenario: Scenario) -> Iterator[ReaderTrial]:
    def with_keys(keys: Sequence[Mapping[str, Any]]) -> Scenario:
        return scenario.with_responses(keys=Response(200, {}, json.dumps({"keys": keys}).encode()))

    response = scenario.responses["keys"]
    published: list[Mapping[str, Any]] = [] if response is None else json.loads(response.body)["keys"]
    stranger = public_key_set(stranger_key())["keys"]
    renamed = [{**key, "kid": "another-key"} for key in stranger]
    minimal = [{name: value for name, value in key.items() if name not in ("alg", "use")} for key in published]
    for keys in ([*renamed, *published], [*published, *renamed], minimal):
        yield ReaderTrial("T13", with_keys(keys), MUST_BE_GOOD, "generated: the key is in the set")
    for keys in (renamed, stranger):
        yield ReaderTrial(
            "T13", with_keys(keys), MUST_NOT_BE_GOOD, "generated: the key set of another issuer", earlier=(scenario,)
        )
    rotated = with_keys(stranger).with_token(sign_again(scenario.token, key=stranger_key()))
    yield ReaderTrial("T13", rotated, MUST_BE_GOOD, "generated: a new key under the same id", earlier=(scenario,))


def _fill_credentials(template: str, question: Question) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: question.credential(match[1]) or "", template)
