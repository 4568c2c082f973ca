"""Tests that no secret appears in results, logs, output or tracebacks."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from support.fake_server import CLIENT, GOOD, SECRET, TOKEN, FakeServer, http_response, introspect_at, serve

import idp_checks
from idp_checks import Question, introspect, introspect_sync, lifecycle_sync
from idp_checks.live import asker as asker_module
from idp_checks.live import prepared_question
from idp_checks.live.asker import Asker
from idp_checks.live.loop import run_sync


class RecordingHandler(logging.Handler):
    """Keeps every record in all forms in which a formatter may write it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.name}: {record.getMessage()} {record.args!r} {record.__dict__!r}")


@pytest.fixture
def log_lines():
    """All log lines at level DEBUG, including those of httpx, httpcore and asyncio."""
    handler, root = RecordingHandler(), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("httpx", "httpcore", "asyncio", "h11", "anyio"))]
    loggers += [logging.getLogger(f"httpcore.{name}") for name in ("connection", "http11", "proxy", "http2")]
    levels = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield handler.lines
    root.removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


def spellings():
    """Yield the secrets in every encoding in which they may appear."""
    for value in (TOKEN, SECRET):
        yield from (value, quote(value, safe=""), quote_plus(value), quote(value), json.dumps(value)[1:-1])
        yield base64.b64encode(value.encode()).decode().rstrip("=")
    yield base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
    yield "canary"


def find_secrets(text):
    """Return the secrets that a string contains."""
    return [spelling for spelling in spellings() if spelling in text]


def echo_of(request):
    """Return the request's path and its secrets on one line."""
    path = request.partition(b"\r\n")[0].split(b" ")[1].decode("latin-1")
    return f"{path} {TOKEN} {SECRET} {base64.b64encode(f'{CLIENT}:{quote_plus(SECRET)}'.encode()).decode()}"


ECHOES = {
    "redirect": lambda echo: http_response(b"", "302 Found", location=f"https://login.example.com{echo}"),
    "challenge": lambda echo: http_response(
        {"error": "invalid_token"}, "401 Unauthorized", www_authenticate=f'Bearer error="{echo}"'
    ),
    "headers": lambda echo: http_response(
        GOOD, set_cookie=f"t={TOKEN}", x_token=TOKEN, date=echo, retry_after=echo, content_type=echo
    ),
    "rate limit": lambda echo: http_response({"error": echo}, "429 Too Many Requests", retry_after=echo),
    "reason phrase": lambda echo: http_response(GOOD, f"200 {echo}"),
    "status line": lambda echo: f"BAD {echo}\r\n\r\n".encode(),
    "header line": lambda echo: f"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n".encode(),
    "chunk": lambda echo: http_response(f"{echo}\r\n".encode(), content_length=None, transfer_encoding="chunked"),
    "content encoding": lambda echo: http_response(GOOD, content_encoding=TOKEN),
    "transfer encoding": lambda echo: http_response(GOOD, content_length=None, transfer_encoding=TOKEN),
    "length": lambda echo: http_response(GOOD, content_length=TOKEN),
    "page": lambda echo: http_response(f"<html>{echo}</html>".encode()),
    "error": lambda echo: http_response(
        {"error": {"message": echo, "code": TOKEN, "type": SECRET}, echo: echo}, "400 Bad Request"
    ),
    "good response": lambda echo: http_response(
        {
            **GOOD,
            "sub": TOKEN,
            "iss": echo,
            "aud": [TOKEN, SECRET],
            "scope": echo,
            "token_type": TOKEN,
            "username": echo,
            "jti": TOKEN,
            "token": {"access_token": [TOKEN]},
            "data": {"is_valid": True, "app_id": TOKEN, "scopes": [TOKEN]},
        }
    ),
    "wrong types": lambda echo: http_response({"active": TOKEN, "exp": TOKEN, "data": {"is_valid": TOKEN}}),
}


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("provider", ["oauth2", "facebook", "google-oauth2", "line", "github", "discord"])
def test_echoed_secret_does_not_appear(provider, echo, log_lines, capfd):
    """An issuer repeats token and client secret: no result, log line or output contains them."""

    def respond(request, connection):
        assert b"canary" in request or base64.b64encode(CLIENT.encode())[:8] in request
        connection.sendall(ECHOES[echo](echo_of(request)))

    with FakeServer(respond) as server:
        result = introspect_at(server, provider)
        assert server.requests
    texts = (
        repr(result),
        str(result),
        json.dumps(result.to_dict()),
        repr(result.exchanges),
        *log_lines,
        *capfd.readouterr(),
    )
    for text in texts:
        assert not find_secrets(text), (find_secrets(text), text)
    assert result.exchanges


def test_plain_httpx_logs_secrets(log_lines):
    """The test above can fail: the logs of a plain httpx client contain the token."""
    with serve(http_response(b"", "302 Found", location=f"https://login.example.com/?t={TOKEN}")) as server:
        httpx.get(f"{server.url}/tokeninfo", params={"access_token": TOKEN})
    assert any(line.startswith("httpx:") and find_secrets(line) for line in log_lines)
    assert any(line.startswith("httpcore.http11:") and find_secrets(line) for line in log_lines)


def local_variables(error):
    """Return the local variables of this package's frames in a traceback, including those of causes."""
    home, visited, lines = str(Path(idp_checks.__file__).parent), [], []
    while error is not None and error not in visited:
        visited.append(error)
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        lines += trace.format_exception_only()
        lines += [
            f"{frame.name}: {name} = {value}"
            for frame in trace.stack
            if frame.filename.startswith(home)
            for name, value in (frame.locals or {}).items()
        ]
        error = error.__cause__ or error.__context__
    return lines


class Interruption(BaseException):
    """An error that no handler expects."""


def interrupt(stage):
    """Return the error of a question that is interrupted while sending or reading."""

    class FailingTransport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if stage == "sending":
                raise Interruption
            return httpx.Response(200, stream=FailingBody())

    class FailingBody(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield json.dumps({**GOOD, "token": TOKEN}).encode()
            if stage == "reading":
                raise Interruption

    async def run(question):
        async with Asker(transport=FailingTransport()) as asker:
            return await asker.ask(question)

    question = Question(
        provider="oauth2",
        token=TOKEN,
        client_id=CLIENT,
        client_secret=SECRET,
        issuer_url="https://a.example.com",
        credentials={"api_key": SECRET},
    )
    with pytest.raises((Interruption, RuntimeError)) as caught:
        run_sync(run(question))
    return caught.value


@pytest.mark.parametrize("stage", ["sending", "reading", "concluding", "recording"])
def test_traceback_of_an_error_shows_no_secret(stage, monkeypatch):
    """Pytest and error reporters print local variables, so none contains a secret."""

    def fail(*args, **kwargs):
        raise Interruption

    if stage == "concluding":
        monkeypatch.setattr(prepared_question, "conclude", fail)
    if stage == "recording":
        monkeypatch.setattr(asker_module, "record_exchange", fail)
    lines = local_variables(interrupt(stage))
    assert any("ask: question" in line for line in lines), "frames of this package are included"
    for line in lines:
        assert not find_secrets(line), line


def test_traceback_of_a_cancelled_call_shows_no_secret():
    """The caller's own timeout ends while a response that repeats the token is read."""

    def respond(request, connection):
        connection.sendall(http_response(json.dumps({**GOOD, "token": TOKEN}).encode() + b" " * 1000)[:-500])
        server.wait(30)

    async def run(server):
        with pytest.raises(TimeoutError) as caught:
            await asyncio.wait_for(
                introspect("facebook", TOKEN, client_id=CLIENT, client_secret=SECRET, issuer_url=server.url), 0.2
            )
        return caught.value

    with FakeServer(respond) as server:
        lines = local_variables(asyncio.run(run(server)))
    assert any(line.startswith("introspect:") for line in lines)
    for line in lines:
        assert not find_secrets(line), line


@pytest.mark.parametrize("call", [introspect_sync, lifecycle_sync])
def test_traceback_of_a_synchronous_call_shows_no_secret(call, monkeypatch):
    """The arguments of the outermost call are local variables too."""

    def fail(*args, **kwargs):
        raise Interruption

    monkeypatch.setattr(asker_module.Asker, "__aenter__", fail)
    with pytest.raises(Interruption) as caught:
        call("facebook", TOKEN, client_id=CLIENT, client_secret=SECRET, credentials={"api_key": SECRET})
    lines = local_variables(caught.value)
    assert lines
    for line in lines:
        assert not find_secrets(line), line
