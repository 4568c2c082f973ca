"""Endpoints that check tokens, as descriptions: they build requests and read responses, and send nothing.

``Endpoint.steps`` is a generator that yields each ``Request``, receives its ``Response``, and returns a ``Reading``.
Its driver does the sending, so every response can be tested from recordings and generated data, and one client serves
all endpoints.

A response is read in this order:

1. Documented refusals (status and body fields). Only these deny a token.
2. Rate limits, redirects and server errors: undecided.
3. A good response: the documented status, and a body that fits the response model. Only this makes a token active.
4. All other responses are unparsable: undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec

from idp_checks.profiles.shape import Shape
from idp_checks.secret import Secret
from idp_checks.tokens import client_auth
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Method, Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import TOKEN_FIELDS, ResponseModel, read_body, read_undecided
from idp_checks.tokens.template import RequestTemplate, describe_request
from idp_checks.tokens.wire import Request, Response, Unreachable, decode_body

__all__ = ["Endpoint", "HttpEndpoint", "Steps"]

Steps: TypeAlias = Generator[Request, Response, Reading]


class Endpoint:
    """A way to check a token with its issuer.

    Attributes:
        kind: the method.
        required_credentials: the arguments and credentials of ``introspect`` that must be given.
        optional_credentials: the credentials that may be given as well.
        proves: the facts that a good response states, out of ``client``, ``subject``, ``scopes`` and ``end``.
        source: the URL of the documentation.
        limit: a documented rate limit per application or address: requests, seconds.
    """

    kind: Method
    required_credentials: tuple[str, ...]
    optional_credentials: tuple[str, ...] = ()
    proves: frozenset[str]
    source: str
    url: str
    limit: tuple[int, float] | None = None

    def steps(self, question: Question) -> Steps:
        """Yield the requests one after the other, and return the reading of the responses."""
        raise NotImplementedError

    def describe_request(self) -> dict[str, Any]:
        """Return the first request with placeholders such as ``{token}`` and ``{client_id}``."""
        raise NotImplementedError

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        """Return the required credentials that are missing; ``issuer_url`` replaces those of the host."""
        missing = [name for name in self.required_credentials if not question.credential(name)]
        if missing and question.issuer_url:
            host = urlsplit(self.url).netloc
            missing = [name for name in missing if f"{{{name}}}" not in host]
        return tuple(missing)


@dataclass(frozen=True, kw_only=True)
class HttpEndpoint(RequestTemplate, Endpoint):
    """An endpoint that receives the token in a request and describes it in the response.

    Args:
        response_model: the model of a good response; a ``Shape`` if the response is the profile.
        unwrap: extracts the JSON text from a response that wraps it.
        refusals: the documented refusals; the first match counts.
        good_status: the status of a good response.
        error_fields: fields that make any body an error unless they are empty.
        profile: a call with the same token that returns the account, if this endpoint does not; made only if the caller
            expects an account.
    """

    kind: Method
    response_model: type[ResponseModel | Shape]
    source: str
    proves: frozenset[str] = frozenset()
    optional_credentials: tuple[str, ...] = ()
    unwrap: Callable[[str], str] | None = None
    refusals: tuple[Refusal, ...] = ()
    good_status: int = 200
    error_fields: tuple[str, ...] = ("error", "errors")
    profile: HttpEndpoint | None = None
    limit: tuple[int, float] | None = None
    note: str | None = None

    def describe_request(self) -> dict[str, Any]:
        placeholders = Question(
            provider="{provider}",
            token=Secret("{token}"),
            asked_at=datetime.fromtimestamp(0, UTC),
            client_id="{client_id}",
            client_secret=Secret("{client_secret}"),
            credentials={
                name: f"{{{name}}}" for name in self.required_credentials if name not in ("client_id", "client_secret")
            },
        )
        return describe_request(self.build_request(placeholders))

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        missing = Endpoint.missing_credentials(self, question)
        if client_auth.PRIVATE_KEY not in self.authentications:
            return missing
        key, method = question.credential("private_key"), question.credential("client_auth")
        if method != client_auth.PRIVATE_KEY and (method or not key):
            return missing
        without_secret = tuple(name for name in missing if name != "client_secret")
        return without_secret if key else (*without_secret, "private_key")

    def read(self, response: Response, question: Question) -> Reading:
        """Read a response."""
        body = response.json if self.unwrap is None else decode_body(response, self.unwrap)
        for refusal in self.refusals:
            if refusal.matches(response, body):
                return self._read_refusal(refusal, body, question)
        if (undecided := read_undecided(response, self.good_status)) is not None:
            return undecided
        return read_body(self.response_model, body, question, self.error_fields)

    def _read_refusal(self, refusal: Refusal, body: object, question: Question) -> Reading:
        """Return the reading of a refusal, with the token fields that its body states like a good response."""
        reading = refusal.to_reading()
        if reading.active is None or reading.bare:
            return reading
        content = read_body(self.response_model, body, question)
        fields = {name: getattr(content, name) for name in TOKEN_FIELDS if getattr(content, name) is not None}
        return msgspec.structs.replace(reading, **fields)

    def steps(self, question: Question) -> Steps:
        reading = self.read((yield self.build_request(question)), question)
        if (
            reading.active is not True
            or reading.subject is not None
            or question.subject is None
            or self.profile is None
        ):
            return reading
        try:
            account = self.profile.read((yield self.profile.build_request(question)), question)
        except Unreachable:
            return reading
        return msgspec.structs.replace(reading, subject=account.subject) if account.active is True else reading
