"""The suite for readers: what an issuer's answer about a token means, put as questions whose verdicts are known.

A reader is a function ``f(question) -> bool | None``: the token is good, bad, or nothing is known. It may return an
``Introspection`` in place of the verdict, and is then held to what that states as well. The questions are the recorded
answers of every provider's debug endpoint and variations of the good one, each with the verdicts that are allowed and
the rule that says so. Nothing is sent: a question carries the answers that its issuer would give.

The rules are the package's own for introspection, after RFC 7662, sections 2.2 and 4, RFC 9068, section 4, OpenID
Connect Core 1.0, section 3.1.3.7, and RFC 8725, section 3.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

from idp_checks import providers
from idp_checks.issuers.cases import CLIENT_SECRET, TROUBLE_CASES
from idp_checks.issuers.issuer import Issuer
from idp_checks.issuers.rewriting import shift_times
from idp_checks.issuers.world import World
from idp_checks.profiles.shape import Shape
from idp_checks.recordings import DebugRecording, RecordedJwt
from idp_checks.secret import Secret
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.introspection import Introspection, conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import ResponseModel
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.signed import SignedToken, read_claims, read_header
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = [
    "AT",
    "RULES",
    "Objection",
    "ReaderInput",
    "Reader",
    "ReaderRule",
    "Trial",
    "Verdict",
    "asked_about",
    "judged",
    "names",
    "objections",
    "right",
    "signed",
    "trials",
    "verdict",
]

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
"""When all questions are asked, unless they say otherwise."""

Verdict: TypeAlias = bool | None


class ReaderRule(NamedTuple):
    """A rule for readers, and where it stands."""

    id: str
    title: str
    source: str


RULES: Mapping[str, ReaderRule] = {
    rule.id: rule
    for rule in (
        ReaderRule("T1", "Whatever the answer is, there is a verdict and no exception", "RFC 7662, section 2.2"),
        ReaderRule("T2", "The issuer's own positive statement makes a token good", "RFC 7662, section 2.2"),
        ReaderRule("T3", "An odd, cut or empty answer makes it neither good nor bad", "RFC 7662, section 2.2"),
        ReaderRule("T4", "A documented refusal makes it bad", "RFC 7662, section 2.2; RFC 6750, section 3.1"),
        ReaderRule("T5", "An outage or a rate limit makes it neither good nor bad", "RFC 9110, section 15.6"),
        ReaderRule("T6", "A refusal of what we may ask is no refusal of the token", "RFC 7662, section 2.3"),
        ReaderRule("T7", "A body that reports an error is not good, whatever its status", "RFC 6749, section 5.2"),
        ReaderRule("T8", "A token of another application is not good, one of any of ours is", "RFC 8725, section 3.9"),
        ReaderRule("T9", "A token of another account is not good", "OpenID Connect Core 1.0, section 5.3.2"),
        ReaderRule("T10", "From its end on a token is not good; a clock a little ahead is", "RFC 7519, section 4.1.4"),
        ReaderRule("T11", "Issuer and tenant are compared exactly, in each documented form", "RFC 9068, section 4"),
        ReaderRule("T12", "What the issuer did not sign is not good", "RFC 8725, sections 3.1 and 3.2"),
        ReaderRule(
            "T13", "Keys are those that this issuer publishes now", "RFC 8725, section 3.8; RFC 7517, section 5"
        ),
        ReaderRule("T14", "A flag of another type or a member given twice is not good", "RFC 8259, section 4"),
        ReaderRule("T15", "What is expected or needed and left blank is not dropped", "RFC 8725, section 3.9"),
        ReaderRule("T16", "A verdict does not outlive a revocation", "RFC 7662, section 4"),
        ReaderRule("T17", "What the sender of a token says beside it proves nothing", "RFC 8725, section 3.10"),
        ReaderRule("T18", "The end and the scopes stated are those that the issuer states", "RFC 7662, section 2.2"),
    )
}
"""By id."""

OPEN: frozenset[Verdict] = frozenset((None,))
NEVER_GOOD: frozenset[Verdict] = frozenset((None, False))
GOOD: frozenset[Verdict] = frozenset((True,))
BAD: frozenset[Verdict] = frozenset((False,))

FAILURES = (
    "no such host",
    "connect timeout",
    "read timeout",
    "connection reset",
    "certificate not valid",
    "too many redirects",
)
"""How a request may get no answer."""

_STATUSES = (302, 408, 429, 500, 502, 503, 504)
_PAGE = b"<html><title>Service Unavailable</title></html>"
_ODD = (b"", b"null", b"true", b'"ok"', b"[]", b"{}", b"OK", _PAGE, b'{"data": {"me": {"user": null}}}', b"\xff\xfe")
_RULE_OF = {
    "rate_limited": "T5",
    "issuer_error": "T5",
    "network": "T5",
    "caller_rejected": "T6",
    "not_permitted": "T6",
    "expired": "T10",
    "unknown_token": "T11",
    "malformed": "T12",
}
"""The rule that a recorded case belongs to, by the reason that it means; the last three for signed tokens."""
STRANGE_ISSUER = "https://idp.stranger.example.net"
"""An issuer that is nobody's."""
STRANGE_TENANT = "00000000-0000-4000-8000-00000000dead"
"""A tenant that is nobody's."""


@dataclass(frozen=True, kw_only=True)
class ReaderInput:
    """A question about a token, with the answers that come when it is put.

    Attributes:
        provider: whose token it should be.
        ask: the token, the time, our credentials, the account expected.
        clients: the applications one of which the token must have been issued to; empty where any will do.
        answers: what comes, by the part of the issuer that is asked: ``debug``, ``keys``, ``discovery``, ``profile`` or
            the name of a further call for the profile; None where no answer comes.
        failure: why none comes.
        sent: what the sender of the token says beside it, such as the address of a server.
        offered: what that server answers, by part.
    """

    provider: str
    question: Question
    clients: tuple[str, ...] = ()
    answers: Mapping[str, Response | None] = field(default_factory=dict)
    failure: str = "connect timeout"
    sent: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, Response] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The token, revealed. It was made up."""
        return self.question.token.reveal()

    @property
    def debug(self) -> Response | None:
        """What the debug endpoint answers; None where nothing comes, or where there is none."""
        return self.answers.get("debug")

    @property
    def body(self) -> Any:
        """The body of that answer as a JSON value, None without one."""
        return None if self.debug is None else self.debug.json

    def answer(self, request: Request) -> Response:
        """What is answered to a request.

        Raises:
            Unreachable: no answer comes.
        """
        part = _part(self.provider, request.method, request.url)
        found = self.answers.get(part, Response(404, {}, b"")) if part else Response(404, {}, b"")
        if found is None:
            raise Unreachable("network", self.failure)
        return found

    def but(self, **changes: Any) -> ReaderInput:
        """The same with another token, time, credentials or account."""
        return replace(self, question=msgspec.structs.replace(self.question, **changes))

    def heard(self, **answers: Response | None) -> ReaderInput:
        """The same with other answers."""
        return replace(self, answers={**self.answers, **answers})


Reader: TypeAlias = Callable[[ReaderInput], "Verdict | Introspection"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A question, the verdicts that are allowed, and the rule that allows no other.

    Attributes:
        how: where it comes from: ``recorded case NAME`` or ``generated: WHAT``.
        before: questions that are put first, to a reader that may remember.
        states: what an ``Introspection`` must state: ``expires_at`` and ``scopes``.
    """

    rule: str
    question: ReaderInput
    allowed: frozenset[Verdict]
    how: str
    before: tuple[ReaderInput, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)


class Objection(NamedTuple):
    """What a reader said wrong: the rule, the provider, the question, and what is wrong in words."""

    rule: str
    provider: str
    how: str
    what: str


def right(question: ReaderInput) -> Introspection:
    """The reader of this package: the provider's own steps, and what follows from what they read."""
    endpoint = providers.get(question.provider).debug
    if endpoint is None:
        reading = Reading(active=None, reason="not_stated", detail="the issuer answers for no token")
    elif lacking := endpoint.missing_credentials(question.question):
        reading = Reading(active=None, reason="caller_rejected", detail=f"not given: {', '.join(lacking)}")
    else:
        try:
            reading = drive(endpoint.steps(question.question), question.answer)
        except Unreachable as unreachable:
            reading = Reading(active=None, reason=unreachable.reason, detail=unreachable.detail)
    return conclude(
        question.provider,
        reading,
        method=endpoint.kind if endpoint else None,
        asked_at=question.question.time,
        clients=question.clients,
        subject=question.question.subject,
    )


def verdict(said: Verdict | Introspection) -> Verdict:
    """The verdict of what a reader returned."""
    if isinstance(said, Introspection):
        return True if said.good else False if said.decided else None
    return said


def objections(make: Callable[[], Reader], provider: str) -> Iterator[Objection]:
    """What is wrong with a reader at one provider: every trial it fails.

    Args:
        make: makes the reader, anew for each trial: what one reader remembers is tried by ``Trial.before`` alone.
    """
    for trial in trials(provider):
        yield from judged(make(), trial)


def judged(reader: Reader, trial: Trial) -> Iterator[Objection]:
    """What is wrong with a reader's answer to one question."""

    def objection(rule: str, what: str) -> Objection:
        return Objection(rule, trial.question.provider, trial.how, what)

    try:
        for earlier in trial.before:
            reader(earlier)
        said = reader(trial.question)
    except Exception as error:  # noqa: BLE001 - whatever a reader raises
        yield objection("T1", f"raised {type(error).__name__}")
        return
    found: object = verdict(said)
    if not (found is None or isinstance(found, bool)):
        yield objection("T1", f"returned {type(found).__name__}, which is no verdict")
    elif found not in trial.allowed:
        yield objection(trial.rule, f"said {_WORDS[found]}, which may be {_either(trial.allowed)} alone")
    if isinstance(said, Introspection):
        for name, stated in trial.states.items():
            if getattr(said, name) != stated:
                yield objection("T18", f"{name} is not what the issuer states")


_WORDS: Mapping[Verdict, str] = {True: "good", False: "bad", None: "undecided"}


def _either(allowed: frozenset[Verdict]) -> str:
    return " or ".join(_WORDS[each] for each in (True, False, None) if each in allowed)


def names() -> tuple[str, ...]:
    """The providers whose issuers can be asked."""
    return _world().names


@cache
def trials(provider: str) -> tuple[Trial, ...]:
    """Every trial there is at one provider.

    Raises:
        LookupError: its issuer cannot be asked.
    """
    if provider not in names():
        raise LookupError(f"{provider} has no issuer that can be asked")
    return (*_recorded(provider), *_varied(provider), *_signed_ones(provider))


def asked_about(provider: str, case: str, **changes: Any) -> ReaderInput:
    """The question about the token of a case, as the simulated issuer answers it; nothing is expected."""
    return _asked_about(provider, case).but(**changes)


@cache
def _asked_about(provider: str, case: str) -> ReaderInput:
    issuer = _world().issuer(provider)
    endpoint = issuer.provider.debug
    assert endpoint is not None, "only providers with a debug endpoint are played"
    wholly, token = issuer.case_for_all_requests(case), Secret(issuer.token(case))
    ask = Question(provider=provider, 
        token=token,
        asked_at=AT,
        client_id=issuer.client_id,
        client_secret=Secret(CLIENT_SECRET),
        credentials=issuer.credentials,
    )
    answers: dict[str, Response | None] = {}
    bearer = {"Authorization": Secret(f"Bearer {issuer.token(case)}")}
    # The calls for the profile alone: one that renews or ends the token would do so.
    told = ("profile", *issuer.provider.profile.also)
    for place in issuer.routes:
        if place.role in told and "{" not in place.url:
            fetched = Request(method=place.method, url=place.url, headers=bearer)
            answers[place.role] = issuer.respond(fetched, None, wholly)

    def respond(request: Request) -> Response:
        response = answers[_part(provider, request.method, request.url) or ""] = issuer.respond(request, None, wholly)
        return response

    drive(endpoint.steps(ask), respond)
    return ReaderInput(provider=provider, question=ask, answers=answers)


@cache
def _world() -> World:
    return World(lambda: AT)


@cache
def _part(provider: str, method: str, url: str) -> str | None:
    """Which part of the issuer a request goes to."""
    path, query = urlsplit(url)[2:4]
    for place in _world().issuer(provider).routes:
        if place.matches(method, unquote(path) or "/", query):
            return place.role
    return None


# Recorded answers


def _recorded(provider: str) -> Iterator[Trial]:
    issuer = _world().issuer(provider)
    for case, recorded in issuer.recordings.items():
        said = recorded.introspection
        question = asked_about(provider, case)
        how = f"recorded case {case}"
        reason = said["reason"]
        if reason == "ok":
            yield from _good(recorded, question, how)
        elif said.get("active") is False:
            rule = _RULE_OF.get(reason, "T4") if isinstance(recorded.token, RecordedJwt) else "T4"
            yield Trial(rule="T10" if case == "past-end" else rule, question=question, allowed=BAD, how=how)
        else:
            yield Trial(rule=_RULE_OF.get(reason, "T3"), question=question, allowed=OPEN, how=how)
    for case in TROUBLE_CASES:
        if case not in issuer.recordings:
            rule = "T3" if case == "broken" else "T5"
            yield Trial(rule=rule, question=asked_about(provider, case), allowed=OPEN, how=f"generated: {case}")
    ours = (issuer.client_id,)
    if "other-client" in issuer.cases:
        other = replace(asked_about(provider, "other-client"), clients=ours)
        yield Trial(rule="T8", question=other, allowed=NEVER_GOOD, how=_played(issuer, "other-client"))
        if not {"client_secret", "client_id"} & set(_needs(issuer)):
            bare = other.but(client_secret=None)
            yield Trial(rule="T8", question=bare, allowed=NEVER_GOOD, how="generated: asked without a secret")
    if "other-user" in issuer.cases:
        other = asked_about(provider, "other-user", subject=issuer.subject)
        yield Trial(rule="T9", question=other, allowed=NEVER_GOOD, how=_played(issuer, "other-user"))
        valid = issuer.recordings["valid"]
        person = asked_about(provider, "valid").answers.get("profile")
        leans = isinstance(issuer.provider.debug, HttpEndpoint) and issuer.provider.debug.profile is not None
        if "subject" in valid.introspection and person is not None and not leans:
            mixed = other.heard(profile=person)
            how = "generated: the profile call names our account, the debug endpoint another"
            yield Trial(rule="T9", question=mixed, allowed=NEVER_GOOD, how=how)


def _good(recorded: DebugRecording, question: ReaderInput, how: str) -> Iterator[Trial]:
    """A good answer: as it is, and for a caller who expects just what it says."""
    said = recorded.introspection
    ago = AT - datetime.fromisoformat(said["asked_at"])
    states = {
        "scopes": tuple(said["scopes"]) if "scopes" in said else None,
        "expires_at": datetime.fromisoformat(said["expires_at"]) + ago if "expires_at" in said else None,
    }
    yield Trial(rule="T2", question=question, allowed=GOOD, how=how, states=states)
    client, subject = said.get("client_id"), said.get("subject")
    if client is not None or subject is not None:
        expecting = replace(question, clients=(client,) if client else ()).but(subject=subject)
        yield Trial(rule="T2", question=expecting, allowed=GOOD, how=how)
    stranger_client = replace(question, clients=("an-application-of-nobody",))
    yield Trial(
        rule="T8", question=stranger_client, allowed=NEVER_GOOD, how=f"generated: {how}, for another application"
    )
    nobodys = question.but(subject="an-account-of-nobody")
    if _first_request(nobodys) == _first_request(question):  # else the account is asked about, and the answer another
        yield Trial(rule="T9", question=nobodys, allowed=NEVER_GOOD, how=f"generated: {how}, for another account")


def _first_request(question: ReaderInput) -> Request | None:
    endpoint = providers.get(question.provider).debug
    return None if endpoint is None else next(endpoint.steps(question.question), None)


def _played(issuer: Issuer, case: str) -> str:
    return f"{'recorded case' if case in issuer.recordings else 'generated:'} {case}"


def _needs(issuer: Issuer) -> tuple[str, ...]:
    return issuer.provider.debug.required_credentials if issuer.provider.debug else ()


# Variations of a good answer of the debug endpoint


def _varied(provider: str) -> Iterator[Trial]:
    issuer = _world().issuer(provider)
    for case, recorded in sorted(issuer.recordings.items(), key=lambda each: each[0] != "valid"):
        question = asked_about(provider, case)
        if recorded.introspection["reason"] == "ok" and "keys" not in question.answers and question.debug is not None:
            said = recorded.introspection
            yield from _of_answer(question, question.debug)
            yield from _of_expectations(issuer, question, said.get("client_id"))
            yield from _of_body(issuer, question, question.debug, said)
            yield from _of_memory(issuer, question, said)
            return


def _failing(question: ReaderInput, part: str) -> Iterator[Trial]:
    """One part of the issuer out of order."""
    for status in _STATUSES:
        for body in (_PAGE, b'{"error": "too_many_requests"}' if status == 429 else b""):
            told = question.heard(**{part: Response(status, {"content-type": "text/html"}, body)})
            yield Trial(rule="T5", question=told, allowed=OPEN, how=f"generated: HTTP {status} from {part}")
    for failure in FAILURES:
        told = replace(question.heard(**{part: None}), failure=failure)
        yield Trial(rule="T5", question=told, allowed=OPEN, how=f"generated: {failure}")


def _of_answer(question: ReaderInput, good: Response) -> Iterator[Trial]:
    yield from _failing(question, "debug")
    fewer = b'{"object": "error", "status": 403, "code": "restricted_resource", "message": "made up"}'
    for status in (400, 401, 403, 404, 418):
        told = question.heard(debug=Response(status, good.headers, fewer))
        allowed = OPEN if status in (403, 418) else NEVER_GOOD
        rule = "T6" if status == 403 else "T3"
        yield Trial(rule=rule, question=told, allowed=allowed, how=f"generated: HTTP {status} about rights")
    for body in (*_ODD, good.body[: len(good.body) // 2]):
        told = question.heard(debug=Response(good.status, good.headers, body))
        yield Trial(rule="T3", question=told, allowed=OPEN, how="generated: a body that says nothing of the token")


def _of_expectations(issuer: Issuer, question: ReaderInput, client: str | None) -> Iterator[Trial]:
    if client is not None:
        for clients in (("an-earlier-app", client), (client, "a-later-app")):
            of_several = replace(question, clients=clients)
            yield Trial(rule="T8", question=of_several, allowed=GOOD, how="generated: one of several applications")
    yield from _blank(issuer, question)


def _blank(issuer: Issuer, question: ReaderInput) -> Iterator[Trial]:
    how = "generated: left blank"
    yield Trial(rule="T15", question=replace(question, clients=("",)), allowed=NEVER_GOOD, how=how)
    yield Trial(rule="T15", question=question.but(subject=""), allowed=NEVER_GOOD, how=how)
    for name in _needs(issuer):
        given = (
            {name: Secret("") if name == "client_secret" else ""}
            if name in ("client_id", "client_secret")
            else {"credentials": {**question.question.credentials, name: ""}}
        )
        blank = question.but(**given)
        if issuer.provider.debug is not None and issuer.provider.debug.missing_credentials(blank.question):
            yield Trial(rule="T15", question=blank, allowed=OPEN, how=how)


def _of_body(issuer: Issuer, question: ReaderInput, good: Response, said: Mapping[str, Any]) -> Iterator[Trial]:
    body = good.json
    if not isinstance(body, dict):
        return
    endpoint = issuer.provider.debug.opaque if isinstance(issuer.provider.debug, SignedToken) else issuer.provider.debug
    model = endpoint.response_model if isinstance(endpoint, HttpEndpoint) else IntrospectionResponse
    errors = endpoint.error_fields if isinstance(endpoint, HttpEndpoint) else ("error", "errors")

    def told(text: str) -> ReaderInput:
        return question.heard(debug=Response(good.status, good.headers, text.encode()))

    for name in errors:
        if name not in body:
            for beside in (body, {}):
                text = json.dumps({**beside, name: "invalid_client", f"{name}_description": "made up"})
                how = f"generated: {name} added"
                allowed = NEVER_GOOD if beside else OPEN
                yield Trial(rule="T7", question=told(text), allowed=allowed, how=how)
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in body.items()]
    for member in members:
        text = "{" + ", ".join([*members, member]) + "}"
        yield Trial(rule="T14", question=told(text), allowed=NEVER_GOOD, how="generated: a member given twice")
    if body.get("active") is True:
        others: tuple[Any, ...] = ("true", "false", "", 1, 0, None, [], {})
        for value in others:
            text = json.dumps({**body, "active": value})
            yield Trial(rule="T14", question=told(text), allowed=NEVER_GOOD, how="generated: active of another type")
        text = json.dumps({name: value for name, value in body.items() if name != "active"})
        yield Trial(rule="T3", question=told(text), allowed=NEVER_GOOD, how="generated: active left out")
    yield from _of_time(question, body, model, said, told)


def _of_time(
    question: ReaderInput,
    body: Mapping[str, Any],
    model: type[ResponseModel | Shape],
    said: Mapping[str, Any],
    told: Callable[[str], ReaderInput],
) -> Iterator[Trial]:
    end = said.get("expires_at")
    if end is None:
        return
    left = datetime.fromisoformat(end) - datetime.fromisoformat(said["asked_at"])
    text, at = json.dumps(body), AT + left
    if str(int(at.timestamp())) in text or at.isoformat()[:19] in text:  # where it is a time, not seconds left
        past = shift_times(body, -int(left.total_seconds()) - 60, model)
        how = "generated: its end was a minute ago"
        yield Trial(rule="T10", question=told(json.dumps(past)), allowed=NEVER_GOOD, how=how)
        later = question.but(at=at + timedelta(days=1))
        yield Trial(rule="T10", question=later, allowed=NEVER_GOOD, how="generated: asked a day after its end")


def _of_memory(issuer: Issuer, question: ReaderInput, said: Mapping[str, Any]) -> Iterator[Trial]:
    """The token is refused before its end; and a server that its sender names vouches for a refused one."""
    life = timedelta(days=1)
    if "expires_at" in said:
        life = datetime.fromisoformat(said["expires_at"]) - datetime.fromisoformat(said["asked_at"])
    for case, recorded in issuer.recordings.items():
        refused = asked_about(issuer.provider.name, case) if recorded.introspection.get("active") is False else None
        if refused is None or refused.debug is None or "keys" in refused.answers or case == "past-end":
            continue
        later = question.heard(debug=refused.debug).but(at=AT + life / 2)
        if question.debug is not None and not isinstance(recorded.token, RecordedJwt):
            how = f"generated: good before, {case} at half of its life"
            yield Trial(rule="T16", question=later, allowed=BAD, how=how, before=(question,))
            named = replace(
                question.heard(debug=refused.debug),
                sent={"api_url": "https://api.stranger.example.net"},
                offered={"debug": question.debug},
            )
            yield Trial(rule="T17", question=named, allowed=BAD, how="generated: the sender names a server of his own")
        return


# Signed tokens


def _signed_ones(provider: str) -> Iterator[Trial]:
    issuer = _world().issuer(provider)
    endpoint = issuer.provider.debug
    if isinstance(endpoint, DiscoveredEndpoint):
        yield from _of_discovery(issuer)
    valid = issuer.recordings.get("valid")
    if not isinstance(endpoint, SignedToken) or valid is None or not isinstance(valid.token, RecordedJwt):
        return
    yield from _of_other_tenants(issuer, endpoint)
    question = asked_about(provider, "valid")
    yield from _failing(question, "keys")
    for body in (*_ODD, b'{"keys": null}', b'{"keys": {}}', b'{"keys": [1]}', b'{"keys": []}'):
        told = question.heard(keys=Response(200, {}, body))
        yield Trial(rule="T3", question=told, allowed=OPEN, how="generated: a key set that is none")
    yield from _of_expectations(issuer, question, valid.introspection.get("client_id"))
    yield from _of_claims(question, endpoint, issuer.client_id)
    yield from _of_signature(question)
    yield from _of_keys(question)


def _of_other_tenants(issuer: Issuer, endpoint: SignedToken) -> Iterator[Trial]:
    """A good token that names another tenant than ours, at a service that takes the tokens of every tenant."""
    for case, recorded in issuer.recordings.items():
        if endpoint.is_opaque is None or recorded.introspection["reason"] != "ok":
            continue
        question = asked_about(issuer.provider.name, case)
        if not (isinstance(recorded.token, RecordedJwt) and endpoint.is_opaque(question.token)):
            continue
        for form in (each for each in endpoint.issuers if "{tenant_id}" in each):
            of_stranger = {"iss": form.replace("{tenant_id}", STRANGE_TENANT), "tid": STRANGE_TENANT}
            told = question.but(token=Secret(signed(question.token, of_stranger)))
            how = f"generated: {case}, of another tenant"
            yield Trial(rule="T11", question=told, allowed=NEVER_GOOD, how=how)


def _of_discovery(issuer: Issuer) -> Iterator[Trial]:
    """The issuer's document, and a token that is checked by the keys it names, for a caller who cannot introspect."""
    question = asked_about(issuer.provider.name, "valid")
    found = question.answers["discovery"]
    assert found is not None, "the simulated issuer has its document"
    yield from _failing(question, "discovery")
    names_other = json.dumps({**json.loads(found.body), "issuer": STRANGE_ISSUER}).encode()
    told = question.heard(discovery=Response(200, found.headers, names_other))
    yield Trial(rule="T11", question=told, allowed=NEVER_GOOD, how="generated: the document names another issuer")
    now, address = int(AT.timestamp()), issuer.credentials["issuer"]
    claims = {
        "iss": address,
        "sub": issuer.subject,
        "client_id": issuer.client_id,
        "aud": "https://api.example.com",
        "iat": now - 60,
        "exp": now + 3600,
        "jti": "made-up",
    }
    own = _key_set(_world().key)
    token = _jws({"alg": "RS256", "typ": "at+jwt", "kid": own["keys"][0]["kid"]}, json.dumps(claims), _world().key)
    unknown = Response(401, {"www-authenticate": 'Bearer error="invalid_token"'}, b"")
    by_keys = question.but(token=Secret(token), client_secret=None).heard(
        keys=Response(200, {"content-type": "application/json"}, json.dumps(own).encode()), profile=unknown
    )
    expecting = replace(by_keys, clients=(issuer.client_id,)).but(subject=issuer.subject)
    yield Trial(rule="T2", question=expecting, allowed=GOOD, how="generated: an access token checked by its keys")
    for name in (STRANGE_ISSUER, f"{address}/", f"{address}.evil.example.net"):
        other = by_keys.but(token=Secret(signed(token, {"iss": name})))
        yield Trial(rule="T11", question=other, allowed=NEVER_GOOD, how="generated: another issuer, or a look-alike")
    yield from _failing(by_keys, "keys")
    yield from _of_signature(by_keys)
    yield from _of_keys(by_keys)


def _of_claims(question: ReaderInput, endpoint: SignedToken, client: str) -> Iterator[Trial]:
    now = int(AT.timestamp())
    issuer = str(read_claims(question.token)["iss"])

    def of(rule: str, allowed: frozenset[Verdict], what: str, **claims: Any) -> Trial:
        told = question.but(token=Secret(signed(question.token, claims)))
        return Trial(rule=rule, question=told, allowed=allowed, how=f"generated: {what}")

    known = [_filled(each, question.question) for each in endpoint.issuers]
    for each in known:
        yield of("T11", GOOD, "a documented issuer", iss=each)
    swapped = (
        issuer.replace("https://", "http://") if issuer.startswith("https") else issuer.replace("http", "https", 1)
    )
    likes: tuple[Any, ...] = (
        STRANGE_ISSUER,
        f"{issuer}/",
        issuer.rstrip("/"),
        f"{issuer}.evil.example.net",
        f" {issuer}",
        swapped,
        "",
        issuer.upper(),
        [issuer],
        None,
    )
    for like in likes:
        if like not in known:
            yield of("T11", NEVER_GOOD, "another issuer, or a look-alike", iss=like)
    yield of("T10", NEVER_GOOD, "past its end", exp=now - 60)
    yield of("T10", NEVER_GOOD, "at its end", exp=now)
    ends: tuple[Any, ...] = (None, "never", True, [], 1e300)
    for end in ends:
        yield of("T10", NEVER_GOOD, "an end that is none", exp=end)
    yield of("T10", GOOD, "issued by a clock a second ahead", **{endpoint.issued: now + 1})
    yield of("T10", GOOD, "begun by a clock a second ahead", nbf=now + 1)
    yield of("T10", NEVER_GOOD, "begins tomorrow", nbf=now + 86400)
    named = endpoint.client[0]
    if named == "aud":
        yield _for(of("T8", NEVER_GOOD, "one audience of several", aud=[client, "other-rp"]), client)
    else:
        resource = "https://resource.example.com"
        several = of("T8", GOOD, "several audiences", aud=[client, resource], **{named: client})
        yield _for(several, client)
        other = of("T8", NEVER_GOOD, "issued to another, and meant for us", aud=[client, "x"], **{named: "other-rp"})
        yield _for(other, client)
    for text in _twice(question.token):
        told = question.but(token=Secret(text))
        yield Trial(rule="T14", question=told, allowed=NEVER_GOOD, how="generated: a claim given twice")


def _for(trial: Trial, client: str) -> Trial:
    return replace(trial, question=replace(trial.question, clients=(client,)))


def _of_signature(question: ReaderInput) -> Iterator[Trial]:
    token, strange = question.token, _strange_key()
    head, payload, signature = token.split(".")
    header = dict(read_header(token) or {})
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    other_claims = _b64(json.dumps({**read_claims(token), "jti": "another"}).encode())
    forged = [
        ("signature left out", f"{head}.{payload}."),
        ("signature left out", f"{head}.{payload}"),
        ("signature altered", f"{head}.{payload}.{flipped}"),
        ("claims altered", f"{head}.{other_claims}.{signature}"),
        ("signed by a stranger", signed(token, key=strange)),
        (
            "signed by a stranger who sends the key along",
            signed(token, {}, {"jwk": _key_set(strange)["keys"][0]}, strange),
        ),
    ]
    forged += [
        ("no algorithm", f"{_b64(json.dumps({**header, 'alg': algorithm}).encode())}.{payload}.")
        for algorithm in ("none", "None", "NONE", "")
    ]
    for secret in _public_forms():
        start = f"{_b64(json.dumps({**header, 'alg': 'HS256'}).encode())}.{payload}"
        mac = hmac.new(secret, start.encode(), hashlib.sha256).digest()
        forged.append(("the public key as a shared secret", f"{start}.{_b64(mac)}"))
    for what, text in forged:
        told = question.but(token=Secret(text))
        yield Trial(rule="T12", question=told, allowed=NEVER_GOOD, how=f"generated: {what}")
    strange_set = Response(200, {}, json.dumps(_key_set(strange)).encode())
    elsewhere = signed(token, {}, {"jku": f"{STRANGE_ISSUER}/keys"}, strange)
    sent = {"issuer": STRANGE_ISSUER, "client_id": "app-of-a-stranger", "jwks_uri": f"{STRANGE_ISSUER}/keys"}
    his = signed(token, {"iss": STRANGE_ISSUER, **dict.fromkeys(("aud", "azp"), "app-of-a-stranger")}, {}, strange)
    for text in (elsewhere, his):
        told = replace(question.but(token=Secret(text)), sent=sent, offered={"keys": strange_set})
        yield Trial(rule="T17", question=told, allowed=NEVER_GOOD, how="generated: the sender names issuer and keys")


def _of_keys(question: ReaderInput) -> Iterator[Trial]:
    def told(keys: Sequence[Mapping[str, Any]]) -> ReaderInput:
        return question.heard(keys=Response(200, {}, json.dumps({"keys": keys}).encode()))

    held = question.answers["keys"]
    own: list[Mapping[str, Any]] = [] if held is None else json.loads(held.body)["keys"]
    strange = _key_set(_strange_key())["keys"]
    another = [{**each, "kid": "another-key"} for each in strange]
    unnamed = [{name: value for name, value in each.items() if name not in ("alg", "use")} for each in own]
    for keys in ([*another, *own], [*own, *another], unnamed):
        yield Trial(rule="T13", question=told(keys), allowed=GOOD, how="generated: the key is one of the set")
    for keys in ([*another], [*strange]):
        yield Trial(
            rule="T13",
            question=told(keys),
            allowed=NEVER_GOOD,
            how="generated: the set of another issuer",
            before=(question,),
        )
    rotated = told([*strange]).but(token=Secret(signed(question.token, key=_strange_key())))
    yield Trial(
        rule="T13", question=rotated, allowed=GOOD, how="generated: its own key of that name", before=(question,)
    )


def signed(
    token: str,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
    key: Any = None,
) -> str:
    """A token with other claims and header members, signed anew: by the simulated issuers' key if none is given.

    A claim that is None is left out.
    """
    changed = {**read_claims(token), **(claims or {})}
    kept = {name: value for name, value in changed.items() if value is not None}
    return _jws({**(read_header(token) or {}), **(header or {})}, json.dumps(kept), key or _world().key)


def _key_set(key: Any) -> dict[str, Any]:
    """A key set (RFC 7517) that holds the key under the name that the simulated issuers' key has."""
    numbers = key.public_key().public_numbers()
    name = (read_header(_world().token(_a_signer(), "valid")) or {}).get("kid")
    return {
        "keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": _number(numbers.n), "e": _number(numbers.e)}
        ]
    }


def _a_signer() -> str:
    return next(name for name in names() if isinstance(providers.get(name).debug, SignedToken))


def _jws(header: Mapping[str, Any], payload: str, key: Any) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    start = f"{_b64(json.dumps(header).encode())}.{_b64(payload.encode())}"
    return f"{start}.{_b64(key.sign(start.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _twice(token: str) -> Iterator[str]:
    """The token with one claim given twice, signed by its issuer."""
    claims = read_claims(token)
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in claims.items()]
    for name in ("iss", "aud", "sub", "exp"):
        if name in claims:
            again = f"{json.dumps(name)}: {json.dumps(claims[name])}"
            yield _jws(read_header(token) or {}, "{" + ", ".join([*members, again]) + "}", _world().key)


@cache
def _strange_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public_forms() -> tuple[bytes, ...]:
    """The issuers' public key in the forms in which it may be at hand."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = _world().key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem, pem.strip(), public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _filled(form: str, ask: Question) -> str:
    return re.sub(r"\{(\w+)\}", lambda hole: ask.credential(hole[1]) or "", form)


def _number(number: int) -> str:
    return _b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
