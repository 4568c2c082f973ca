"""The tests of the conformance suite: it objects to what is wrong, to nothing else, and never passes what it did not see."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from idp_checks import UnknownProvider, UsageError, normalize, providers, recordings
from idp_checks.conformance import conform, load, ours
from idp_checks.conformance.rules import CANARY, RULES, Case, Normalizer, golden, judged, redacted, same, see
from idp_checks.conformance.search import search

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("wrong_normalisers", HERE / "wrong_normalisers.py")
wrong = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(wrong)

PROVIDERS = ("github", "google-oauth2")


def foreign(function):
    return Normalizer(function, function.__name__)


def objections(rule, function, *names):
    """What a rule says of a function at the providers, searched for."""
    return [
        each for name in names or PROVIDERS for each in search(rule, providers.get(name), foreign(function)).objections
    ]


@pytest.mark.parametrize(("function", "rule"), wrong.WRONG, ids=lambda each: getattr(each, "__name__", each))
def test_a_wrong_normaliser_is_found(function, rule):
    """Each mistake is objected to by the rule that is made for it."""
    assert objections(rule, function)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", PROVIDERS)
def test_a_right_normaliser_passes(rule, name):
    """A plain function that is right passes every rule, and so does ours."""
    for normalizer in (foreign(wrong.right), ours()):
        found = search(rule, providers.get(name), normalizer)
        assert found.answered or (rule, name, found.applies) == ("M1", "github", False)
        assert not found.objections


def test_every_rule_can_fail():
    """For each rule there is a normaliser that breaks it."""
    assert {rule for _, rule in wrong.WRONG} == set(RULES)


def test_a_search_gives_the_same_twice():
    """Two searches find the same smallest example."""
    provider = providers.get("github")
    first, second = (search("N1", provider, foreign(wrong.id_through_a_float)) for _ in range(2))
    assert first == second
    assert first.example["raw"].keys() == {"id"}


@pytest.mark.parametrize(("function", "rule"), wrong.WRONG, ids=lambda each: getattr(each, "__name__", each))
def test_no_objection_holds_a_value(function, rule):
    """Objections name members and mistakes; no text of the example stands in them, and no planted secret anywhere."""
    for name in PROVIDERS:
        found = search(rule, providers.get(name), foreign(function))
        said = " ".join(found.objections)
        assert CANARY not in f"{said}{json.dumps(found.example)}"
        values = [
            each for each in (found.example or {}).get("raw", {}).values() if isinstance(each, str) and len(each) > 5
        ]
        assert not any(each in said for each in values)


def test_nothing_to_judge_is_no_pass():
    """A normaliser that raises whatever it is given leaves every rule unanswered but N12, which it breaks."""

    def raises(provider, raw):
        raise RuntimeError("no")

    for rule in RULES:
        found = search(rule, providers.get("github"), foreign(raises))
        assert found.objections if rule == "N12" else not found.answered


def test_a_search_leaves_no_file(tmp_path, monkeypatch):
    """Hypothesis writes nothing where the tests are run, and its own folder is as it was afterwards."""
    from hypothesis import configuration

    monkeypatch.chdir(tmp_path)
    before = configuration.storage_directory("examples", intent_to_write=False).path
    search("N2", providers.get("github"), foreign(wrong.no_picture))
    assert list(tmp_path.iterdir()) == []
    assert configuration.storage_directory("examples", intent_to_write=False).path == before


FULL = next(each for each in recordings.profiles("github") if each.case == "full").raw


def judge(rule, out, raw=FULL, name="github", **more):
    """What a rule says of a profile that was written by hand."""
    case = Case.of(providers.get(name), raw)
    return judged(rule, foreign(wrong.right), case, see(Normalizer(lambda provider, raw: out, "by hand", **more), case))


def profile(raw=FULL, **changed):
    return {**wrong.right("github", raw), **changed}


def test_what_others_may_do():
    """A Gravatar by SHA-256, trimmed names, null for absent, a number for the bare id: all of it is allowed."""
    sent = {"id": 42, "login": " mia ", "name": "  Mia Chen ", "email": " Mia@Example.com ", "avatar_url": None}
    digest = hashlib.sha256(b"mia@example.com").hexdigest()
    out = {
        "user_id": "github|42", "name": "Mia Chen", "nickname": "mia", "email": "Mia@Example.com", "email_verified": None,
        "given_name": None, "picture": f"https://s.gravatar.com/avatar/{digest}?s=480", "login": " mia ", "id": 42,
        "identities": [{"provider": "github", "user_id": 42, "connection": "github", "isSocial": True}],
    }  # fmt: skip
    assert {rule: said for rule in RULES if (said := judge(rule, out, sent))} == {}


def test_another_size_of_the_picture_is_allowed():
    """Of several pictures that the provider sends any will do; what stands elsewhere in the answer will not."""
    sent = {
        "sub": "U1",
        "ok": True,
        "picture": "https://img.example.com/512.png",
        "https://slack.com/user_image_192": "https://img.example.com/192.png",
        "site": "https://example.com/x.png",
    }
    out = wrong.right("slack", sent)
    assert not judge("N5", {**out, "picture": "https://img.example.com/192.png"}, sent, "slack")
    assert judge("N5", {**out, "picture": "https://example.com/x.png"}, sent, "slack")


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("N1", {"user_id": 42}),
        ("N2", {"nickname": 42}),
        ("N2", {"picture": " "}),
        ("N5", {"picture": "https://evil.example.com/a.png"}),
        ("N5", {"picture": "https://"}),
        ("N6", {"email": None}),
        ("N6", {"email": ["mia.chen@example.com"]}),
        ("N7", {"email_verified": "true"}),
        ("N7", {"email_verified": False}),
        ("N7", {"email": None, "email_verified": True}),
        ("N8", {"given_name": ["Mia"]}),
        ("N9", {"family_name": ""}),
        ("N9", {"name": "None None"}),
        ("N10", {"site_admin": 0}),
        ("N10", {"followers": 42.0}),
        ("N10", {"plan": {}}),
        ("N11", {"identities": []}),
        (
            "N11",
            {"identities": [{"provider": "google-oauth2", "user_id": "90000042", "connection": "x", "isSocial": True}]},
        ),
        ("N11", {"identities": [{"provider": "github", "user_id": "90000042", "connection": None, "isSocial": 1}]}),
    ],
)
def test_a_rule_objects(rule, changed):
    """One wrong member of a profile that is right otherwise, and the rule for it objects."""
    assert not judge(rule, profile())
    assert judge(rule, profile(**changed))


def test_a_secret_in_a_repr_is_found():
    """An object whose repr shows the token is objected to, though its dictionary does not hold it."""

    class Shown(dict):
        def __repr__(self):
            return f"<profile {CANARY}>"

        def to_dict(self):
            return dict(self)

    case = Case.of(providers.get("github"), {**FULL, "access_token": CANARY})
    seen = see(Normalizer(lambda provider, raw: Shown(profile()), "shows"), case)
    assert judged("N13", foreign(wrong.right), case, seen)


def test_an_error_that_is_not_ours_is_no_pass_for_us():
    """Our own normaliser must raise ProfileError with the path; of others any error will do."""

    def raises(provider, raw):
        raise KeyError("id")

    case = Case(providers.get("github"), {"message": "Bad credentials"}, {}, None, error="$.id")
    mine, other = Normalizer(raises, "ours", ours=True), foreign(raises)
    assert judged("N12", mine, case, see(mine, case))
    assert not judged("N12", other, case, see(other, case))
    right = ours()
    elsewhere = Case(case.provider, case.raw, {}, None, error="$.login")
    assert not judged("N12", right, case, see(right, case))
    assert judged("N12", right, elsewhere, see(right, elsewhere))


def test_a_recorded_profile_is_compared():
    """What differs from the recorded profile is objected to under the rule of the member."""
    recording = next(each for each in recordings.profiles("github") if each.case == "full")
    case = Case.of(providers.get("github"), recording.raw, recording.also)
    assert list(golden(recording, see(ours(), case))) == []
    worse = Normalizer(lambda provider, raw: profile(email_verified=False, name="Mia"), "worse")
    assert {rule for rule, _ in golden(recording, see(worse, case))} == {"N3", "N7"}


def test_equal_means_equal():
    """True is not 1, 1 is not 1.0; order of members does not matter, order of elements does."""
    assert same({"a": 1, "b": [True]}, {"b": [True], "a": 1})
    assert not same({"a": True}, {"a": 1})
    assert not same([1], [1.0])
    assert not same([1, 2], [2, 1])
    assert not same({"a": None}, {})


def test_examples_are_redacted():
    """Members that hold secrets by their names are masked at any depth, and the planted secret in any text."""
    value = {"raw": {"id": 1, "x": [{"Refresh_Token": "s3cr3t-text", "y": f"a {CANARY}"}]}}
    assert redacted(value) == {"raw": {"id": 1, "x": [{"Refresh_Token": "[secret]", "y": "a [secret]"}]}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with modules of an application; nothing of it stays on the path."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("app_"):
            del sys.modules[name]


def test_a_normaliser_is_loaded(folder):
    """A function, and one inside a class, are found; one that takes ``also`` is given it."""
    folder.joinpath("app_good.py").write_text(
        "def plain(provider, raw): return {'user_id': provider}\n"
        "class Kept:\n    @staticmethod\n    def inner(provider, raw, *, also): return {'also': also}\n"
    )
    plain, inner = load("app_good:plain", folder), load("app_good:Kept.inner", folder)
    assert plain("github", {}, also={"emails": []}) == {"user_id": "github"}
    assert inner("github", {}, also={"emails": []}) == {"also": {"emails": []}}
    assert (plain.takes_also, inner.takes_also) == (False, True)
    assert load("idp_checks:normalize").ours


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("app_none:profile", "app_none:profile: there is no module 'app_none'"),
        ("app_pack.none:profile", "there is no module 'app_pack.none'"),
        ("app_plain:nothing", "app_plain has no attribute 'nothing'"),
        ("app_plain:TEXT", "TEXT is a str, no function"),
        ("app_plain", "'app_plain' names no function; name it as MODULE:FUNCTION"),
        ("app_plain:", "names no function"),
        ("app plain:x", "names no function"),
    ],
)
def test_what_cannot_be_loaded_is_said(folder, spec, said):
    """A module, attribute or form that is not there is named, with the way out."""
    folder.joinpath("app_plain.py").write_text("TEXT = 'x'\n")
    folder.joinpath("app_pack").mkdir()
    folder.joinpath("app_pack", "__init__.py").touch()
    with pytest.raises(UsageError) as caught:
        load(spec, folder)
    assert said in str(caught.value)


@pytest.mark.parametrize("source", ["import app_missing_dependency\n", "1 / 0\n", "raise ImportError('half done')\n"])
def test_a_module_that_fails_keeps_its_traceback(folder, source):
    """When importing the module fails by its own fault, the whole traceback is told: the module is there."""
    folder.joinpath("app_broken.py").write_text(source)
    with pytest.raises(UsageError, match="importing the module 'app_broken' failed") as caught:
        load("app_broken:profile", folder)
    assert "Traceback (most recent call last)" in str(caught.value)
    assert source.strip() in str(caught.value)


def test_conform_by_provider_and_rule(tmp_path, monkeypatch, capfd):
    """A foreign normaliser in the current folder: one result for each provider and rule, with the smallest example."""
    tmp_path.joinpath("app_conform.py").write_text(
        "from idp_checks import normalize\n"
        "print('noise on standard output')\n"
        "def profile(provider, raw):\n"
        "    out = normalize(provider, raw).to_dict()\n"
        "    ident = out['user_id'].partition('|')[2]\n"
        "    return {**out, 'user_id': f'{provider}|{float(ident):.0f}' if ident.isdigit() else out['user_id']}\n"
    )
    monkeypatch.chdir(tmp_path)
    results = conform("app_conform:profile", ["google-oauth2", "github"])
    assert [(each.provider, each.rule) for each in results] == [
        (name, rule) for name in ("google-oauth2", "github") for rule in RULES
    ]
    assert {(each.rule, each.outcome) for each in results} == {
        ("N1", "violated"),
        ("M6", "violated"),
        ("M1", "not_applicable"),
        *((rule, "passed") for rule in RULES if rule not in ("N1", "M6")),
    }
    assert not results.passed
    assert capfd.readouterr().out == ""
    assert json.loads(json.dumps(results.to_dict()))["normalizer"] == "app_conform:profile"
    found = next(iter(results)).to_dict()
    assert found["title"] == RULES["N1"].title
    assert found["objections"]
    assert "raw" in found["example"]
    assert json.loads(json.dumps(found)) == found
    assert [each.name for each in tmp_path.iterdir() if each.name != "__pycache__"] == ["app_conform.py"]


def test_conform_of_ours_passes():
    """Without a normaliser ours is checked."""
    results = conform(names=["github"])
    assert {each.outcome for each in results} == {"passed"}
    assert results.passed
    assert results.run.seed == 0
    assert results.run.tool.startswith("idp-checks ")


def test_conform_never_passes_what_failed(tmp_path, monkeypatch):
    """A normaliser that knows one provider alone: at the other nothing is passed."""
    tmp_path.joinpath("app_half.py").write_text(
        "from idp_checks import normalize\n"
        "def profile(provider, raw):\n"
        "    if provider != 'github': raise NotImplementedError\n"
        "    return normalize(provider, raw).to_dict()\n"
    )
    monkeypatch.chdir(tmp_path)
    results = conform("app_half:profile", ["github", "amazon"])
    # Without the answers of further calls GitHub vouches for no address: there is nothing to take away.
    assert {each.rule for each in results if each.provider == "github" and each.outcome != "passed"} == {"M1"}
    assert {each.outcome for each in results if each.provider == "amazon"} == {"violated", "error", "not_applicable"}
    assert {each.rule for each in results if each.outcome == "violated"} == {"N12"}


def test_conform_refuses_what_is_not_there(tmp_path, monkeypatch):
    """A provider or a normaliser that is not there is an error before anything is run."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownProvider):
        conform(names=["githup"])
    with pytest.raises(UsageError, match="^app_none:profile: there is no module 'app_none'; it was looked for on"):
        conform("app_none:profile", ["github"])
    tmp_path.joinpath("app_fails.py").write_text("1 / 0\n")
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        conform("app_fails:profile", ["github"])


def test_ours_is_the_public_function():
    """What is checked by default is what users call."""
    assert ours().function is normalize
