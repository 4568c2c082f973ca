"""Profiles in files: one JSON object, an array, or one object per line (NDJSON), optionally compressed with gzip.

The content decides the format, not the file name. NDJSON is read line by line; objects and arrays are read as a whole.
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

from idp_checks.audits.sources.records import Place, Record, invalid_record, read_profile
from idp_checks.errors import ProfileError, UsageError
from idp_checks.profiles.jsontext import parse_json

__all__ = ["ProfileFile"]

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ProfileFile:
    """A source that reads one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.digest: str | None = None

    def records(self) -> Iterator[Record]:
        """Yield all records from the beginning.

        Raises:
            UsageError: the file cannot be read or is empty, or a record is not a valid profile.
        """
        if self.path.is_dir():
            raise UsageError("is a folder", where=self.name, remedy="pass the files in it")
        try:
            with self.path.open("rb") as file:
                hashing = _HashingStream(file)
                is_gzip = hashing.peek(len(GZIP_MAGIC)) == GZIP_MAGIC
                stream = gzip.GzipFile(fileobj=hashing) if is_gzip else hashing
                yield from self._records(io.BufferedReader(cast("Any", stream)))
                while hashing.read(1 << 16):
                    pass
                self.digest = hashing.hexdigest()
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise UsageError(
                "is a damaged or truncated gzip file", where=self.name, remedy="export the file again"
            ) from None
        except OSError as error:
            raise UsageError(
                f"cannot be read ({error.strerror or type(error).__name__})",
                where=self.name,
                remedy="check the path and its permissions",
            ) from None

    def _records(self, stream: BinaryIO) -> Iterator[Record]:
        number, line = 1, stream.readline().removeprefix(BYTE_ORDER_MARK)
        while line and not line.strip():
            number, line = number + 1, stream.readline()
        if not line:
            raise UsageError("is empty", where=self.name, remedy="pass a file of user profiles exported from Auth0")
        if line.lstrip().startswith(b"["):
            yield from self._array_records(line + stream.read(), number)
        elif not _is_json_object(line):
            yield from self._object_record(line, stream, number)
        else:
            yield self._line_record(number, line)
            for later_number, later_line in enumerate(stream, number + 1):
                if later_line.strip():
                    yield self._line_record(later_number, later_line)

    def _line_record(self, number: int, line: bytes) -> Record:
        place = Place(self.name, line=number)
        return Record(read_profile(line, place), place)

    def _array_records(self, content: bytes, line: int) -> Iterator[Record]:
        for index, value in enumerate(cast("list[object]", self._parse(content, line))):
            place = Place(self.name, index=index)
            if not isinstance(value, dict):
                raise invalid_record(place, "expected an object")
            yield Record(read_profile(value, place), place)

    def _object_record(self, line: bytes, stream: BinaryIO, number: int) -> Iterator[Record]:
        """Read an object that spans several lines.

        If that fails and the second line is a JSON object, the file is NDJSON with an invalid first line.
        """
        second_line = stream.readline()
        try:
            value = self._parse(line + second_line + stream.read(), number)
        except UsageError:
            if _is_json_object(second_line):
                self._line_record(number, line)
            raise
        place = Place(self.name)
        if not isinstance(value, dict):
            raise invalid_record(place, "expected an object")
        yield Record(read_profile(value, place), place)

    def _parse(self, content: bytes, line: int) -> object:
        try:
            return parse_json(content.decode())
        except UnicodeDecodeError as error:
            place = Place(self.name, line=line + content.count(b"\n", 0, error.start))
            raise invalid_record(place, f"not UTF-8 (byte {error.start})") from None
        except ProfileError as error:
            place = Place(self.name, line=_find_error_line(content.decode(), line))
            raise invalid_record(place, error.problem) from None


def _is_json_object(line: bytes) -> bool:
    """Return whether the line is a complete JSON object."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _find_error_line(content: str, first_line: int) -> int:
    """Return the line of the first JSON syntax error."""
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return first_line + error.lineno - 1
    except RecursionError:
        pass
    return first_line


class _HashingStream(io.RawIOBase):
    """A stream that computes the SHA-256 of everything read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """Return the first bytes without consuming them."""
        return cast("io.BufferedReader", self._stream).peek(size)[:size]

    def readinto(self, buffer: Any) -> int:
        count = cast("io.BufferedReader", self._stream).readinto(buffer)
        self._hash.update(memoryview(buffer)[:count])
        return count

    def hexdigest(self) -> str:
        """Return the digest of all bytes read so far."""
        return self._hash.hexdigest()
