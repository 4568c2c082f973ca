"""Sample values: plausible, unusual and invalid ones, each group with the simplest value first."""

from __future__ import annotations

from typing import Any

LONG_STRING = "Maximiliane " * 400
"""A string of 4800 characters."""

BLANKS = ("", " ", "\t\n", "\u00a0", "\u3000")
"""Blank strings."""
NAMES = (
    "Mia Chen",
    "Madonna",
    "  Mia Chen  ",
    "Mia  von der  Chen",
    "O'Brien-Sm\u0131th",
    "\u5f20\u4f1f",
    "\u05e9\u05e8\u05d4",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "Zo\u00eb \u00c5ngstr\u00f6m",
    "Zoe\u0308",
    "\U0001f469\U0001f3fd\u200d\U0001f680 Ada",
    "Mia\u200bChen",
    "\u202eneh\u0043 aiM",
    "\u1e9eu\u00df \ufb01",
    "\u0130stanbul",
    "\U00020bb7\U000291d5",
    "null",
    "None",
    "true",
    "0",
    "42",
    "<b>Mia</b>",
    "Robert'); DROP TABLE users;--",
    "mia@example.com",
    "#0",
    LONG_STRING,
)
USERNAMES = (
    "mia-chen",
    "Mia.Chen",
    "mia_chen_42",
    "MIA",
    "m",
    "12345",
    "007",
    "mia|chen",
    "\u043c\u0438\u044f",
    "mia@example.com",
    "\U0001f98a",
    "None",
    "false",
)
IDS = (
    "90000042",
    "900000420000000001",
    "9007199254740993",
    "18446744073709551615",
    "100000000000000000042",
    "007",
    "1e5",
    "0x1F",
    "AbCdEf",
    "abcdef",
    "U_sampleNode42",
    "000042.0123456789abcdef0123456789abcdef.0042",
    "amzn1.account.SAMPLE",
    "{c0ffee00-0000-4000-8000-00000000beef}",
    "c0ffee00-0000-4000-8000-00000000beef",
    "https://id.example.com/42",
    "auth0|42",
    "a|b|c",
    "mia@example.com",
    "\u00df\u0130\u0131",
)
NUMBERS = (1, 42, 90000042, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**20 + 42)
EMAILS = (
    "mia.chen@example.com",
    "Mia.Chen@Example.COM",
    "mia+tag@mail.example.org",
    "  mia@example.com ",
    "m@example.com",
    "o'brien@example.com",
    "\u7528\u6237@\u4f8b\u3048.example",
    "\u00df@stra\u00dfe.example",
    "1234@users.noreply.example.com",
    "mia_example.com#EXT#@tenant.example.com",
)
INVALID_EMAILS = (
    "not an address",
    "mia",
    "@example.com",
    "mia@",
    "mia@@example.com",
    "mia@example.com, ida@example.com",
    "+43123456789",
    "mia chen@example.com",
    "None",
    "false",
)
"""Strings that providers send in place of an email address."""
URLS = (
    "https://img.example.com/a.png",
    "https://img.example.com/a.png?s=200&d=%20#x",
    "http://img.example.com:8080/a",
    "HTTPS://IMG.EXAMPLE.COM/A.PNG",
    "https://\u4f8b\u3048.example/\u7d75.png",
    " https://img.example.com/p.png ",
    "https://img.example.com/" + "p" * 3000,
)
INVALID_URLS = (
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "//img.example.com/a.png",
    "/avatars/1.png",
    "ftp://img.example.com/a",
    "file:///etc/passwd",
    "https://",
    "a.png",
    "None",
    "default",
)
"""Strings that providers send in place of an http(s) URL."""
STRINGS = (
    "a",
    "Graz, Austria",
    "0",
    "42",
    "true",
    "\u202eabc",
    "\U0001f3fa",
    "0/sample-avatar-42",
    "2026-11-24T10:11:12Z",
    "1990-03-00",
    LONG_STRING,
)
JSON_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    42,
    2**63,
    10**20,
    1.5,
    "",
    " ",
    "x",
    "\U0001f3fa",
    [],
    [None],
    ["a", 1],
    [[], [[]]],
    {},
    {"a": {"b": [1, 2, {"c": None}]}},
    {"\u00fc": "\u202e", "": 0},
)
FLAGS: tuple[Any, ...] = (
    *[True] * 6,
    *[False] * 4,
    None,
    None,
    "true",
    "false",
    "True",
    "0",
    0,
    1,
    "yes",
    [],
    {},
)
"""Values of boolean fields; booleans are the most frequent."""
EXTRA_NAMES = (
    "user_id",
    "nickname",
    "picture",
    "email_verified",
    "identities",
    "verified",
    "is_verified",
    "x_unknown",
    "locale",
    "\u00fc-nbekannt",
    "roles",
    "a.b",
    "https://example.com/claim",
)
"""Names of extra fields. Some are names of standard properties, which must not override them."""
ERROR_BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"error": "invalid_token", "error_description": "The token expired"},
    {"error": {"message": "Error validating access token", "type": "OAuthException", "code": 190}},
    {"errors": [{"message": "Unauthorized", "code": 89}]},
    {"message": "Bad credentials", "documentation_url": "https://example.com", "status": "401"},
    {"ok": False, "error": "invalid_auth"},
    {"data": None, "error": {"code": "access_token_invalid"}},
    {"status": 401, "title": "Unauthorized", "detail": "Unauthorized"},
)
"""Error bodies of providers."""
INVALID_IDS: tuple[Any, ...] = (None, True, False, 1.5, "", " ", "\t\n", [], {}, ["42", "43"], {"id": "42"})
"""Values that are not valid identifiers."""
STATUSES = (200, 201, 204, 206, 301, 302, 307, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 504, 599)
INVALID_BODIES = (
    b"",
    b" ",
    b"null",
    b"true",
    b"42",
    b'"ok"',
    b"[]",
    b"OK",
    b"<html><body>Service Unavailable</body></html>",
    b'{"active": true',
    b'{"active": true, "active": false}',
    b'{"exp": NaN, "active": true}',
    b'{"active": "true"}',
    b"\xff\xfe\x00",
    b"[" * 5000,
)
"""Response bodies that are not a valid introspection response."""
JSON_WEB_KEYS: tuple[dict[str, Any], ...] = (
    {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": "AQAB" * 64, "e": "AQAB"},
    {"kty": "EC", "crv": "P-256", "kid": "k2", "x": "AA", "y": "AA"},
    {"kty": "RSA"},
    {"kty": "oct", "k": "AA"},
    {},
)
ALPHABET = "".join(sorted({*map(chr, range(128)), *"".join((*NAMES, *USERNAMES, *STRINGS))}))
"""ASCII and all other characters of the strings above.

All of Unicode would make Hypothesis spend seconds on each regular expression.
"""
