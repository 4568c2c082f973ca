"""Asking about many tokens over real sockets: each once, as they come, in bounded memory, and no faster than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from urllib.parse import parse_qs

import httpx
import pytest

from idp_checks import UnknownProvider
from idp_checks import UsageError
from idp_checks.live import bulk
from idp_checks.live import throttle as gate
from idp_checks.live.bulk import Answer
from idp_checks.live.bulk import Question
from idp_checks.live.bulk import introspect_many
from idp_checks.tokens.endpoint import Reading
from idp_checks.live.throttle import Throttle

SECRET = "canary-s3cret/+with=signs~0123456789abcdef"
GOOD = {"active": True, "client_id": "client-a", "sub": "700042", "exp": int(time.time()) + 3600}


def http(body, status="200 OK", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    table = {"content-type": "application/json", "content-length": len(data), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in table.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + data


class Issuer:
    """A server in the test's own loop. ``answer(token)`` gives the bytes of an answer, or None to break off."""

    def __init__(self, answer):
        self.answer = answer
        self.tokens = []
        self.times = []
        self.connections = 0
        self.under_way = self.most = 0
        self.pause = 0.0
        self._serving = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._serving.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), contextlib.closing(writer):
            await self._converse(reader, writer)

    async def _converse(self, reader, writer):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            token = parse_qs((await reader.readexactly(length)).decode())["token"][0]
            self.tokens.append(token)
            self.times.append(time.monotonic())
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(self.pause)
            self.under_way -= 1
            said = self.answer(token)
            if said is None:
                break
            writer.write(said)
            await writer.drain()


def question(issuer, token, **more):
    given = {"client_id": "client-a", "client_secret": SECRET, "issuer_url": issuer.url, **more}
    return Question(provider="oauth2", token=f"canary-token-{token}", **given)


async def every(questions, **more):
    return [each async for each in introspect_many(questions, **{"timeout": 3.0, "rate": 10_000, **more})]


def test_every_question_has_its_answer_and_connections_are_used_again():
    """A thousand questions: a thousand answers, each to its own token, over no more connections than run side by side."""

    def answer(token):
        return http({**GOOD, "sub": token})

    async def run():
        async with Issuer(answer) as issuer:
            found = await every((question(issuer, number, tag=number) for number in range(1000)), concurrency=16)
            return found, issuer

    found, issuer = asyncio.run(run())
    assert sorted(each.question.tag for each in found) == list(range(1000))
    assert all(each.introspection.good for each in found)
    assert len(issuer.tokens) == 1000
    assert issuer.connections <= 16
    assert issuer.most <= 16


def test_answers_belong_to_their_questions():
    """What the issuer states of one token never stands in the answer about another."""

    def answer(token):
        return http({**GOOD, "sub": str(int(token.rpartition("-")[2]) * 7)})

    async def run():
        async with Issuer(answer) as issuer:
            return await every((question(issuer, number, tag=number) for number in range(300)), concurrency=32)

    assert all(each.introspection.subject == str(each.question.tag * 7) for each in asyncio.run(run()))


def test_the_same_question_is_put_once_however_often_and_however_late_it_comes():
    """Every token stands many times in the list, near and far apart; another client's question is another question."""

    def listed(issuer):
        for turn in range(5):
            for number in range(700):
                yield question(issuer, number, tag=(turn, number))
        for number in range(10):
            yield question(issuer, number, client_id="client-b", tag=("b", number))

    async def run():
        async with Issuer(lambda token: http(GOOD)) as issuer:
            return await every(listed(issuer)), issuer

    found, issuer = asyncio.run(run())
    assert len(found) == 3510
    counts = Counter(issuer.tokens)
    assert {counts[f"canary-token-{number}"] for number in range(10)} == {2}
    assert {counts[f"canary-token-{number}"] for number in range(10, 700)} == {1}
    ours = [each.introspection for each in found if each.question.tag[0] != "b"]
    assert all(each.good and each.exchange.response["json"]["client_id"] == "client-a" for each in ours)
    others = [each.introspection for each in found if each.question.tag[0] == "b"]
    assert {each.reason for each in others} == {"wrong_client"}


def test_questions_are_read_no_faster_than_answers_are_taken():
    """Of an endless list only so many questions are taken as are held at a time."""
    taken = 0

    async def run():
        nonlocal taken

        def endless(issuer):
            nonlocal taken
            while True:
                taken += 1
                yield question(issuer, taken)

        async with Issuer(lambda token: http(GOOD)) as issuer:
            answers = introspect_many(endless(issuer), rate=10_000)
            async with contextlib.aclosing(answers):
                for number in range(1, 101):
                    assert isinstance(await anext(answers), Answer)
                    await asyncio.sleep(0)
                    assert taken <= number + bulk.WINDOW + 1
            await asyncio.sleep(0.05)
            asked = len(issuer.tokens)
            await asyncio.sleep(0.05)
            assert len(issuer.tokens) == asked, "nothing is asked after the caller has gone"

    asyncio.run(run())


def test_questions_may_come_by_and_by_and_in_every_form():
    """From an asynchronous source; as a question, by names, or as provider and token alone."""

    async def source(issuer):
        yield question(issuer, 1)
        await asyncio.sleep(0.01)
        yield {
            "provider": "oauth2",
            "token": "canary-token-2",
            "client_id": "client-a",
            "client_secret": SECRET,
            "issuer_url": issuer.url,
        }
        yield ("samlp", "canary-token-3")

    async def run():
        async with Issuer(lambda token: http(GOOD)) as issuer:
            return await every(source(issuer))

    reasons = sorted((each.question.provider, each.introspection.reason) for each in asyncio.run(run()))
    assert reasons == [("oauth2", "ok"), ("oauth2", "ok"), ("samlp", "not_stated")]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (("no-such-provider", "x"), UnknownProvider),
        (("github",), UsageError),
        ({"provider": "github"}, UsageError),
        ({"provider": "github", "token": "x", "issuer_url": "http://192.0.2.1"}, UsageError),
        (7, UsageError),
    ],
)
def test_what_is_no_question_is_an_error_that_says_so(asked, error):
    """It ends the run, and shows no token."""
    with pytest.raises(error) as caught:
        asyncio.run(every([asked]))
    assert "canary" not in str(caught.value)


def test_what_the_issuer_asks_of_one_holds_for_all():
    """After an answer 429 with Retry-After nobody asks that issuer until the time has passed; then all are answered."""
    throttled = []

    def answer(token):
        if not throttled:
            throttled.append(time.monotonic())
            return http({"error": "slow down"}, "429 Too Many Requests", retry_after=1)
        return http(GOOD)

    async def run():
        async with Issuer(answer) as issuer:
            issuer.pause = 0.02
            found = await every((question(issuer, number) for number in range(60)), concurrency=4)
            return found, issuer

    found, issuer = asyncio.run(run())
    assert all(each.introspection.good for each in found)
    after = [at for at in issuer.times if at > throttled[0] + 0.1]
    assert min(after) >= throttled[0] + 0.95, "nobody asked before the time had passed"
    assert len(after) >= 50


@pytest.mark.parametrize(("pause", "timeout"), [(1, 3.0), (9, 2.0)])
def test_who_tries_again_waits_too_for_what_the_issuer_asked_of_another(pause, timeout):
    """One question is to be tried again when another is told to wait: it waits as long, or keeps the answer it has."""
    times = {"1": [], "2": []}

    def answer(token):
        number = token[-1]
        times[number].append(time.monotonic())
        if len(times[number]) > 1:
            return http(GOOD)
        if number == "1":
            return http({}, "503 Service Unavailable")
        return http({}, "429 Too Many Requests", retry_after=pause)

    async def run():
        async with Issuer(answer) as issuer:
            return await every(
                (question(issuer, number) for number in (1, 2)), concurrency=2, patience=0.5, timeout=timeout
            )

    started = time.monotonic()
    found = {each.question.token[-1]: each.introspection for each in asyncio.run(run())}
    if pause < timeout:
        assert found["1"].good
        assert times["1"][1] >= times["2"][0] + 0.95 * pause
    else:
        assert (found["1"].active, found["1"].reason) == (None, "issuer_error")
        assert len(times["1"]) == 1
        assert time.monotonic() - started < timeout, "what cannot be waited for is not"


@pytest.mark.parametrize("again", [False, True])
def test_who_waits_for_a_turn_hears_that_the_issuer_is_to_be_left_alone(again):
    """The issuer asks for a pause while somebody waits for the rate to allow a request: it is not sent before."""

    async def run():
        door = Throttle("x", concurrency=9, limit=(1, 0.2), patience=5.0, notice=print)
        loop = asyncio.get_running_loop()
        await door.turn()
        waiting = asyncio.create_task(door.pace(loop.time() + 5.0) if again else door.turn())
        await asyncio.sleep(0.05)
        held = loop.time()
        door.hold(0.8)
        assert not await waiting
        return loop.time() - held

    assert asyncio.run(run()) >= 0.75


def test_a_call_given_up_by_the_transport_ends_the_run():
    """A transport that lets itself be cancelled: the run ends with that, and nobody waits for ever."""

    class Leaving(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise asyncio.CancelledError

    async def run():
        given = {"client_id": "client-a", "client_secret": SECRET, "issuer_url": "https://op.example.com"}
        asked = [Question(provider="oauth2", token=f"canary-token-{number}", **given) for number in range(3)]
        async with asyncio.timeout(5):
            return await every(asked, transport=Leaving())

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_an_absurd_pause_is_not_waited_for():
    """Retry-After of a year: the others are not asked, and told that the issuer wants to be left alone."""
    notices = []

    async def run():
        async with Issuer(lambda token: http({}, "429 Too Many Requests", retry_after=31_536_000)) as issuer:
            found = await every(
                (question(issuer, number) for number in range(200)), concurrency=2, patience=1.0, notice=notices.append
            )
            return found, issuer

    found, issuer = asyncio.run(run())
    assert {(each.introspection.active, each.introspection.reason) for each in found} == {(None, "rate_limited")}
    assert len(issuer.tokens) <= 4
    assert any("not asked" in each.introspection.detail for each in found)
    assert [each.rpartition(": ")[2] for each in notices] == ["asks to be left alone for 86400 s"]


def test_who_was_under_way_does_not_end_a_pause():
    """A good answer to a question that was sent before the issuer asked to wait lets nobody in any sooner."""

    async def run():
        door = Throttle("x", concurrency=9, limit=(1000, 1.0), patience=5.0, notice=print)
        door.hold(1.0)
        door.heard(Reading(active=True, reason="ok"))
        started = time.monotonic()
        refused = await door.turn()
        waited = time.monotonic() - started
        door.hold(6.0)
        door.heard(Reading(active=True, reason="ok"))
        return refused, waited, await door.turn()

    refused, waited, left = asyncio.run(run())
    assert refused is None
    assert waited >= 0.95
    assert (left.active, left.reason) == (None, "rate_limited")


def test_an_issuer_that_is_down_is_left_alone_and_that_is_said_once():
    """After some questions without an answer the others are not sent; each has its reason, and there is one notice."""
    notices = []

    async def run():
        async with Issuer(lambda token: None) as issuer:
            started = time.monotonic()
            found = await every(
                (question(issuer, number) for number in range(2000)), patience=0.5, notice=notices.append
            )
            return found, issuer, time.monotonic() - started

    found, issuer, seconds = asyncio.run(run())
    assert len(found) == 2000
    assert {(each.introspection.active, each.introspection.reason) for each in found} == {(None, "network")}
    assert sum("not asked" in each.introspection.detail for each in found) > 1900
    assert len(issuer.tokens) < 100
    assert len(notices) == 1
    assert "does not answer" in notices[0]
    assert "canary" not in notices[0]
    assert seconds < 20


def test_an_issuer_that_comes_back_is_asked_again():
    """Questions are held while it is down, and answered once it is up: hardly one is lost."""
    notices = []
    started = time.monotonic()

    def answer(token):
        return http(GOOD) if time.monotonic() > started + 1.5 else None

    async def run():
        async with Issuer(answer) as issuer:
            return await every(
                (question(issuer, number) for number in range(300)), patience=20.0, notice=notices.append
            )

    found = asyncio.run(run())
    lost = [each for each in found if not each.introspection.good]
    assert len(lost) <= 4 * gate.TRIPS
    assert [("does not answer" in each, "answers again" in each) for each in notices] == [(True, False), (False, True)]


def test_no_more_a_second_than_the_caller_allows():
    """At 40 a second, 100 questions take at least a second and a half: the first 40 may come at once."""

    async def run():
        async with Issuer(lambda token: http(GOOD)) as issuer:
            started = time.monotonic()
            await every((question(issuer, number) for number in range(100)), rate=40)
            return time.monotonic() - started

    assert asyncio.run(run()) >= 1.4


def test_the_documented_limit_of_an_issuer_is_the_default():
    """Reddit documents 100 requests a minute for an application: of 130 questions, 30 are not sent within a second."""
    from idp_checks import providers

    endpoint = providers.get("reddit").debug
    assert endpoint.limit == (100, 60)

    async def run():
        passed = 0
        asker = bulk.Asker(bulk=True)
        door = asker.gate(asker.prepare(Question(provider="reddit", token=bulk.Secret("made-up-token"))))

        async def one():
            nonlocal passed
            await door.turn()
            passed += 1

        tasks = [asyncio.create_task(one()) for _ in range(130)]
        await asyncio.sleep(0.3)
        for task in tasks:
            task.cancel()
        return passed

    assert 100 <= asyncio.run(run()) <= 102


def test_a_surplus_is_not_the_answer_to_the_next_question():
    """What a server sends beyond its answer ends the connection: the next question is put on another one."""

    def answer(token):
        if token.endswith("-0"):
            return http({"active": False}) + http(GOOD)
        return http({"active": False})

    async def run():
        async with Issuer(answer) as issuer:
            found = []
            for number in range(3):
                found += await every([question(issuer, number)], concurrency=1)
            many = await every((question(issuer, number) for number in range(50)), concurrency=1)
            return found + many, issuer

    found, issuer = asyncio.run(run())
    assert {each.introspection.active for each in found} == {False}
    assert issuer.connections >= 3 + 2


def test_a_surplus_that_comes_late_is_not_read_either():
    """Bytes that arrive while a connection is idle end it before it is used again."""

    class Late(Issuer):
        async def _converse(self, reader, writer):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(http({"active": False}))
                await writer.drain()
                await asyncio.sleep(0.02)
                writer.write(http(GOOD))
                await writer.drain()

    async def slowly(issuer):
        for number in range(4):
            yield question(issuer, number)
            await asyncio.sleep(0.2)

    async def run():
        async with Late(None) as issuer:
            return await every(slowly(issuer), concurrency=1), issuer

    found, issuer = asyncio.run(run())
    assert [each.introspection.active for each in found] == [False] * 4
    assert issuer.connections == 4, "each question found its connection spoiled"


def test_no_secret_shows_in_a_question_or_an_answer():
    """Neither token nor client secret stands in the repr of what goes in or comes out."""

    async def run():
        async with Issuer(lambda token: http({**GOOD, "token": token, "sub": token})) as issuer:
            return await every([question(issuer, 1)])

    (answer,) = asyncio.run(run())
    shown = f"{answer!r} {answer.question!r} {json.dumps(answer.introspection.to_dict())}"
    assert "canary" not in shown
    assert answer.introspection.exchanges


def test_a_text_that_nobody_can_write_down_is_an_ordinary_text():
    """Half of a surrogate pair in what the caller gives: the question is asked, and the record can be written."""
    half = "\ud83d"
    given = {
        "client_id": f"client{half}",
        "client_secret": f"{SECRET}{half}",
        "subject": half,
        "credentials": {"x": half},
    }

    async def run():
        async with Issuer(lambda token: http(GOOD)) as issuer:
            return await every([question(issuer, 1, **given), question(issuer, 1, **{**given, "subject": "\ude00"})])

    found = asyncio.run(run())
    assert [each.introspection.reason for each in found] == ["wrong_client"] * 2
    for each in found:
        record = json.dumps(each.introspection.to_dict(), ensure_ascii=False).encode()
        assert b'"client?"' in record
        assert SECRET.encode() not in record


def test_the_answers_are_kept_without_tokens_and_with_their_record():
    """What is kept for questions that come again is named by a keyed digest, and reads back as it was."""
    seen = bulk._Seen()
    heard = bulk.IssuerReply(Reading(active=True, reason="ok", scopes=("a", "b")), bulk_now(), ())
    for number in range(600):
        seen.put(number.to_bytes(16, "big"), heard)
    assert seen.get((3).to_bytes(16, "big")) == heard
    assert seen.get((599).to_bytes(16, "big")) == heard
    assert seen.get((600).to_bytes(16, "big")) is None
    seen.close()


def bulk_now():
    from idp_checks.clock import utc_now

    return utc_now()


def test_who_was_under_way_does_not_lengthen_the_pause():
    """Only the one that tries an issuer that is down makes the next pause longer, however many others fail meanwhile."""

    async def run():
        door = Throttle("x", concurrency=9, limit=(1000, 1.0), patience=60.0, notice=lambda said: None)
        gone = Reading(active=None, reason="network", detail="gone")
        for _ in range(gate.TRIPS + 10):
            door.heard(gone)
        started = time.monotonic()
        assert await door.turn() is None
        first = time.monotonic() - started
        door.heard(gone)
        assert await door.turn() is None
        return first, time.monotonic() - started - first

    first, second = asyncio.run(run())
    assert gate.FIRST_PAUSE - 0.05 <= first < 2 * gate.FIRST_PAUSE
    assert gate.FIRST_PAUSE - 0.05 <= second < 4 * gate.FIRST_PAUSE


def test_who_gives_up_trying_leaves_it_to_the_next():
    """A question that is cancelled while it waits to try an issuer that is down does not keep the others out."""

    async def run():
        door = Throttle("x", concurrency=9, limit=(1, 2.0), patience=60.0, notice=lambda said: None)
        await door.turn()
        for _ in range(gate.TRIPS):
            door.heard(Reading(active=None, reason="network", detail="gone"))
        first = asyncio.create_task(door.turn())
        await asyncio.sleep(gate.FIRST_PAUSE + 0.1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return await asyncio.wait_for(door.turn(), 10.0)

    assert asyncio.run(run()) is None


def test_one_at_a_time_tries_an_issuer_that_is_down():
    """While it is down, a single question goes through after the pause, and the others wait for what comes of it."""

    async def run():
        notices = []
        door = Throttle("x", concurrency=9, limit=(1000, 1.0), patience=60.0, notice=notices.append)
        for _ in range(gate.TRIPS):
            door.heard(Reading(active=None, reason="network", detail="gone"))
        waiting = [asyncio.create_task(door.turn()) for _ in range(5)]
        await asyncio.sleep(gate.FIRST_PAUSE + 0.2)
        through = sum(each.done() for each in waiting)
        door.heard(Reading(active=True, reason="ok"))
        await asyncio.sleep(0.05)
        return through, [each.result() for each in waiting], notices

    through, results, notices = asyncio.run(run())
    assert through == 1
    assert results == [None] * 5
    assert len(notices) == 2
