"""How an issuer is asked whether a token is good, without asking: requests are built and answers read, nothing is sent.

An ``Endpoint`` is a recipe. ``steps`` is a generator that yields each ``Request``, is handed its ``Response``, and
returns a ``Reading``; whoever drives it does the sending. So every answer of every issuer is tried from recordings and
generated data alone, and there is one client for all.

How an answer is read, in this order:

1. The refusals that the issuer documents (status and members of the body). Only these deny a token.
2. Throttling, redirects and server errors: nothing is known.
3. A good answer: the documented status and a body that fits the ``Answer`` model. Only this makes a token active.
4. Everything else is unparsable: nothing is known.
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
from idp_checks.tokens.template import RequestTemplate, described
from idp_checks.tokens.wire import Request, Response, Unreachable, decode_body

__all__ = ["Endpoint", "HttpEndpoint", "Steps"]


Steps: TypeAlias = Generator[Request, Response, Reading]


class Endpoint:
    """How an issuer says whether a token is good.

    Attributes:
        kind: how it is asked.
        needs: what the caller must hold besides the token (names of ``introspect``'s arguments and credentials).
        takes: the credentials that the caller may give as well, by name.
        tells: which of ``client``, ``subject``, ``scopes``, ``end`` its good answer states.
        source: where this is documented.
        limit: so many requests in so many seconds, where the issuer documents it for an application or an address.
    """

    kind: Method
    required_credentials: tuple[str, ...]
    optional_credentials: tuple[str, ...] = ()
    proves: frozenset[str]
    source: str
    url: str
    limit: tuple[int, float] | None = None

    def steps(self, question: Question) -> Steps:
        """The questions, one after the other, and at last what the answers say."""
        raise NotImplementedError

    def describe_request(self) -> dict[str, Any]:
        """The first request with ``{token}``, ``{client_id}`` and the like in place of what is sent: for people."""
        raise NotImplementedError

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        """What the endpoint needs and the caller did not give; an address of the caller's own stands for a host."""
        lacks = [name for name in self.required_credentials if not question.credential(name)]
        if lacks and question.issuer_url:
            host = urlsplit(self.url).netloc
            lacks = [name for name in lacks if f"{{{name}}}" not in host]
        return tuple(lacks)


@dataclass(frozen=True, kw_only=True)
class HttpEndpoint(RequestTemplate, Endpoint):
    """An endpoint that is sent the token and answers about it.

    Args:
        answer: the model of a good answer; a ``Shape`` where the answer is the profile itself.
        unwrap: takes the JSON text out of an answer that wraps it.
        refusals: the documented answers that are not good, the first that fits counts.
        errors: the members that, filled, make a body an error whatever its status.
        profile: a call with the same token whose answer names the account, where the endpoint itself does not; made
            only when the caller expects an account.
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
        return described(self.request(placeholders))

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        lacks = Endpoint.missing_credentials(self, question)
        if client_auth.PRIVATE_KEY not in self.authentications:
            return lacks
        key, named = question.credential("private_key"), question.credential("client_auth")
        if named != client_auth.PRIVATE_KEY and (named or not key):
            return lacks
        kept = tuple(name for name in lacks if name != "client_secret")
        return kept if key else (*kept, "private_key")

    def read(self, response: Response, question: Question) -> Reading:
        """What the answer says."""
        body = response.json if self.unwrap is None else decode_body(response, self.unwrap)
        for refusal in self.refusals:
            if refusal.matches(response, body):
                return self._stated(refusal.to_reading(), body, question)
        if (none := read_undecided(response, self.good_status)) is not None:
            return none
        return read_body(self.response_model, body, question, self.error_fields)

    def _stated(self, refused: Reading, body: object, question: Question) -> Reading:
        """A refusal, with what its body states of the token in the form of a good answer."""
        if refused.active is None or refused.bare:
            return refused
        said = read_body(self.response_model, body, question)
        told = {name: getattr(said, name) for name in TOKEN_FIELDS if getattr(said, name) is not None}
        return msgspec.structs.replace(refused, **told)

    def steps(self, question: Question) -> Steps:
        reading = self.read((yield self.request(question)), question)
        if (
            reading.active is not True
            or reading.subject is not None
            or question.subject is None
            or self.profile is None
        ):
            return reading
        try:
            said = self.profile.read((yield self.profile.request(question)), question)
        except Unreachable:
            return reading
        return msgspec.structs.replace(reading, subject=said.subject) if said.active is True else reading
