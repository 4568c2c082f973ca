"""A normaliser in another language: a command that reads JSON lines and writes JSON lines.

The command is started once (in every worker of a parallel run) and stays. For each question it reads one line from
standard input, UTF-8, and answers with one line on standard output, in order::

    {"provider": "github", "raw": {"id": 90000042, ...}, "also": {"emails": [...]}}
    {"profile": {"user_id": "github|90000042", ...}}

or, where it refuses the raw profile as one that names no user::

    {"error": "no id"}

``also`` holds the answers of the provider's further calls, by name; it is empty where there are none. Read the line
with the JSON parser that reads the provider's answers in production: whether it keeps the digits of long numbers is
part of what is tested. Write each line at once, without a buffer. At the end of standard input the command ends.

A command that ends, that is silent for too long or that writes something else could not be asked: that is an error of
the question, never a pass.
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

from idp_checks.conformance.normalizers.normalizer import NoAnswer, Normalizer, Shape
from idp_checks.conformance.rules import CANARY
from idp_checks.errors import UsageError

__all__ = ["Command", "Refused", "command"]

PATIENCE = 10.0
"""Seconds within which each line must be answered."""
TAIL = 20
"""Lines of standard error that are kept."""
LONGEST = 200
"""Characters of a wrong line that are shown."""
LIVES = 5
"""After so many ends or silences in a row the command is not started again."""


class Refused(Exception):  # noqa: N818 - what the command says, as an error of a normaliser's
    """The command answered that the raw profile names no user."""


class Command:
    """A running command as a function ``f(provider, raw, *, also)``; started at the first question."""

    def __init__(self, words: list[str], *, patience: float = PATIENCE) -> None:
        self._words = words
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._tail: deque[bytes] = deque(maxlen=TAIL)
        self._readers: list[threading.Thread] = []
        self._lives = LIVES

    def __call__(self, provider: str, raw: Any, *, also: Mapping[str, Any]) -> Any:
        """Ask.

        Raises:
            Refused: the command answered with an error.
            NoAnswer: it did not answer.
        """
        question = json.dumps({"provider": provider, "raw": raw, "also": dict(also)}, ensure_ascii=False)
        line = self._asked(question.encode("utf-8", "replace") + b"\n")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            self._fail(f"wrote a line that is no JSON: {line[:LONGEST].decode('utf-8', 'replace').strip()!r}")
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(str(answer["error"]))
        if not isinstance(answer, dict) or not isinstance(answer.get("profile"), dict):
            self._fail('wrote a line that is neither {"profile": {...}} nor {"error": "..."}')
        self._lives = LIVES
        return answer["profile"]

    def close(self) -> None:
        """End it, with all processes that it started."""
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

    def _asked(self, line: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None  # a pipe
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._fail(f"ended{_status(process)}")
        try:
            answer = self._lines.get(timeout=self._patience)
        except queue.Empty:
            self._fail(f"did not answer within {self._patience:g} seconds")
        if answer is None:
            self._fail(f"ended{_status(process)}")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None:
            return self._process
        if self._lives <= 0:
            raise NoAnswer(f"the command failed {LIVES} times in a row and was not started again{self._said()}")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            self._lives = 0
            raise NoAnswer(f"the command cannot be started: {error.strerror}") from error
        self._lines, self._tail = queue.Queue(), deque(maxlen=TAIL)
        self._readers = [
            threading.Thread(target=_read, args=(self._process.stdout, self._lines.put), daemon=True),
            threading.Thread(target=_read, args=(self._process.stderr, self._tail.append), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        atexit.register(self.close)
        return self._process

    def _fail(self, problem: str) -> NoReturn:
        self._lives -= 1
        process = self._process
        if process is not None:
            _kill(process)
        self.close()
        raise NoAnswer(f"the command {problem}{self._said()}".replace(CANARY, "[secret]"))

    def _said(self) -> str:
        tail = b"".join(each for each in self._tail if each).decode("utf-8", "replace").strip()
        return f"; it said:\n{tail}" if tail else ""

    def __repr__(self) -> str:
        return f"Command({self._words[0]!r})"


def command(line: str, *, shape: Shape = "auth0") -> Normalizer:
    """A normaliser by the command line that runs it, split as a shell would.

    Raises:
        UsageError: the line is empty or cannot be split, or there is no such program.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"the command cannot be split into words ({error})", where=line) from None
    if not words:
        raise UsageError("the command is empty", remedy="give one such as 'node normalise.js'")
    if shutil.which(words[0]) is None:
        raise UsageError(f"there is no program {words[0]!r}", where=line, remedy="it was looked for on PATH")
    return Normalizer(Command(words), line, takes_also=True, shape=shape)


def _read(pipe: IO[bytes], keep: Any) -> None:
    with suppress(ValueError, OSError):  # the pipe was closed
        for line in pipe:
            keep(line)
    keep(None)


def _status(process: subprocess.Popen[bytes]) -> str:
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
