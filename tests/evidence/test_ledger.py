"""Rows are canonical and chained, and the Merkle root follows RFC 6962."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from idp_checks import EvidenceError
from idp_checks.evidence import Evidence, ledger
from idp_checks.evidence.ledger import MerkleTree
from idp_checks.secret import Redactor


def test_rows_are_canonical_and_chained(folder, read_lines):
    """Each row is canonical JSON, contains the previous row's hash, and has a hash that can be recomputed."""
    previous_hash = "0" * 64
    for number, line in enumerate(read_lines(folder)):
        row = json.loads(line)
        assert rfc8785.dumps(row) == line
        assert (row["seq"], row["prev"]) == (number, previous_hash)
        previous_hash = row.pop("hash")
        assert hashlib.sha256(rfc8785.dumps(row)).hexdigest() == previous_hash
    assert json.loads((folder / "manifest.json").read_bytes())["ledger"]["head"] == previous_hash


def test_row_ids_are_equal_in_two_runs(tmp_path, write_evidence, sample_findings, read_lines):
    """Two runs with the same key give the same row ids, so that they can be compared."""
    write_evidence(tmp_path / "a")
    write_evidence(tmp_path / "b", sample_findings[::-1])
    ids = [{json.loads(line)["id"] for line in read_lines(tmp_path / name)} for name in "ab"]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(sample_findings)


@pytest.mark.parametrize("value", [1.5, 2**60, float("nan"), {"deep": [0.1]}], ids=str)
def test_ledger_rejects_inexact_numbers(tmp_path, make_finding, value):
    """Floats and large integers are rejected, and the error names the check."""
    with Evidence(tmp_path / "out", Redactor(b"k" * 32)) as evidence, pytest.raises(EvidenceError, match="IDP-TOK-001"):
        evidence.add(make_finding(facts={"value": value}), "2026-11-24T10:00:00Z")


STRINGS = st.text(st.characters(exclude_categories=["Cs"]))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | STRINGS,
    lambda children: st.lists(children) | st.dictionaries(STRINGS, children),
)


@pytest.mark.slow
@given(JSON_VALUES)
def test_canonical_json_follows_rfc_8785(value):
    """The fast path and the general path both equal the reference implementation."""
    assert ledger.canonical_json(value) == rfc8785.dumps(value)


def compute_root(leaves):
    """Compute a Merkle root by the recursive definition in RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + compute_root(leaves[:split]) + compute_root(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_merkle_root_follows_rfc_6962(leaves):
    """The incremental root equals the root of the recursive definition."""
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root == compute_root(leaves)
