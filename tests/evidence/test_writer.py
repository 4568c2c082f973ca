"""An evidence folder is written completely or not at all, and never contains a secret."""

from __future__ import annotations

import base64
import json
import os

import pytest

from idp_checks import EvidenceError, Secret, UsageError
from idp_checks.evidence import RENDERINGS, Evidence
from idp_checks.evidence.verify import verify
from idp_checks.secret import Redactor

KEY = b"k" * 32
AT = "2026-11-24T10:00:00Z"


def test_evidence_contains_its_files_and_verifies(folder, sample_findings):
    """The folder contains ledger, run facts, manifest and renderings, nothing else, and it verifies."""
    names = {"run.json", "ledger.jsonl", "manifest.json", *(rendering.NAME for rendering in RENDERINGS)}
    assert {file.name for file in folder.iterdir()} == names
    assert len(names) == Evidence.FILE_COUNT
    result = verify(folder)
    assert result.problems == ()
    assert (result.whole, result.exit_code, result.rows) == (True, 0, len(sample_findings))


def test_interrupted_run_leaves_no_files(tmp_path, make_finding):
    """An interrupted run leaves neither the folder nor a temporary folder."""
    with pytest.raises(KeyboardInterrupt), Evidence(tmp_path / "out", Redactor(KEY)) as evidence:  # noqa: PT012
        evidence.add(make_finding(), AT)
        assert not (tmp_path / "out").exists(), "the folder appears only when it is complete"
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "full folder", "link"])
def test_existing_output_is_not_overwritten(tmp_path, write_evidence, kind):
    """A file, a non-empty folder and a link are rejected with a remedy, and stay unchanged."""
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    elif kind == "full folder":
        out.mkdir()
        (out / "mine").write_text("mine")
    else:
        out.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError) as caught:
        write_evidence(out)
    assert str(out) in caught.value.where
    assert caught.value.remedy
    assert len(list(tmp_path.iterdir())) == 1


def test_empty_and_nested_output_folders_are_used(tmp_path, write_evidence):
    """An existing empty folder is filled, and missing parent folders are created."""
    (tmp_path / "out").mkdir()
    write_evidence(tmp_path / "out")
    write_evidence(tmp_path / "deep" / "er" / "out")
    assert verify(tmp_path / "out").whole
    assert verify(tmp_path / "deep" / "er" / "out").whole


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX paths")
def test_unwritable_output_is_a_usage_error(tmp_path, write_evidence):
    """A file in place of a parent folder is a usage error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_evidence(tmp_path / "file" / "out")


SECRET = 'cn"ry&<t>oken/+7f3a9b'
ENCODINGS = {
    "plain": SECRET,
    "JSON": json.dumps(SECRET)[1:-1],
    "percent": "cn%22ry%26%3Ct%3Eoken%2F%2B7f3a9b",
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "HTML": "cn&#34;ry&amp;&lt;t&gt;oken/+7f3a9b",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_known_secret_withholds_the_evidence(tmp_path, write_evidence, make_finding, encoding):
    """A secret of the run in any encoding and any file withholds the evidence."""
    leak = make_finding(detail=f"got {ENCODINGS[encoding]} here")
    with pytest.raises(EvidenceError, match="withheld") as caught:
        write_evidence(tmp_path / "out", [leak], Redactor(KEY, [Secret(SECRET)]))
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "leak",
    ["mia.chen@example.com", "gho_" + "a1" * 18, "ya29.a0AfH6SMBx12345", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
)
@pytest.mark.parametrize("place", ["detail", "facts", "title"])
def test_suspected_secret_withholds_the_evidence(tmp_path, write_evidence, make_finding, leak, place):
    """Token-like strings and email addresses withhold the evidence even if the run does not know them."""
    run_fields = {"title": leak} if place == "title" else {}
    fields = {"detail": {"detail": leak}, "facts": {"facts": {"x": [leak]}}, "title": {}}[place]
    with pytest.raises(EvidenceError, match=r"(token|email)"):
        write_evidence(tmp_path / "out", [make_finding(**fields)], **run_fields)
    assert list(tmp_path.iterdir()) == []
