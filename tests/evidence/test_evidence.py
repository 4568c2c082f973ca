"""Evidence is written whole or not at all, shows no secret, and every change to it is found and named."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, strategies as st

from idp_checks import EvidenceError, Secret, UsageError, checks
from idp_checks.checks.finding import Finding, Subject, Verdict
from idp_checks.evidence import RENDERINGS, Evidence, ledger, manifest
from idp_checks.evidence.csv import COLUMNS
from idp_checks.evidence.ledger import Merkle
from idp_checks.evidence.verify import verify
from idp_checks.secret import Redactor, fingerprint

KEY = b"k" * 32
AT = "2026-11-24T10:00:00Z"
SCHEMA = Path(__file__).parents[1] / "data" / "oscal-assessment-results-1.2.3.schema.json"


def account(number, connection="github"):
    return Subject(
        scope="identity",
        connection=connection,
        provider=connection,
        identity=fingerprint(f"{connection} {number}", KEY),
        record=fingerprint(f"record {number}", KEY),
    )


def finding(verdict="pass", check="IDP-TOK-001", number=0, **more):
    more.setdefault("subject", account(number))
    more.setdefault("detail", f"The issuer says so: {verdict}.")
    if verdict == "indeterminate":
        more.setdefault("reason", "rate_limited")
    return Finding(check=check, verdict=Verdict(verdict), **more)


SOME = [
    finding("pass", number=1),
    finding("fail", number=2),
    finding("indeterminate", number=3),
    finding("not_applicable", number=4),
    finding("pass", "IDP-TOK-002", number=1),
    finding("pass", "IDP-HYG-006", subject=Subject(scope="connection", connection="github", provider="github")),
    finding("indeterminate", "IDP-HYG-004", subject=Subject(scope="run"), reason="no_data"),
]


def facts(findings, **more):
    """The facts of a run with these findings."""
    from collections import Counter

    counts = Counter(each.verdict.value for each in findings)
    calibration = {"negative": "denied", "positive": None, "text": "denied a made-up token"}
    connection = {
        "name": "github",
        "provider": "github",
        "known_provider": True,
        "status": "live",
        "status_note": None,
        "in_policy": True,
        "identities": 4,
        "with_token": 4,
        "asked": 4,
        "questions": 4,
        "calibration": calibration,
    }
    return {
        "form": "idp-checks run 1",
        "tool": {"name": "idp-checks", "version": "0.1.0", "python": "3.11.7"},
        "run": ledger.named("run", "test"),
        "title": "Sign-in of shop.example.com",
        "state": "complete",
        "left_undone": [],
        "started": AT,
        "ended": AT,
        "key": {"of": "run", "name": "hmac-sha256:0000000000000000"},
        "policy": {
            "connections": {"github": {"provider": "github", "client_ids": ["our-app"]}},
            "accept_unaskable": {},
        },
        "policy_digest": "sha256:00",
        "catalogue_digest": checks.catalogue().digest,
        "sources": [{"name": "users.json", "records": 4, "identities": 4, "sha256": None}],
        "population": {"records": 4, "identities": 4, "with_token": 4, "asked": 4, "questions": 4, "not_asked": []},
        "connections": [connection],
        "verdicts": {each.value: counts[each.value] for each in Verdict},
        "checks": [
            {
                "id": each.id,
                "title": each.title,
                "statement": each.statement,
                "severity": each.severity,
                "scope": each.scope,
                "evaluated": each.evaluated,
                "attack": each.attack,
                "remedy": each.remedy,
                "controls": [{"framework": c.framework, "id": c.id, "why": c.why} for c in each.controls],
            }
            for each in checks.CHECKS
        ],
        **more,
    }


def write(out, findings=SOME, known=None, **more):
    with Evidence(out, known or Redactor(KEY)) as evidence:
        for each in findings:
            evidence.add(each, AT)
        return evidence.finish(facts(findings, **more))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "evidence")
    return tmp_path / "evidence"


def lines(folder):
    return (folder / "ledger.jsonl").read_bytes().splitlines()


# ---------------------------------------------------------------- the record


def test_a_folder_holds_its_files_and_verifies(folder):
    """Record, facts, manifest and renderings are there, nothing else, and all of it verifies."""
    names = {"run.json", "ledger.jsonl", "manifest.json", *(each.NAME for each in RENDERINGS)}
    assert {each.name for each in folder.iterdir()} == names
    assert len(names) == Evidence.FILES
    seen = verify(folder)
    assert seen.problems == ()
    assert (seen.whole, seen.exit_code, seen.rows) == (True, 0, len(SOME))


def test_rows_are_canonical_and_chained(folder):
    """Each row is in canonical form, names the hash of the row before, and its own hash can be made again by hand."""
    last = "0" * 64
    for number, line in enumerate(lines(folder)):
        row = json.loads(line)
        assert rfc8785.dumps(row) == line
        assert (row["seq"], row["prev"]) == (number, last)
        last = row.pop("hash")
        assert hashlib.sha256(rfc8785.dumps(row)).hexdigest() == last
    assert json.loads((folder / "manifest.json").read_bytes())["ledger"]["head"] == last


def test_rows_say_the_same_in_two_runs(tmp_path):
    """Two runs with one key give the same identifiers, so that they can be compared."""
    write(tmp_path / "a")
    write(tmp_path / "b", [*SOME[::-1]])
    ids = [{json.loads(line)["id"] for line in lines(tmp_path / name)} for name in "ab"]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(SOME)


@pytest.mark.parametrize("value", [1.5, 2**60, float("nan"), {"deep": [0.1]}], ids=str)
def test_facts_that_readers_may_read_differently_are_refused(tmp_path, value):
    """Floats and integers that some readers round never reach the ledger; the check at fault is named."""
    with Evidence(tmp_path / "out", Redactor(KEY)) as evidence, pytest.raises(EvidenceError, match="IDP-TOK-001"):
        evidence.add(finding(facts={"value": value}), AT)


NAMES = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | NAMES,
    lambda each: st.lists(each) | st.dictionaries(NAMES, each),
)


@given(VALUES)
def test_the_canonical_form_is_that_of_rfc_8785(value):
    """Whichever way it is written, it is what the reference writes."""
    assert ledger.canonical(value) == rfc8785.dumps(value)


def _tree(leaves):
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + _tree(leaves[:split]) + _tree(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_merkle_root_is_that_of_rfc_6962(leaves):
    """The root grown leaf by leaf is the one of the recursive definition."""
    tree = Merkle()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root == _tree(leaves)


# ---------------------------------------------------------------- whole or not at all


def test_nothing_is_left_of_an_unfinished_run(tmp_path):
    """A run that is broken off leaves neither a folder nor a trace beside it."""
    with pytest.raises(KeyboardInterrupt), Evidence(tmp_path / "out", Redactor(KEY)) as evidence:
        evidence.add(SOME[0], AT)
        assert not (tmp_path / "out").exists(), "the folder has no name before it is whole"
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["file", "full", "link"])
def test_what_is_there_is_not_written_over(tmp_path, taken):
    """A folder that is not empty, a file and a link are refused, with the remedy, and stay as they are."""
    out = tmp_path / "out"
    if taken == "file":
        out.write_text("mine")
    elif taken == "full":
        out.mkdir()
        (out / "mine").write_text("mine")
    else:
        out.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError) as caught:
        write(out)
    assert str(out) in caught.value.where
    assert caught.value.remedy
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_folder_is_taken(tmp_path):
    """An empty folder that is there already is filled; folders above that are not there are made."""
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    write(tmp_path / "deep" / "er" / "out")
    assert verify(tmp_path / "out").whole
    assert verify(tmp_path / "deep" / "er" / "out").whole


@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """A file where a folder has to be is an error of use."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "file" / "out")


# ---------------------------------------------------------------- no secret


SECRET = 'cn"ry&<t>oken/+7f3a9b'
SPELT = {
    "plain": SECRET,
    "JSON": json.dumps(SECRET)[1:-1],
    "percent": "cn%22ry%26%3Ct%3Eoken%2F%2B7f3a9b",
    "base64": __import__("base64").b64encode(SECRET.encode()).decode(),
    "HTML": "cn&#34;ry&amp;&lt;t&gt;oken/+7f3a9b",
}


@pytest.mark.parametrize("spelling", SPELT)
def test_a_known_secret_withholds_the_evidence(tmp_path, spelling):
    """A secret of the run in any spelling, in any file, and there is no evidence."""
    with pytest.raises(EvidenceError, match="withheld") as caught:
        write(tmp_path / "out", [finding(detail=f"said {SPELT[spelling]} here")], Redactor(KEY, [Secret(SECRET)]))
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "leak",
    ["mia.chen@example.com", "gho_" + "a1" * 18, "ya29.a0AfH6SMBx12345", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
)
@pytest.mark.parametrize("place", ["detail", "facts", "title"])
def test_what_looks_like_a_secret_withholds_the_evidence(tmp_path, leak, place):
    """Token forms and e-mail addresses are found although nobody knew them, wherever they came in."""
    more = {"title": leak} if place == "title" else {}
    held = finding(detail=leak) if place == "detail" else finding(facts={"x": [leak]})
    with pytest.raises(EvidenceError, match=r"(token|e-mail)"):
        write(tmp_path / "out", [held if place != "title" else finding()], **more)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- every change is found


def change_a_word(folder):
    path = folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"', 1))


def rehash_a_row(folder):
    rows = [json.loads(line) for line in lines(folder)]
    rows[1]["verdict"] = "pass"
    del rows[1]["hash"]
    rows[1]["hash"] = hashlib.sha256(rfc8785.dumps(rows[1])).hexdigest()
    _write_rows(folder, rows)


def drop_a_row(folder):
    _write_rows(folder, [json.loads(line) for at, line in enumerate(lines(folder)) if at != 1])


def drop_the_last_row(folder):
    _write_rows(folder, [json.loads(line) for line in lines(folder)[:-1]])


def swap_two_rows(folder):
    rows = [json.loads(line) for line in lines(folder)]
    rows[1], rows[2] = rows[2], rows[1]
    _write_rows(folder, rows)


def double_a_row(folder):
    rows = [json.loads(line) for line in lines(folder)]
    _write_rows(folder, [*rows[:2], rows[1], *rows[2:]])


def spell_a_row_otherwise(folder):
    rows = lines(folder)
    rows[1] = json.dumps(json.loads(rows[1])).encode()
    (folder / "ledger.jsonl").write_bytes(b"\n".join(rows) + b"\n")


def garble_a_row(folder):
    rows = lines(folder)
    rows[1] = b"\xff{"
    (folder / "ledger.jsonl").write_bytes(b"\n".join(rows) + b"\n")


def cut_the_end(folder):
    path = folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-1])


def _write_rows(folder, rows):
    (folder / "ledger.jsonl").write_bytes(b"".join(rfc8785.dumps(row) + b"\n" for row in rows))


LEDGER = {
    change_a_word: "row 1: was changed",
    rehash_a_row: "row 2: does not follow",
    drop_a_row: "row 1: is missing",
    drop_the_last_row: "row 6: is missing",
    swap_two_rows: "row 1: was moved",
    double_a_row: "row 1: stands there more than once",
    spell_a_row_otherwise: "row 1: was changed",
    garble_a_row: "row 1: was changed",
    cut_the_end: "row 6: is cut short",
}


def resealed(folder):
    """The manifest made anew over files that were changed, as somebody would who covers a trace."""
    held = json.loads((folder / "manifest.json").read_bytes())
    held["files"] = [
        manifest.entry(folder / each["name"]) for each in held["files"] if (folder / each["name"]).exists()
    ]
    (folder / "manifest.json").write_bytes(rfc8785.dumps(held))


@pytest.mark.parametrize("cover", [False, True], ids=["", "file digests made anew"])
@pytest.mark.parametrize("tamper", LEDGER, ids=lambda each: each.__name__)
def test_a_change_of_the_ledger_is_named(folder, tamper, cover):
    """Row and kind of change are named; making the digests of the files anew does not hide it."""
    tamper(folder)
    if cover:
        resealed(folder)
    seen = verify(folder)
    assert seen.exit_code == 1
    assert any(LEDGER[tamper] in str(each) for each in seen.problems), list(map(str, seen.problems))
    assert ("size or digest" in " ".join(map(str, seen.problems))) is not cover


@pytest.mark.parametrize("name", ["run.json", "ledger.jsonl", "manifest.json", *(each.NAME for each in RENDERINGS)])
def test_a_file_that_is_changed_or_missing_is_named(folder, name):
    """One more blank in any file is found, and so is its absence."""
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    assert any(each.file == name for each in verify(folder).problems)
    path.write_bytes(whole)
    assert verify(folder).whole
    path.unlink()
    assert any(each.file == name and "missing" in each.problem for each in verify(folder).problems)


def test_a_file_too_many_is_named(folder):
    """What the manifest does not list does not belong there; a signature beside it does."""
    (folder / "notes.txt").write_text("x")
    assert [str(each) for each in verify(folder).problems] == [
        "notes.txt: does not belong to the evidence: the manifest does not list it"
    ]
    (folder / "notes.txt").rename(folder / "manifest.json.dsse")
    seen = verify(folder)
    assert seen.whole
    assert any("manifest.json.dsse" in each for each in seen.notes)


@pytest.mark.parametrize(
    "path",
    [
        ("ledger", "rows"),
        ("ledger", "head"),
        ("ledger", "merkle_root"),
        ("run",),
        ("form",),
        ("files", 0, "sha256"),
        ("files", 0, "bytes"),
    ],
)
def test_every_member_of_the_manifest_counts(folder, path):
    """No member of the manifest can be changed without a word."""
    held = json.loads((folder / "manifest.json").read_bytes())
    *way, last = path
    at = held
    for step in way:
        at = at[step]
    at[last] = at[last] + 1 if isinstance(at[last], int) else at[last][::-1]
    (folder / "manifest.json").write_bytes(rfc8785.dumps(held))
    assert not verify(folder).whole


def test_a_folder_written_anew_is_told_by_the_noted_digest(tmp_path):
    """All files alone cannot show that they are the first; the digest noted at the end of the run can."""
    noted = write(tmp_path / "out")
    assert verify(tmp_path / "out", digest=noted).notes == ()
    shutil.rmtree(tmp_path / "out")
    write(tmp_path / "out", [finding("pass", number=2)])
    assert verify(tmp_path / "out").whole
    assert "noted" in str(verify(tmp_path / "out", digest=noted).problems[0])


def test_counts_that_are_not_the_ledgers_are_named(folder):
    """The facts of the run cannot claim other numbers than the rows, even with all digests made anew."""
    run = json.loads((folder / "run.json").read_bytes())
    run["verdicts"]["fail"] = 0
    (folder / "run.json").write_bytes(rfc8785.dumps(run))
    resealed(folder)
    assert [str(each) for each in verify(folder).problems] == ["run.json: counts other verdicts than the ledger holds"]


def test_a_partial_run_is_not_whole(tmp_path):
    """A run that did not come to its end is written as such, and named as such."""
    write(tmp_path / "out", state="partial", left_undone=["2 identities of github"])
    assert [str(each) for each in verify(tmp_path / "out").problems] == [
        "run.json: the run is partial: 2 identities of github"
    ]
    assert "This run is partial" in (tmp_path / "out" / "report.html").read_text()


@given(st.binary(max_size=60))
def test_verify_is_total(content):
    """Whatever stands in the files, the answer is a list of problems and no exception."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        for name in ("manifest.json", "run.json", "ledger.jsonl"):
            (Path(place) / name).write_bytes(content)
        assert not verify(place).whole
        (Path(place) / "manifest.json").write_bytes(
            rfc8785.dumps({"form": manifest.FORM, "run": "x", "files": [], "ledger": {}})
        )
        assert not verify(place).whole


def test_what_is_no_folder_is_an_error_of_use(tmp_path):
    """There is nothing to verify: that is another answer than not whole."""
    with pytest.raises(UsageError):
        verify(tmp_path / "none")
    assert verify(tmp_path).exit_code == 1


# ---------------------------------------------------------------- the renderings


def test_the_assessment_results_fit_the_schema_of_nist(folder):
    """oscal-ar.json is valid by the JSON Schema of OSCAL 1.2.3."""
    pytest.importorskip("check_jsonschema")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), str(folder / "oscal-ar.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def oscal(folder):
    return json.loads((folder / "oscal-ar.json").read_bytes())["assessment-results"]["results"][0]


def test_what_is_undecided_is_no_finding(tmp_path):
    """OSCAL knows satisfied and not satisfied: undecided gets neither, and one undecided verdict keeps a check from being satisfied."""
    cases = {
        ("pass",): "satisfied",
        ("pass", "not_applicable"): "satisfied",
        ("pass", "fail"): "not-satisfied",
        ("fail", "indeterminate"): "not-satisfied",
        ("pass", "indeterminate"): None,
        ("indeterminate",): None,
        ("not_applicable",): None,
    }
    for number, (verdicts, state) in enumerate(cases.items()):
        out = tmp_path / str(number)
        write(out, [finding(each, number=at) for at, each in enumerate(verdicts)])
        found = oscal(out).get("findings", [])
        assert [each["target"]["status"]["state"] for each in found] == ([] if state is None else [state])


def test_single_observations_are_of_what_failed_or_is_open(folder):
    """Failed and undecided rows have an observation each, the others are counted by check and connection."""
    observed = oscal(folder)["observations"]
    single = [each for each in observed if any("row-hash" in json.dumps(e) for e in each["relevant-evidence"])]
    told = [next(prop["value"] for prop in each["props"] if prop["name"] == "verdict") for each in single]
    assert sorted(told) == ["fail", "indeterminate", "indeterminate"]
    counted = [
        prop for each in observed if each not in single for prop in each["props"] if prop["name"].startswith("count-")
    ]
    assert sum(int(prop["value"]) for prop in counted) == len(SOME)


def test_every_reference_inside_the_assessment_results_leads_somewhere(folder):
    """Subjects, actors and related observations are defined in the same file, and no identifier is there twice."""
    result = oscal(folder)
    local = result["local-definitions"]
    made = [each["uuid"] for part in ("components", "inventory-items") for each in local.get(part, [])]
    made += [each["uuid"] for each in result["observations"]] + [each["uuid"] for each in result["findings"]]
    assert len(made) == len(set(made))
    used = {subject["subject-uuid"] for each in result["observations"] for subject in each["subjects"]}
    used |= {
        actor["actor-uuid"]
        for each in result["observations"]
        for origin in each["origins"]
        for actor in origin["actors"]
    }
    used |= {each["observation-uuid"] for found in result["findings"] for each in found["related-observations"]}
    assert used <= set(made)


def test_the_table_has_a_line_for_each_row(folder):
    """results.csv holds every row of the ledger with its hash; undecided ones with reason and remedy."""
    with (folder / "results.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert tuple(table[0]) == COLUMNS
    assert [each["hash"] for each in table] == [json.loads(line)["hash"] for line in lines(folder)]
    undecided = [each for each in table if each["verdict"] == "indeterminate"]
    assert all(each["reason"] and each["remedy"] for each in undecided)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(tmp_path, start):
    """What a spreadsheet would calculate is text in it."""
    bad = f"{start}cmd|' /C calc'!A0"
    subject = Subject(scope="identity", connection=bad, provider=bad, identity="x", record="y")
    write(tmp_path / "out", [finding(detail=bad, subject=subject)])
    with (tmp_path / "out" / "results.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert [row[name] for name in ("detail", "connection", "provider")] == ["'" + bad] * 3


def test_the_report_needs_nothing_from_elsewhere(folder):
    """No script, no link to a style or picture, and nothing of the input is markup."""
    text = (folder / "report.html").read_text()
    for each in ("<script", "<link", "<img", "src=", "@import", "url("):
        assert each not in text


def test_the_report_escapes_what_it_shows(tmp_path):
    """Names that hold markup are shown as they are."""
    bad = "<script>alert(1)</script>"
    subject = Subject(scope="connection", connection=bad, provider=bad)
    write(tmp_path / "out", [finding("fail", detail=bad, subject=subject)], title=bad)
    text = (tmp_path / "out" / "report.html").read_text()
    assert bad not in text
    assert text.count("&lt;script&gt;") >= 3


def test_the_report_says_what_failed_and_what_is_open(folder):
    """Every failed and undecided verdict stands there with reason and remedy; so do the checks that were not made."""
    text = (folder / "report.html").read_text()
    assert "1 verdict failed" in text
    assert "the issuer asked to slow down" in text
    assert "rate_limited" in text
    assert "Checks without a verdict" in text
    assert "IDP-LIF-001" in text


@pytest.mark.parametrize(
    ("findings", "head"),
    [
        ([finding("pass")], "verdict pass"),
        ([finding("pass"), finding("indeterminate", number=1)], "verdict indeterminate"),
        ([finding("not_applicable")], "verdict indeterminate"),
        ([], "verdict indeterminate"),
        ([finding("pass"), finding("fail", number=1)], "verdict fail"),
    ],
    ids=["all passed", "one undecided", "nothing applied", "nothing done", "one failed"],
)
def test_undecided_is_never_green(tmp_path, findings, head):
    """The report's head is green only where everything that applies passed."""
    write(tmp_path / "out", findings)
    assert f'<div class="{head}">' in (tmp_path / "out" / "report.html").read_text()


def test_no_control_is_called_satisfied(folder):
    """A check evidences a part of a control, and the report says no more."""
    from idp_checks.evidence.report import _state
    from collections import Counter

    assert _state(Counter({"pass": 5}), 0)["text"] == "evidenced in part"
    assert _state(Counter({"pass": 5}), 1)["verdict"] == "indeterminate"
    assert _state(Counter({"pass": 5, "indeterminate": 1}), 0)["verdict"] == "indeterminate"
    assert _state(Counter({"pass": 5, "fail": 1}), 0)["verdict"] == "fail"
    assert _state(Counter(), 3)["text"] == "not evidenced"
    body = (folder / "report.html").read_text().lower()
    assert "never satisfies" in body
    assert body.count("satisf") == 1


def test_cuts_are_announced_with_their_totals(tmp_path, monkeypatch):
    """What is not shown is counted: entries, and accounts of an entry."""
    from idp_checks.evidence import report

    monkeypatch.setattr(report, "ENTRIES", 3)
    findings = [finding("fail", number=at, detail=f"way {min(at, 9)}") for at in range(40)]
    write(tmp_path / "out", findings)
    text = (tmp_path / "out" / "report.html").read_text()
    assert "The first 3 entries are shown; 37 further rows" in text
    monkeypatch.setattr(report, "ENTRIES", 400)
    write(tmp_path / "again", findings)
    assert "the first 20 of 31" in (tmp_path / "again" / "report.html").read_text()
