"""Tests of normalizers that return claims of OpenID Connect."""

from __future__ import annotations

import json

import pytest

from idp_checks import normalize, providers, recordings
from idp_checks.conformance.case import Case
from idp_checks.conformance.catalog import RULES
from idp_checks.conformance.judges import judge
from idp_checks.conformance.normalizers.exemption import exemption
from idp_checks.conformance.normalizers.normalizer import Normalizer, normalizer_from
from idp_checks.conformance.observation import observe
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.search import search

GITHUB, GOOGLE = providers.get("github"), providers.get("google-oauth2")


def claims(provider, raw):
    """Return the claims of a strict OpenID provider: only values that the provider sends, and the bare identifier."""
    shape = providers.get(provider).read(json.dumps(raw))
    profile = normalize(provider, raw).to_dict()
    read = shape.claims({})
    result = {"sub": str(read.id)}
    for claim, name, value in (
        ("name", "name", read.name),
        ("preferred_username", "nickname", read.username),
        ("picture", "picture", read.picture),
        ("given_name", "given_name", read.given_name),
        ("family_name", "family_name", read.family_name),
    ):
        if value and value.strip() and not (name == "picture" and "gravatar" in profile[name]):
            result[claim] = profile[name]
    return result | {name: profile[name] for name in ("email", "email_verified") if name in profile}


@pytest.mark.parametrize("rule", RULES)
def test_correct_claims_pass(rule):
    """Claims without fallback values pass every rule; N10 and N11 are not applicable."""
    normalizer = normalizer_from(claims).with_options(shape="oidc")
    for provider in (GITHUB, GOOGLE):
        result = search(rule, provider, normalizer, DEPTHS["quick"])
        assert not result.objections
        assert result.was_judged or not result.is_applicable
    assert (exemption(rule, normalizer) is not None) is (rule in ("N10", "N11"))


@pytest.mark.parametrize(
    ("changes", "rule", "claim"),
    [
        ({"sub": "GITHUB|90000042x"}, "N1", "sub"),
        ({"sub": 90000042}, "N1", "sub"),
        ({"sub": ""}, "N1", "sub"),
        ({"preferred_username": "somebody-else"}, "N4", "preferred_username"),
        ({"name": "Somebody Else"}, "N3", "name"),
        ({"picture": "javascript:alert(1)"}, "N5", "picture"),
        ({"email_verified": True}, "N7", "email_verified"),
    ],
)
def test_wrong_claim_is_rejected_by_its_name(changes, rule, claim):
    """The rule for a wrong claim objects, with the name of the claim instead of the property."""
    case = Case.from_raw(GITHUB, recordings.load_full_profile("github").raw)
    correct = Normalizer(claims, "correct", shape="oidc")
    wrong = Normalizer(lambda provider, raw: {**claims(provider, raw), **changes}, "wrong", shape="oidc")
    assert not judge(rule, correct, case, observe(correct, case))
    message = " ".join(judge(rule, wrong, case, observe(wrong, case)))
    assert claim in message
    assert "nickname" not in message


def test_missing_sub_is_rejected():
    """``sub`` is the only required claim."""
    case = Case.from_raw(GITHUB, recordings.load_full_profile("github").raw)
    empty = Normalizer(lambda provider, raw: {}, "empty", shape="oidc")
    assert judge("N2", empty, case, observe(empty, case)) == ("sub is missing",)


@pytest.mark.parametrize("sub", ["90000042", "github|90000042"])
def test_sub_may_contain_the_provider(sub):
    """``sub`` is the bare identifier, or the provider's name, a bar and the identifier."""
    case = Case.from_raw(GITHUB, recordings.load_full_profile("github").raw)
    normalizer = Normalizer(lambda provider, raw: {"sub": sub}, "sub", shape="oidc")
    assert not judge("N1", normalizer, case, observe(normalizer, case))
