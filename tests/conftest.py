"""What the tests share."""

from __future__ import annotations

import re

import pytest

NAMES = {"HTTP", "JSON", "ID"}


@pytest.fixture(scope="session")
def in_words():
    """Whether a detail is a phrase: lower-case words, and names in capitals."""

    def judged(detail):
        words = re.findall(r"[^\W\d]+", detail or "")
        return bool(words) and all(word in NAMES or (word.islower() and word.upper() not in NAMES) for word in words)

    return judged
