"""``oscal-ar.json``: OSCAL assessment results, version 1.2.3 (https://pages.nist.gov/OSCAL/).

The file contains one summary observation per check and connection, with counts, and one observation per row that failed
or is indeterminate. An OSCAL finding is either satisfied or not satisfied. Indeterminate and not applicable verdicts
therefore appear as observations without a finding. A check is satisfied for a connection only if all its applicable
verdicts are a pass.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from idp_checks.evidence.ledger import NAME as LEDGER_NAME
from idp_checks.evidence.ledger import Row, derive_uuid
from idp_checks.tokens.reasons import REASON_WORDING

__all__ = ["NAME", "NS", "VERSION", "write"]

NAME = "oscal-ar.json"
VERSION = "1.2.3"
NS = "urn:idp-checks:oscal"
"""The namespace of our OSCAL properties (a URN, not a URL)."""


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write the file. The rows are read once, and each observation is written immediately."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    failed_observations: dict[tuple[str, str], list[str]] = {}
    accounts: dict[str, Row] = {}
    checks = {check["id"]: check for check in run["checks"]}
    with (folder / NAME).open("w", encoding="utf-8") as stream:
        stream.write('{"assessment-results":' + _open_object(_build_header(run)))
        stream.write(', "results": [' + _open_object(_build_result(run)))
        stream.write(', "observations": [\n')
        observations = _ArrayWriter(stream)
        for row in rows:
            verdict, subject = row["verdict"], row["subject"]
            key = (row["check"], subject.get("connection", ""))
            counts.setdefault(key, Counter())[verdict] += 1
            if verdict == "fail":
                failed_observations.setdefault(key, []).append(_observation_uuid(row["id"]))
            if verdict in ("fail", "indeterminate"):
                if "identity" in subject:
                    accounts.setdefault(subject["identity"], subject)
                observations.add(_build_observation(row, checks[row["check"]]))
        for key, verdicts in counts.items():
            observations.add(_build_summary(key, verdicts, checks[key[0]], run["ended"]))
        stream.write("]")
        findings = list(_build_findings(counts, failed_observations, checks))
        if findings:
            stream.write(', "findings": [\n')
            array = _ArrayWriter(stream)
            for finding in findings:
                array.add(finding)
            stream.write("]")
        stream.write(', "local-definitions": ' + json.dumps(_build_definitions(run, accounts), ensure_ascii=False))
        stream.write("}]")
        stream.write(', "back-matter": ' + json.dumps(_build_back_matter(run), ensure_ascii=False))
        stream.write("}}\n")


class _ArrayWriter:
    """Writes the elements of a JSON array, one per line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_empty = True

    def add(self, element: Mapping[str, Any]) -> None:
        self._stream.write(("" if self._is_empty else ",\n") + json.dumps(element, ensure_ascii=False))
        self._is_empty = False


def _open_object(value: Mapping[str, Any]) -> str:
    """Return a JSON object without its closing brace, so that fields can be appended."""
    return json.dumps(value, ensure_ascii=False)[:-1]


def _build_header(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": derive_uuid("oscal", run["run"]),
        "metadata": {
            "title": run["title"],
            "last-modified": run["ended"],
            "version": run["run"],
            "oscal-version": VERSION,
            "props": [_prop("tool-version", run["tool"]["version"]), _prop("state", run["state"])],
        },
        "import-ap": {
            "href": f"#{_catalog_uuid()}",
            "remarks": "The catalog of checks serves as the assessment plan.",
        },
    }


def _build_result(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": derive_uuid("oscal result", run["run"]),
        "title": "Checks of identities and their stored tokens",
        "description": (
            "Each stored token was checked against the response of its issuer and against the audit policy. A check "
            "provides evidence for part of a control. It never satisfies a control alone."
        ),
        "start": run["started"],
        "end": run["ended"],
        "props": [_count_prop(verdict, count) for verdict, count in run["verdicts"].items()],
        "reviewed-controls": {
            "description": "The checks are the objectives. The controls that they support are listed as properties.",
            "control-selections": [{"include-controls": [{"control-id": check["id"]} for check in run["checks"]]}],
        },
    }


def _build_definitions(run: Mapping[str, Any], accounts: Mapping[str, Row]) -> dict[str, Any]:
    components: list[dict[str, Any]] = [
        {
            "uuid": _component_uuid(None),
            "type": "software",
            "title": f"{run['tool']['name']} {run['tool']['version']}",
            "description": "The assessment tool. Checks of the whole run refer to this component.",
            "status": {"state": "operational"},
        }
    ]
    components += [
        {
            "uuid": _component_uuid(connection["name"]),
            "type": "service",
            "title": connection["name"],
            "description": f"The connection {connection['name']} (provider: {connection['provider']}).",
            "props": [_prop("provider", connection["provider"])],
            "status": {"state": "operational"},
        }
        for connection in run["connections"]
    ]
    definitions: dict[str, Any] = {"components": components}
    if accounts:
        definitions["inventory-items"] = [
            {
                "uuid": derive_uuid("account", fingerprint),
                "description": "A linked account, identified by a keyed fingerprint.",
                "props": [
                    _prop("identity", fingerprint),
                    *([_prop("record", subject["record"])] if "record" in subject else ()),
                ],
                "implemented-components": [{"component-uuid": _component_uuid(subject.get("connection"))}],
            }
            for fingerprint, subject in accounts.items()
        ]
    return definitions


def _build_observation(row: Row, check: Mapping[str, Any]) -> dict[str, Any]:
    """Build the observation of one failed or indeterminate row."""
    about = row["subject"]
    props = [_prop("check", row["check"]), _prop("verdict", row["verdict"]), _prop("severity", check["severity"])]
    if "reason" in row:
        props.append(_prop("reason", row["reason"]))
    subject = {"subject-uuid": _component_uuid(about.get("connection")), "type": "component"}
    if "identity" in about:
        subject = {"subject-uuid": derive_uuid("account", about["identity"]), "type": "inventory-item"}
    observation = {
        "uuid": _observation_uuid(row["id"]),
        "title": check["title"],
        "description": row["detail"],
        "props": props,
        "methods": ["TEST"],
        "subjects": [subject],
        "origins": _build_origins(),
        "relevant-evidence": [
            {
                "href": LEDGER_NAME,
                "description": f"Row {row['seq']} of the ledger.",
                "props": [_prop("row-hash", row["hash"])],
            }
        ],
        "collected": row["at"],
    }
    remedy = REASON_WORDING[row["reason"]].remedy if "reason" in row else check.get("remedy")
    if remedy:
        observation["remarks"] = f"Remedy: {remedy.rstrip('.')}."
    return observation


def _build_summary(
    key: tuple[str, str], verdicts: Counter[str], check: Mapping[str, Any], ended: str
) -> dict[str, Any]:
    """Build the observation that counts the verdicts of one check for one connection."""
    check_id, connection = key
    counts = sorted(verdicts.items())
    words = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in counts)
    return {
        "uuid": derive_uuid("summary", check_id, connection),
        "title": check["title"],
        "description": f"{check['statement']} Verdicts: {words}.",
        "props": [
            _prop("check", check_id),
            _prop("severity", check["severity"]),
            *(_count_prop(verdict, count) for verdict, count in counts),
            *(_prop("control", control["id"], framework=control["framework"]) for control in check.get("controls", ())),
        ],
        "methods": ["TEST"],
        "subjects": [{"subject-uuid": _component_uuid(connection or None), "type": "component"}],
        "origins": _build_origins(),
        "relevant-evidence": [{"href": LEDGER_NAME, "description": "The ledger contains one row per verdict."}],
        "collected": ended,
    }


def _build_findings(
    counts: Mapping[tuple[str, str], Counter[str]],
    failed_observations: Mapping[tuple[str, str], list[str]],
    checks: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    for key, verdicts in counts.items():
        check, connection = key
        if verdicts["fail"]:
            state = "not-satisfied"
        elif verdicts["pass"] and not verdicts["indeterminate"]:
            state = "satisfied"
        else:
            continue
        observations = [derive_uuid("summary", check, connection), *failed_observations.get(key, ())]
        yield {
            "uuid": derive_uuid("finding", check, connection),
            "title": f"{check} for {connection}" if connection else check,
            "description": checks[check]["statement"],
            "origins": _build_origins(),
            "target": {
                "type": "objective-id",
                "target-id": check,
                "title": checks[check]["title"],
                "status": {"state": state, "reason": "pass" if state == "satisfied" else "fail"},
            },
            "related-observations": [{"observation-uuid": uuid} for uuid in observations],
        }


def _build_back_matter(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resources": [
            {
                "uuid": _catalog_uuid(),
                "title": "Catalog of checks",
                "description": "All checks with their statements and the controls that they support.",
                "props": [_prop("sha256", run["catalogue_digest"])],
                "rlinks": [{"href": "run.json", "media-type": "application/json"}],
            }
        ]
    }


def _build_origins() -> list[dict[str, Any]]:
    return [{"actors": [{"type": "tool", "actor-uuid": _component_uuid(None)}]}]


def _prop(name: str, value: str, *, framework: str | None = None) -> dict[str, str]:
    prop = {"name": name, "ns": NS, "value": value}
    return prop if framework is None else prop | {"remarks": framework}


def _count_prop(verdict: str, count: int) -> dict[str, str]:
    return _prop(f"count-{verdict.replace('_', '-')}", str(count))


def _component_uuid(connection: str | None) -> str:
    """Return the UUID of a connection's component; None means the tool."""
    return derive_uuid("component", connection)


def _observation_uuid(row_id: str) -> str:
    return derive_uuid("observation", row_id)


def _catalog_uuid() -> str:
    return derive_uuid("catalogue")
