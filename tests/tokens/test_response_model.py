"""Tests of response models, and of the functions that read responses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.shape import Shape
from idp_checks.secret import Secret
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.response_model import (
    expiry_after,
    parse_epoch,
    parse_iso,
    read_body,
    read_undecided,
    split_scopes,
)
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.wire import Response

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())


GOOD = {"active": True, "client_id": "client-a", "sub": "42", "scope": "openid email", "exp": NOW + 60}


def make_question(**options):
    """Make a question about a sample token."""
    return Question(provider="oauth2", token=Secret("sample-token"), asked_at=AT, **options)


def make_response(status=200, body=b"", **headers):
    """Make a response; underscores in header names become hyphens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


class Account(Shape):
    """A profile that is the response itself."""

    id: int | str
    name: str | None = None

    def claims(self, also):
        if (also.get("name") or self.name) == "nobody":
            raise ProfileError("belongs to nobody", path="$.name")
        return Claims(self.id, name=self.name)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (100, "unparsable"),
        (199, "unparsable"),
        (201, "unparsable"),
        (204, "unparsable"),
        (299, "unparsable"),
        (300, "issuer_error"),
        (301, "issuer_error"),
        (304, "issuer_error"),
        (399, "issuer_error"),
        (400, "unparsable"),
        (401, "unparsable"),
        (404, "unparsable"),
        (407, "unparsable"),
        (409, "unparsable"),
        (408, "issuer_error"),
        (428, "unparsable"),
        (430, "unparsable"),
        (429, "rate_limited"),
        (499, "unparsable"),
        (500, "issuer_error"),
        (501, "issuer_error"),
        (503, "issuer_error"),
        (599, "issuer_error"),
    ],
)
def test_read_undecided_returns_reason_by_status(status, reason, in_words):
    """Every status except the good one is undecided, and the detail contains it."""
    reading = read_undecided(make_response(status, {"active": True}))
    assert reading == Reading(active=None, reason=reason, detail=reading.detail)
    assert in_words(reading.detail)
    assert status == 429 or str(status) in reading.detail


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "HTTP 429"),
        ({"retry_after": "30"}, "HTTP 429, retry after 30 s"),
        ({"retry_after": " 030 "}, "HTTP 429, retry after 30 s"),
        ({"retry_after": "Fri, 02 Jan 2026 12:00:00 GMT"}, "HTTP 429"),
        ({"retry_after": "-1"}, "HTTP 429"),
        ({"retry_after": "1234567"}, "HTTP 429"),
        ({"retry_after": "\u0663"}, "HTTP 429"),
    ],
)
def test_read_undecided_gives_the_seconds_to_wait(headers, detail):
    """The detail of a rate limit contains a plausible number of seconds from Retry-After, and nothing else."""
    assert read_undecided(make_response(429, **headers)).detail == detail


def test_read_undecided_accepts_only_the_documented_status():
    """The good status is 200 unless the issuer documents another status."""
    assert read_undecided(make_response(200)) is None
    assert read_undecided(make_response(201), 201) is None
    assert read_undecided(make_response(200), 201).reason == "unparsable"
    assert read_undecided(make_response(429), 429) is None


@pytest.mark.parametrize("body", [None, "", "text", 7, True, [], [GOOD]])
def test_read_body_requires_an_object(body, in_words):
    """A body that is not a JSON object is undecided."""
    reading = read_body(IntrospectionResponse, body, make_question())
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("fields", "error_fields", "active"),
    [
        ({"error": "invalid_token"}, None, None),
        ({"errors": [{"code": 1}]}, None, None),
        ({"error": {"code": 1}}, None, None),
        ({"error": "", "errors": []}, None, True),
        ({"error": None}, None, True),
        ({"error_code": 7}, None, True),
        ({"error_code": 7}, ("error_code",), None),
        ({"error": "x"}, ("error_code",), True),
        ({"error": "x"}, (), True),
    ],
)
def test_read_body_rejects_filled_error_fields(fields, error_fields, active, in_words):
    """A non-empty error field makes any body undecided; an empty one is ignored."""
    options = {} if error_fields is None else {"error_fields": error_fields}
    reading = read_body(IntrospectionResponse, {**GOOD, **fields}, make_question(), **options)
    assert reading.active is active
    if active is None:
        assert reading.reason == "unparsable"
        assert in_words(reading.detail)


def test_read_body_names_the_invalid_field():
    """The detail names the invalid field and its type, but not its value."""
    reading = read_body(IntrospectionResponse, {**GOOD, "active": "certainly"}, make_question())
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert "$.active" in reading.detail
    assert {"bool,", "str"} <= set(reading.detail.split())
    assert "certainly" not in reading.detail


@pytest.mark.parametrize("end", [10**30, -(10**30), 10**400])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_read_body_rejects_times_out_of_range(name, end, in_words):
    """A response with a time out of range is undecided."""
    reading = read_body(IntrospectionResponse, {**GOOD, name: end}, make_question())
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert in_words(reading.detail)


@pytest.mark.parametrize(
    ("identifier", "subject"), [("a42", "a42"), (42, "42"), (9007199254740993, "9007199254740993")]
)
def test_read_body_reads_profile(identifier, subject):
    """A profile proves that the token works and for which account, exactly to the last digit."""
    reading = read_body(Account, {"id": identifier, "name": "Mia"}, make_question())
    assert reading == Reading(active=True, reason="ok", subject=subject)


@pytest.mark.parametrize("identifier", ["", " ", "\t"])
def test_read_body_rejects_profile_with_blank_id(identifier, in_words):
    """A profile with a blank id is undecided."""
    reading = read_body(Account, {"id": identifier}, make_question())
    assert (reading.active, reading.reason, reading.subject) == (None, "unparsable", None)
    assert in_words(reading.detail)


def test_read_body_reports_profile_errors():
    """A ``ProfileError`` makes the response undecided, with its path and problem as the detail."""
    reading = read_body(Account, {"id": 1, "name": "nobody"}, make_question())
    assert (reading.active, reading.reason) == (None, "unparsable")
    assert reading.detail == "$.name: belongs to nobody"
    assert read_body(Account, {"name": "Mia"}, make_question()).reason == "unparsable"


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (None, None),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (NOW, AT),
        (NOW + 0.9, AT),
        (str(NOW), AT),
        (f"{NOW}.9", AT),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_parse_epoch_reads_numbers_and_strings(seconds, time):
    """Fractions are cut, the result is in UTC, and None stays None."""
    result = parse_epoch(seconds)
    assert result == time
    assert result is None or result.utcoffset() == timedelta(0)


@pytest.mark.parametrize("seconds", ["soon", "", 10**30, 10**400, -(10**30), float("nan"), float("inf"), "1e999"])
def test_parse_epoch_rejects_other_values(seconds):
    """Words, NaN and numbers out of range raise ``ValueError``."""
    with pytest.raises(ValueError, match=r"."):
        parse_epoch(seconds)


@pytest.mark.parametrize(
    ("left", "seconds"), [(None, None), (0, 0), (60, 60), (59.9, 59), ("60", 60), ("59.9", 59), (-5, -5)]
)
def test_expiry_after_counts_from_start(left, seconds):
    """Fractions are cut, so that no token seems to live too long, and None stays None."""
    assert expiry_after(AT, left) == (None if seconds is None else AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T12:00:00Z", "2026-01-02T12:00:00.987Z", "2026-01-02T14:00:00+02:00", "2026-01-02T06:30:00-05:30"],
)
def test_parse_iso_converts_to_utc(text):
    """The offset is applied, and fractions of a second are cut."""
    result = parse_iso(text)
    assert result == AT
    assert result.tzinfo is UTC
    assert result.microsecond == 0


def test_parse_iso_requires_an_offset():
    """A time without an offset and other words raise ``ValueError``; None stays None."""
    assert parse_iso(None) is None
    for text in ("2026-01-02T12:00:00", "2026-01-02", "tomorrow", ""):
        with pytest.raises(ValueError, match=r"."):
            parse_iso(text)


@pytest.mark.parametrize(
    ("text", "separator", "scopes"),
    [
        (None, " ", None),
        ("", " ", ()),
        ("  ", " ", ()),
        ("a", " ", ("a",)),
        (" a  b ", " ", ("a", "b")),
        ("a,b c", " ", ("a,b", "c")),
        ("a, b ,,c", ",", ("a", "b", "c")),
        ("a b,c", ",", ("a b", "c")),
    ],
)
def test_split_scopes_uses_the_separator(text, separator, scopes):
    """Blank entries are dropped; None stays None, unlike an empty list."""
    assert split_scopes(text, separator) == scopes
    assert separator != " " or split_scopes(text) == scopes
