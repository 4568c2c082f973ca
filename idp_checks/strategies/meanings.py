"""One strategy for each meaning of a field (``Meta.extra["means"]``, see ``idp_checks.profiles.shape``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from idp_checks.strategies.choices import choose, choose_mostly
from idp_checks.strategies.values import (
    BLANKS,
    EMAILS,
    FLAGS,
    IDS,
    INVALID_EMAILS,
    INVALID_URLS,
    JSON_VALUES,
    NAMES,
    NUMBERS,
    STRINGS,
    URLS,
    USERNAMES,
)

__all__ = ["MEANINGS", "ids", "number_ids"]


def ids() -> SearchStrategy[int | str]:
    """Generate identifiers: integers beyond 64 bits, and strings with mixed case, leading zeros, bars or emails."""
    digits = st.integers(1, 10**21)
    return st.one_of(choose(NUMBERS), digits, digits.map(str), choose(IDS))


def number_ids() -> SearchStrategy[int | str]:
    """Generate identifiers documented as integers: as an integer or as decimal digits, up to more than 64 bits."""
    return st.one_of(choose(NUMBERS), st.integers(1, 10**21), choose(NUMBERS).map(str))


MEANINGS: Mapping[str, SearchStrategy[Any]] = {
    "id": ids(),
    "number-id": number_ids(),
    "string": choose_mostly(STRINGS, NAMES, BLANKS),
    "name": choose_mostly(NAMES, BLANKS),
    "username": choose_mostly(USERNAMES, BLANKS),
    "email": choose_mostly(EMAILS, INVALID_EMAILS, BLANKS),
    "url": choose_mostly(URLS, INVALID_URLS, BLANKS),
    "flag": choose(FLAGS),
    "string-flag": choose(FLAGS),
    "json": choose(JSON_VALUES),
    "epoch": choose((0, 1790000000, 1790000000.0, 4102444800, -1, 10**12)),
    "epoch-millis": choose((0, 1790000000000, -1)),
    "seconds": choose((0, 1, 3600, 5184000.0, -1)),
    "iso-time": choose(("2026-11-24T10:11:12Z", "2026-11-24T10:11:12.345+02:00", "2026-11-24", "soon", "")),
}
"""Strategies by meaning. A generated value is used only if the type of the field allows it."""
