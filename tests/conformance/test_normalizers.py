"""Any normaliser: in claims of OpenID Connect, async, in another language, claiming less; and what is told of it."""

from __future__ import annotations

import json
import shutil
import sys
import xml.etree.ElementTree as ET

import pytest

from idp_checks import normalize, providers, recordings
from idp_checks.conformance import load, loaded, ours
from idp_checks.conformance.normalizers.normalizer import NoAnswer
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.normalizers.normalizer import named
from idp_checks.conformance.normalizers.command import Command
from idp_checks.conformance.normalizers.command import Refused
from idp_checks.conformance.normalizers.command import command
from idp_checks.conformance.search.depth import DEPTHS
from idp_checks.conformance.search.depth import depth_of
from idp_checks.conformance.reports.html import judged_page
from idp_checks.conformance.reports.html import page
from idp_checks.conformance.search.metamorphic import VARIANTS
from idp_checks.conformance.search.metamorphic import same_claims
from idp_checks.conformance.search.pool import pool
from idp_checks.conformance.reports.results import Result
from idp_checks.conformance.reports.results import Results
from idp_checks.conformance.reports.results import Run
from idp_checks.conformance.reports.results import gathered
from idp_checks.conformance.rules import CANARY, RULES, Case, expected, judged, see, standing
from idp_checks.conformance.reports.saving import save
from idp_checks.conformance.search.search import search
from idp_checks.conformance.search.search import tried
from idp_checks.errors import UsageError

QUICK = DEPTHS["quick"]
GITHUB, GOOGLE = providers.get("github"), providers.get("google-oauth2")


def right(provider, raw):
    return normalize(provider, raw).to_dict()


def claims(provider, raw):
    """The claims that a strict OpenID provider would give: only what is known, the bare identifier as ``sub``."""
    shape = providers.get(provider).read(json.dumps(raw))
    normalize(provider, raw)
    said = shape.claims({})
    out = normalize(provider, raw).to_dict()
    mine = {"sub": str(said.id)}
    for claim, name, given in (
        ("name", "name", said.name),
        ("preferred_username", "nickname", said.username),
        ("picture", "picture", said.picture),
        ("given_name", "given_name", said.given_name),
        ("family_name", "family_name", said.family_name),
    ):
        if given and given.strip() and not (name == "picture" and "gravatar" in out[name]):
            mine[claim] = out[name]
    return mine | {name: out[name] for name in ("email", "email_verified") if name in out}


@pytest.mark.parametrize("rule", RULES)
def test_right_claims_pass(rule):
    """Claims of OpenID Connect that hold what the provider gives, and no stand-ins, are right by every rule."""
    normalizer = named(claims).with_options(shape="oidc")
    for provider in (GITHUB, GOOGLE):
        found = search(rule, provider, normalizer, QUICK)
        assert not found.objections
        assert found.answered or not found.applies
    assert (standing(rule, normalizer) is not None) is (rule in ("N10", "N11"))


@pytest.mark.parametrize(
    ("changed", "rule", "word"),
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
def test_wrong_claims_are_found(changed, rule, word):
    """Each claim that is wrong is objected to, under the name of the claim; so is a missing sub."""
    raw = recordings.full("github").raw
    case = Case.of(GITHUB, raw)
    good = Normalizer(claims, "claims", shape="oidc")
    bad = Normalizer(lambda provider, raw: {**claims(provider, raw), **changed}, "bad", shape="oidc")
    assert not judged(rule, good, case, see(good, case))
    said = judged(rule, bad, case, see(bad, case))
    assert word in " ".join(said)
    assert "nickname" not in " ".join(said)
    none = Normalizer(lambda provider, raw: {}, "none", shape="oidc")
    assert judged("N2", none, case, see(none, case)) == ("sub is missing",)


@pytest.mark.parametrize("sub", ["90000042", "github|90000042"])
def test_sub_bare_or_whole(sub):
    """``sub`` may be the bare identifier or the provider's name, a bar and the identifier."""
    case = Case.of(GITHUB, recordings.full("github").raw)
    normalizer = Normalizer(lambda provider, raw: {"sub": sub}, "sub", shape="oidc")
    assert not judged("N1", normalizer, case, see(normalizer, case))


async def asynchronous(provider, raw):
    import asyncio

    await asyncio.sleep(0)
    return right(provider, raw)


def test_a_coroutine_is_awaited():
    """An async normaliser is asked like any other, inside a running loop too, and its mistakes are found."""
    import asyncio

    async def inside():
        return named(asynchronous)("github", {"id": 42})

    async def wrong(provider, raw):
        return {**right(provider, raw), "email_verified": True}

    assert named(asynchronous)("github", {"id": 42})["user_id"] == "github|42"
    assert asyncio.run(inside())["user_id"] == "github|42"
    assert not search("N7", GITHUB, named(asynchronous), QUICK).objections
    assert search("N7", GITHUB, named(wrong), QUICK).objections


def no_picture(provider, raw):
    return {name: value for name, value in right(provider, raw).items() if name != "picture"}


no_picture.idp_not_claimed = {"picture": "it shows no pictures"}


def test_what_is_not_claimed_is_not_judged():
    """A property that is not claimed breaks no rule; its own rule is left out with the reason; all others are judged."""
    claimed = Normalizer(no_picture, "no picture")
    assert search("N2", GITHUB, claimed, QUICK).objections
    left = named(no_picture)
    found = search("N5", GITHUB, left, QUICK)
    assert (found.answered, found.claimed, found.why) == (False, False, "picture: it shows no pictures")
    assert search("N2", GITHUB, left, QUICK) == search("N2", GITHUB, ours(), QUICK)
    without = loaded(unclaimed=["N10", "email"])
    assert not search("N10", GITHUB, without, QUICK).claimed
    assert not search("N7", GOOGLE, without, QUICK).claimed
    assert search("N1", GITHUB, without, QUICK).answered


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"unclaimed": ["pictures"]}, "no rule or property 'pictures'; there are N1, .*picture"),
        ({"shape": "saml"}, "no shape 'saml'; there are auth0, oidc"),
        ({"spec": "a:b", "command": "x"}, "two normalisers"),
        ({"command": "no-such-program-42 x"}, "no program 'no-such-program-42'"),
        ({"command": ""}, None),
        ({"command": "'"}, "cannot be split"),
    ],
)
def test_a_bad_option_lists_what_there_is(asked, said):
    """An option with a value that there is not is an error of use that says what there is; an empty one is none."""
    if said is None:
        assert loaded(**asked).ours
        return
    with pytest.raises(UsageError, match=said):
        loaded(**asked)
    with pytest.raises(UsageError, match="there are quick, default, audit"):
        depth_of("deep")


PYTHON = """
import json, sys
from idp_checks import normalize
for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"profile": normalize(asked["provider"], asked["raw"], also=asked["also"]).to_dict()}
    except Exception as error:
        answer = {"error": type(error).__name__}
    print(json.dumps(answer), flush=True)
"""
NODE = """
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', line => {
  const {provider, raw} = JSON.parse(line);
  const id = raw.id;
  const answer = id ? {profile: {user_id: provider + '|' + id, name: 'x'}} : {error: 'no id'};
  console.log(JSON.stringify(answer));
});
"""


def test_a_command_is_a_normaliser(tmp_path):
    """A program that reads and writes JSON lines is asked as a function is; one process answers all."""
    tmp_path.joinpath("normalise.py").write_text(PYTHON)
    normalizer = command(f"{sys.executable} {tmp_path / 'normalise.py'}")
    try:
        raw, also = {"id": 42}, {"emails": [{"email": "mia@example.com", "primary": True, "verified": True}]}
        assert normalizer("github", raw, also=also)["email_verified"] is True
        process = normalizer.function._process
        with pytest.raises(Refused, match="ProfileError"):
            normalizer("github", {"message": "Bad credentials"})
        assert not search("N12", GITHUB, normalizer, QUICK).objections
        assert normalizer.function._process is process
    finally:
        normalizer.function.close()
    assert process.returncode == 0


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_a_program_in_node_loses_digits_and_is_caught(tmp_path):
    """JSON.parse makes floats of long numbers: two GitHub users beyond 2^53 become one."""
    tmp_path.joinpath("normalise.js").write_text(NODE)
    normalizer = command(f"node {tmp_path / 'normalise.js'}")
    try:
        found = search("M6", GITHUB, normalizer, QUICK)
        assert found.objections == ("two identifiers beyond 2^53 that differ by one give one user_id",)
        assert found.example["and"]["id"] > 2**53
    finally:
        normalizer.function.close()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.stdin.readline(); sys.exit('out of memory')", "ended with status 1; it said:\nout of memory"),
        ("import sys; sys.stdin.readline(); print('ready', flush=True); sys.stdin.read()", "no JSON: 'ready'"),
        ("import sys; sys.stdin.readline(); print('{}', flush=True); sys.stdin.read()", 'neither {"profile"'),
        ("import sys; sys.stdin.read()", "did not answer within 3 seconds"),
        (f"import sys; sys.stdin.readline(); sys.exit('{CANARY}')", "[secret]"),
    ],
)
def test_a_command_that_cannot_be_asked_is_no_pass(program, said):
    """A command that ends, is silent or writes something else is an error of the question, shown with its last words."""
    asked = Command([sys.executable, "-c", program], patience=3)
    with pytest.raises(NoAnswer) as caught:
        asked("github", {"id": 42}, also={})
    assert said in str(caught.value)
    assert CANARY not in str(caught.value)
    assert asked._process is None
    ends = Normalizer(Command([sys.executable, "-c", "raise SystemExit(3)"]), "ends", takes_also=True)
    with pytest.raises(NoAnswer, match="ended|not started again"):
        search("N12", GITHUB, ends, QUICK)


def test_a_find_shows_both_sides():
    """A find holds the smallest raw profile, what is expected and what was got; the profile is still one by the model."""
    wrong = named(lambda provider, raw: {**right(provider, raw), "email_verified": True})
    found = search("N7", GITHUB, wrong, QUICK)
    assert found.example["raw"].keys() <= {"id", "email"}
    assert found.expected.get("email_verified") is None
    assert found.got["email_verified"] is True
    assert Case.of(GITHUB, found.example["raw"]).claims is not None


@pytest.mark.parametrize("rule", ["N1", "N7", "N13", "M6", "N12"])
def test_a_find_is_saved_as_a_recording(rule, tmp_path):
    """What is saved reads as a recording, means what our normaliser says, and shows the same mistake again."""

    def wrong(provider, raw):
        if "id" not in raw:
            return {"user_id": "github|None", "name": "x", "nickname": "x", "picture": "https://www.gravatar.com/a"}
        out = right(provider, raw)
        ident = out["user_id"].partition("|")[2]
        ident = f"{float(ident):.0f}" if ident.isdigit() else ident
        return {**out, "user_id": f"github|{ident}", "email_verified": True, "whole": dict(raw)}

    found = search(rule, GITHUB, named(wrong), QUICK)
    assert found.objections
    save(found, rule, tmp_path)
    saved = list(recordings.profiles("github", root=tmp_path))
    assert len(saved) == (2 if rule == "M6" else 1)
    for each in saved:
        assert CANARY not in each.text
        assert RULES[rule].title in each.note
        case = Case.of(GITHUB, each.raw, each.also)
        if isinstance(each.normalized, dict):
            assert each.normalized == expected(case)
        else:
            assert each.error == "$.id"
    if rule != "M6":
        assert tried(rule, named(wrong), case).objections
    assert {path.stem for path in save(found, rule, tmp_path)} == {each.case for each in saved}


@pytest.mark.parametrize("rule", ["M1", "M2", "M3", "M4", "M5"])
def test_variants_stay_profiles(rule):
    """Each relation has variants at a provider, and those that are used read by the model as the relation wants."""
    drawn = pool(GOOGLE, QUICK, 0)
    used = 0
    for turn, sent in enumerate(drawn.sent):
        case = Case.of(GOOGLE, *sent)
        for raw, also in VARIANTS[rule](GOOGLE, case, drawn.sent[0], turn):
            variant = Case.of(GOOGLE, raw, also)
            used += variant.claims is not None and (rule in ("M1", "M2") or same_claims(variant.claims, case.claims))
    assert used


def test_a_seed_fixes_what_is_tried():
    """The same seed gives the same profiles, another seed gives others, and a deeper search begins as a shallow one."""
    pool_of = pool.__globals__["_pool"].__wrapped__
    key = pool.__globals__["_Key"](GITHUB)
    first, second, other = (pool_of(key, QUICK, number) for number in (0, 0, 1))
    assert first.sent == second.sent
    assert first.sent != other.sent
    assert pool_of(key, DEPTHS["default"], 0).sent[:10] == first.sent[:10]


RESULTS = Results(
    "mine:<b>profile</b>",
    (
        Result("github", "N1", RULES["N1"].title, "passed"),
        Result(
            "github",
            "N7",
            RULES["N7"].title,
            "violated",
            ("email_verified is true, and <i>",),
            {"raw": {"id": 42, "name": "<script>alert(1)</script>\u202e\x00"}},
            "test_x",
            {},
            {"email_verified": True},
            "github/profile/full.json",
        ),
        Result("github", "N5", RULES["N5"].title, "not_claimed", why="no pictures"),
        Result("github", "N11", RULES["N11"].title, "not_applicable", why="no identities"),
        Result("github", "N12", RULES["N12"].title, "error", ("the command ended",)),
    ),
    Run("mine", "idp-checks 0", "quick", 7, "auth0", {"picture": "no pictures"}, "lib 1", ("hypothesis 1",)),
)


def test_the_page_says_all_in_words_and_signs():
    """Every state, the failure with its reason and attack, versions, seed; no script, no request, nothing unescaped."""
    shown = page(RESULTS)
    for each in (
        "failed",
        "no answer",
        "not claimed",
        "not applicable",
        "quick, 7",
        "hypothesis 1",
        "lib 1",
        "github/profile/full.json",
        RULES["N7"].attack.replace("'", "&#39;"),
        "no pictures",
    ):
        assert each in shown
    assert "<script" not in shown
    assert "&lt;b&gt;profile" in shown
    assert not [part for part in ("src=", "@import", "<link", "url(") if part in shown]
    assert "njudged" not in body(shown)


class Judged:
    kind, name, consequence = "theirs", "every address is believed", "Accounts are taken over."


class Chosen:
    kind, name, consequence = "policy", "addresses are chosen otherwise", "None."


def body(shown):
    return shown.partition("<body")[2]


def test_the_page_says_whose_fault_a_failure_is():
    """A judged failure bears its judgement in cell, list and details; of several the worst; one without is unjudged."""
    cell = '<td class="{}" title="github N7: failed: {}"><a href="#github-N7"'
    judged_ = body(page(RESULTS, {("github", "N7"): (Chosen(), Judged())}, called="sample-lib"))
    assert cell.format("theirs", "a bug of sample-lib") in judged_
    assert "A bug of sample-lib: every address is believed." in judged_
    assert "<h2>Bugs of sample-lib</h2>" in judged_
    assert "<strong>Every address is believed.</strong> Accounts are taken over." in judged_
    assert "A difference of policy: addresses are chosen otherwise." in judged_
    assert "njudged" not in judged_
    chosen = body(page(RESULTS, {("github", "N7"): Chosen()}))
    assert cell.format("policy", "a difference of policy") in chosen
    assert "Bugs of" not in chosen
    assert cell.format("unjudged", "unjudged") in body(page(RESULTS, {}))


def test_an_objection_without_an_entry_leaves_its_cell_unjudged():
    """One objection that no entry explains makes a cell of a library's page unjudged, though another one is explained."""
    known, new = "name is not the username", "name is made of stardust"

    def shown(*objections):
        failed = Result("github", "N3", RULES["N3"].title, "violated", objections)
        return body(judged_page(Results("django-allauth", (failed,))))

    assert "njudged" not in shown(known)
    assert "Unjudged: name is made of stardust" in shown(known, new)
    assert '<td class="unjudged"' in shown(known, new)


def test_long_texts_and_examples_are_cut_and_it_is_said():
    """The page holds neither a text of thousands of characters nor an example of hundreds of members whole."""

    def shown(example):
        failed = Result("github", "N3", RULES["N3"].title, "violated", ("x",), example, got={"name": "n" * 5000})
        return body(page(Results("mine", (failed,))))

    long = shown({"raw": {"id": 1, "name": "m" * 5000}})
    assert "m" * 120 + "... (cut: 4880 more characters)" in long
    assert "n" * 121 not in long
    wide = shown({"raw": {f"member_{number}": number for number in range(1000)}})
    assert "member_0" in wide
    assert "member_999" not in wide
    assert "The smallest raw profile that shows it (cut: " in wide
    assert "(cut: " not in shown({"raw": {"id": 1}}).partition("The smallest")[2]


def test_junit_has_a_case_for_each_provider_and_rule():
    """Violated is a failure, no answer an error, not asked is skipped; seed and versions are properties."""
    suite = ET.fromstring(RESULTS.junit().encode()).find("testsuite")
    states = {case.get("name").partition(" ")[0]: [each.tag for each in case] for case in suite.iter("testcase")}
    assert states == {"N1": [], "N7": ["failure"], "N5": ["skipped"], "N11": ["skipped"], "N12": ["error"]}
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert (properties["seed"], properties["depth"], properties["tool"]) == ("7", "quick", "idp-checks 0")
    assert suite.get("failures") == suite.get("errors") == "1"


def test_an_error_is_never_green():
    """One question without an answer, and the whole has not passed; neither has one where nothing was judged."""
    passed = Result("github", "N1", "t", "passed")
    left = Result("github", "N5", "t", "not_claimed", why="x")
    assert Results("x", (passed, left)).passed
    assert not Results("x", (passed, Result("github", "N2", "t", "error"))).passed
    assert not Results("x", (left,)).passed
    told = [("a", {"provider": "github", "rules": {"N1": {"outcome": "passed"}}})]
    assert {each.outcome for each in gathered(told, "x", ["github"])} == {"passed", "error"}


def drawn(results):
    from io import StringIO

    from rich.console import Console

    from idp_checks.cli.views import show_conformance

    console = Console(file=StringIO(), width=200)
    show_conformance(console, results)
    return console.file.getvalue()


def test_one_cause_is_told_once():
    """Rules that were not answered for one reason are told together; of many objections the first and their number."""
    silent = [Result("github", rule, RULES[rule].title, "error", ("the command ended",)) for rule in ("N1", "N2")]
    many = Result("github", "N10", RULES["N10"].title, "violated", tuple(f"member {each}" for each in range(9)))
    shown = drawn(Results("x", (*silent, many)))
    assert shown.count("the command ended") == 1
    assert "github N1, N2 not answered" in shown
    assert "and 6 more" in shown
    assert "member 3" not in shown
    assert "1 provider, 3 rules" in shown


def test_both_sides_are_shown_as_json():
    """What differs stands side by side, what is absent is called so, and what is invisible is written out."""
    failed = Result(
        "github",
        "N7",
        RULES["N7"].title,
        "violated",
        ("x",),
        {"raw": {"name": "\u202e"}},
        None,
        {},
        {"email_verified": True},
    )
    shown = drawn(Results("x", (failed,)))
    assert "email_verified: expected (absent), got true" in shown
    assert '{"raw": {"name": "\\u202e"}}' in shown


def left(test, outcome, *objections, rule="N1", **more):
    said = {"outcome": outcome, "objections": list(objections), **more}
    return test, {"provider": "github", "rules": {rule: said}}


@pytest.mark.parametrize("turned", [False, True])
def test_a_recording_without_a_profile_leaves_the_rule_to_the_others(turned):
    """Where the normaliser raised nothing is judged: the other answers count, and only without any is it an error."""
    raised = left("test_recorded[github-a]", "error", "no profile", unjudged=True)
    for outcome in ("passed", "violated", "not_applicable"):
        told = [raised, left("test_user_id[github]", outcome, why="x")]
        assert [each.outcome for each in gathered(told[::-1] if turned else told, "x")] == [outcome]
    assert [each.outcome for each in gathered([raised, raised], "x")] == ["error"]
    unanswered = left("test_recorded[github-b]", "error", "the command ended")
    told = [unanswered, left("test_user_id[github]", "passed")]
    assert [each.outcome for each in gathered(told[::-1] if turned else told, "x")] == ["error"]


@pytest.mark.parametrize("turned", [False, True])
def test_all_objections_to_a_rule_are_gathered(turned):
    """One example is shown whatever the order of the tests; objections of recordings join it, each with its file."""
    told = [
        left("test_recorded[github-a]", "violated", "one", "two", example="large", recording="a.json"),
        left("test_recorded[github-b]", "violated", "two", example="large", recording="b.json"),
        left("test_user_id[github]", "violated", "one", example="small"),
    ]
    (found,) = gathered(told[::-1] if turned else told, "x")
    assert (found.objections, found.example) == (("one", "two"), "small")
    assert (found.recording, found.recordings) == ("a.json", {"two": "a.json"})
    assert "a.json" in page(Results("x", (found,)))


def test_every_rule_says_why_and_where():
    """Each rule has a reason, a source, and, where something is to be gained, what an attacker gains."""
    for rule in RULES.values():
        assert rule.reason.endswith(".")
        assert rule.source
        assert rule.attack is None or rule.attack.endswith(".")
    assert {"N1", "N7", "N13", "M1", "M2", "M6"} <= {rule.id for rule in RULES.values() if rule.attack}


def test_an_adapter_is_named_without_a_colon():
    """A library's name loads its adapter, or says how to install it; another word is still no function."""
    with pytest.raises(UsageError, match="names no function"):
        load("python-asocial-auth")
    try:
        found = load("django-allauth")
    except UsageError as error:
        assert "pip install" in str(error)
    else:
        assert found.version.startswith("django-allauth ")
        assert found.providers
