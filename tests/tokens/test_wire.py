"""Tests of decoding response bodies."""

from __future__ import annotations

import pytest

from idp_checks.tokens.wire import Response, decode_body


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": [1, 2.5, true, null, "x"]}', {"a": [1, 2.5, True, None, "x"]}),
        (b" 7 ", 7),
        (b'"\xc3\xa9"', "\u00e9"),
        (b'"\\u00e9"', "\u00e9"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"\xff\xfe", None),
        (b'{"a": "\xff"}', None),
        (b"", ""),
        (b"<html>", "<html>"),
        (b'{"a": 1', '{"a": 1'),
        (b'{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        (b'{"b": {"a": 1, "a": 1}}', '{"b": {"a": 1, "a": 1}}'),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b'{"a": -Infinity}', '{"a": -Infinity}'),
        (b'{"a": "\\ud83d"}', '{"a": "\\ud83d"}'),
        (b'{"\\udc00": 1}', '{"\\udc00": 1}'),
        (b"[" * 100_000, "[" * 100_000),
    ],
    ids=(
        "object",
        "number",
        "letter",
        "escaped",
        "two-halves",
        "no-utf8",
        "no-utf8-within",
        "nothing",
        "page",
        "cut",
        "twice",
        "twice-within",
        "nan",
        "infinity",
        "half",
        "half-name",
        "deep",
    ),
)
def test_decode_body_is_strict(raw, value):
    """Valid JSON is decoded; ambiguous or invalid JSON stays a string; other encodings give None."""
    body = decode_body(Response(200, {}, raw))
    assert body == value
    assert type(body) is type(value)


def test_decode_body_unwraps_first():
    """The JSON text is extracted before it is decoded; a string that is not JSON stays a string."""
    wrapped = Response(200, {}, b'callback({"a": 1});')
    assert decode_body(wrapped) == 'callback({"a": 1});'
    assert decode_body(wrapped, lambda text: text[9:-2]) == {"a": 1}
    assert decode_body(wrapped, lambda text: text[9:]) == '{"a": 1});'
