"""Profiles are read from every form of file, and a broken record is named by its place before anything else happens."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from idp_checks import NormalizedProfile, UsageError
from idp_checks.audits.sources.factory import create_sources


def user(ident="1", **more):
    return {
        "user_id": f"github|{ident}",
        "name": "Mia Chen",
        "identities": [{"provider": "github", "user_id": ident, "connection": "github", "isSocial": True}],
        **more,
    }


USERS = [user("1"), user("2"), user("3")]
FORMS = {
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
    (source,) = create_sources(path)
    return list(source.records()), source


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("packed", [False, True], ids=["as is", "gzip"])
def test_every_form_is_told_by_its_content(tmp_path, form, mark, packed):
    """One object, an array and lines give the same records, with a byte order mark and compressed, whatever the name."""
    text, count = FORMS[form]
    content = mark + text.encode()
    path = tmp_path / "users.dat"
    path.write_bytes(gzip.compress(content) if packed else content)
    found, source = read(path)
    assert [each.profile.user_id for each in found] == [f"github|{n + 1}" for n in range(count)]
    assert len(source.digest) == 64
    assert [each.profile for each in source.records()] == [each.profile for each in found], (
        "a source is read more than once"
    )


def test_the_digest_is_of_the_file_as_it_lies(tmp_path):
    """The digest can be checked with sha256sum, compressed or not."""
    import hashlib

    path = tmp_path / "users.gz"
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(user(str(n))).encode() for n in range(5000))) + b"")
    _, source = read(path)
    assert source.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_lines_are_streamed(tmp_path):
    """The first record of a file of lines is there before the last line is looked at."""
    path = tmp_path / "users.ndjson"
    path.write_text("\n".join([*map(json.dumps, USERS), "broken"]))
    (source,) = create_sources(path)
    found = source.records()
    assert next(found).profile.user_id == "github|1"
    with pytest.raises(UsageError, match="line 4"):
        list(found)


SECRET = "gho_0123456789abcdefghijklmnopqrstuvwx"
BROKEN = {
    "not JSON": ("{oops", "line 1", "not JSON"),
    "not JSON, later": ('{\n "a": 1,\n oops}', "line 3", "not JSON"),
    "a number": ("5", "$", "expected an object"),
    "a text": ('"x"', "$", "expected an object"),
    "null": ("null", "$", "expected an object"),
    "empty": ("", "", "holds no profile"),
    "blank": (" \n\n", "", "holds no profile"),
    "no identities": ('{"user_id": "a|1"}', "$.identities", "identities"),
    "empty identities": (json.dumps({**USERS[0], "identities": []}), "$.identities", "identities"),
    "in an array": (json.dumps([USERS[0], {**USERS[1], "name": 5}]), "index 1, $.name", "expected a text"),
    "no object in an array": (json.dumps([USERS[0], 7]), "index 1, $", "expected an object"),
    "broken first line": ('{"user_id": }\n' + json.dumps(USERS[1]), "line 1", "not JSON"),
    "broken second line": (json.dumps(USERS[0]) + '\n\n{"user_id"\n' + json.dumps(USERS[1]), "line 3", "not JSON"),
    "wrong type in a line": (
        json.dumps(USERS[0])
        + "\n"
        + json.dumps(user(identities=[{"provider": "github", "user_id": "9", "access_token": {"x": SECRET}}])),
        "line 2, $.identities[0].access_token",
        "expected a text",
    ),
    "an unclosed array": ("[" + json.dumps(USERS[0]) + "\n", "line", "not JSON"),
    "not UTF-8": (b'{"user_id": "\xff"}', "line 1", "not UTF-8"),
    "nested too deeply": ('{"a":' * 100_000, "line 1", "nested too deeply"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_record_is_named_by_its_place(tmp_path, case):
    """File, line or index, and path are named with what to do; no value of the record is."""
    content, place, problem = BROKEN[case]
    path = tmp_path / "users.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        read(path)
    assert str(path) in caught.value.where
    assert place in caught.value.where
    assert problem in caught.value.problem
    assert caught.value.remedy
    assert SECRET not in str(caught.value)


def test_what_cannot_be_read_is_named(tmp_path):
    """A folder, a missing file and a damaged archive are errors of use."""
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(json.dumps(USERS).encode())[:-20])
    for path, problem in ((tmp_path, "folder"), (tmp_path / "none.json", "cannot be read"), (cut, "damaged")):
        with pytest.raises(UsageError) as caught:
            read(path)
        assert problem in caught.value.problem
        assert str(path) in caught.value.where
        assert caught.value.remedy


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_named(tmp_path):
    """Lacking permission is an error of use."""
    path = tmp_path / "users.json"
    path.write_text("[]")
    path.chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        read(path)


def test_profiles_in_memory_are_a_source(tmp_path):
    """Objects and normalised profiles beside each other are one source, files are one each."""
    path = tmp_path / "users.json"
    path.write_text(json.dumps(USERS))
    first, second = create_sources([user("7"), path, NormalizedProfile.from_auth0(user("8"))])
    assert [each.profile.user_id for each in first.records()] == ["github|1", "github|2", "github|3"]
    assert [(each.profile.user_id, each.place.index) for each in second.records()] == [("github|7", 0), ("github|8", 1)]
    with pytest.raises(UsageError, match=r"index 0, \$.identities"):
        list(create_sources({"user_id": "a|1"})[0].records())


@pytest.mark.parametrize("given", [[], [5], [None], 5, None])
def test_what_is_no_source_is_refused(given):
    """Nothing, and what is neither path nor profile nor source, is an error of use."""
    with pytest.raises(UsageError):
        create_sources(given)
