"""Profiles in files: one JSON object, an array of them, or one on each line (NDJSON); each also compressed by gzip.

The form is told by the content, not by the name. A file of lines is read line by line; an object or an array whole.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from idp_checks.audits.sources import Place, Record, broken, read
from idp_checks.errors import ProfileError, UsageError
from idp_checks.profiles.jsontext import parse

__all__ = ["File"]

GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


class File:
    """A file of profiles."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.digest: str | None = None

    def records(self) -> Iterator[Record]:
        """All records, from the first.

        Raises:
            UsageError: the file cannot be read, is empty, or a record of it is no profile.
        """
        if self.path.is_dir():
            raise UsageError("is a folder", where=self.name, remedy="name the files in it")
        try:
            with self.path.open("rb") as opened:
                counted = _Digest(opened)
                head = counted.peek(2)
                stream = gzip.GzipFile(fileobj=counted) if head == GZIP else counted
                yield from self._records(io.BufferedReader(cast("Any", stream)))
                while counted.read(1 << 16):
                    pass
                self.digest = counted.hexdigest()
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise UsageError(
                "the gzip file is damaged or cut short", where=self.name, remedy="export it again"
            ) from None
        except OSError as error:
            raise UsageError(
                f"cannot be read ({error.strerror or type(error).__name__})",
                where=self.name,
                remedy="check path and permissions",
            ) from None

    def _records(self, stream: BinaryIO) -> Iterator[Record]:
        number, line = 1, stream.readline().removeprefix(BOM)
        while line and not line.strip():
            number, line = number + 1, stream.readline()
        if not line:
            raise UsageError(
                "holds no profile", where=self.name, remedy="give a file of profiles as Auth0 exports them"
            )
        if line.lstrip().startswith(b"["):
            yield from self._array(line + stream.read(), number)
            return
        if not _is_object(line):
            yield from self._one(line, stream, number)
            return
        yield self._line(number, line)
        for later, line in enumerate(stream, number + 1):
            if line.strip():
                yield self._line(later, line)

    def _line(self, number: int, line: bytes) -> Record:
        place = Place(self.name, line=number)
        return Record(read(line, place), place)

    def _array(self, content: bytes, line: int) -> Iterator[Record]:
        for index, each in enumerate(cast("list[object]", self._parsed(content, line))):
            place = Place(self.name, index=index)
            if not isinstance(each, dict):
                raise broken(place, "expected an object")
            yield Record(read(each, place), place)

    def _one(self, line: bytes, stream: BinaryIO, number: int) -> Iterator[Record]:
        """An object over several lines; or a file of lines whose first is broken, which is told by the second."""
        second = stream.readline()
        try:
            value = self._parsed(line + second + stream.read(), number)
        except UsageError:
            if _is_object(second):
                self._line(number, line)
            raise
        place = Place(self.name)
        if not isinstance(value, dict):
            raise broken(place, "expected an object")
        yield Record(read(value, place), place)

    def _parsed(self, content: bytes, line: int) -> object:
        try:
            return parse(content.decode())
        except UnicodeDecodeError as error:
            place = Place(self.name, line=line + content.count(b"\n", 0, error.start))
            raise broken(place, f"not UTF-8 (byte {error.start})") from None
        except ProfileError as error:
            raise broken(Place(self.name, line=_fault(content.decode(), line)), error.problem) from None


def _is_object(line: bytes) -> bool:
    """Whether the line is a whole JSON object by itself."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _fault(text: str, line: int) -> int:
    """The line at which the text stops being JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return line + error.lineno - 1
    except RecursionError:
        pass
    return line


class _Digest(io.RawIOBase):
    """A stream that takes the SHA-256 of all that is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """The first bytes, without reading on."""
        return cast("io.BufferedReader", self._stream).peek(size)[:size]

    def readinto(self, buffer: Any) -> int:
        read = cast("io.BufferedReader", self._stream).readinto(buffer)
        self._hash.update(memoryview(buffer)[:read])
        return read

    def hexdigest(self) -> str:
        """Of all that was read."""
        return self._hash.hexdigest()
