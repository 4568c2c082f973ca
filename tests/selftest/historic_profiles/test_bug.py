"""The historic bugs of profile parsing are complete, and their examples are correct."""

from __future__ import annotations

import json
import re

import pytest

from idp_checks import ProfileError, providers
from idp_checks.conformance.catalog import RULES
from idp_checks.selftest.historic_profiles import PROFILE_BUGS, normalize_correctly

NUMBERS = (*range(1, 144, 2), 149, 261, 263)


def test_every_bug_is_registered_once():
    """The numbers written down here are the numbers of the registered bugs, each once."""
    assert [bug.id for bug in PROFILE_BUGS] == [f"BUG-{number:03}" for number in NUMBERS]


@pytest.mark.parametrize("bug", PROFILE_BUGS, ids=lambda bug: bug.id)
def test_bug_is_complete(bug):
    """A bug has a source, a provider and a title, and either a function with examples or a reason."""
    assert bug.source.startswith("https://")
    assert bug.title
    assert bug.provider in providers.names_with_recordings()
    if bug.function is None:
        assert bug.why_not
        assert not bug.rules
    else:
        assert bug.examples
        assert bug.function.__doc__
        assert set(bug.rules) <= set(RULES)
    assert bug.why_not is None or re.fullmatch(r"[A-Z][^.]+\.", bug.why_not), "one sentence"


def test_mistakes_have_distinct_names():
    """No two historic bugs are shown by functions of the same name."""
    names = [bug.mistake for bug in PROFILE_BUGS if bug.function]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("bug", "example"),
    [(bug, example) for bug in PROFILE_BUGS for example in bug.examples],
    ids=lambda item: getattr(item, "id", ""),
)
def test_example_matches_the_correct_profile(bug, example):
    """The expected properties of an example are those of the correct profile; an invalid profile raises an error."""
    if example.expected is None:
        with pytest.raises(ProfileError):
            normalize_correctly(bug.provider, example.raw, also=example.also)
        return
    profile = normalize_correctly(bug.provider, example.raw, also=example.also)
    assert {name: profile.get(name) for name in example.expected} == example.expected
    assert example.expected


def test_examples_contain_only_sample_addresses():
    """No example contains an email address or a host that could belong to somebody."""
    text = json.dumps([[example.raw, dict(example.also)] for bug in PROFILE_BUGS for example in bug.examples])
    domains = {domain.rpartition(".")[2] for domain in re.findall(r"@([\w.\-\\]+)", text)}
    assert domains <= {"example", "com"}
    hosts = {url.split("/")[0] for url in re.findall(r"https://([^\"\s]+)", text)}
    assert hosts <= {"img.example.com", "docs.example.com", "slack.com", "accounts.google.com"}
