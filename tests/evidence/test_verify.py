"""Verification detects and names every change to an evidence folder."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from idp_checks import UsageError
from idp_checks.evidence import RENDERINGS, manifest
from idp_checks.evidence.verify import verify

pytestmark = pytest.mark.slow


def read_ledger(folder):
    """Return the lines of the ledger."""
    return (folder / "ledger.jsonl").read_bytes().splitlines()


def read_rows(folder):
    """Return the rows of the ledger."""
    return [json.loads(line) for line in read_ledger(folder)]


def write_rows(folder, rows):
    """Replace the rows of the ledger."""
    (folder / "ledger.jsonl").write_bytes(b"".join(rfc8785.dumps(row) + b"\n" for row in rows))


def change_verdict(folder):
    """Change one verdict."""
    path = folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"', 1))


def change_verdict_and_hash(folder):
    """Change one verdict and recompute its hash."""
    rows = read_rows(folder)
    rows[1]["verdict"] = "pass"
    del rows[1]["hash"]
    rows[1]["hash"] = hashlib.sha256(rfc8785.dumps(rows[1])).hexdigest()
    write_rows(folder, rows)


def remove_row(folder):
    """Remove a row in the middle."""
    rows = read_rows(folder)
    write_rows(folder, [*rows[:1], *rows[2:]])


def remove_last_row(folder):
    """Remove the last row."""
    write_rows(folder, read_rows(folder)[:-1])


def swap_rows(folder):
    """Swap two rows."""
    rows = read_rows(folder)
    rows[1], rows[2] = rows[2], rows[1]
    write_rows(folder, rows)


def duplicate_row(folder):
    """Duplicate a row."""
    rows = read_rows(folder)
    write_rows(folder, [*rows[:2], rows[1], *rows[2:]])


def reformat_row(folder):
    """Write a row with other white space."""
    lines = read_ledger(folder)
    lines[1] = json.dumps(json.loads(lines[1])).encode()
    (folder / "ledger.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def corrupt_row(folder):
    """Replace a row by invalid bytes."""
    lines = read_ledger(folder)
    lines[1] = b"\xff{"
    (folder / "ledger.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def truncate_ledger(folder):
    """Remove the last byte."""
    path = folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-1])


LEDGER_CHANGES = {
    change_verdict: "row 1 was changed",
    change_verdict_and_hash: "row 2 does not follow",
    remove_row: "row 1 is missing",
    remove_last_row: "row 6 is missing",
    swap_rows: "row 1 was moved",
    duplicate_row: "row 1 appears more than once",
    reformat_row: "row 1 was changed",
    corrupt_row: "row 1 was changed",
    truncate_ledger: "row 6 is truncated",
}


def update_manifest(folder):
    """Recompute the file digests in the manifest, as somebody would to hide a change."""
    content = json.loads((folder / "manifest.json").read_bytes())
    content["files"] = [
        manifest.describe_file(folder / entry["name"])
        for entry in content["files"]
        if (folder / entry["name"]).exists()
    ]
    (folder / "manifest.json").write_bytes(rfc8785.dumps(content))


@pytest.mark.parametrize("updates_manifest", [False, True], ids=["manifest unchanged", "manifest updated"])
@pytest.mark.parametrize("change", LEDGER_CHANGES, ids=lambda change: change.__name__)
def test_ledger_change_is_named(folder, change, updates_manifest):
    """The problem names the row and the kind of change, even if the file digests are recomputed."""
    change(folder)
    if updates_manifest:
        update_manifest(folder)
    result = verify(folder)
    problems = list(map(str, result.problems))
    assert result.exit_code == 1
    assert any(LEDGER_CHANGES[change] in problem for problem in problems), problems
    assert ("size or digest" in " ".join(problems)) is not updates_manifest


@pytest.mark.parametrize(
    "name", ["run.json", "ledger.jsonl", "manifest.json", *(rendering.NAME for rendering in RENDERINGS)]
)
def test_changed_or_missing_file_is_named(folder, name):
    """A single added space in any file is detected, and so is a missing file."""
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    assert any(problem.file == name for problem in verify(folder).problems)
    path.write_bytes(content)
    assert verify(folder).whole
    path.unlink()
    assert f"{name} is missing" in map(str, verify(folder).problems)


def test_unlisted_file_is_named(folder):
    """A file that the manifest does not list is a problem; a signature of the manifest is not."""
    (folder / "notes.txt").write_text("x")
    assert [str(problem) for problem in verify(folder).problems] == [
        "notes.txt is not listed in the manifest, so it is not part of the evidence"
    ]
    (folder / "notes.txt").rename(folder / "manifest.json.dsse")
    result = verify(folder)
    assert result.whole
    assert any("manifest.json.dsse" in note for note in result.notes)


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
def test_changed_manifest_field_is_detected(folder, path):
    """A change of any manifest field is detected."""
    content = json.loads((folder / "manifest.json").read_bytes())
    *parents, name = path
    parent = content
    for step in parents:
        parent = parent[step]
    parent[name] = parent[name] + 1 if isinstance(parent[name], int) else parent[name][::-1]
    (folder / "manifest.json").write_bytes(rfc8785.dumps(content))
    assert not verify(folder).whole


def test_recorded_digest_detects_rewritten_evidence(tmp_path, write_evidence, make_finding):
    """Evidence that was written again verifies alone, but not against the recorded digest."""
    digest = write_evidence(tmp_path / "out")
    assert verify(tmp_path / "out", digest=digest).notes == ()
    shutil.rmtree(tmp_path / "out")
    write_evidence(tmp_path / "out", [make_finding("pass", number=2)])
    assert verify(tmp_path / "out").whole
    problem = verify(tmp_path / "out", digest=digest).problems[0]
    assert str(problem) == "manifest.json does not have the expected digest: the evidence was written again"


def test_wrong_verdict_counts_are_named(folder):
    """Verdict counts in run.json must equal those of the ledger, even if all digests are recomputed."""
    run = json.loads((folder / "run.json").read_bytes())
    run["verdicts"]["fail"] = 0
    (folder / "run.json").write_bytes(rfc8785.dumps(run))
    update_manifest(folder)
    assert [str(problem) for problem in verify(folder).problems] == [
        "run.json has verdict counts that differ from the ledger"
    ]


def test_partial_run_is_a_problem(tmp_path, write_evidence):
    """A partial run is written, and reported as a problem."""
    write_evidence(tmp_path / "out", state="partial", left_undone=["2 identities of github"])
    assert [str(problem) for problem in verify(tmp_path / "out").problems] == [
        "run.json describes a partial run: 2 identities of github"
    ]
    assert "This run is partial" in (tmp_path / "out" / "report.html").read_text()


@given(st.binary(max_size=60))
def test_verify_never_raises_for_corrupt_files(content):
    """Arbitrary file contents give a list of problems, not an exception."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("manifest.json", "run.json", "ledger.jsonl"):
            (Path(folder) / name).write_bytes(content)
        assert not verify(folder).whole
        (Path(folder) / "manifest.json").write_bytes(
            rfc8785.dumps({"form": manifest.FORMAT, "run": "x", "files": [], "ledger": {}})
        )
        assert not verify(folder).whole


def test_missing_folder_is_a_usage_error(tmp_path):
    """A missing folder is a usage error; an empty folder is not intact."""
    with pytest.raises(UsageError):
        verify(tmp_path / "none")
    assert verify(tmp_path).exit_code == 1
