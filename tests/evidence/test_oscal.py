"""The OSCAL assessment results are valid and represent indeterminate verdicts correctly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = Path(__file__).parents[1] / "data" / "oscal-assessment-results-1.2.3.schema.json"


def read_result(folder):
    """Return the only result of the assessment."""
    return json.loads((folder / "oscal-ar.json").read_bytes())["assessment-results"]["results"][0]


@pytest.mark.slow
def test_assessment_results_match_the_nist_schema(folder):
    """oscal-ar.json is valid against the JSON Schema of OSCAL 1.2.3."""
    pytest.importorskip("check_jsonschema")
    process = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), str(folder / "oscal-ar.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.parametrize(
    ("verdicts", "states"),
    [
        (("pass",), ["satisfied"]),
        (("pass", "not_applicable"), ["satisfied"]),
        (("pass", "fail"), ["not-satisfied"]),
        (("fail", "indeterminate"), ["not-satisfied"]),
        (("pass", "indeterminate"), []),
        (("indeterminate",), []),
        (("not_applicable",), []),
    ],
)
def test_indeterminate_verdict_has_no_finding(tmp_path, write_evidence, make_finding, verdicts, states):
    """OSCAL has no indeterminate state, so one indeterminate verdict prevents a finding of satisfied."""
    findings = [make_finding(verdict, number=number) for number, verdict in enumerate(verdicts)]
    write_evidence(tmp_path / "out", findings)
    oscal_findings = read_result(tmp_path / "out").get("findings", [])
    assert [finding["target"]["status"]["state"] for finding in oscal_findings] == states


def test_observations_cover_failed_and_indeterminate_rows(folder, sample_findings):
    """Failed and indeterminate rows have their own observations; summaries count all rows."""
    observations = read_result(folder)["observations"]
    single = [item for item in observations if "row-hash" in json.dumps(item["relevant-evidence"])]
    verdicts = [next(prop["value"] for prop in item["props"] if prop["name"] == "verdict") for item in single]
    assert sorted(verdicts) == ["fail", "indeterminate", "indeterminate"]
    counts = [
        prop
        for item in observations
        if item not in single
        for prop in item["props"]
        if prop["name"].startswith("count-")
    ]
    assert sum(int(prop["value"]) for prop in counts) == len(sample_findings)


def test_references_are_defined_in_the_same_file(folder):
    """Subjects, actors and related observations are defined in the file, and all UUIDs are unique."""
    result = read_result(folder)
    local = result["local-definitions"]
    defined = [item["uuid"] for part in ("components", "inventory-items") for item in local.get(part, [])]
    defined += [item["uuid"] for item in result["observations"]] + [item["uuid"] for item in result["findings"]]
    assert len(defined) == len(set(defined))
    used = {subject["subject-uuid"] for item in result["observations"] for subject in item["subjects"]}
    used |= {
        actor["actor-uuid"]
        for item in result["observations"]
        for origin in item["origins"]
        for actor in origin["actors"]
    }
    used |= {item["observation-uuid"] for finding in result["findings"] for item in finding["related-observations"]}
    assert used <= set(defined)
