"""Tests of asking about many tokens: over real sockets, and for pauses with a fake clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from urllib.parse import parse_qs

import httpx
import pytest
from support.fake_clock import run_with_fake_clock
from support.fake_server import GOOD as GOOD_BODY
from support.fake_server import SECRET, http_response

from idp_checks import Question, UnknownProvider, UsageError
from idp_checks.live import bulk, throttle
from idp_checks.live.bulk import Answer, introspect_many

GOOD = {**GOOD_BODY, "client_id": "client-a"}
FAKE_URL = "https://op.example.com"


class Issuer:
    """A server in the test's event loop; ``respond(token)`` returns bytes, or None to close the connection."""

    def __init__(self, respond):
        self.respond = respond
        self.tokens = []
        self.connection_count = 0
        self.parallel = self.most_parallel = 0
        self._tasks = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connection_count += 1
        self._tasks.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), contextlib.closing(writer):
            await self.converse(reader, writer)

    async def converse(self, reader, writer):
        while True:
            token = await receive_token(reader)
            self.tokens.append(token)
            self.parallel += 1
            self.most_parallel = max(self.most_parallel, self.parallel)
            await asyncio.sleep(0)
            self.parallel -= 1
            response = self.respond(token)
            if response is None:
                break
            writer.write(response)
            await writer.drain()


async def receive_token(reader):
    """Read a request, and return its token."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length"))
    return parse_qs((await reader.readexactly(length)).decode())["token"][0]


class FakeIssuer(httpx.AsyncBaseTransport):
    """A transport for the fake clock; ``respond(token, time)`` returns status, headers and body, or raises.

    ``requests`` are tokens with the time of their request.
    """

    def __init__(self, respond, seconds=0.0):
        self.respond = respond
        self.seconds = seconds
        self.requests = []

    async def handle_async_request(self, request):
        token = parse_qs(request.content.decode())["token"][0]
        now = asyncio.get_running_loop().time()
        self.requests.append((token, now))
        await asyncio.sleep(self.seconds)
        status, headers, body = self.respond(token, now)
        return httpx.Response(status, headers=headers, json=body)


def make_question(url, number, **options):
    """Return a question about a numbered token."""
    options = {"client_id": "client-a", "client_secret": SECRET, "issuer_url": url, **options}
    return Question(provider="oauth2", token=f"canary-token-{number}", **options)


async def collect(questions, **options):
    """Return all answers."""
    options = {"timeout": 30.0, "rate": 10_000, **options}
    return [answer async for answer in introspect_many(questions, **options)]


def ask_fake_issuer(issuer, count, **options):
    """Ask a fake issuer about several tokens, and return the answers."""
    questions = (make_question(FAKE_URL, number) for number in range(count))
    return run_with_fake_clock(collect(questions, **{"transport": issuer, "timeout": 3.0, **options}))


@pytest.mark.slow
def test_every_question_gets_its_answer_over_reused_connections():
    """A thousand questions use no more connections than the concurrency allows."""

    async def run():
        async with Issuer(lambda token: http_response({**GOOD, "sub": token})) as issuer:
            questions = (make_question(issuer.url, number, tag=number) for number in range(1000))
            return await collect(questions, concurrency=16), issuer

    answers, issuer = asyncio.run(run())
    assert sorted(answer.question.tag for answer in answers) == list(range(1000))
    assert all(answer.introspection.good for answer in answers)
    assert len(issuer.tokens) == 1000
    assert issuer.connection_count <= 16
    assert issuer.most_parallel <= 16


def test_answers_belong_to_their_questions():
    """The issuer's statement about one token never appears in the answer about another."""

    def respond(token):
        return http_response({**GOOD, "sub": str(int(token.rpartition("-")[2]) * 7)})

    async def run():
        async with Issuer(respond) as issuer:
            questions = (make_question(issuer.url, number, tag=number) for number in range(300))
            return await collect(questions, concurrency=32)

    assert all(answer.introspection.subject == str(answer.question.tag * 7) for answer in asyncio.run(run()))


@pytest.mark.slow
def test_repeated_question_is_asked_once():
    """Tokens that repeat near or far apart are asked about once; another client's question is another question."""

    def list_questions(url):
        for turn in range(5):
            for number in range(700):
                yield make_question(url, number, tag=(turn, number))
        for number in range(10):
            yield make_question(url, number, client_id="client-b", tag=("b", number))

    async def run():
        async with Issuer(lambda token: http_response(GOOD)) as issuer:
            return await collect(list_questions(issuer.url)), issuer

    answers, issuer = asyncio.run(run())
    assert len(answers) == 3510
    counts = Counter(issuer.tokens)
    assert {counts[f"canary-token-{number}"] for number in range(10)} == {2}
    assert {counts[f"canary-token-{number}"] for number in range(10, 700)} == {1}
    results = [answer.introspection for answer in answers if answer.question.tag[0] != "b"]
    assert all(result.good and result.exchange.response["json"]["client_id"] == "client-a" for result in results)
    other_results = [answer.introspection for answer in answers if answer.question.tag[0] == "b"]
    assert {result.reason for result in other_results} == {"wrong_client"}


def test_questions_are_read_as_answers_are_taken():
    """Of an endless source, only a window of questions is read, and nothing is asked after the caller stops."""
    read_count = 0

    async def run():
        nonlocal read_count

        def list_forever(url):
            nonlocal read_count
            while True:
                read_count += 1
                yield make_question(url, read_count)

        async with Issuer(lambda token: http_response(GOOD)) as issuer:
            answers = introspect_many(list_forever(issuer.url), rate=10_000)
            async with contextlib.aclosing(answers):
                for number in range(1, 101):
                    assert isinstance(await anext(answers), Answer)
                    await asyncio.sleep(0)
                    assert read_count <= number + bulk.WINDOW + 1
            await asyncio.sleep(0.05)
            request_count = len(issuer.tokens)
            await asyncio.sleep(0.05)
            assert len(issuer.tokens) == request_count

    asyncio.run(run())


def test_questions_are_accepted_in_every_form():
    """They may be questions, mappings or pairs, from an asynchronous source."""

    async def list_questions(url):
        yield make_question(url, 1)
        await asyncio.sleep(0.01)
        yield {
            "provider": "oauth2",
            "token": "canary-token-2",
            "client_id": "client-a",
            "client_secret": SECRET,
            "issuer_url": url,
        }
        yield ("samlp", "canary-token-3")

    async def run():
        async with Issuer(lambda token: http_response(GOOD)) as issuer:
            return await collect(list_questions(issuer.url))

    reasons = sorted((answer.question.provider, answer.introspection.reason) for answer in asyncio.run(run()))
    assert reasons == [("oauth2", "ok"), ("oauth2", "ok"), ("samlp", "not_stated")]


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (("no-such-provider", "x"), UnknownProvider),
        (("github",), UsageError),
        (("github", 7), UsageError),
        ({"provider": "github"}, UsageError),
        ({"provider": "github", "token": "x", "issuer_url": "http://192.0.2.1"}, UsageError),
        (7, UsageError),
    ],
)
def test_invalid_question_ends_the_run(item, error):
    """The error message does not contain the token."""
    with pytest.raises(error) as caught:
        asyncio.run(collect([item]))
    assert "canary" not in str(caught.value)


def test_retry_after_pauses_all_questions():
    """After a 429 no request is sent until the pause is over; then all questions are answered."""
    pauses = []

    def respond(token, now):
        if not pauses:
            pauses.append(now)
            return 429, {"retry-after": "1"}, {"error": "slow down"}
        return 200, {}, GOOD

    issuer = FakeIssuer(respond, seconds=0.02)
    answers = ask_fake_issuer(issuer, 60, concurrency=4)
    assert all(answer.introspection.good for answer in answers)
    later = [time for _, time in issuer.requests if time > pauses[0] + 0.1]
    assert min(later) >= pauses[0] + 1.0
    assert len(later) >= 50


@pytest.mark.parametrize(("pause", "timeout"), [(1, 3.0), (9, 2.0)])
def test_retry_waits_for_a_pause_that_another_question_received(pause, timeout):
    """A retry is sent after the pause, or not at all if the pause lasts past the deadline."""

    def respond(token, now):
        if sum(name == token for name, _ in issuer.requests) > 1:
            return 200, {}, GOOD
        if token.endswith("0"):
            return 503, {}, {}
        return 429, {"retry-after": str(pause)}, {}

    issuer = FakeIssuer(respond)
    answers = ask_fake_issuer(issuer, 2, concurrency=2, patience=0.5, timeout=timeout)
    results = {answer.question.token.reveal()[-1]: answer.introspection for answer in answers}
    times = {name: [time for token, time in issuer.requests if token.endswith(name)] for name in "01"}
    if pause < timeout:
        assert results["0"].good
        assert times["0"][1] >= times["1"][0] + pause
    else:
        assert (results["0"].active, results["0"].reason) == (None, "issuer_error")
        assert len(times["0"]) == 1


def test_cancellation_in_the_transport_ends_the_run():
    """A transport that raises ``CancelledError`` does not leave the caller waiting."""

    class CancelledTransport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        ask_fake_issuer(CancelledTransport(), 3)


def test_pause_beyond_the_patience_ends_the_questions():
    """``Retry-After`` of a year: the other questions are not sent, and there is one notice."""
    notices = []
    issuer = FakeIssuer(lambda token, now: (429, {"retry-after": "31536000"}, {}))
    answers = ask_fake_issuer(issuer, 200, concurrency=2, patience=1.0, notice=notices.append)
    results = [answer.introspection for answer in answers]
    assert {(result.active, result.reason) for result in results} == {(None, "rate_limited")}
    assert len(issuer.requests) <= 4
    assert any("not sent" in result.detail for result in results)
    assert notices == [f"oauth2 ({FAKE_URL}): pausing for 86400 s, as the issuer requested (Retry-After)"]


def lose_connection(token, now):
    """Fail as if the issuer closed the connection."""
    raise httpx.ReadError("gone")


def test_down_issuer_is_not_asked_further():
    """After some failures the other questions are not sent, and there is one notice."""
    notices = []
    issuer = FakeIssuer(lose_connection)
    answers = ask_fake_issuer(issuer, 2000, patience=0.5, notice=notices.append)
    results = [answer.introspection for answer in answers]
    assert len(results) == 2000
    assert {(result.active, result.reason) for result in results} == {(None, "network")}
    assert sum("not sent" in result.detail for result in results) > 1900
    assert len(issuer.requests) < 100
    (notice,) = notices
    assert notice.startswith(f"oauth2 ({FAKE_URL}): down since ")
    assert "canary" not in notice


def test_recovered_issuer_is_asked_again():
    """Questions wait while the issuer is down, and few are lost."""
    notices, up_at = [], 1001.5

    def respond(token, now):
        return (200, {}, GOOD) if now > up_at else lose_connection(token, now)

    issuer = FakeIssuer(respond)
    answers = ask_fake_issuer(issuer, 300, patience=20.0, notice=notices.append)
    assert issuer.requests[0][1] < up_at, "the issuer is down at first"
    unanswered = [answer for answer in answers if not answer.introspection.good]
    assert len(unanswered) <= 4 * throttle.FAILURE_LIMIT
    assert len(notices) == 2
    assert "down since" in notices[0]
    assert "responding again" in notices[1]


def test_rate_is_limited():
    """At 40 requests a second, 100 questions take 1.5 s: the first 40 may be sent at once."""
    issuer = FakeIssuer(lambda token, now: (200, {}, GOOD))
    ask_fake_issuer(issuer, 100, rate=40)
    seconds = issuer.requests[-1][1] - issuer.requests[0][1]
    assert 1.4 <= seconds <= 2.0


def test_data_after_a_response_is_never_read_as_the_next_one():
    """A connection with data after a response is closed, and the next question uses a new connection."""

    def respond(token):
        if token.endswith("-0"):
            return http_response({"active": False}) + http_response(GOOD)
        return http_response({"active": False})

    async def run():
        async with Issuer(respond) as issuer:
            answers = []
            for number in range(3):
                answers += await collect([make_question(issuer.url, number)], concurrency=1)
            questions = (make_question(issuer.url, number) for number in range(50))
            answers += await collect(questions, concurrency=1)
            return answers, issuer

    answers, issuer = asyncio.run(run())
    assert {answer.introspection.active for answer in answers} == {False}
    assert issuer.connection_count >= 3 + 2


@pytest.mark.slow
def test_late_data_on_an_idle_connection_is_never_read():
    """Data that arrives between two questions closes the connection."""

    class LateIssuer(Issuer):
        async def converse(self, reader, writer):
            while True:
                await receive_token(reader)
                writer.write(http_response({"active": False}))
                await writer.drain()
                await asyncio.sleep(0.02)
                writer.write(http_response(GOOD))
                await writer.drain()

    async def list_slowly(url):
        for number in range(4):
            yield make_question(url, number)
            await asyncio.sleep(0.3)

    async def run():
        async with LateIssuer(None) as issuer:
            return await collect(list_slowly(issuer.url), concurrency=1), issuer

    answers, issuer = asyncio.run(run())
    assert [answer.introspection.active for answer in answers] == [False] * 4
    assert issuer.connection_count == 4


def test_repr_of_question_and_answer_shows_no_secret():
    """Token and client secret appear in neither."""

    async def run():
        async with Issuer(lambda token: http_response({**GOOD, "token": token, "sub": token})) as issuer:
            return await collect([make_question(issuer.url, 1)])

    (answer,) = asyncio.run(run())
    assert "canary" not in f"{answer!r} {answer.question!r} {json.dumps(answer.introspection.to_dict())}"
    assert answer.introspection.exchanges


def test_lone_surrogates_in_a_question_are_accepted():
    """The question is asked, and its record can be encoded."""
    half = "\ud83d"
    options = {
        "client_id": f"client{half}",
        "client_secret": f"{SECRET}{half}",
        "subject": half,
        "credentials": {"x": half},
    }

    async def run():
        async with Issuer(lambda token: http_response(GOOD)) as issuer:
            return await collect(
                [
                    make_question(issuer.url, 1, **options),
                    make_question(issuer.url, 1, **{**options, "subject": "\ude00"}),
                ]
            )

    answers = asyncio.run(run())
    assert [answer.introspection.reason for answer in answers] == ["wrong_client"] * 2
    for answer in answers:
        record = json.dumps(answer.introspection.to_dict(), ensure_ascii=False).encode()
        assert b'"client?"' in record
        assert SECRET.encode() not in record
