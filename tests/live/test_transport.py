"""What becomes of the bytes of an answer, of faults on the way, and of answers that ask to come again."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import zlib
from datetime import UTC, datetime

import httpx
import pytest

from idp_checks.tokens.question import Question
from idp_checks.live import asker as live
from idp_checks.tokens.wire import Unreachable
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync

CAP = 1000
SHORT = b'{"active": true}'


class Chunks(httpx.AsyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, *chunks):
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


class Held(httpx.SyncByteStream):
    """A body that cannot be waited for."""

    def __iter__(self):
        yield SHORT


@pytest.fixture
def capped(monkeypatch):
    """Bodies are read up to a small cap."""
    monkeypatch.setattr(live, "MAX_BODY", CAP)


def read(response):
    return live._body(response, live._headers_of(response))


def body(*chunks, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return run_sync(read(httpx.Response(200, headers=headers, stream=Chunks(*chunks))))


def refused(response):
    """Why a body is not read: it is unparsable, in these words."""
    with pytest.raises(Unreachable) as caught:
        run_sync(read(response))
    assert caught.value.reason == "unparsable"
    return caught.value.detail


def streamed(*chunks, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused(httpx.Response(200, headers=headers, stream=Chunks(*chunks)))


@pytest.mark.parametrize("coding", [None, "", "identity", " Identity "])
def test_a_body_without_coding_is_taken_as_it_comes(coding):
    """However it is cut into pieces."""
    headers = {} if coding is None else {"content_encoding": coding}
    assert body(SHORT, **headers) == SHORT
    assert body(SHORT[:5], b"", SHORT[5:], **headers) == SHORT
    assert body(**headers) == b""


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(SHORT)),
        ("x-gzip", gzip.compress(SHORT)),
        (" GZip ", gzip.compress(SHORT)),
        ("deflate", zlib.compress(SHORT)),
        ("Deflate", zlib.compress(SHORT)),
    ],
    ids=["gzip", "x-gzip", "spaced", "deflate", "capital"],
)
def test_a_compressed_body_is_unpacked(coding, packed):
    """The codings that were asked for (RFC 9110, section 8.4.1), in any case, and in pieces of any size."""
    assert body(packed, content_encoding=coding) == SHORT
    assert body(*(bytes([each]) for each in packed), content_encoding=coding) == SHORT


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzipped", "none"])
def test_a_coding_that_was_not_asked_for_is_not_read(coding, in_words):
    """Nothing is known of what such a body says."""
    detail = streamed(SHORT, content_encoding=coding)
    assert in_words(detail)
    assert "coding" in detail


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        ([SHORT], "not compressed as it says"),
        ([gzip.compress(SHORT)[:-1]], "cut short"),
        ([gzip.compress(SHORT)[:-9]], "cut short"),
        ([], "cut short"),
        ([gzip.compress(SHORT), b"x"], "past its end"),
        ([gzip.compress(SHORT) + gzip.compress(SHORT)], "past its end"),
    ],
)
def test_a_body_that_is_not_what_its_coding_says_is_not_read(chunks, why, in_words):
    """Cut, spoiled, or with more behind it: none of it counts, though what came would read well."""
    detail = streamed(*chunks, content_encoding="gzip")
    assert in_words(detail)
    assert why in detail


@pytest.mark.usefixtures("capped")
@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("coding", ["identity", "gzip", "deflate", "whole"])
def test_a_body_is_read_up_to_the_cap(coding, parts, over):
    """A body of exactly so many bytes, after unpacking, is read; with one more it is not."""
    whole = b"x" * (CAP + over)
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding, bytes)(whole)
    size = -(-len(packed) // parts)
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    if coding == "whole":
        response = httpx.Response(200, content=whole)
        assert response.is_stream_consumed
    else:
        response = httpx.Response(200, headers={"content-encoding": coding}, stream=Chunks(*chunks))
    if over:
        assert refused(response) == f"the answer is larger than {CAP} bytes"
    else:
        assert run_sync(read(response)) == whole


@pytest.mark.usefixtures("capped")
@pytest.mark.parametrize("before", [0, 700])
def test_a_body_that_swells_is_not_unpacked_far_beyond_the_cap(monkeypatch, before):
    """Of what swells no more is unpacked than shows that it is too large, however much came before it."""
    unpacked = []

    class Seen:
        def __init__(self, wbits):
            self.made = zlib_decompressobj(wbits=wbits)

        def decompress(self, chunk, most):
            unpacked.append(self.made.decompress(chunk, most))
            return unpacked[-1]

    zlib_decompressobj = zlib.decompressobj
    monkeypatch.setattr(live.zlib, "decompressobj", Seen)
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"y" * before) + packer.flush(zlib.Z_SYNC_FLUSH)
    rest = packer.compress(b"x" * 10**6) + packer.flush()
    assert "larger than" in streamed(first, rest, content_encoding="gzip")
    assert sum(map(len, unpacked)) <= CAP + 2


def test_a_transport_that_holds_the_body_back_is_no_answer(in_words):
    """Nothing can be read from it within the deadline."""
    assert in_words(refused(httpx.Response(200, stream=Held())))


# Pauses


NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


class Clock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz=None):
        return NOON.astimezone(tz) if tz else NOON.replace(tzinfo=None)


@pytest.mark.parametrize(("attempt", "jitter"), [(1, 0.2), (2, 0.4), (3, 0.8)])
@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("7", 7),
        ("120", 120),
        ("9" * 400, 999_999_999_999),
        ("Fri, 02 Jan 2026 12:00:30 GMT", 30),
        ("Fri, 02 Jan 2026 13:00:30 +0100", 30),
        ("Fri, 02 Jan 2026 11:00:00 GMT", 0),
        ("-7", 0),
        ("7.5", 0),
        ("\u0667", 0),
        ("\u00b2", 0),
        ("soon", 0),
        ("", 0),
        ("Fri, 02 Jan 2026 12:00:30 -0000", 0),
        ("Fri, 99 Jan 2026 12:00:30 GMT", 0),
        ("Fri, 02 Jan 2026 12:00:30 +99999999999999", 0),
    ],
)
def test_a_pause_is_what_the_issuer_states_and_some_more(monkeypatch, stated, seconds, attempt, jitter):
    """RFC 9110, section 10.2.3: seconds or a date; what is neither states nothing; jitter grows with each attempt."""
    drawn = []
    monkeypatch.setattr(live.random, "uniform", lambda low, high: drawn.append((low, high)) or 0.2)
    monkeypatch.setattr(live, "datetime", Clock)
    assert live._pause(stated, attempt) == pytest.approx(seconds + jitter)
    ((low, high),) = drawn
    assert 0 < low < high < 1


# Faults


def caused(error, *causes, by="__cause__"):
    """An error with others behind it, one behind the other."""
    here = error
    for cause in causes:
        setattr(here, by, cause)
        here = cause
    return error


ServerDisconnectedError = type("ServerDisconnectedError", (Exception,), {})
TOLD = "made-up-secret"


@pytest.mark.parametrize("by", ["__cause__", "__context__"])
@pytest.mark.parametrize(
    ("error", "causes", "word", "passing"),
    [
        (httpx.ConnectError(TOLD), [ssl.SSLError(TOLD)], "TLS", False),
        (httpx.ConnectError(TOLD), [OSError(TOLD), ssl.SSLCertVerificationError(TOLD)], "TLS", False),
        (httpx.ReadError(TOLD), [ConnectionResetError(TOLD), ssl.SSLError(TOLD)], "TLS", False),
        (httpx.ConnectError(TOLD), [ConnectionResetError(TOLD)], "broke off", True),
        (httpx.WriteError(TOLD), [OSError(TOLD), BrokenPipeError(TOLD)], "broke off", True),
        (httpx.WriteError(TOLD), [EOFError(TOLD)], "broke off", True),
        (httpx.WriteError(TOLD), [ServerDisconnectedError(TOLD)], "broke off", True),
        (httpx.ConnectError(TOLD), [], "no connection", True),
        (httpx.ConnectError(TOLD), [OSError(TOLD)], "no connection", True),
        (httpx.ConnectTimeout(TOLD), [], "no connection", True),
        (httpx.RemoteProtocolError(TOLD), [], "broke off", True),
        (httpx.ReadError(TOLD), [], "broke off", True),
        (httpx.ReadTimeout(TOLD), [], "in time", False),
        (httpx.PoolTimeout(TOLD), [], "in time", False),
        (httpx.WriteError(TOLD), [], "WriteError", False),
        (httpx.ProxyError(TOLD), [OSError(TOLD)], "ProxyError", False),
    ],
)
def test_a_fault_is_told_by_what_is_behind_it(error, causes, word, passing, by):
    """A certificate that is not trusted stays so; what broke off may pass; and none shows the words of the error."""
    fault = live._fault(caused(error, *causes, by=by))
    assert word in fault.detail
    assert fault.passing is passing
    assert TOLD not in fault.detail
    assert "XX" not in fault.detail
    assert fault.detail[:6].islower()


def test_causes_that_go_in_a_circle_come_to_an_end():
    """Each is looked at once; a stated cause counts before what merely came before."""
    error, other, before = httpx.ConnectError("a"), OSError("b"), ssl.SSLError("c")
    error.__context__, other.__context__ = other, error
    assert "no connection" in live._fault(error).detail
    assert list(live._causes(error)) == [error, other]
    error.__context__, error.__cause__ = before, other
    assert list(live._causes(error)) == [error, other]


# Attempts


class Played(httpx.AsyncBaseTransport):
    """A network that plays answers or faults, one after the other."""

    def __init__(self, *outcomes):
        self.outcomes, self.asked = list(outcomes), 0

    async def handle_async_request(self, request):
        self.asked += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        status, headers = outcome
        return httpx.Response(status, headers=headers, content=json.dumps({"active": True, "client_id": "a"}).encode())


GOOD, DOWN, SLOW = (200, {}), (503, {}), (429, {"retry-after": "0"})
AWAY, UNTRUSTED = httpx.ConnectError("gone"), caused(httpx.ConnectError("bad"), ssl.SSLError("bad"))


def tried(*outcomes, timeout=5.0):
    """What is found where these come one after the other, and how many were asked for."""
    network = Played(*outcomes)

    async def asking():
        async with Asker(transport=network, timeout=timeout, rate=1000) as asker:
            return await asker.ask(Question(
                provider="oauth2", token="made-up-token", client_id="a", client_secret="made-up", issuer_url="https://op.example.com"
            ))

    return run_sync(asking()), network.asked


@pytest.mark.parametrize(
    ("outcomes", "attempts", "reason"),
    [
        ([GOOD], 1, "ok"),
        ([DOWN, GOOD], 2, "ok"),
        ([DOWN, DOWN, GOOD], 3, "ok"),
        ([DOWN, DOWN, DOWN, GOOD], 3, "issuer_error"),
        ([(502, {}), (504, {}), GOOD], 3, "ok"),
        ([SLOW, GOOD], 2, "ok"),
        ([SLOW, SLOW, SLOW, GOOD], 3, "rate_limited"),
        ([(500, {}), GOOD], 1, "issuer_error"),
        ([(501, {}), GOOD], 1, "issuer_error"),
        ([(505, {}), GOOD], 1, "issuer_error"),
        ([(408, {}), GOOD], 1, "issuer_error"),
        ([(400, {}), GOOD], 1, "unparsable"),
        ([(401, {"retry-after": "0"}), GOOD], 1, "caller_rejected"),
        ([AWAY, GOOD], 2, "ok"),
        ([AWAY, AWAY, AWAY, GOOD], 3, "network"),
        ([UNTRUSTED, GOOD], 1, "network"),
        ([httpx.ReadTimeout("late"), GOOD], 1, "network"),
        ([AWAY, DOWN, (400, {})], 3, "unparsable"),
        ([DOWN, AWAY, AWAY], 3, "issuer_error"),
        ([DOWN, UNTRUSTED, GOOD], 2, "issuer_error"),
    ],
)
def test_only_what_may_pass_is_tried_again(monkeypatch, outcomes, attempts, reason):
    """Three attempts at the most; the last answer that came counts, and a fault only where none came."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)
    found, asked = tried(*outcomes)
    assert (found.reason, asked) == (reason, attempts)
    assert len(found.exchanges) == 1


def test_a_pause_beyond_the_deadline_is_not_made(monkeypatch):
    """Who would be asked again too late is not asked again, and nobody waits for nothing."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)
    slept = []
    sleep = asyncio.sleep

    async def counted(seconds, *rest):
        slept.append(seconds)
        await sleep(0, *rest)

    monkeypatch.setattr(live.asyncio, "sleep", counted)
    found, asked = tried((503, {"retry-after": "60"}), GOOD)
    assert (found.reason, asked, slept) == ("issuer_error", 1, [])
    found, asked = tried((503, {}), (503, {}), (503, {}))
    assert asked == 3
    assert [round(each, 4) for each in slept if each] == [0.001, 0.002], "and none after the last"


class Door:
    """A gate that notes what is asked of it."""

    def __init__(self, left=0.0):
        self.paced, self.held, self.left = 0, [], left

    async def pace(self, deadline):
        assert deadline > asyncio.get_running_loop().time()
        self.paced += 1
        return self.left

    def hold(self, seconds):
        self.held.append(seconds)


def attempted(*outcomes, first, left=0.0):
    """What a gate sees of the attempts at one request."""
    door = Door(left)

    async def asking():
        async with Asker(transport=Played(*outcomes)) as asker:
            request = live.Request(method="GET", url="https://op.example.com")
            return await asker._attempts(request, asyncio.get_running_loop().time() + 5, door, first=first)

    return run_sync(asking()), door


@pytest.mark.parametrize(
    ("first", "outcomes", "paced"),
    [
        (True, [GOOD], 0),
        (False, [GOOD], 1),
        (True, [DOWN, GOOD], 1),
        (False, [DOWN, GOOD], 2),
        (True, [AWAY, DOWN, GOOD], 2),
        (False, [AWAY, DOWN, GOOD], 3),
    ],
)
def test_every_request_has_its_turn(monkeypatch, first, outcomes, paced):
    """The first of a question had it before; each one more waits for a turn of its own."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)
    answer, door = attempted(*outcomes, first=first)
    assert (answer.status, door.paced) == (200, paced)


def test_where_the_issuer_is_left_alone_nothing_more_is_sent(monkeypatch):
    """Another question was told to wait past this one's deadline: its first answer stands, and its next step is not
    sent."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)
    answer, door = attempted(DOWN, GOOD, first=True, left=99.0)
    assert (answer.status, door.paced) == (DOWN[0], 1)
    with pytest.raises(Unreachable) as caught:
        attempted(GOOD, first=False, left=99.0)
    assert (caught.value.reason, caught.value.detail) == (
        "rate_limited",
        "not asked: the issuer wants 99 s more to pass first",
    )


@pytest.mark.parametrize(
    ("outcomes", "held"),
    [
        ([(429, {"retry-after": "0"}), GOOD], [0.001]),
        ([(503, {"retry-after": "60"})], [60.001]),
        ([(429, {}), GOOD], []),
        ([AWAY, GOOD], []),
        ([(400, {"retry-after": "60"})], []),
        ([(200, {"retry-after": "60"})], []),
    ],
)
def test_what_the_issuer_states_holds_for_all(monkeypatch, outcomes, held):
    """A pause that it asks for shuts its door; one of our own making does not, nor one stated with a final answer."""
    monkeypatch.setattr(live.random, "uniform", lambda low, high: 0.001)
    assert attempted(*outcomes, first=True)[1].held == pytest.approx(held)


class Silent(httpx.AsyncBaseTransport):
    """A network in which nobody answers."""

    async def handle_async_request(self, request):
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")


def test_silence_comes_to_an_end_and_is_told(in_words):
    """At the deadline there is no answer, in words; and a fault is told in its own."""

    async def asking():
        async with Asker(transport=Silent(), timeout=0.2) as asker:
            return await asker.ask(Question(
                provider="oauth2", token="made-up-token", client_id="a", client_secret="made-up", issuer_url="https://op.example.com"
            ))

    found = run_sync(asking())
    assert (found.active, found.reason, found.detail) == (None, "network", "no answer within 0.2 seconds")
    found, _ = tried(UNTRUSTED)
    assert "TLS" in found.detail
