"""Generated tokens have the provider's documented form."""

from __future__ import annotations

import re

import pytest

from idp_checks import providers, strategies

NAMES = [name for name in providers.names_with_recordings() if providers.get(name).token.pattern]


@pytest.mark.parametrize("name", NAMES)
def test_tokens_match_the_documented_pattern(name, draw):
    """Each generated token matches the token pattern of its provider."""
    pattern = providers.get(name).token.pattern
    assert all(re.fullmatch(pattern, token) for token in draw(strategies.tokens(name), 10))
