"""Historic bugs of token validation: a reader with one mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import json
from msgspec.structs import replace

from idp_checks.selftest.readers.forgeries import sign_again
from idp_checks.selftest.readers.reader import Reader, read_correctly
from idp_checks.selftest.readers.scenario import Scenario, scenario_for
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.jws import read_claims
from idp_checks.tokens.wire import Response

__all__ = [
    "WrongReader",
    "body_of",
    "caching_reader",
    "profile_of",
    "read_for_any_client",
    "read_for_any_issuer",
    "read_for_any_tenant",
    "registered_readers",
    "resign",
    "with_body",
    "with_scopes",
    "wrong_reader",
]


@dataclass(frozen=True, kw_only=True)
class WrongReader:
    """A reader with one mistake.

    Attributes:
        id: the number of the historic bug.
        title: the bug in a few words.
        provider: the provider that shows the bug.
        rule: the rule that must catch it; others may too.
        source: the URL of the change, report or page that describes the bug.
        make_reader: makes the reader, with an empty cache.
        mistake: the name of the function.
    """

    id: str
    title: str
    provider: str
    rule: str
    source: str
    make_reader: Callable[[], Reader]
    mistake: str


_registry: list[WrongReader] = []


def registered_readers() -> tuple[WrongReader, ...]:
    """Return all registered readers, by number."""
    return tuple(sorted(_registry, key=lambda bug: bug.id))


def wrong_reader(number: str, title: str, *, provider: str, rule: str, source: str) -> Callable[[Reader], Reader]:
    """Register a function as the wrong reader of a historic bug."""

    def register(reader: Reader) -> Reader:
        _register(number, title, provider, rule, source, lambda: reader, reader.__name__)
        return reader

    return register


def caching_reader(
    number: str, title: str, *, provider: str, rule: str, source: str
) -> Callable[[Callable[[], Reader]], Callable[[], Reader]]:
    """Register a function that makes the wrong reader of a historic bug, with an empty cache."""

    def register(make_reader: Callable[[], Reader]) -> Callable[[], Reader]:
        _register(number, title, provider, rule, source, make_reader, make_reader.__name__)
        return make_reader

    return register


def _register(
    number: str, title: str, provider: str, rule: str, source: str, make_reader: Callable[[], Reader], mistake: str
) -> None:
    _registry.append(
        WrongReader(
            id=number,
            title=title,
            provider=provider,
            rule=rule,
            source=source,
            make_reader=make_reader,
            mistake=mistake,
        )
    )


def body_of(response: Response | None) -> dict[str, Any]:
    """Return the JSON object in a response; empty without one."""
    body = None if response is None else response.json
    return body if isinstance(body, dict) else {}


def profile_of(scenario: Scenario) -> dict[str, Any] | None:
    """Return the profile that the token fetches; None if it fetches no profile."""
    response = scenario.responses.get("profile")
    return body_of(response) if response is not None and response.status == 200 else None


def with_body(scenario: Scenario, body: object) -> Scenario:
    """Return the scenario with another body in the debug response."""
    debug = scenario.debug_response
    if debug is None:
        return scenario
    return scenario.with_responses(debug=Response(debug.status, debug.headers, json.encode(body)))


def with_scopes(result: Introspection, scopes: Sequence[str]) -> Introspection:
    """Return the result with other scopes."""
    return replace(result, reading=replace(result.reading, scopes=tuple(scopes)))


def resign(scenario: Scenario, **claims: Any) -> Scenario:
    """Return the scenario with the token signed by the issuer, to simulate a reader that does not verify it."""
    return scenario.with_token(sign_again(scenario.token, claims, {"alg": "RS256"}))


def read_for_any_client(scenario: Scenario) -> Introspection:
    """Read correctly, but accept a token of any application."""
    return read_correctly(scenario.with_question(clients=()))


def read_for_any_issuer(scenario: Scenario) -> Introspection:
    """Read correctly, but accept any issuer in a token with a valid signature."""
    result = read_correctly(scenario)
    if result.reason != "unknown_token":
        return result
    issuer = read_claims(scenario_for(scenario.provider, "valid").token)["iss"]
    return read_correctly(resign(scenario, iss=issuer))


def read_for_any_tenant(scenario: Scenario) -> Introspection:
    """Read correctly, but for the tenant in the token instead of the expected tenant."""
    tenant = read_claims(scenario.token).get("tid")
    if not tenant:
        return read_correctly(scenario)
    credentials = {**scenario.question.credentials, "tenant_id": tenant}
    return read_correctly(scenario.with_question(credentials=credentials))
