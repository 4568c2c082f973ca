"""A question about a token together with the responses of its issuer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.issuer import Issuer
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.tokens.question import Question
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["ASKED_AT", "Scenario", "scenario_for", "simulated_providers", "simulated_world"]

ASKED_AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
"""The time of all questions unless they state another."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A question about a token together with the responses of its issuer.

    Attributes:
        question: the question: token, time, credentials, and the expected applications and account.
        responses: the responses by the role of the endpoint: ``debug``, ``keys``, ``discovery``, ``profile`` or the
            name of an additional profile call; None if the endpoint does not respond.
        failure: why it does not respond.
        sender_values: values that the sender of the token provides with it, such as the URL of a server.
        sender_responses: the responses of the sender's server, by role.
    """

    question: Question
    responses: Mapping[str, Response | None] = field(default_factory=dict)
    failure: str = "connect timeout"
    sender_values: Mapping[str, str] = field(default_factory=dict)
    sender_responses: Mapping[str, Response] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The name of the provider."""
        return self.question.provider

    @property
    def token(self) -> str:
        """The token in plain text; it is a sample token."""
        return self.question.token.reveal()

    @property
    def debug_response(self) -> Response | None:
        """The response of the debug endpoint; None if it does not exist or does not respond."""
        return self.responses.get("debug")

    @property
    def debug_body(self) -> Any:
        """The body of the debug response as JSON; None without one."""
        return None if self.debug_response is None else self.debug_response.json

    def respond(self, request: Request) -> Response:
        """Return the response to a request.

        Raises:
            Unreachable: the endpoint does not respond.
        """
        role = _find_role(self.provider, request.method, request.url)
        response = self.responses.get(role, Response(404, {}, b"")) if role else Response(404, {}, b"")
        if response is None:
            raise Unreachable("network", self.failure)
        return response

    def with_question(self, **changes: Any) -> Scenario:
        """Return the scenario with changes to the question, such as another token or subject."""
        return replace(self, question=msgspec.structs.replace(self.question, **changes))

    def with_token(self, token: str) -> Scenario:
        """Return the scenario with another token."""
        return self.with_question(token=Secret(token))

    def with_responses(self, **responses: Response | None) -> Scenario:
        """Return the scenario with other responses, by role."""
        return replace(self, responses={**self.responses, **responses})


@cache
def simulated_world() -> World:
    """Return the simulated issuers at ``ASKED_AT``."""
    return World(lambda: ASKED_AT)


def simulated_providers() -> tuple[str, ...]:
    """Return the providers whose issuers are simulated."""
    return simulated_world().names


def scenario_for(provider: str, case: str, **changes: Any) -> Scenario:
    """Return the scenario of a case: the simulated issuer's responses, without expectations.

    Args:
        provider: the provider's name.
        case: the case of the token.
        changes: changes to the question, such as the expected subject.
    """
    return _scenario_for(provider, case).with_question(**changes)


@cache
def _scenario_for(provider: str, case: str) -> Scenario:
    issuer = simulated_world().issuer(provider)
    endpoint = issuer.provider.debug
    assert endpoint is not None, "only providers with a debug endpoint are simulated"
    fixed_case = issuer.case_for_all_requests(case)
    question = Question(
        provider=provider,
        token=Secret(issuer.token(case)),
        clients=(),
        asked_at=ASKED_AT,
        client_id=issuer.client_id,
        client_secret=Secret(CLIENT_SECRET),
        credentials=issuer.credentials,
    )
    responses = _profile_responses(issuer, case, fixed_case)

    def respond(request: Request) -> Response:
        response = issuer.respond(request, None, fixed_case)
        responses[_find_role(provider, request.method, request.url) or ""] = response
        return response

    drive(endpoint.steps(question), respond)
    return Scenario(question=question, responses=responses)


def _profile_responses(issuer: Issuer, case: str, fixed_case: str | None) -> dict[str, Response | None]:
    """Return the responses of the profile calls; other calls could renew or revoke the token."""
    headers = {"Authorization": Secret(f"Bearer {issuer.token(case)}")}
    roles = ("profile", *issuer.provider.profile.also)
    return {
        route.role: issuer.respond(Request(method=route.method, url=route.url, headers=headers), None, fixed_case)
        for route in issuer.routes
        if route.role in roles and "{" not in route.url
    }


@cache
def _find_role(provider: str, method: str, url: str) -> str | None:
    """Return the role of the endpoint that a request is sent to."""
    path, query = urlsplit(url)[2:4]
    for route in simulated_world().issuer(provider).routes:
        if route.matches(method, unquote(path) or "/", query):
            return route.role
    return None
