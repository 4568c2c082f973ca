"""Asks the hostile issuers of a family about every behavior, one question at a time and in bulk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from msgspec.structs import replace

from idp_checks.issuers.hostile import BEHAVIORS
from idp_checks.live.asker import Asker
from idp_checks.live.bulk import introspect_many
from idp_checks.live.loop import run_sync
from idp_checks.selftest.hostile.families import EXPECTED_GOOD, EXPIRED
from idp_checks.selftest.hostile.servers import TRUSTED_TLS, FamilyServers, trust_authority
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import DECIDED, UNDECIDED

__all__ = [
    "ASK_FUNCTIONS",
    "MAX_DELAY",
    "STALL_TIMEOUT",
    "TIMEOUT",
    "FamilyOutcomes",
    "Questions",
    "SurveyOutcome",
    "ask_in_bulk",
    "ask_singly",
    "find_faults",
    "survey_family",
]

STALL_TIMEOUT = 0.6
"""Deadline of a question to an issuer that stalls, in seconds."""
TIMEOUT = 20.0
"""Deadline of any other question: long enough that a busy machine does not look like a stalled issuer."""
MAX_DELAY = 1.0
"""Seconds that a result may come after the deadline."""
PATIENCE = 0.2
CONCURRENCY = 24

Questions: TypeAlias = Mapping[str | None, Question]
"""Questions by behavior; None for the unaltered response."""


class SurveyOutcome(NamedTuple):
    """The result of one question."""

    active: bool | None
    good: bool
    reason: str
    seconds: float


Outcomes: TypeAlias = dict[str | None, SurveyOutcome]
AskFunction: TypeAlias = Callable[[Questions], Coroutine[Any, Any, Outcomes]]


class FamilyOutcomes(NamedTuple):
    """The results of a family.

    Attributes:
        unaltered: the results of the unaltered responses, over plain HTTP and over TLS.
        altered: the results by behavior.
        theft_count: connections to a thief, and requests over TLS that must not be trusted.
    """

    unaltered: list[SurveyOutcome]
    altered: dict[str, SurveyOutcome]
    theft_count: int


async def ask_singly(questions: Questions, **options: Any) -> Outcomes:
    """Ask each question over a separate connection, like ``introspect``."""
    semaphore, outcomes = asyncio.Semaphore(CONCURRENCY), {}

    async def ask(asker: Asker, behavior: str | None, question: Question) -> None:
        async with semaphore:
            start = time.monotonic()
            try:
                result = await asker.ask(question)
            except Exception as error:  # noqa: BLE001 - an exception is an outcome
                reason = f"raised {type(error).__name__}"
                outcomes[behavior] = SurveyOutcome(None, good=False, reason=reason, seconds=time.monotonic() - start)
            else:
                outcomes[behavior] = _outcome(result, start)

    async def ask_all(timeout: float, some: Questions) -> None:  # noqa: ASYNC109 - the deadline of one question
        async with Asker(timeout=timeout, notice=_ignore, **options) as asker:
            await asyncio.gather(*(ask(asker, behavior, question) for behavior, question in some.items()))

    for timeout, some in _group_by_timeout(questions):
        await ask_all(timeout, some)
    return outcomes


async def ask_in_bulk(questions: Questions) -> Outcomes:
    """Ask all questions with ``introspect_many``, over connections that are reused."""
    semaphore = asyncio.Semaphore(CONCURRENCY)
    starts: dict[str | None, float] = {}
    outcomes: Outcomes = {}

    async def feed(some: Questions) -> AsyncIterator[Question]:
        for behavior, question in some.items():
            await semaphore.acquire()
            starts[behavior] = time.monotonic()
            yield replace(question, tag=behavior)

    async def ask_all(timeout: float, some: Questions) -> None:  # noqa: ASYNC109 - the deadline of one question
        async for question, result in introspect_many(feed(some), timeout=timeout, patience=PATIENCE, notice=_ignore):
            semaphore.release()
            outcomes[question.tag] = _outcome(result, starts[question.tag])

    for timeout, some in _group_by_timeout(questions):
        await ask_all(timeout, some)
    return outcomes


ASK_FUNCTIONS: tuple[AskFunction, ...] = (ask_singly, ask_in_bulk)


def survey_family(
    family: str, ask: AskFunction = ask_singly, behaviors: Sequence[str] = (), *, servers: FamilyServers | None = None
) -> FamilyOutcomes:
    """Ask about every behavior of a family.

    Args:
        family: the name of the family.
        ask: the function that asks.
        behaviors: the behaviors; all that apply if not given.
        servers: the running servers of the family; started for this call if not given.
    """
    if servers is None:
        with FamilyServers(family) as own_servers:
            return survey_family(family, ask, behaviors, servers=own_servers)
    thefts = servers.theft_count
    questions = {name: servers.question(name) for name in (*(behaviors or servers.behaviors()), None, TRUSTED_TLS)}
    with trust_authority():
        outcomes = run_sync(ask(questions))
    unaltered = [outcomes.pop(None), outcomes.pop(TRUSTED_TLS)]
    altered = {name: outcome for name, outcome in outcomes.items() if name is not None}
    return FamilyOutcomes(unaltered, altered, servers.theft_count - thefts)


def find_faults(family: str, outcomes: Mapping[str, SurveyOutcome]) -> Iterator[str]:
    """Yield the outcomes of altered responses that are wrong."""
    for behavior, outcome in outcomes.items():
        is_expected_good = (behavior, family) in EXPECTED_GOOD
        if outcome.good and not is_expected_good:
            yield f"{behavior}: read as good"
        if not outcome.good and is_expected_good:
            yield f"{behavior}: not read as good ({outcome.reason})"
        if outcome.active is False and (behavior, outcome.reason) != (EXPIRED, "expired"):
            yield f"{behavior}: read as a denial ({outcome.reason})"
        if outcome.reason not in DECIDED | UNDECIDED:
            yield f"{behavior}: {outcome.reason}"
        if outcome.seconds > _timeout(behavior) + MAX_DELAY:
            yield f"{behavior}: took {outcome.seconds:.1f} s"


def _timeout(behavior: str | None) -> float:
    definition = BEHAVIORS.get(behavior or "")
    return STALL_TIMEOUT if definition is not None and definition.is_slow else TIMEOUT


def _group_by_timeout(questions: Questions) -> Iterator[tuple[float, Questions]]:
    """Yield the questions by deadline: floods must not delay the measured stalls, so they are asked afterwards."""
    for timeout in (STALL_TIMEOUT, TIMEOUT):
        yield timeout, {name: question for name, question in questions.items() if _timeout(name) == timeout}


def _outcome(result: Introspection, start: float) -> SurveyOutcome:
    return SurveyOutcome(result.active, result.good, result.reason, time.monotonic() - start)


def _ignore(_: str) -> None:
    pass
