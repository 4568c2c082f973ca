"""Questions that are ready to be sent, and the replies to them."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from idp_checks import providers
from idp_checks.clock import utc_now
from idp_checks.errors import UsageError
from idp_checks.live.exchange import redact_introspection
from idp_checks.live.http_request import basic_credentials, reveal
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.endpoint import Endpoint
from idp_checks.tokens.introspection import Exchange, Introspection, conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.urls import may_receive_token

__all__ = ["IssuerContext", "IssuerContexts", "IssuerReply", "PreparedQuestion", "conclude_reply", "prepare_question"]

MAX_CONTEXTS = 64


class IssuerReply(NamedTuple):
    """The result of asking an issuer, before it is compared with the caller's expectations."""

    reading: Reading
    asked_at: datetime
    exchanges: tuple[Exchange, ...] = ()


class IssuerContext(NamedTuple):
    """The values that all questions of one client to one issuer share.

    Attributes:
        provider: the provider's name.
        endpoint: None if the provider documents no endpoint.
        redactor: removes the client's secrets from the record.
        fingerprint: identifies client and issuer without revealing a secret.
    """

    provider: str
    endpoint: Endpoint | None
    redactor: Redactor
    fingerprint: bytes


class PreparedQuestion(NamedTuple):
    """A question with the context of its issuer.

    Attributes:
        context: the values that this question shares with others.
        question: the question itself.
        redactor: removes the secrets of client and token from the record.
        reply: set if nothing is sent; it contains the reason.
    """

    context: IssuerContext
    question: Question
    redactor: Redactor
    reply: IssuerReply | None

    @property
    def fingerprint(self) -> bytes:
        """Identify the question without revealing a secret."""
        parts = _join_parts(self.question.token.reveal(), self.question.subject)
        return hashlib.blake2b(parts, key=self.context.fingerprint, digest_size=16).digest()


class IssuerContexts:
    """The contexts of an asker's recent questions.

    Args:
        redactor: the asker's redactor, to which the secrets of each context are added.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._contexts: OrderedDict[tuple[object, ...], IssuerContext] = OrderedDict()

    def get(self, question: Question) -> IssuerContext:
        """Return the context of a question.

        Raises:
            UnknownProvider: the provider is unknown.
            UsageError: ``issuer_url`` is not a URL that may receive a token.
        """
        key = (
            question.provider,
            question.client_id,
            question.client_secret,
            question.issuer_url,
            frozenset(question.credentials.items()),
        )
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = self._build(question)
            if len(self._contexts) > MAX_CONTEXTS:
                self._contexts.popitem(last=False)
        return context

    def _build(self, question: Question) -> IssuerContext:
        client_id, client_secret, issuer_url = question.client_id, question.client_secret, question.issuer_url
        if issuer_url is not None and not may_receive_token(issuer_url):
            raise UsageError(
                "not a URL that may receive a token",
                where="issuer_url",
                remedy="use https://HOST, or http on loopback",
            )
        pair = basic_credentials(client_id, client_secret) if client_id and client_secret else None
        values = (client_secret, pair, *question.credentials.values())
        secrets = [value for value in values if isinstance(value, Secret)]
        self._redactor.add(*secrets)
        credentials = sorted(
            (name, type(value).__name__, reveal(value)) for name, value in question.credentials.items()
        )
        parts = _join_parts(
            question.provider,
            client_id,
            None if client_secret is None else client_secret.reveal(),
            issuer_url,
            *(part for credential in credentials for part in credential),
        )
        return IssuerContext(
            question.provider,
            providers.get(question.provider).debug,
            Redactor(self._redactor.key, secrets),
            hmac.digest(self._redactor.key, parts, "sha256"),
        )


def prepare_question(question: Question, context: IssuerContext) -> PreparedQuestion:
    """Find out whether a question can be sent."""
    reading = None
    if context.endpoint is None:
        reading = _NO_ENDPOINT
    elif not _is_token(question.token.reveal()):
        reading = _INVALID_TOKEN
    elif missing := context.endpoint.missing_credentials(question):
        detail = f"not sent: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        reading = Reading(active=None, reason="caller_rejected", detail=detail)
    reply = None if reading is None else IssuerReply(reading, utc_now())
    return PreparedQuestion(context, question, context.redactor.with_secrets(question.token), reply)


_NO_ENDPOINT = Reading(
    active=None, reason="not_stated", detail="not sent: the provider documents no endpoint that checks tokens"
)
_INVALID_TOKEN = Reading(
    active=False,
    reason="malformed",
    detail="not printable ASCII, as every access token must be (RFC 6749, appendix A.12)",
)
_is_token = re.compile(r"[\x20-\x7e]+").fullmatch


def conclude_reply(prepared: PreparedQuestion, reply: IssuerReply) -> Introspection:
    """Compare an issuer's reply with the expectations of the question."""
    context, question = prepared.context, prepared.question
    result = conclude(
        context.provider,
        reply.reading,
        method=context.endpoint.kind if context.endpoint else None,
        asked_at=reply.asked_at,
        clients=question.expected_clients,
        subject=question.subject,
        exchanges=reply.exchanges,
    )
    return redact_introspection(result, prepared.redactor)


def _join_parts(*parts: str | None) -> bytes:
    """Join strings unambiguously, whatever they contain."""
    encoded = [None if part is None else part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join([b"-," if part is None else b"%d:%b," % (len(part), part) for part in encoded])
