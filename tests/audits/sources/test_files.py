"""Profile files of every format are read, and an invalid record is reported with its place."""

from __future__ import annotations

import gzip
import hashlib
import json
import os

import pytest

from idp_checks import UsageError
from idp_checks.audits.sources.files import ProfileFile


def build_user(user_id="1", **fields):
    """Return a user with one identity."""
    return {
        "user_id": f"github|{user_id}",
        "name": "Mia Chen",
        "identities": [{"provider": "github", "user_id": user_id, "connection": "github", "isSocial": True}],
        **fields,
    }


USERS = [build_user("1"), build_user("2"), build_user("3")]
FORMATS = {
    "an object": (json.dumps(USERS[0]), 1),
    "an object over lines": (json.dumps(USERS[0], indent=2), 1),
    "an array": (json.dumps(USERS), 3),
    "an array over lines": ("\n" + json.dumps(USERS, indent=1) + "\n", 3),
    "lines": ("\n".join(map(json.dumps, USERS)), 3),
    "lines with blanks between": ("\n\n" + "\r\n \r\n".join(map(json.dumps, USERS)) + "\n\n", 3),
    "one line": (json.dumps(USERS[0]) + "\n", 1),
    "an object whose second line is one": (
        '{"user_id": "github|1", "identities":\n[{"provider": "github", "user_id": 1}],"x":\n{}\n}',
        1,
    ),
    "an empty array": ("[]", 0),
}


def read(path):
    """Return all records of a file, and the source."""
    source = ProfileFile(path)
    return list(source.records()), source


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("is_compressed", [False, True], ids=["uncompressed", "gzip"])
def test_file_format_is_detected_by_content(tmp_path, name, prefix, is_compressed):
    """An object, an array and NDJSON are read, with a byte order mark and compressed, and can be read again."""
    text, count = FORMATS[name]
    content = prefix + text.encode()
    path = tmp_path / "users.dat"
    path.write_bytes(gzip.compress(content) if is_compressed else content)
    records, source = read(path)
    assert [record.profile.user_id for record in records] == [f"github|{number + 1}" for number in range(count)]
    assert len(source.digest) == 64
    assert [record.profile for record in source.records()] == [record.profile for record in records]


def test_digest_covers_the_file_as_stored(tmp_path):
    """The digest of a compressed file is that of the compressed bytes, as sha256sum prints it."""
    path = tmp_path / "users.gz"
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(build_user(str(number))).encode() for number in range(5000))))
    _, source = read(path)
    assert source.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_ndjson_is_streamed(tmp_path):
    """The first record of an NDJSON file is available before the last line is read."""
    path = tmp_path / "users.ndjson"
    path.write_text("\n".join([*map(json.dumps, USERS), "broken"]))
    records = ProfileFile(path).records()
    assert next(records).profile.user_id == "github|1"
    with pytest.raises(UsageError, match="line 4"):
        list(records)


SECRET = "gho_0123456789abcdefghijklmnopqrstuvwx"
INVALID = {
    "not JSON": ("{oops", "line 1", "not JSON"),
    "not JSON, later": ('{\n "a": 1,\n oops}', "line 3", "not JSON"),
    "a number": ("5", "$", "expected an object"),
    "a string": ('"x"', "$", "expected an object"),
    "null": ("null", "$", "expected an object"),
    "empty": ("", "", "is empty"),
    "blank": (" \n\n", "", "is empty"),
    "no identities": ('{"user_id": "a|1"}', "$.identities", "identities"),
    "empty identities": (json.dumps({**USERS[0], "identities": []}), "$.identities", "identities"),
    "in an array": (json.dumps([USERS[0], {**USERS[1], "name": 5}]), "index 1, $.name", "expected a string"),
    "no object in an array": (json.dumps([USERS[0], 7]), "index 1, $", "expected an object"),
    "broken first line": ('{"user_id": }\n' + json.dumps(USERS[1]), "line 1", "not JSON"),
    "broken second line": (json.dumps(USERS[0]) + '\n\n{"user_id"\n' + json.dumps(USERS[1]), "line 3", "not JSON"),
    "wrong type in a line": (
        json.dumps(USERS[0])
        + "\n"
        + json.dumps(build_user(identities=[{"provider": "github", "user_id": "9", "access_token": {"x": SECRET}}])),
        "line 2, $.identities[0].access_token",
        "expected a string",
    ),
    "an unclosed array": ("[" + json.dumps(USERS[0]) + "\n", "line", "not JSON"),
    "not UTF-8": (b'{"user_id": "\xff"}', "line 1", "not UTF-8"),
    "nested too deeply": ('{"a":' * 100_000, "line 1", "nested too deeply"),
}


@pytest.mark.parametrize("case", INVALID)
def test_invalid_record_is_reported_with_its_place(tmp_path, case):
    """The error names file, line or index, and path, with a remedy and without any value of the record."""
    content, place, problem = INVALID[case]
    path = tmp_path / "users.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        read(path)
    assert str(path) in caught.value.where
    assert place in caught.value.where
    assert problem in caught.value.problem
    assert caught.value.remedy
    assert SECRET not in str(caught.value)


def test_unreadable_file_is_a_usage_error(tmp_path):
    """A folder, a missing file and a damaged archive are usage errors with path and remedy."""
    truncated = tmp_path / "truncated.gz"
    truncated.write_bytes(gzip.compress(json.dumps(USERS).encode())[:-20])
    for path, problem in ((tmp_path, "folder"), (tmp_path / "none.json", "cannot be read"), (truncated, "damaged")):
        with pytest.raises(UsageError) as caught:
            read(path)
        assert problem in caught.value.problem
        assert str(path) in caught.value.where
        assert caught.value.remedy


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root can read all files")
def test_file_without_permission_is_a_usage_error(tmp_path):
    """A file without read permission is a usage error."""
    path = tmp_path / "users.json"
    path.write_text("[]")
    path.chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        read(path)
