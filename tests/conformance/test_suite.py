"""The tests of the conformance suite: it objects to what is wrong, to nothing else, and never passes what it did not see."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from idp_checks import UnknownProvider, UsageError, normalize, providers, recordings
from idp_checks.conformance import conform, load, ours
from idp_checks.conformance.normalizers.normalizer import named
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.selftest.historic_profiles import right
from idp_checks.selftest.mistakes import MISTAKES
from idp_checks.selftest.mistakes import id_through_a_float
from idp_checks.selftest.mistakes import no_picture
from idp_checks.conformance.search.pool import pool
from idp_checks.conformance.rules import CANARY, RULES, Case, Normalizer, golden, judged, redacted, same, see
from idp_checks.conformance.search.search import search
from idp_checks.profiles.profile import STANDARD

WRONG = [(function, rule) for function, rule, _ in MISTAKES]
"""Each wrong normaliser, and the rule that must object to it."""
PROVIDERS = ("github", "google-oauth2")


def foreign(function):
    return Normalizer(function, function.__name__)


def objections(rule, function, *names):
    """What a rule says of a function at the providers, searched for."""
    return [
        each for name in names or PROVIDERS for each in search(rule, providers.get(name), foreign(function)).objections
    ]


@pytest.mark.parametrize(("function", "rule"), WRONG, ids=lambda each: getattr(each, "__name__", each))
def test_a_wrong_normaliser_is_found(function, rule):
    """Each mistake is objected to by the rule that is made for it."""
    assert objections(rule, function)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", PROVIDERS)
def test_a_right_normaliser_passes(rule, name):
    """A plain function that is right passes every rule, and so does ours."""
    for normalizer in (foreign(right), ours()):
        found = search(rule, providers.get(name), normalizer)
        assert found.answered or (rule, name, found.applies) == ("M1", "github", False)
        assert not found.objections


def test_every_rule_can_fail():
    """For each rule there is a normaliser that breaks it."""
    assert {rule for _, rule in WRONG} == set(RULES)


def test_a_search_gives_the_same_twice():
    """Two searches find the same smallest example."""
    provider = providers.get("github")
    first, second = (search("N1", provider, foreign(id_through_a_float)) for _ in range(2))
    assert first == second
    assert first.example["raw"].keys() == {"id"}


@pytest.mark.parametrize(("function", "rule"), WRONG, ids=lambda each: getattr(each, "__name__", each))
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
    search("N2", providers.get("github"), foreign(no_picture))
    assert list(tmp_path.iterdir()) == []
    assert configuration.storage_directory("examples", intent_to_write=False).path == before


FULL = next(each for each in recordings.profiles("github") if each.case == "full").raw


def judge(rule, out, raw=FULL, name="github", **more):
    """What a rule says of a profile that was written by hand."""
    case = Case.of(providers.get(name), raw)
    return judged(rule, foreign(right), case, see(Normalizer(lambda provider, raw: out, "by hand", **more), case))


def profile(raw=FULL, **changed):
    return {**right("github", raw), **changed}


def test_what_others_may_do():
    """A Gravatar by SHA-256, trimmed names, null for absent, a number for the bare id: all of it is allowed."""
    sent = {"id": 42, "login": " mia ", "name": "  Mia Chen ", "email": " Mia@Example.com ", "avatar_url": None}
    digest = hashlib.sha256(b"mia@example.com").hexdigest()
    out = {
        "user_id": "github|42",
        "name": "Mia Chen",
        "nickname": "mia",
        "email": "Mia@Example.com",
        "email_verified": None,
        "given_name": None,
        "picture": f"https://s.gravatar.com/avatar/{digest}?s=480",
        "login": " mia ",
        "id": 42,
        "identities": [{"provider": "github", "user_id": 42, "connection": "github", "isSocial": True}],
    }
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
    out = right("slack", sent)
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


SAMPLE_HASH = "0123456789abcdef0123456789abcdef"
CDN = "https://cdn.discordapp.com"
STILL = {"id": "900000000000000042", "username": "mia", "discriminator": "0", "avatar": SAMPLE_HASH}


@pytest.mark.parametrize(
    ("sent", "picture", "name"),
    [
        (STILL, f"{CDN}/avatars/{STILL['id']}/{SAMPLE_HASH}.webp?size=128", "discord"),
        (STILL, f"{CDN}/avatars/{STILL['id']}/{SAMPLE_HASH}", "discord"),
        (
            {**STILL, "avatar": f"a_{SAMPLE_HASH}"},
            f"{CDN}/avatars/{STILL['id']}/a_{SAMPLE_HASH}.png?size=64",
            "discord",
        ),
        (
            {"id": "42", "login": "mia", "default_avatar_id": "0/0-42"},
            "https://avatars.yandex.net/get-yapic/0/0-42/islands-75",
            "yandex",
        ),
        ({**STILL, "avatar": None}, f"{CDN}/embed/avatars/{(int(STILL['id']) >> 22) % 6}.webp", "discord"),
    ],
)
def test_a_built_picture_may_be_of_another_size_and_format(sent, picture, name):
    """Where a picture is built from a hash, its size and its format are free."""
    assert not judge("N5", {**right(name, sent), "picture": picture}, sent, name)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        (STILL, f"avatars/{STILL['id']}/{SAMPLE_HASH}.gif"),
        (STILL, f"avatars/{STILL['id']}/{SAMPLE_HASH}0.png"),
        (STILL, f"avatars/{STILL['id']}/{SAMPLE_HASH[::-1]}.png"),
        (STILL, f"avatars/900000000000000043/{SAMPLE_HASH}.png"),
        (STILL, "embed/avatars/0.png"),
        ({**STILL, "avatar": None}, f"avatars/{STILL['id']}/None.png"),
        ({**STILL, "avatar": None}, f"embed/avatars/{(int(STILL['id']) >> 22) % 6 + 1}.png"),
        ({**STILL, "avatar": None}, f"embed/avatars/{(int(STILL['id']) >> 22) % 6}/x.png"),
    ],
)
def test_a_built_picture_of_something_else_is_found(sent, path):
    """Another hash, account or default picture, or a form that moves of one that does not, is not the provider's."""
    assert judge("N5", {**right("discord", sent), "picture": f"{CDN}/{path}"}, sent, "discord")


@pytest.mark.parametrize("part", ["None.png", "null/a.png", "a.png?hash=undefined", "nan"])
def test_nothing_written_into_an_address_is_found(part):
    """A template writes None where there is no hash: the word is a part of an address. One that was sent may stand."""
    out = {**right("discord", STILL), "picture": f"{CDN}/avatars/42/{part}"}
    assert any("which the provider did not send" in each for each in judge("N9", out, STILL, "discord"))
    word = part.partition(".")[0].partition("/")[0] if "=" not in part else "undefined"
    assert not judge("N9", out, {**STILL, "flair": word}, "discord")


@pytest.mark.parametrize(
    "value",
    [{"localized": {"en": "Mia"}}, ["Mia"], 42, 1.5, True, b"Mia", object()],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("name", STANDARD)
def test_every_rule_has_an_answer_to_what_is_no_text(name, value):
    """Whatever stands in place of a standard property, no rule fails on it, and one of them objects."""
    if name == "email_verified" and value is True:
        value = 1
    out = profile(**{name: value})
    for raw in (FULL, {"id": FULL["id"]}):
        said = [each for rule in RULES for each in judge(rule, out, raw)]
        assert any(each.startswith(name) for each in said)


def test_half_a_character_may_stay_or_be_replaced():
    """What an escape brings that UTF-8 cannot write is kept by some readers and replaced by others; cut off by none."""
    sent = {"sub": "42", "name": "Mia \ud83d Chen"}
    out = right("oidc", sent)
    assert out["name"] == "Mia \ufffd Chen"
    for name in (sent["name"], out["name"]):
        assert not judge("N3", {**out, "name": name}, sent, "oidc")
    assert judge("N3", {**out, "name": "Mia  Chen"}, sent, "oidc")


def test_a_secret_in_a_repr_is_found():
    """An object whose repr shows the token is objected to, though its dictionary does not hold it."""

    class Shown(dict):
        def __repr__(self):
            return f"<profile {CANARY}>"

        def to_dict(self):
            return dict(self)

    case = Case.of(providers.get("github"), {**FULL, "access_token": CANARY})
    seen = see(Normalizer(lambda provider, raw: Shown(profile()), "shows"), case)
    assert judged("N13", foreign(right), case, seen)


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


READS_TEXT = """
import json
from idp_checks import normalize

def profile(provider, raw):
    if isinstance(raw, str):
        return {"user_id": f"{provider}|x", "name": "x", "nickname": "x", "picture": "https://img.example.com/x.png"}
    return normalize(provider, raw).to_dict()
"""


def test_a_normaliser_that_takes_texts_is_given_them(tmp_path, monkeypatch):
    """An answer that is no JSON object is given to who says to take texts, and to nobody else: the JWT is believed."""
    tmp_path.joinpath("app_text.py").write_text(
        f"{READS_TEXT}\ndef taking(provider, raw): return profile(provider, raw)\ntaking.idp_takes_text = True\n"
    )
    monkeypatch.chdir(tmp_path)
    plain, taking = (conform(f"app_text:{name}", ["oidc"], depth="quick") for name in ("profile", "taking"))
    assert plain.passed
    (found,) = (each for each in taking if each.outcome == "violated")
    assert (found.rule, found.recording) == ("N12", "oidc/profile/signed_answer.json")
    assert named(lambda provider, raw: {}).takes_text is False


def run_apart(folder, workers):
    """What a run of the suite with so many workers leaves: by test, what stands in its properties."""
    report = folder / f"{workers}.xml"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--pyargs",
            "idp_checks.conformance",
            "-q",
            "-c",
            "pytest.ini",
            "-p",
            "no:cacheprovider",
            "-p",
            "xdist.plugin",
            "-p",
            "idp_checks.plugin",
            f"-n{workers}",
            "--idp-normalizer=app_wrong:profile",
            "--idp-depth=quick",
            "--idp-seed=7",
            f"--junitxml={report}",
            *(f"--idp-provider={name}" for name in ("github", "oidc", "auth0", "discord")),
        ],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": str(workers)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    tests = ElementTree.parse(report).getroot().iter("testcase")
    return {each.get("name"): "".join(part.get("value") for part in each.iter("property")) for each in tests}


def test_the_same_seed_gives_the_same_result_with_any_number_of_workers(tmp_path):
    """Without workers, with one and with two: each test has the same outcome, objections and smallest example."""
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n")
    tmp_path.joinpath("app_wrong.py").write_text(
        "from idp_checks import normalize\n"
        "def profile(provider, raw):\n"
        "    out = normalize(provider, raw).to_dict()\n"
        "    out['user_id'] = out['user_id'].lower()\n"
        "    out['email_verified'] = bool(raw.get('email_verified', raw.get('verified')))\n"
        "    out['name'] = str(raw.get('name'))\n"
        "    return out\n"
    )
    none, one, two = (run_apart(tmp_path, workers) for workers in (0, 1, 2))
    assert none == one == two
    violated = [
        (rule, told)
        for each in filter(None, none.values())
        for rule, told in json.loads(each)["rules"].items()
        if told["outcome"] == "violated"
    ]
    assert {rule for rule, _ in violated} >= {"N1", "N3", "N7", "M1"}
    assert all("example" in told for _, told in violated)


def test_a_depth_is_what_it_says():
    """Each depth draws as many profiles and answers that are none as it names, the deeper ones more."""
    provider = providers.get("github")
    for depth in (DEPTHS["quick"], DEPTHS["default"]):
        drawn = pool(provider, depth, 0)
        assert len(drawn.sent) == depth.profiles
        assert len(drawn.strangers) >= depth.strangers
    counts = [(each.profiles, each.strangers, each.turns) for each in DEPTHS.values()]
    assert counts == sorted(counts)
    assert all(len({row[at] for row in counts}) == len(counts) for at in range(3))
