"""Tests of the judges of a normalizer's behavior."""

from __future__ import annotations

from idp_checks import providers, recordings
from idp_checks.conformance import builtin_normalizer
from idp_checks.conformance.case import Case
from idp_checks.conformance.judges import judge
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.observation import observe
from idp_checks.conformance.redaction import CANARY
from idp_checks.selftest.historic_profiles import normalize_correctly

GITHUB = providers.get("github")


def test_secret_in_a_repr_is_rejected():
    """A token in the profile's ``repr`` is rejected even if the dictionary does not contain it."""

    class LeakyProfile(dict):
        def __repr__(self):
            return f"<profile {CANARY}>"

        def to_dict(self):
            return dict(self)

    raw = recordings.load_full_profile("github").raw
    case = Case.from_raw(GITHUB, {**raw, "access_token": CANARY})
    leaky = Normalizer(lambda provider, raw: LeakyProfile(normalize_correctly("github", raw)), "leaky")
    assert judge("N13", leaky, case, observe(leaky, case)) == ("a secret appears in the profile's repr",)


def test_builtin_normalizer_must_raise_profile_error():
    """Other normalizers may raise any error; the built-in one must raise ``ProfileError``."""

    def fail(provider, raw):
        raise KeyError("id")

    case = Case(GITHUB, {"message": "Bad credentials"}, {}, None, error_path="$.id")
    builtin, foreign = Normalizer(fail, "builtin", is_builtin=True), Normalizer(fail, "foreign")
    assert judge("N12", builtin, case, observe(builtin, case))
    assert not judge("N12", foreign, case, observe(foreign, case))


def test_builtin_normalizer_must_name_the_invalid_field():
    """The error of the built-in normalizer has the path of the invalid field."""
    builtin = builtin_normalizer()
    case = Case(GITHUB, {"message": "Bad credentials"}, {}, None, error_path="$.id")
    assert not judge("N12", builtin, case, observe(builtin, case))
    other_path = Case(GITHUB, case.raw, {}, None, error_path="$.login")
    assert judge("N12", builtin, other_path, observe(builtin, other_path)) == (
        "the error's path is $.id instead of $.login",
    )
