"""A normalizer in another language: a command that reads JSON lines and writes JSON lines.

The command is started once (once per worker in a parallel run) and keeps running. For each request it reads one line of
UTF-8 from standard input and writes one line to standard output, in order::

    {"provider": "github", "raw": {"id": 90000042, ...}, "also": {"emails": [...]}}
    {"profile": {"user_id": "github|90000042", ...}}

If it rejects the raw profile because it identifies no user, it writes::

    {"error": "no id"}

``also`` contains the responses of the provider's additional calls by name; it may be empty. Read the line with the JSON
parser that reads the provider's responses in production: the suite tests whether that parser keeps all digits of long
numbers. Flush each line. Exit at the end of standard input.

A command that exits, times out or writes anything else raises ``NormalizerCallError``, which never counts as a pass.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import shlex
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, NoReturn

from idp_checks.conformance.normalizers.normalizer import Normalizer, NormalizerCallError, OutputShape
from idp_checks.conformance.redaction import redact_canary
from idp_checks.errors import UsageError

__all__ = ["Command", "ProfileRejectedError", "command_normalizer"]

RESPONSE_TIMEOUT = 10.0
"""Seconds to wait for each line."""
MAX_STDERR_LINES = 20
"""Last lines of standard error to keep for error messages."""
MAX_LINE_SHOWN = 200
"""Characters of an invalid line to show."""
MAX_FAILURES = 5
"""Consecutive failures after which the command is not restarted."""


class ProfileRejectedError(Exception):
    """The command rejected the raw profile: it identifies no user."""


class Command:
    """A running command as a function ``f(provider, raw, *, also)``; started by the first call."""

    def __init__(self, words: list[str], *, timeout: float = RESPONSE_TIMEOUT) -> None:
        self._words = words
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._stderr: deque[bytes] = deque(maxlen=MAX_STDERR_LINES)
        self._readers: list[threading.Thread] = []
        self._remaining_failures = MAX_FAILURES

    def __call__(self, provider: str, raw: Any, *, also: Mapping[str, Any]) -> Any:
        """Send one request and return the profile.

        Raises:
            ProfileRejectedError: the command returned an error.
            NormalizerCallError: the command exited, timed out or wrote an invalid line.
        """
        request = json.dumps({"provider": provider, "raw": raw, "also": dict(also)}, ensure_ascii=False)
        line = self._exchange(request.encode("utf-8", "replace") + b"\n")
        try:
            response = json.loads(line)
        except (ValueError, RecursionError):
            self._fail(f"wrote a line that is not JSON: {line[:MAX_LINE_SHOWN].decode('utf-8', 'replace').strip()!r}")
        if isinstance(response, dict) and "error" in response:
            raise ProfileRejectedError(str(response["error"]))
        if not isinstance(response, dict) or not isinstance(response.get("profile"), dict):
            self._fail('wrote a line that is neither {"profile": {...}} nor {"error": "..."}')
        self._remaining_failures = MAX_FAILURES
        return response["profile"]

    def close(self) -> None:
        """End the process and all processes that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
        for reader in self._readers:
            reader.join(timeout=1)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def _exchange(self, line: bytes) -> bytes:
        process = self._start()
        assert process.stdin is not None  # a pipe
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._fail(f"exited{_exit_status(process)}")
        try:
            response = self._lines.get(timeout=self._timeout)
        except queue.Empty:
            self._fail(f"did not respond within {self._timeout:g} seconds")
        if response is None:
            self._fail(f"exited{_exit_status(process)}")
        return response

    def _start(self) -> subprocess.Popen[bytes]:
        """Return the running process, started if necessary."""
        if self._process is not None:
            return self._process
        if self._remaining_failures <= 0:
            raise NormalizerCallError(
                f"the command failed {MAX_FAILURES} times in a row and was not restarted; run it by hand with one "
                f"line of input{self._stderr_tail()}"
            )
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            self._remaining_failures = 0
            raise NormalizerCallError(f"the command could not be started: {error.strerror}") from error
        self._lines, self._stderr = queue.Queue(), deque(maxlen=MAX_STDERR_LINES)
        self._readers = [
            threading.Thread(target=_read_lines, args=(self._process.stdout, self._lines.put), daemon=True),
            threading.Thread(target=_read_lines, args=(self._process.stderr, self._stderr.append), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        atexit.register(self.close)
        return self._process

    def _fail(self, problem: str) -> NoReturn:
        self._remaining_failures -= 1
        process = self._process
        if process is not None:
            _kill(process)
        self.close()
        raise NormalizerCallError(redact_canary(f"the command {problem}{self._stderr_tail()}"))

    def _stderr_tail(self) -> str:
        tail = b"".join(line for line in self._stderr if line).decode("utf-8", "replace").strip()
        return f"; standard error:\n{tail}" if tail else ""

    def __repr__(self) -> str:
        return f"Command({self._words[0]!r})"


def command_normalizer(line: str, *, shape: OutputShape = "auth0") -> Normalizer:
    """Build a normalizer from a command line, which is split as a shell would split it.

    Raises:
        UsageError: the line is empty, cannot be split, or names a program that is not on ``PATH``.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"the command cannot be split into words ({error})", where=line) from None
    if not words:
        raise UsageError("the command is empty", remedy="pass a command such as 'node normalize.js'")
    if shutil.which(words[0]) is None:
        raise UsageError(f"program {words[0]!r} not found on PATH", where=line)
    return Normalizer(Command(words), line, takes_also=True, shape=shape)


def _read_lines(pipe: IO[bytes], keep: Any) -> None:
    with suppress(ValueError, OSError):  # the pipe was closed
        for line in pipe:
            keep(line)
    keep(None)


def _exit_status(process: subprocess.Popen[bytes]) -> str:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    code = process.poll()
    if code is None:
        return ""
    return f" with status {code}" if code >= 0 else f" by signal {-code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
