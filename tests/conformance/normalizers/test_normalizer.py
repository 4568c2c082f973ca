"""Tests of normalizers that are Python functions."""

from __future__ import annotations

import asyncio

import pytest

from idp_checks import providers
from idp_checks.conformance.normalizers.normalizer import (
    NotAMappingError,
    as_mapping,
    normalizer_from,
    parse_unclaimed,
    takes_also,
)
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search
from idp_checks.errors import UsageError
from idp_checks.selftest.historic_profiles import normalize_correctly

GITHUB = providers.get("github")


async def right_async(provider, raw):
    """Return the correct profile after giving up control once."""
    await asyncio.sleep(0)
    return normalize_correctly(provider, raw)


async def wrong_async(provider, raw):
    """Return a profile whose address is always verified."""
    return {**normalize_correctly(provider, raw), "email_verified": True}


def test_coroutine_function_is_awaited():
    """The result of an async normalizer is awaited, also inside a running event loop."""

    async def call():
        return normalizer_from(right_async)("github", {"id": 42})

    assert normalizer_from(right_async)("github", {"id": 42})["user_id"] == "github|42"
    assert asyncio.run(call())["user_id"] == "github|42"


def test_coroutine_function_is_judged():
    """The search finds the faults of an async normalizer."""
    assert not search("N7", GITHUB, normalizer_from(right_async), DEPTHS["quick"]).objections
    assert search("N7", GITHUB, normalizer_from(wrong_async), DEPTHS["quick"]).objections


def test_takes_also_reads_the_signature():
    """A callable accepts the responses of additional calls if it has a parameter ``also``."""
    assert takes_also(lambda provider, raw, *, also: {})
    assert not takes_also(lambda provider, raw: {})
    assert not takes_also(dict)


def test_normalizer_from_reads_the_attributes():
    """``idp_takes_text`` and ``idp_not_claimed`` are read from the function; a normalizer is returned unchanged."""

    def function(provider, raw):
        return {}

    assert not normalizer_from(function).takes_text
    function.idp_takes_text = True
    function.idp_not_claimed = {"picture": "the app hides pictures"}
    normalizer = normalizer_from(function)
    assert normalizer.takes_text
    assert normalizer.unclaimed == {"picture": "the app hides pictures"}
    assert normalizer_from(normalizer) is normalizer


def test_unknown_unclaimed_name_is_a_usage_error():
    """An unknown rule or property is rejected, with the list of valid names."""
    assert parse_unclaimed(["N10", "email"], "test").keys() == {"N10", "email"}
    with pytest.raises(UsageError, match=r"unknown rule or property 'pictures'; choose from N1, .*picture"):
        parse_unclaimed(["pictures"], "test")


def test_as_mapping_rejects_other_values():
    """A profile is a mapping or has ``to_dict``."""
    with pytest.raises(NotAMappingError, match="list"):
        as_mapping([])
