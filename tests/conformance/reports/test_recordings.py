"""A failing profile is saved as a fixture that reproduces the failure."""

from __future__ import annotations

import pytest

from idp_checks import normalize, providers, recordings
from idp_checks.conformance.case import Case, expected_properties
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.normalizers.normalizer import normalizer_from
from idp_checks.conformance.redaction import CANARY
from idp_checks.conformance.reports.recordings import save
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search, search_case

GITHUB = providers.get("github")
QUICK = DEPTHS["quick"]


def normalize_wrongly(provider, raw):
    """Lose digits of the identifier, verify every email, and return the raw profile."""
    if "id" not in raw:
        return {"user_id": "github|None", "name": "x", "nickname": "x", "picture": "https://www.gravatar.com/a"}
    profile = normalize(provider, raw).to_dict()
    identifier = profile["user_id"].partition("|")[2]
    identifier = f"{float(identifier):.0f}" if identifier.isdigit() else identifier
    return {**profile, "user_id": f"github|{identifier}", "email_verified": True, "whole": dict(raw)}


@pytest.mark.parametrize("rule", ["N1", "N7", "N13", "M6", "N12"])
def test_saved_profile_reproduces_the_failure(rule, tmp_path):
    """The fixture is valid, contains the correct result but no secret, and violates the rule again."""
    normalizer = normalizer_from(normalize_wrongly)
    result = search(rule, GITHUB, normalizer, QUICK)
    assert result.objections
    paths = save(result, rule, tmp_path)
    fixtures = list(recordings.load_profiles("github", root=tmp_path))
    assert len(fixtures) == (2 if rule == "M6" else 1)
    for fixture in fixtures:
        assert CANARY not in fixture.text
        assert RULES[rule].title in fixture.note
        case = Case.from_raw(GITHUB, fixture.raw, fixture.also)
        if isinstance(fixture.normalized, dict):
            assert fixture.normalized == expected_properties(case)
        else:
            assert fixture.error == "$.id"
        if rule != "M6":
            assert search_case(rule, normalizer, case).objections
    assert {path.stem for path in paths} == {fixture.case for fixture in fixtures}
    assert save(result, rule, tmp_path) == paths
